"""status: how many runs are done, diverged, failed, missing; time left; `--watch` while others train."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from bench.commands.arguments import add_grid, load, note_other_versions
from bench.commands.codes import DONE

if TYPE_CHECKING:
    from pathlib import Path

    from bench.grid import Grid
    from bench.results import Results

_CLEAR = "\x1b[H\x1b[J"  # a terminal begins anew at its top
_EVERY = 1.0  # seconds between looks


def add_arguments(parser: ArgumentParser) -> None:
    add_grid(parser)
    parser.add_argument("--watch", action="store_true", help="once a second, until nothing is missing or Ctrl-C")


def run(options: Namespace) -> int:
    from bench.store.sqlite import Store

    grid = load(options, options.grid)
    with Store(options.store) as store:
        note_other_versions(grid, store)
    results = _stored(grid, options.store)
    print("\n".join(_lines(results, _left_by_cost(results))))
    return _watch(grid, options.store, results) if options.watch else DONE


def _stored(grid: Grid, place: Path) -> Results:
    """What the store knows about the grid now; it is closed in between, so that others may write."""
    from bench.results import collect
    from bench.store.sqlite import Store

    with Store(place) as store:
        return collect(grid, store)


def _watch(grid: Grid, place: Path, results: Results) -> int:
    """Look again and again, with half of the time at most; the time left is that of what was done while watching."""
    began, first = time.monotonic(), results.lacking
    try:
        while results.lacking:
            spent = time.monotonic()
            results = _stored(grid, place)
            done = first - results.lacking
            left = (time.monotonic() - began) / done * results.lacking if done > 0 else _left_by_cost(results)
            text = "\n".join(_lines(results, left))
            print(f"{_CLEAR}{text}" if sys.stdout.isatty() else text.splitlines()[-1], flush=True)
            spent = time.monotonic() - spent
            time.sleep(max(_EVERY - spent, spent))
    except KeyboardInterrupt:  # whoever watches has seen enough
        print()
    return DONE


def _left_by_cost(results: Results) -> float | None:
    """Seconds for what is lacking if it takes as long as what is stored did, on all cores; None: nothing is stored."""
    from bench.training.machine import cores

    seconds = results.runs.loc[results.runs["status"] != "failed", "seconds"]
    return float(results.lacking * seconds.mean() / cores()) if len(seconds) else None


def _lines(results: Results, left: float | None) -> list[str]:
    """The table, and what it amounts to."""
    from bench.report.remarks import changed_data
    from bench.results.races import saving
    from bench.text import duration

    lines = [results.status.to_string(index=False), *changed_data(results), *_best(results)]
    if results.grid.seeds.race:
        lines.append(saving(results.tuned.races.values()))
    most = "" if results.knows_lacking else "at most "
    known = "unknown" if left is None else f"{most}about {duration(left)}"
    return [*lines, f"{most}{results.lacking:,} runs to go; time left: {known if results.lacking else 'none'}"]


def _best(results: Results) -> list[str]:
    """The configuration with the highest mean over its tune runs so far, of all families; none that a race dropped."""
    from bench.statistics.tuning import score
    from bench.text import counted, percent, printable

    if results.tune.empty:
        return []
    known = score(results.tune).dropna(subset="validation_mean")
    ordered = known.sort_values(["validation_mean", "loss"], ascending=[False, True], kind="stable").to_dict("records")
    left = (row for row in ordered if (row["family"], row["configuration"]) not in results.tuned.dropped)
    best = next(left, None)
    if best is None:
        return []
    what = printable(": ".join(filter(None, [best["family"], best["configuration"]])), 200)
    mean, seeds = percent(best["validation_mean"]), counted(best["n"], "tune seed")
    return [f"best so far, by mean validation accuracy: {mean} on {seeds}, {what}"]
