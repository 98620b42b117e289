"""A grid: one question, the axes to sweep, the seeds, the baseline; and its expansion into configurations and runs."""

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nn
from bench.grid.settings import OPTIMIZERS, SHARED, Value

CONFIRM_FROM = 1_000_000
"""Seeds below it are tune seeds; confirm seeds start here, so that the two never meet however either grows."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """One point of the grid, without a seed.

    `settings`: every setting under its dotted name. `hash`: of everything that determines a run's numbers, but for
    the seed. `family`: the text that names what it is compared as. `text`: what else varies in its grid.
    """

    hash: str
    family: str
    text: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One configuration with one seed: the unit that is trained, stored, resumed and replayed."""

    configuration: Configuration
    seed: int

    @property
    def id(self) -> str:
        return f"{self.configuration.hash}-{self.seed}"

    @property
    def stage(self) -> str:
        return stage_of(self.seed)


def stage_of(seed: int) -> str:
    """tune or confirm: the stage follows from the seed."""
    return "confirm" if seed >= CONFIRM_FROM else "tune"


@dataclass(frozen=True)
class Seeds:
    """How many replicates choose (`tune`) and how many fresh ones judge (`confirm`)."""

    tune: int
    confirm: int

    @property
    def for_tuning(self) -> range:
        return range(self.tune)

    @property
    def for_confirming(self) -> range:
        return range(CONFIRM_FROM, CONFIRM_FROM + self.confirm)


@dataclass(frozen=True)
class Baseline:
    """What the verdicts are about: the claimed accuracy, the convergence target, alpha and the margin."""

    accuracy: float
    target: float
    alpha: float
    margin: float


@dataclass(frozen=True)
class Grid:
    """A validated grid. `axes`: each shared setting's values; `entries`: the same of each optimizer, by label."""

    name: str
    title: str
    families: tuple[str, ...]
    axes: Mapping[str, tuple[Value, ...]]
    entries: Mapping[str, Mapping[str, tuple[Value, ...]]]
    seeds: Seeds
    baseline: Baseline
    source: str = ""

    def __len__(self) -> int:
        return self.size

    @property
    def size(self) -> int:
        """The number of configurations, also where it is more than `len` can say."""
        shared = math.prod(len(values) for values in self.axes.values())
        return shared * sum(math.prod(len(values) for values in entry.values()) for entry in self.entries.values())

    def runs_with(self, confirm: int) -> int:
        """The number of runs with so many confirm seeds: all tune runs, and the confirm runs of each family's best."""
        return self.size * self.seeds.tune + self.family_count * confirm

    @property
    def family_count(self) -> int:
        """The number of families, which grows with the axes that split them."""
        families: set[tuple[str, ...]] = set()
        for label, entry in self.entries.items():
            axes = {**self.axes, **entry}
            named = [[label]] if "optimizer" in self.families else []
            splits = [[describe(key, value) for value in axes[key]] for key in self.splits if key in axes]
            families.update(itertools.product(*named, *splits))
        return len(families)

    @property
    def varying(self) -> tuple[str, ...]:
        """The dotted names of the settings with more than one value, in the order of the grid file."""
        keys = [key for key, values in self.axes.items() if len(values) > 1]
        for entry in self.entries.values():
            keys += [key for key, values in entry.items() if len(values) > 1 and key not in keys]
        return tuple(keys)

    @property
    def splits(self) -> tuple[str, ...]:
        """The settings whose values split families: the `families` axes and every axis of the problem."""
        problem = [key for key in self.varying if key.startswith("problem.")]
        return (*(key for key in self.families if key != "optimizer"), *(k for k in problem if k not in self.families))

    def configurations(self) -> Iterator[Configuration]:
        """All of them in grid order: entry by entry, the last axis running fastest."""
        for label, entry in self.entries.items():
            axes = {**self.axes, **entry}
            lines = [[_line(key, value) for value in values] for key, values in axes.items()]
            texts = {key: {value: describe(key, value) for value in values} for key, values in axes.items()}
            splits = [key for key in self.splits if key in axes]
            within = [key for key in self.varying if key in axes and key not in splits]
            before_family, before_text = ([label], []) if "optimizer" in self.families else ([], [label])
            combinations = zip(itertools.product(*axes.values()), itertools.product(*lines), strict=True)
            for values, settings_lines in combinations:
                settings = dict(zip(axes, values, strict=True))
                settings["optimizer.label"] = label
                yield Configuration(
                    hash=_hash(settings_lines),
                    family=", ".join(before_family + [texts[key][settings[key]] for key in splits]),
                    text=", ".join(before_text + [texts[key][settings[key]] for key in within]),
                    settings=settings,
                )


def configuration_hash(settings: Mapping[str, Value]) -> str:
    """What names a configuration in run ids, from its canonical settings in any order."""
    table = (*SHARED, *OPTIMIZERS[str(settings["optimizer.name"])])
    return _hash([_line(setting.key, settings[setting.key]) for setting in table])


def _line(key: str, value: Value) -> str:
    return f"{key}={json.dumps(value)}"


def _hash(lines: Sequence[str]) -> str:
    """A hash over settings, in the order of their table, and the version of the arithmetic."""
    text = "\n".join((f"nn.NUMERICS={nn.NUMERICS}", *lines))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def describe(key: str, value: Value) -> str:
    """A setting as short text, such as `lr 0.05` or `hidden 64-64`."""
    return f"{key.split('.', 1)[1]} {written(value)}"


def written(value: Value) -> str:
    """A value as short text that no other value of its setting has."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return str(value)
