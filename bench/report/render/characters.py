"""An interval drawn with characters, for Markdown and for a terminal."""

from __future__ import annotations

from bench.report.document import Interval, Scale
from bench.text import missing


def drawn(scale: Scale, row: Interval, width: int = 32) -> str:
    """A row of a scale: ├─●─┤, the claim ┊ and the ceiling ╎."""
    cells = ["·"] * width

    def at(value: float) -> int:
        return round(scale.place(value) * (width - 1))

    if not missing(row.low):
        low, high = at(row.low), at(row.high)
        cells[low : high + 1] = ["├", *"─" * (high - low - 1), "┤"] if high > low else ["│"]
    if not missing(row.ceiling):
        cells[at(row.ceiling)] = "╎"
    cells[at(scale.claim)] = "┊"
    if not missing(row.mean):
        cells[at(row.mean)] = "●"
    return "".join(cells)
