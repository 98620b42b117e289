"""The verdicts as an aligned table for a terminal, coloured where the terminal shows colours."""

import os
import sys
from collections.abc import Iterator
from typing import Any

import pandas as pd

from bench.text import percent, percent_unlike, printable

_MARKS = {"above": "▲", "below": "▼", "practically equal": "=", "inconclusive": "?", "degenerate": "!", "failed": "!"}
_COLOURS = {"above": 32, "below": 31, "practically equal": 36, "inconclusive": 33, "degenerate": 35, "failed": 35}


def verdict_lines(verdicts: pd.DataFrame, *, coloured: bool) -> Iterator[str]:
    """One line for each family: mark, family, the verdict's interval around its mean, the word, and its best."""
    rows = [_row(verdict) for _, verdict in verdicts.iterrows()]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row, kind in zip(rows, verdicts["kind"], strict=True):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        yield f"\x1b[{_COLOURS[kind]}m{line}\x1b[0m" if coloured else line


def _row(verdict: "pd.Series[Any]") -> tuple[str, ...]:
    goal = float(verdict["accuracy"])
    low, mean, high = (float(verdict[name]) for name in ("word_low", "mean", "word_high"))
    known = verdict["kind"] not in ("failed", "degenerate")
    interval = (
        f"[{percent_unlike(low, goal)} {percent_unlike(mean, goal)} {percent_unlike(high, goal)}]"
        if known
        else "no interval"
    )
    return (
        _MARKS[str(verdict["kind"])],
        printable(str(verdict["family"]), 40),
        interval,
        f"{verdict['word']}, claim {percent(goal)}",
        f"{verdict['n_ok']} of {verdict['n']} seeds",
        printable(str(verdict["configuration"]), 80),
    )


def colours_wanted() -> bool:
    """Whether standard output is a terminal whose user has not asked for no colours (no-color.org)."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
