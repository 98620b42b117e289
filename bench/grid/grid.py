"""A grid: one question, the axes to sweep, the seeds, the baseline."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bench.grid.components import PROBLEMS
from bench.grid.domains import Choice, Number, Text, Value, Whole
from bench.grid.effects import sides_of
from bench.grid.expansion import Configuration, expand
from bench.grid.request import Request
from bench.problems import SIZES, Source
from bench.text import describe, printable, written
from nn.components import setting, settings_of

CONFIRM_FROM = 1_000_000
"""Seeds below it are tune seeds; confirm seeds start here, so that the two never meet however either grows."""
_MOST_SEEDS = 1_000_000  # in each block, so that blocks never overlap
MOST_BLOCKS = 1_000


@dataclass(frozen=True)
class Seeds:
    """How many replicates choose (`tune`) and how many fresh ones judge (`confirm`)."""

    tune: int = setting(10, Whole(0, _MOST_SEEDS), "replicates of every configuration, to choose on")
    confirm: int = setting(30, Whole(1, _MOST_SEEDS), "fresh replicates of each family's best, to judge by")
    block: int = setting(
        0, Whole(0, MOST_BLOCKS - 1), "which confirm seeds: another block has seeds that nobody has seen yet"
    )

    @property
    def for_tuning(self) -> range:
        return range(self.tune)

    @property
    def for_confirming(self) -> range:
        return self.of_block[: self.confirm]

    @property
    def of_block(self) -> range:
        """All confirm seeds that there are in the block."""
        start = CONFIRM_FROM + self.block * _MOST_SEEDS
        return range(start, start + _MOST_SEEDS)


@dataclass(frozen=True)
class Baseline:
    """What the verdicts are about: the claim, the convergence target, alpha, the margin; and what to compare with."""

    accuracy: float = setting(
        0.85, Number(0, 1, open_low=True, open_high=True), "the test accuracy that the verdicts are about"
    )
    target: float = setting(
        0.85, Number(0, 1, open_low=True), "validation accuracy that counts as converged; left out, it is `accuracy`"
    )
    alpha: float = setting(0.05, Number(0, 0.5, open_low=True), "probability of a wrong verdict that is accepted")
    margin: float = setting(0.01, Number(0, 1), "differences smaller than this are practically nothing")
    reference: str = setting(
        "",
        Text(1000),
        "the family that the others of its problem are compared with: its name, or the label of its optimizer; left "
        "out, it is the best on tune seeds",
    )
    weights: str = setting(
        "last",
        Choice(("last", "best")),
        "which weights of a run choose and are judged: those of its last epoch, or of its checkpoint with the best "
        "validation accuracy (early stopping)",
    )

    @property
    def of_weights(self) -> str:
        """Whose accuracy is meant, in words."""
        return "of the last epoch" if self.weights == "last" else "of the checkpoint with the best validation accuracy"


@dataclass(frozen=True)
class Family:
    """What a family is called. `label`: of its optimizer, "" where optimizers share families.

    `short`: its name without the settings of its problem, which are `problem`.
    """

    name: str
    label: str
    short: str
    problem: str


@dataclass(frozen=True)
class Grid:
    """A validated grid.

    `family_axes`: the file's `families`, the keys of the axes whose values are compared. `axes`: each shared setting's
    values; `entries`: the same of each optimizer, by label. `effects`: keys of the axes whose effects are judged.
    `request`: how it was asked for.
    """

    name: str
    title: str
    family_axes: tuple[str, ...]
    axes: Mapping[str, tuple[Value, ...]]
    entries: Mapping[str, Mapping[str, tuple[Value, ...]]]
    seeds: Seeds
    baseline: Baseline
    effects: tuple[str, ...] = ()
    request: Request = Request()

    def __len__(self) -> int:
        return self.size

    @property
    def source(self) -> str:
        """The grid file, for messages."""
        return printable(self.request.path)

    @property
    def problems(self) -> Iterator[Source]:
        """The problems of the grid, as far as their points differ in shape."""
        names = self.axes["problem.name"]
        for name in names:
            own = settings_of(PROBLEMS[str(name)])
            axes = [self.axes[f"problem.{s.name}"] for s in own]
            of_points = [s.fixes_shape and s.name not in SIZES for s in own]
            some = [values if differs else values[:1] for differs, values in zip(of_points, axes, strict=True)]
            for values in itertools.product(*some):
                yield PROBLEMS[str(name)](**dict(zip((s.name for s in own), values, strict=True)))

    @property
    def size(self) -> int:
        """The number of configurations, also where it is more than `len` can say."""
        shared = math.prod(len(values) for values in self.axes.values())
        return shared * sum(math.prod(len(values) for values in entry.values()) for entry in self.entries.values())

    def runs_with(self, confirm: int) -> int:
        """The most runs that there can be with so many confirm seeds of each family's best: tune, confirm, effects."""
        return self.size * self.seeds.tune + self.family_count * confirm + self.effect_count * self.seeds.confirm

    @property
    def effect_count(self) -> int:
        """The most configurations that are confirmed for effects alone: one for each contrast of each family."""
        return sum(self._effect_count(key) for key in self.effects)

    def _effect_count(self, key: str) -> int:
        """The contrasts of one axis, in all families together."""
        tables = [{**self.axes, **entry} for entry in self.entries.values()]
        if "optimizer" not in self.family_axes:  # entries share their families, and a family has all their values
            return self.family_count * _contrasts(value for axes in tables for value in axes.get(key, ()))
        split = [[len(axes[name]) for name in self.splits if name in axes] for axes in tables]
        return sum(math.prod(own) * _contrasts(axes.get(key, ())) for axes, own in zip(tables, split, strict=True))

    @property
    def family_count(self) -> int:
        """The number of families, which grows with the axes that split them."""
        families: set[tuple[str, ...]] = set()
        for label, entry in self.entries.items():
            axes = {**self.axes, **entry}
            named = [[label]] if "optimizer" in self.family_axes else []
            splits = [[describe(key, value) for value in axes[key]] for key in self.splits if key in axes]
            families.update(itertools.product(*named, *splits))
        return len(families)

    @property
    def families(self) -> Iterator[Family]:
        """The families, in grid order; some come more than once where optimizers share them."""
        for label, entry in self.entries.items():
            axes, label = {**self.axes, **entry}, label if "optimizer" in self.family_axes else ""
            keys = [key for key in self.splits if key in axes]
            for values in itertools.product(*(axes[key] for key in keys)):
                texts = [(key.startswith("problem."), describe(key, v)) for key, v in zip(keys, values, strict=True)]
                named = [label] if label else []
                yield Family(
                    name=", ".join([*named, *(text for _, text in texts)]),
                    label=label,
                    short=", ".join([*named, *(text for of_problem, text in texts if not of_problem)]),
                    problem=", ".join(text for of_problem, text in texts if of_problem),
                )

    @property
    def references(self) -> dict[str, Family]:
        """By name, the families that `baseline.reference` means: one by its name, or one in each problem."""
        wanted = self.baseline.reference
        if not wanted:
            return {}
        families = {family.name: family for family in self.families}
        by_name, by_short, by_label = (
            {name: family for name, family in families.items() if getattr(family, what) == wanted}
            for what in ("name", "short", "label")
        )
        return by_name or by_short or by_label

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
        return (
            *(key for key in self.family_axes if key != "optimizer"),
            *(k for k in problem if k not in self.family_axes),
        )

    def configurations(self) -> Iterator[Configuration]:
        """All of them in grid order, one at a time."""
        return expand(self)


def _contrasts(values: Iterable[Value]) -> int:
    return len(sides_of(map(written, values)))
