"""What a report consists of, without saying how it looks: sections of plain texts, tables and figures.

Every text in here is plain; Markdown and HTML escape all of it when they render it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from bench.figures import Picture
from bench.statistics.claims import Kind
from bench.statistics.scores import ACCURACY, Score
from bench.text import missing, percent

SHOWN = 20  # rows of a table before the rest is folded
FOLDED = 500  # rows that are folded; all others are in the CSV file alone


class Cell(NamedTuple):
    """A table cell: its text, the value that it is sorted by, and the kind of verdict that it shows, if any."""

    text: str
    value: Any
    kind: Kind | None = None


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of prose."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of short texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """Lines to be shown as they are, such as commands."""

    text: str


@dataclass(frozen=True)
class Links:
    """Files beside the report: (file name, what it holds)."""

    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """`search`: whether the page offers to filter it. `csv`: the file with all of its numbers, if any.

    `left_out`: rows that it has no place for.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    csv: str = ""
    search: bool = False
    left_out: int = 0

    @cached_property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers."""
        return tuple(any(isinstance(row[i].value, int | float) for row in self.rows) for i in range(len(self.header)))


@dataclass(frozen=True)
class Verdict:
    """One family's answer: its kind, the interval, the sentence that says it all, and what to be careful with."""

    kind: Kind
    family: str
    interval: str
    sentence: str
    cautions: tuple[str, ...] = ()
    word: str = ""

    @property
    def shown(self) -> str:
        """The bare word: the kind's, or another that a score has for it."""
        return self.word or self.kind.word


@dataclass(frozen=True)
class Verdicts:
    """Verdicts, family by family."""

    items: tuple[Verdict, ...]


@dataclass(frozen=True)
class Lead:
    """The answer in a few sentences, and what is to be said with it."""

    headlines: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Interval:
    """A row of `Scale`: a family's interval around its mean, its word, and its problem's ceiling (nan: unknown)."""

    kind: Kind
    name: str
    numbers: str
    low: float
    mean: float
    high: float
    ceiling: float
    word: str


@dataclass(frozen=True)
class Scale:
    """Intervals of means of a score, drawn to one scale against the claim and each row's ceiling.

    `left_out`: how many families have no row.
    """

    caption: str
    claim: float
    rows: tuple[Interval, ...]
    left_out: int = 0
    score: Score = ACCURACY

    @cached_property
    def ends(self) -> tuple[float, float]:
        """What the scale reaches from and to."""
        known = [v for row in self.rows for v in (row.low, row.mean, row.high, row.ceiling) if not missing(v)]
        return min([self.claim, *known]), max([self.claim, *known])

    @cached_property
    def labels(self) -> tuple[tuple[str, float, str], ...]:
        """What stands at which value, and which of the two it is: the claim, and the ceiling or the highest of them."""
        known = sorted({row.ceiling for row in self.rows if not missing(row.ceiling)})
        claim = (f"claim {self.score.value(self.claim)}", self.claim, "claim")
        if not known:
            return (claim,)
        low, high = (percent(ceiling) for ceiling in (known[0], known[-1]))
        return claim, (f"ceiling {high}" if low == high else f"ceilings {low} to {high}", known[-1], "ceiling")

    def place(self, value: float) -> float:
        """Where a value lies between the ends: 0 to 1."""
        low, high = self.ends
        return (value - low) / (high - low) if high > low else 0.5


@dataclass(frozen=True)
class Folded:
    """Blocks that are seen once they are unfolded."""

    summary: str
    blocks: tuple[Block, ...]


Block = Paragraph | Bullets | Code | Links | Table | Lead | Scale | Verdicts | Folded | Picture


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A whole report. `files`: the frames to be written beside it, by name."""

    title: str
    sections: tuple[Section, ...]
    files: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def pictures(self) -> list[Picture]:
        """All figures, in order."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, Picture)]


Format = Callable[[Any], str]


def table_of(
    frame: pd.DataFrame,
    columns: Sequence[tuple[str, str, Format]],
    caption: str = "",
    *,
    csv: str = "",
    search: bool = False,
    left_out: int = 0,
) -> Table:
    """A frame as a table. `columns`: (column, header, how to write a value)."""
    cells = [
        [Cell(write(value), value) for value in frame[column].astype(object).tolist()] for column, _, write in columns
    ]
    return Table(
        caption, tuple(header for _, header, _ in columns), tuple(zip(*cells, strict=True)), csv, search, left_out
    )
