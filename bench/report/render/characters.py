"""An interval drawn with characters, for Markdown and for a terminal."""

from __future__ import annotations

from bench.report.document import Interval, Scale
from bench.text import missing


def legend(scale: Scale, claim: str = "┊", ceiling: str = "╎") -> str:
    """What the lines of a scale are, by the characters, or the words, that name them."""
    said = {"claim": f"{claim}: the claim", "ceiling": f"{ceiling}: the ceiling, the best that any classifier could do"}
    return "; ".join(said[which] for _, _, which in scale.labels) + "."


def labels(scale: Scale) -> str:
    """The same with their numbers, in short."""
    marks = {"claim": "┊", "ceiling": "╎"}
    return ", ".join(f"{marks[which]} {label}" for label, _, which in scale.labels)


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
