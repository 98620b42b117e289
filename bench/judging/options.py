"""How somebody wants a table judged, and the words of the command line that say so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sized
from dataclasses import dataclass, replace
from numbers import Real

from bench.errors import UsageError
from bench.text import quoted

_BOUNDS = re.compile(r"--bounds (\S+) ([^\s:;)]+)")
_NAMED = re.compile(r"(?<![^\s(])--([a-z]+(?:-[a-z]+)*)( (?=[\"\d.-]|nan|inf))?")


def in_python(message: str) -> str:
    """A message that names options, with arguments of `bench.judge` instead: reference="a" for --reference "a"."""
    message = _BOUNDS.sub(r"bounds=(\1, \2)", message)
    return _NAMED.sub(lambda found: f"{found[1].replace('-', '_')}={'' if found[2] else '...'}", message)


@dataclass(frozen=True)
class Options:
    """What `bench.judge` takes besides the table; None, or False, where the table is to say."""

    score: str | None = None
    method: str | None = None
    seed: str | None = None
    problem: str | None = None
    stage: str | None = None
    configuration: str | None = None
    baseline: float | None = None
    reference: str | None = None
    margin: float | None = None
    alpha: float = 0.05
    bounds: tuple[float, float] | None = None
    lower_is_better: bool | None = None
    wide: bool = False
    test_share: float | None = None
    name: str | None = None

    @property
    def columns(self) -> dict[str, str | None]:
        """The columns that were named, by role."""
        roles = ("score", "method", "seed", "problem", "stage", "configuration")
        return {role: getattr(self, role) for role in roles}

    @property
    def words(self) -> tuple[str, ...]:
        """The same on the command line."""
        return tuple(self._words())

    @property
    def asked(self) -> tuple[str, ...]:
        """What makes another question of the same table, as words: all but the report's name."""
        return replace(self, name=None).words

    def _words(self) -> Iterator[str]:
        texts = self.columns | {"reference": self.reference, "name": self.name}
        numbers = {"baseline": self.baseline, "margin": self.margin, "test-share": self.test_share}
        numbers |= {"alpha": self.alpha if self.alpha != Options.alpha else None}
        for option, value in texts.items():
            if value is not None:
                yield f"--{option}={value}" if value.startswith("-") else f"--{option}"
                yield from () if value.startswith("-") else (value,)
        for option, number in numbers.items():
            if number is not None:
                yield f"--{option}={number!r}"
        if self.bounds is not None:
            yield from ("--bounds", *(repr(float(bound)) for bound in self.bounds))
        if self.lower_is_better is not None:
            yield "--lower-is-better" if self.lower_is_better else "--no-lower-is-better"
        if self.wide:
            yield "--wide"

    def check(self) -> None:
        """Raise UsageError for what should be numbers and is not, and for bounds and shares that are none."""
        for option in ("baseline", "margin", "alpha", "test-share"):
            value = getattr(self, option.replace("-", "_"))
            if not isinstance(value, Real | None):
                raise UsageError(f"--{option} {quoted(value)}: expected a number")
        if self.test_share is not None and not 0 < self.test_share < 1:
            raise UsageError(
                f"--test-share {self.test_share:g}: expected the share of the data that each fold tests, such as 0.2"
            )
        if self.lower_is_better not in (None, True, False):
            raise UsageError(f"--lower-is-better {quoted(self.lower_is_better)}: expected True or False")
        if self.bounds is None:
            return
        if (
            not isinstance(self.bounds, Sized)
            or len(self.bounds) != 2
            or not all(isinstance(bound, Real) for bound in self.bounds)
        ):
            raise UsageError("--bounds: expected two numbers, the least and the largest possible score")
        low, high = self.bounds
        if not low < high:
            raise UsageError(
                f"--bounds {low:g} {high:g}: expected the least and the largest possible score, in that order"
            )
