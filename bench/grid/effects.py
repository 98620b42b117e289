"""The contrasts of a grid's effects: which configurations of a family are on either side of an axis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.grid.expansion import Configuration
from bench.text import written

if TYPE_CHECKING:
    from bench.grid.grid import Grid

WITH, WITHOUT = "with", "without"
NONE = written(0.0)  # a strength of which there is none


@dataclass(frozen=True)
class Contrast:
    """Two groups of a family's configurations that an axis tells apart: `value` against `against` (see `sides_of`)."""

    axis: str
    value: str
    against: str
    on: tuple[Configuration, ...]
    off: tuple[Configuration, ...]


def contrasts(grid: Grid, members: Sequence[Configuration]) -> Iterator[Contrast]:
    """The contrasts of one family, given all its configurations."""
    settings = [member.settings.flat() for member in members] if grid.effects else []
    for axis in grid.effects:
        groups: dict[str, list[Configuration]] = {}
        for member, flat in zip(members, settings, strict=True):
            if axis in flat:  # not every optimizer has every setting
                groups.setdefault(written(flat[axis]), []).append(member)
        for value, against in sides_of(groups):
            if against == WITHOUT:
                off = groups.pop(NONE)
                on = [member for own in groups.values() for member in own]
            else:
                on, off = groups[value], groups[against]
            yield Contrast(axis, value, against, tuple(on), tuple(off))


def sides_of(values: Iterable[str]) -> list[tuple[str, str]]:
    """What is compared along an axis with these values, as they are written.

    Where 0 is among several, "with" (any other value) against "without" (0); else each value against the first.
    """
    first, *others = list(dict.fromkeys(values)) or [""]
    if others and NONE in (first, *others):
        return [(WITH, WITHOUT)]
    return [(value, first) for value in others]
