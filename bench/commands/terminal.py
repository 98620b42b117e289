"""The verdicts as an aligned table for a terminal, coloured where the terminal shows colours."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from bench.report.cautions import by_text, cautions
from bench.report.remarks import remarks
from bench.results import Results
from bench.statistics.claims import KINDS
from bench.text import counted, missing, percent, percent_unlike, printable

MOST_CAUTIONS = 8


def print_verdicts(results: Results) -> None:
    """The verdicts of a grid, and what to be careful with, and the families that have none yet."""
    for line in verdict_lines(results.verdicts, coloured=colours_wanted()):
        print(line)
    for line in caution_lines(cautions(results)):
        print(line)
    for remark in remarks(results):
        print(printable(remark, 1000))
    for family in results.choices.loc[~results.choices["chosen"], "family"]:
        print(f"{family}: not confirmed, because not all its tune runs are done")


def caution_lines(cautions: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The first cautions, each with the families that it is about, and how many more there are."""
    texts = by_text(cautions)
    yield from (f"caution: {printable(text, 1000)}" for text in texts[:MOST_CAUTIONS])
    if len(texts) > MOST_CAUTIONS:
        yield f"and {counted(len(texts) - MOST_CAUTIONS, 'more caution')}"


def verdict_lines(verdicts: pd.DataFrame, *, coloured: bool) -> Iterator[str]:
    """One line for each family: mark, family, the verdict's interval around its mean, the word, and its best."""
    rows = [_row(verdict) for _, verdict in verdicts.iterrows()]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row, kind in zip(rows, verdicts["kind"].map(KINDS), strict=True):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        yield f"\x1b[{kind.ansi}m{line}\x1b[0m" if coloured else line


def _row(verdict: "pd.Series[Any]") -> tuple[str, ...]:
    goal = float(verdict["accuracy"])
    interval = " ".join(percent_unlike(verdict[name], goal) for name in ("word_low", "mean", "word_high"))
    return (
        KINDS[verdict["kind"]].mark,
        printable(str(verdict["family"]), 40),
        "no interval" if missing(verdict["word_low"]) else f"[{interval}]",
        f"{verdict['word']}, claim {percent(goal)}",
        f"{verdict['n_ok']} of {verdict['n'] + verdict['n_missing']} seeds",
        printable(str(verdict["configuration"]), 80),
    )


def colours_wanted() -> bool:
    """Whether standard output is a terminal whose user has not asked for no colours (no-color.org)."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
