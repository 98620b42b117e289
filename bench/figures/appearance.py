"""How a family is drawn, and what it is called, in every figure of a report."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D

from bench.figures.style import PAPER, drawable, wrap
from bench.grid.components import RULES
from bench.text import NO_BREAK, NOTHING, told_apart, unshared

# Wong's colours (Nature Methods 8:441, 2011), told apart with any colour vision, and more; all of them are seen on
# white and on black. Between the lightness of the one and of the other there is no room for twelve that differ with any
# colour vision, so a marker doubles each.
COLOURS = (
    "#0072b2", "#d55e00", "#009e73", "#b65f9c", "#9a7d0a", "#4a90c2", "#7a7f85", "#8c5a2b", "#7a5fe0", "#e0245e",
    "#6f9a1f", "#00868b",
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "<", ">", "*", "h")
DASHES = ("-", "--", "-.", ":")
LONGEST = 72  # characters of a name


@dataclass(frozen=True)
class Appearance:
    """How a family is called and drawn. No other family of the report has its name, or colour and marker and dash."""

    name: str
    colour: str
    marker: str
    dash: str

    @property
    def dots(self) -> dict[str, Any]:
        """What `scatter` takes."""
        return {"color": self.colour, "marker": self.marker}

    def mean(self, area: float) -> dict[str, Any]:
        """What `scatter` takes for a mean on a line: with an edge, which would hide a star that is not larger."""
        return {**self.dots, "s": 2.5 * area if self.marker == "*" else area, "edgecolor": PAPER, "zorder": 4}

    @property
    def line(self) -> dict[str, Any]:
        """What `plot` takes."""
        return {**self.dots, "linestyle": self.dash}


def appearances_of(families: pd.DataFrame) -> dict[str, Appearance]:
    """The appearance of each family. `families`: all of a report, indexed by name; the columns optimizer and problem.

    The first family of an optimizer has the optimizer's own, the same in all reports; the first on another problem has
    its colour and another dash. Any other has the next one that is free.
    """
    columns = families.index, families["optimizer"], families["problem"]
    return dict(_appearances_of(*(tuple(map(str, column)) for column in columns)))


@lru_cache(maxsize=4)  # a report asks for the same ones with every figure
def _appearances_of(
    order: tuple[str, ...], optimizers: tuple[str, ...], problems: tuple[str, ...]
) -> dict[str, Appearance]:
    found: dict[str, Appearance] = {}
    turns = {problem: turn for turn, problem in enumerate(dict.fromkeys(problems))}
    met: set[tuple[str, str]] = set()
    for family, optimizer, problem in zip(order, optimizers, problems, strict=True):
        own = _turned(appearance_of(optimizer), turns[problem])
        if (optimizer, problem) not in met and own not in found.values():
            found[family] = own
        met.add((optimizer, problem))
    taken = set(found.values())
    free = (appearance for appearance in map(_appearance, count()) if appearance not in taken)
    appearances = [found.get(family) or next(free) for family in order]
    named = (replace(appearance, name=name) for appearance, name in zip(appearances, short_names(order), strict=True))
    return dict(zip(order, named, strict=True))


def appearance_of(optimizer: str) -> Appearance:
    """An optimizer's own appearance, by its place among the rules; of any other name, one behind them."""
    known = list(RULES)
    if optimizer in known:
        return _appearance(known.index(optimizer))
    return _appearance(
        len(known) + zlib.crc32(optimizer.encode("utf-8", "replace")) % max(len(COLOURS) - len(known), 1)
    )


def short_names(names: Sequence[str]) -> list[str]:
    """Drawable names without the parts that all of them share; no two are alike."""
    texts = [drawable(name).strip() or NOTHING for name in names]
    return told_apart(unshared(texts), LONGEST)


def _appearance(place: int) -> Appearance:
    """An appearance of its own for each of the first 576 places."""
    turn, colour = divmod(place, len(COLOURS))
    marker, dash = (colour + turn) % len(MARKERS), (colour + turn // len(MARKERS)) % len(DASHES)
    return Appearance("", COLOURS[colour], MARKERS[marker], DASHES[dash])


def _turned(own: Appearance, turn: int) -> Appearance:
    """The same colour for another problem: with the next dash, and with the next marker when all dashes are taken."""
    markers, dashes = MARKERS.index(own.marker) + turn // len(DASHES), DASHES.index(own.dash) + turn
    return replace(own, marker=MARKERS[markers % len(MARKERS)], dash=DASHES[dashes % len(DASHES)])


def name_lines(appearance: Appearance, width: int) -> str:
    """A family's name in lines of so many characters, which end between its parts where they can."""
    parts = appearance.name.split(", ")
    whole = ", ".join(part.replace(" ", NO_BREAK) if len(part) < width else part for part in parts)
    return wrap(whole, width)


def legend_height(appearances: Sequence[Appearance], width: int, columns: int = 1) -> float:
    """Inches that a legend takes."""
    heights = [0.17 * (name_lines(appearance, width).count("\n") + 1) + 0.08 for appearance in appearances]
    return 0.2 + sum(max(heights[i : i + columns]) for i in range(0, len(heights), columns))


def legend(
    where: Axes | Figure | SubFigure, appearances: Sequence[Appearance], width: int, *, lines: bool = True, **place: Any
) -> None:
    """Families as they are drawn, with their names in lines of so many characters.

    The names are put into it afterwards: as labels, matplotlib leaves out those that begin with an underscore.
    """
    handles = [
        Line2D([], [], **(appearance.line if lines else {**appearance.dots, "linestyle": "none"}))
        for appearance in appearances
    ]
    made = where.legend(handles, ["family"] * len(appearances), frameon=False, **place)
    for text, appearance in zip(made.get_texts(), appearances, strict=True):
        text.set_text(name_lines(appearance, width))
