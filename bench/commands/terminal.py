"""What is printed in a terminal: the report's first section as aligned text, and what became of the report."""

import os
import sys
import textwrap
import webbrowser
from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch
from pathlib import Path

from bench.commands.hints import training_command
from bench.grid.request import Places
from bench.report import Written
from bench.report.document import Lead, Scale, Section, Table
from bench.report.remarks import lacking_sentence
from bench.report.render.characters import drawn, labels
from bench.results import Results
from bench.statistics.claims import Kind
from bench.text import NO_BREAK, path_text, printable, told_apart, unbroken, unshared

WIDTH = 110  # of sentences
LONGEST = 40  # of a family's name


def print_answer(answer: Section) -> None:
    """What the report says first."""
    for block in answer.blocks:
        print("\n".join(lines(block, coloured=colours_wanted())), end="\n\n")


@singledispatch
def lines(block: object, *, coloured: bool) -> Iterator[str]:
    """One block of the report's first section as lines of text."""
    raise TypeError(type(block).__name__)


@lines.register
def _(block: Lead, *, coloured: bool) -> Iterator[str]:
    for text in block.headlines:
        yield from _wrapped(text)
    for text in block.notes:
        yield from _wrapped(text, "- ")


def _wrapped(text: str, bullet: str = "") -> Iterator[str]:
    wrapped = textwrap.wrap(
        unbroken(printable(text, 2000)), WIDTH, initial_indent=bullet, subsequent_indent=" " * len(bullet)
    )
    yield from (line.replace(NO_BREAK, " ") for line in wrapped)


@lines.register
def _(block: Scale, *, coloured: bool) -> Iterator[str]:
    names = _names((row.name for row in block.rows), block.left_out)
    rows = [
        (row.kind.mark, name, row.numbers, drawn(block, row), printable(row.word))
        for name, row in zip(names, block.rows, strict=True)
    ]
    for line, row in zip(_aligned(rows), block.rows, strict=True):
        yield _painted(line, row.kind) if coloured else line
    yield f"{labels(block)}{', the best that any classifier could do' if len(block.labels) > 1 else ''}"
    if block.left_out:
        yield f"{block.score.terms.more(block.left_out)} in the report"


@lines.register
def _(block: Table, *, coloured: bool) -> Iterator[str]:
    names = _names((row[0].text for row in block.rows), block.left_out)
    cells = [[printable(cell.text) for cell in row[1:]] for row in block.rows]
    yield from _aligned([block.header, *([name, *own] for name, own in zip(names, cells, strict=True))])


def _names(families: Iterable[str], left_out: int) -> list[str]:
    """Families by names that fit, are harmless, and are told apart; what all share is unsaid where none is left out."""
    names = [printable(family, 1000) for family in families]
    return told_apart(names if left_out else unshared(names), LONGEST)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _painted(line: str, kind: Kind) -> str:
    return f"\x1b[{kind.ansi}m{line}\x1b[0m"


def colours_wanted() -> bool:
    """Whether standard output is a terminal whose user has not asked for no colours (no-color.org)."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def print_lacking(results: Results, places: Places) -> None:
    """What the results lack, if anything, and the command that trains it."""
    lacking = lacking_sentence(results)
    if lacking:
        print(f"{lacking}: {training_command(results, places)}")


def print_report(written: Written) -> None:
    """Where the report is, and whether it was left as it is."""
    print(f"report: {written.path}{' (unchanged)' if written.unchanged else ''}")


def open_in_browser(report: Path) -> None:
    """Show the page beside a report.md, or say where it is."""
    page = report.with_name("report.html")
    if not webbrowser.open(page.absolute().as_uri()):
        print(f"there is no browser to open {path_text(page)} with", file=sys.stderr)
