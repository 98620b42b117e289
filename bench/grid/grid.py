"""A grid: one question, the axes to sweep, the seeds, the baseline."""

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.grid.components import PROBLEMS
from bench.grid.domains import Axes, Choice, Number, Text, Whole
from bench.grid.effects import sides_of
from bench.grid.expansion import Configuration, expand
from bench.grid.request import Request
from bench.grid.search import Search, at_points, points, random_axes
from bench.problems import SIZES, Source
from bench.text import describe, path_text, written
from nn.components import Setting, setting, settings_of

CONFIRM_FROM = 1_000_000
"""Seeds below it are tune seeds; confirm seeds start here, so that the two never meet however either grows."""
_MOST_SEEDS = 1_000_000  # in each block, so that blocks never overlap
MOST_BLOCKS = 1_000

LABELS = ("optimizer", "problem")  # what `families` may name besides settings: the tables of these names, by label


@dataclass(frozen=True)
class Seeds:
    """How many replicates choose (`tune`) and how many fresh ones judge (`confirm`)."""

    tune: int = setting(10, Whole(0, _MOST_SEEDS), "replicates of every configuration, to choose on")
    confirm: int = setting(30, Whole(1, _MOST_SEEDS), "fresh replicates of each family's best, to judge by")
    block: int = setting(
        0, Whole(0, MOST_BLOCKS - 1), "which confirm seeds: another block has seeds that nobody has seen yet"
    )
    race: bool = setting(
        False,
        None,
        "whether tune seeds come in rounds, after which what is worse than its family's leader gets no more of them",
        fixes_shape=True,  # as every flag
    )

    @property
    def for_tuning(self) -> range:
        """The tune seeds."""
        return range(self.tune)

    @property
    def for_confirming(self) -> range:
        """The confirm seeds that are set in advance."""
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
class Product:
    """One of the products that a grid is the union of: the axes of a problem, the shared ones, those of an optimizer.

    `problem`, `optimizer`: their labels.
    """

    problem: str
    optimizer: str
    axes: Axes

    @property
    def size(self) -> int:
        """The number of configurations: of every point of the random axes with every combination of the others."""
        random = random_axes(self.axes)
        return len(points(self.axes)) * math.prod(len(values) for key, values in self.axes.items() if key not in random)

    @property
    def points(self) -> Iterator[Axes]:
        """The axes for each point of the random ones: products of lists, whose union this is."""
        return at_points(self.axes)


@dataclass(frozen=True)
class Family:
    """What a family is called. `label`: of its optimizer, "" where optimizers share families.

    `short`: its name without its problem, which is `problem`: label and settings, as far as these tell problems apart.
    """

    name: str
    label: str
    short: str
    problem: str


