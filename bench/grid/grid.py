"""A grid: one question, the axes to sweep, the seeds, the baseline; and its expansion into configurations and runs."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from bench.grid.identity import hash_of, id_order, line
from bench.grid.kinds import Real, Value, Whole
from bench.grid.settings import PROBLEMS, Settings, decode
from bench.problems import Problem
from bench.text import describe
from nn.components import setting, settings_of

CONFIRM_FROM = 1_000_000
"""Seeds below it are tune seeds; confirm seeds start here, so that the two never meet however either grows."""
MOST_SEEDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Configuration:
    """One point of the grid, without a seed.

    `hash`: of everything that determines a run's numbers, but for the seed. `family`: the text that names what it is
    compared as. `text`: what else varies in its grid.
    """

    hash: str
    family: str
    text: str
    settings: Settings


@dataclass(frozen=True)
class Seeds:
    """How many replicates choose (`tune`) and how many fresh ones judge (`confirm`)."""

    tune: int = setting(10, Whole(0, MOST_SEEDS), "replicates of every configuration, to choose on")
    confirm: int = setting(30, Whole(1, MOST_SEEDS), "fresh replicates of each family's best, to judge by")

    @property
    def for_tuning(self) -> range:
        return range(self.tune)

    @property
    def for_confirming(self) -> range:
        return range(CONFIRM_FROM, CONFIRM_FROM + self.confirm)


@dataclass(frozen=True)
class Baseline:
    """What the verdicts are about: the claimed accuracy, the convergence target, alpha and the margin."""

    accuracy: float = setting(
        0.85, Real(0, 1, open_low=True, open_high=True), "the test accuracy that the verdicts are about"
    )
    target: float = setting(
        0.85, Real(0, 1, open_low=True), "validation accuracy that counts as converged (default: accuracy)"
    )
    alpha: float = setting(0.05, Real(0, 0.5, open_low=True), "probability of a wrong verdict that is accepted")
    margin: float = setting(0.01, Real(0, 1), "differences smaller than this are practically nothing")


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
    def problems(self) -> Iterator[Problem]:
        """The problems of the grid, as far as they differ in array shapes."""
        names = self.axes["problem.name"]
        for name in names:
            own = settings_of(PROBLEMS[str(name)])
            axes = [self.axes[f"problem.{s.name}"] for s in own]
            some = [values if s.fixes_shape else values[:1] for s, values in zip(own, axes, strict=True)]
            for values in itertools.product(*some):
                yield PROBLEMS[str(name)](**dict(zip((s.name for s in own), values, strict=True)))

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
            positions = {key: i for i, key in enumerate(axes)}
            lines = [[line(key, value) for value in values] for key, values in axes.items()]
            in_id_order = itemgetter(*(positions[key] for key in sorted(axes, key=id_order)))
            texts = [{value: describe(key, value) for value in values} for key, values in axes.items()]
            splits = [positions[key] for key in self.splits if key in axes]
            within = [positions[key] for key in self.varying if key in axes and positions[key] not in splits]
            before_family, before_text = ([label], []) if "optimizer" in self.families else ([], [label])
            decoded = _decoder(self.axes, entry, label)
            combinations = zip(itertools.product(*axes.values()), itertools.product(*lines), strict=True)
            for values, own_lines in combinations:
                yield Configuration(
                    hash=hash_of(in_id_order(own_lines)),
                    family=", ".join(before_family + [texts[i][values[i]] for i in splits]),
                    text=", ".join(before_text + [texts[i][values[i]] for i in within]),
                    settings=decoded(values),
                )


def _decoder(shared: Iterable[str], own: Iterable[str], label: str) -> Callable[[tuple[Value, ...]], Settings]:
    """From the values of all axes to typed settings: `shared` and `own` are the axes' keys, in the order of the values.

    Neighbours in a grid have most values in common, so they are given the same parts.
    """
    keys, names = tuple(shared), [key.removeprefix("optimizer.") for key in own]
    parts = lru_cache(maxsize=256)(lambda values: _parts(zip(keys, values, strict=True)))
    optimizer = lru_cache(maxsize=256)(
        lambda values: decode("optimizer", {**dict(zip(names, values, strict=True)), "label": label})
    )
    count = len(keys)
    return lambda values: Settings(**parts(values[:count]), optimizer=optimizer(values[count:]))


def _parts(values: Iterable[tuple[str, Value]]) -> dict[str, Any]:
    """Parts of the settings, by table, from values by dotted key."""
    tables: dict[str, dict[str, Value]] = {}
    for key, value in values:
        table, name = key.split(".", 1)
        tables.setdefault(table, {})[name] = value
    return {table: decode(table, own) for table, own in tables.items()}
