"""The answer for a terminal: the report's first section as aligned text, coloured where the terminal shows colours."""

import os
import sys
import textwrap
from collections.abc import Iterator, Sequence
from functools import singledispatch

from bench.report.document import Lead, Scale, Table
from bench.report.sections import answer
from bench.report.view import view_of
from bench.results import Results
from bench.statistics.claims import Kind
from bench.text import percent, printable

WIDTH = 110  # of sentences
LONGEST = 40  # of a family's name


def print_answer(results: Results) -> None:
    """What the report says first."""
    for block in answer.section(view_of(results)).blocks:
        print("\n".join(lines(block, coloured=colours_wanted())), end="\n\n")


@singledispatch
def lines(block: object, *, coloured: bool) -> Iterator[str]:
    """One block of the report's first section as lines of text."""
    raise TypeError(type(block).__name__)


@lines.register
def _(block: Lead, *, coloured: bool) -> Iterator[str]:
    for text in block.headlines:
        yield from textwrap.wrap(printable(text, 2000), WIDTH)
    for text in block.notes:
        yield from textwrap.wrap(printable(text, 2000), WIDTH, initial_indent="- ", subsequent_indent="  ")


@lines.register
def _(block: Scale, *, coloured: bool) -> Iterator[str]:
    rows = [
        (row.kind.mark, printable(row.name, LONGEST), row.numbers, block.text(row), printable(row.word))
        for row in block.rows
    ]
    for line, row in zip(_aligned(rows), block.rows, strict=True):
        yield _painted(line, row.kind) if coloured else line
    yield f"┊ the claim, {percent(block.claim)}   ╎ the ceiling: the best that any classifier could do"


@lines.register
def _(block: Table, *, coloured: bool) -> Iterator[str]:
    rows = [(printable(row[0].text, LONGEST), *(printable(cell.text) for cell in row[1:])) for row in block.rows]
    yield from _aligned([block.header, *rows])


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _painted(line: str, kind: Kind) -> str:
    return f"\x1b[{kind.ansi}m{line}\x1b[0m"


def colours_wanted() -> bool:
    """Whether standard output is a terminal whose user has not asked for no colours (no-color.org)."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