@dataclass(frozen=True)
class Grid:
    """A validated grid.

    `family_axes`: the file's `families`, the keys of the axes whose values are compared. `axes`: each shared setting's
    values; `problems` and `optimizers`: the same of each problem and each optimizer, by label. `search`: how many
    points of the random axes. `effects`: keys of the axes whose effects are judged. `request`: how it was asked for.
    """

    name: str
    title: str
    family_axes: tuple[str, ...]
    problems: Mapping[str, Axes]
    axes: Axes
    optimizers: Mapping[str, Axes]
    seeds: Seeds
    baseline: Baseline
    search: Search = Search()
    effects: tuple[str, ...] = ()
    request: Request = Request()

    def __len__(self) -> int:
        return self.size

    @property
    def source(self) -> str:
        """The grid file, for messages."""
        return path_text(self.request.path)

    @property
    def sources(self) -> Iterator[Source]:
        """What points are taken from, as far as these differ in shape, each with the most points that are asked for."""
        for axes in self.problems.values():
            for name in axes["problem.name"]:
                own = settings_of(PROBLEMS[str(name)])
                for point in itertools.product(*(_of_shape(s, axes[f"problem.{s.name}"]) for s in own)):
                    yield PROBLEMS[str(name)](**dict(zip((s.name for s in own), point, strict=True)))

    @property
    def products(self) -> Iterator[Product]:
        """In grid order: problem by problem, optimizer by optimizer."""
        for problem, of_problem in self.problems.items():
            for optimizer, own in self.optimizers.items():
                yield Product(problem, optimizer, {**of_problem, **self.axes, **own})

    @property
    def tables(self) -> tuple[Axes, ...]:
        """The axes of every problem, the shared ones, and those of every optimizer."""
        return *self.problems.values(), self.axes, *self.optimizers.values()

    @property
    def size(self) -> int:
        """The number of configurations, also where it is more than `len` can say."""
        return sum(product.size for product in self.products)

    def runs_with(self, confirm: int) -> int:
        """The most runs that there can be with so many confirm seeds of each family's best: tune, confirm, effects."""
        return self.size * self.seeds.tune + self.family_count * confirm + self.effect_count * self.seeds.confirm

    @property
    def effect_count(self) -> int:
        """The most configurations that are confirmed for effects alone: one for each contrast of each family."""
        return sum(len(self._names_of(products)) * self._contrast_count(products) for products in self._sharing)

    def _contrast_count(self, products: Sequence[Product]) -> int:
        """The contrasts of each family that these products share, of all axes together."""
        values = ([value for own in products for value in own.axes.get(key, ())] for key in self.effects)
        return sum(len(sides_of(map(written, own))) for own in values)

    @property
    def family_count(self) -> int:
        """The number of families, which grows with the axes that split them."""
        return sum(len(self._names_of(products)) for products in self._sharing)

    @property
    def _sharing(self) -> Collection[list[Product]]:
        """The products, those that share families together: all of a problem where optimizers are searched."""
        groups: dict[tuple[str, ...], list[Product]] = {}
        for product in self.products:
            own = (product.problem, product.optimizer) if "optimizer" in self.family_axes else (product.problem,)
            groups.setdefault(own, []).append(product)
        return groups.values()

    def _names_of(self, products: Iterable[Product]) -> set[str]:
        return {family.name for product in products for family in self._families_of(product)}

    @property
    def families(self) -> Iterator[Family]:
        """The families, in grid order; some come more than once where optimizers share them."""
        for product in self.products:
            yield from self._families_of(product)

    def _families_of(self, product: Product) -> Iterator[Family]:
        label = product.optimizer if "optimizer" in self.family_axes else ""
        problem = product.problem if self.names_problems else ""
        keys = self.splits_of(product)
        for values in itertools.product(*(product.axes[key] for key in keys)):
            texts = [(key.startswith("problem."), describe(key, v)) for key, v in zip(keys, values, strict=True)]
            named, of_label = [problem] if problem else [], [label] if label else []
            yield Family(
                name=", ".join([*of_label, *named, *(text for _, text in texts)]),
                label=label,
                short=", ".join([*of_label, *(text for of_problem, text in texts if not of_problem)]),
                problem=", ".join([*named, *(text for of_problem, text in texts if of_problem)]),
            )

    @property
    def names_problems(self) -> bool:
        """Whether the labels of problems are in the names of families."""
        return len(self.problems) > 1 or "problem" in self.family_axes

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
        return tuple(dict.fromkeys(key for axes in self.tables for key, values in axes.items() if len(values) > 1))

    @property
    def random(self) -> dict[str, bool]:
        """Whether each setting with a random axis is drawn on a logarithmic scale, of some optimizers at least."""
        found: dict[str, bool] = {}
        for key, axis in (item for axes in self.tables for item in random_axes(axes).items()):
            found[key] = found.get(key, False) or axis.distribution.is_logarithmic
        return found

    @property
    def splits(self) -> tuple[str, ...]:
        """The settings whose values split families: the `families` axes and every axis of the problems."""
        problem = [key for key in self.varying if key.startswith("problem.")]
        return (
            *(key for key in self.family_axes if key not in LABELS),
            *(key for key in problem if key not in self.family_axes),
        )

    def splits_of(self, product: Product) -> list[str]:
        """Those of them that a product's families are named by: not what varies in other problems alone."""
        axes = product.axes
        return [key for key in self.splits if key in axes and (key in self.family_axes or len(axes[key]) > 1)]

    def configurations(self) -> Iterator[Configuration]:
        """All of them in grid order, one at a time."""
        return expand(self)


def _of_shape(declared: Setting, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Those of a problem setting's values that make a difference to shapes; of numbers of points, the largest."""
    if declared.name in SIZES:
        return (max(values),)
    return values if declared.fixes_shape else values[:1]
