"""What is printed in a terminal: the verdicts as an aligned table, and commands that work when they are typed there."""

import os
import shutil
import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from bench.grid.request import Places, typed
from bench.report.remarks import remarks
from bench.results import Results
from bench.statistics.claims import KINDS
from bench.text import counted, missing, percent, percent_unlike, printable


def print_verdicts(results: Results) -> None:
    """The verdicts of a grid, and the families that have none yet."""
    for line in verdict_lines(results.verdicts, coloured=colours_wanted()):
        print(line)
    for remark in remarks(results):
        print(printable(remark, 1000))
    for family in results.choices.loc[~results.choices["chosen"], "family"]:
        print(f"{family}: not confirmed, because not all its tune runs are done")


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


def program() -> list[str]:
    """The words that start this program when they are typed in the same shell."""
    script = Path(sys.argv[0])
    if script.stem == "bench":  # installed as such; else it is .../bench/__main__.py
        found = shutil.which("bench")
        on_path = found is not None and Path(found).resolve() == script.resolve()
        return ["bench" if on_path else _as_typed(str(script))]
    return [_as_typed((sys.orig_argv or [sys.executable])[0]), "-m", "bench"]


def _as_typed(command: str) -> str:
    """A command found on the path as it is; a file below the working folder without the way there."""
    if os.sep not in command:
        return command
    path = Path(command).absolute()
    near = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return str(near) if os.sep in str(near) else os.path.join(".", near)


def training_command(results: Results, places: Places) -> str:
    """The command that trains what these results lack."""
    words = (*results.grid.request.arguments, *results.run_options, *places.store_option, *places.reports_option)
    return typed("run", *words, program=program())


def print_lacking(results: Results, places: Places) -> None:
    """What the results lack, if anything, and the command that trains it."""
    if results.lacking:
        are = counted(results.lacking, "run is", "runs are")
        print(f"{are} still to be trained: {training_command(results, places)}")


def open_in_browser(report: Path) -> None:
    """Show the page beside a report.md."""
    webbrowser.open(report.with_name("report.html").absolute().as_uri())
