"""From a grid to its configurations: the product of all axes, entry by entry, and point by point of random ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from bench.grid.domains import Axes, Value
from bench.grid.identity import hash_of, id_order, line
from bench.grid.settings import Settings, parts_of
from bench.text import describe

if TYPE_CHECKING:
    from bench.grid.grid import Grid

_LineOf = Callable[[str, Value], str]

_KEPT = 20_000  # combinations of one entry's own axes that are kept for the next combination of the shared ones


@dataclass(frozen=True, slots=True)
class Configuration:
    """One point of the grid, without a seed.

    `hash`: of everything that determines a run's numbers, but for the seed. `family`: the text that names what it is
    compared as. `text`: what else varies in its grid. `problem`: the label of its problem there.
    """

    hash: str
    family: str
    text: str
    settings: Settings
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Combination:
    """One value of each axis that all entries share, or of each of an entry's own: half of a configuration.

    `lines`: to its id. `texts`: to its names, by dotted key. `parts`: to its settings, by table.
    """

    lines: str
    texts: dict[str, str]
    parts: dict[str, Any]


def expand(grid: Grid) -> Iterator[Configuration]:
    """All configurations in grid order: product by product, point by point, the last axis running fastest."""
    for part in grid.products:
        label, known_line = part.optimizer, cache(line)  # other optimizers may write equal values in other ways
        splits, others = grid.splits_of(part), grid.splits
        within = [key for key in grid.varying if key in part.axes and key not in others]
        before_family, before_text = ([label], []) if "optimizer" in grid.family_axes else ([], [label])
        before_family += [part.problem] if grid.names_problems else []
        for axes in part.points:
            for first, second in _halves(axes, grid.optimizers[label], {*splits, *within}, label, known_line):
                texts = first.texts | second.texts
                yield Configuration(
                    hash=hash_of((first.lines, second.lines)),
                    family=", ".join(before_family + [texts[key] for key in splits]),
                    text=", ".join(before_text + [texts[key] for key in within]),
                    settings=Settings(**first.parts, **second.parts),
                    problem=part.problem,
                )


def _halves(
    axes: Axes, entry: Collection[str], named: Collection[str], label: str, line_of: _LineOf
) -> Iterator[tuple[_Combination, _Combination]]:
    """The combinations of the axes, each as that of the shared ones and that of the optimizer's own, the `entry`.

    Keys of the optimizer's table come last in ids (`identity`), so the lines of both go together as they are.
    """
    shared = {key: values for key, values in axes.items() if key not in entry}
    own_axes = {key: axes[key] for key in entry}
    own: Iterable[_Combination] = _Combinations(own_axes, named, {"optimizer.label": label}, line_of)
    if _size(shared) > 1 and _size(own_axes) <= _KEPT:
        own = list(own)
    for first in _Combinations(shared, named, {}, line_of):
        for second in own:
            yield first, second


def _size(axes: Axes) -> int:
    return prod(len(values) for values in axes.values())


@dataclass(frozen=True)
class _Combinations:
    """The combinations of some axes' values, made anew for every loop. `named`: the keys that names are made of.

    `constants`: values that belong to every combination, but to no id. `line_of`: a setting's line to ids.
    """

    axes: Axes
    named: Collection[str]
    constants: Mapping[str, Value]
    line_of: _LineOf

    def __iter__(self) -> Iterator[_Combination]:
        in_id_order = sorted(self.axes, key=id_order)
        named = [key for key in self.axes if key in self.named]
        for values in product(*self.axes.values()):
            point = dict(zip(self.axes, values, strict=True))
            yield _Combination(
                "".join([self.line_of(key, point[key]) for key in in_id_order]),
                {key: describe(key, point[key]) for key in named},
                parts_of({**point, **self.constants}),
            )
