"""The domains of a grid file's settings: which values are allowed, in which canonical form, and in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bench.data.keys import Names as Names
from bench.data.keys import Text as Text
from nn import components
from nn.components import Interval

Value = float | int | str | bool | tuple[int, ...] | tuple[str, ...] | None
"""A setting's canonical value: 1, 1.0 and 1e0 are one; widths of hidden layers are a tuple, as are names
of columns; None is written "full"."""

Axes = Mapping[str, tuple[Value, ...]]
"""The values of settings, by their dotted names."""

# What float32, in which runs are trained, can hold with room to spare: a smaller rate or scale would be 0.
SMALLEST, LARGEST = 1e-30, 1e30


class Domain(Protocol):
    """What values a setting may have."""

    @property
    def allowed(self) -> str:
        """The allowed values in words, for messages."""

    def canonical(self, value: Any) -> Value:
        """The value in canonical form; ValueError if it is not allowed."""

    def schema(self) -> dict[str, Any]:
        """The allowed values as JSON Schema."""


@dataclass(frozen=True)
class Number(Interval):
    """A finite number in an interval, stored as float."""

    @property
    def allowed(self) -> str:
        low = f"{'>' if self.open_low else '>='} {self.low:g}"
        high = "" if math.isinf(self.high) else f" and {'<' if self.open_high else '<='} {self.high:g}"
        return f"a number {low}{high}"

    def canonical(self, value: Any) -> float:
        number = _number(value)
        if not self.contains(number):
            raise ValueError
        return number + 0.0  # -0.0 becomes 0.0

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "number"}
        schema["exclusiveMinimum" if self.open_low else "minimum"] = self.low
        if not math.isinf(self.high):
            schema["exclusiveMaximum" if self.open_high else "maximum"] = self.high
        return schema


@dataclass(frozen=True)
class Whole:
    """A whole number in a closed interval; 100.0 and 1e2 are taken for 100."""

    low: int
    high: int

    @property
    def allowed(self) -> str:
        return f"a whole number from {self.low:,} to {self.high:,}"

    def canonical(self, value: Any) -> int:
        number = _number(value)
        if not (math.isfinite(number) and number == int(number) and self.low <= number <= self.high):
            raise ValueError
        return int(number)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        *most, last = (f'"{word}"' for word in self.words)
        return f"{', '.join(most)} or {last}" if most else last

    def canonical(self, value: Any) -> str:
        if value not in self.words:
            raise ValueError
        return str(value)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class Flag:
    """true or false."""

    allowed = "true or false"

    def canonical(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Either:
    """A value of one domain or of another."""

    first: Domain
    second: Domain

    @property
    def allowed(self) -> str:
        return f"{self.first.allowed} or {self.second.allowed}"

    def canonical(self, value: Any) -> Value:
        try:
            return self.first.canonical(value)
        except ValueError:
            return self.second.canonical(value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.first.schema(), self.second.schema()]}


@dataclass(frozen=True)
class Full:
    """The word "full", which stands for all there are: None."""

    allowed = '"full"'

    def canonical(self, value: Any) -> None:
        if value != "full":
            raise ValueError

    def schema(self) -> dict[str, Any]:
        return {"enum": ["full"]}


@dataclass(frozen=True)
class Widths:
    """The widths of the hidden layers: a list, empty for a linear model."""

    width: Whole = Whole(1, 65_536)
    most = 100

    @property
    def allowed(self) -> str:
        most = f"a list of at most {self.most} hidden widths, such as [64]"
        return f"{most}, each {self.width.allowed}, or a list of such lists"

    def canonical(self, value: Any) -> tuple[int, ...]:
        if not isinstance(value, list) or len(value) > self.most:
            raise ValueError
        return tuple(self.width.canonical(width) for width in value)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.width.schema(), "maxItems": self.most}


def plain(value: Value) -> Any:
    """A canonical value as a grid file, an id, the store and a JSON Schema write it."""
    if value is None:
        return "full"
    return list(value) if isinstance(value, tuple) else value


def domain_of(declared: components.Setting) -> Domain:
    """The domain of a setting that a component declares: its default says which, its interval or words the rest.

    What does not end where float32 does is cut there.
    """
    allowed = declared.allowed
    if isinstance(declared.default, bool):
        return Flag()
    if isinstance(declared.default, str) and isinstance(allowed, tuple):
        return Choice(allowed)
    if not isinstance(allowed, Interval) or isinstance(allowed, Number):
        domain: Domain = allowed
        return domain
    if isinstance(declared.default, int):
        return Whole(int(allowed.low), int(allowed.high))
    at_zero = allowed.low == 0 and allowed.open_low
    return Number(
        SMALLEST if at_zero else max(allowed.low, -LARGEST),
        min(allowed.high, LARGEST),
        allowed.open_low and not at_zero,
        allowed.open_high and not math.isinf(allowed.high),
    )


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    try:
        return float(value)
    except OverflowError:
        raise ValueError from None
