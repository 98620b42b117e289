"""The contrasts of a grid's effects: which configurations of a family are on either side of an axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.grid.expansion import Configuration
from bench.grid.grid import Grid
from bench.text import written

WITH, WITHOUT = "with", "without"


@dataclass(frozen=True)
class Contrast:
    """Two groups of a family's configurations that an axis tells apart: `value` against `against`.

    Where 0 is among an axis's numbers, "with" (any other value) against "without" (0); else each value against the
    first.
    """

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
        if len(groups) < 2:
            continue
        if written(0.0) in groups:
            off = groups.pop(written(0.0))
            yield Contrast(axis, WITH, WITHOUT, tuple(c for own in groups.values() for c in own), tuple(off))
            continue
        (against, off), *others = groups.items()
        for value, on in others:
            yield Contrast(axis, value, against, tuple(on), tuple(off))
