"""Hostile grid files, stores and data files, as many as one likes, each tried by commands in a process that is watched.

Every trial has a number, from which its input follows: `python tests/faults inputs grids 17` tries number 17 alone, and
shows what is typed and what is answered.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import bench.campaign
import bench.report.sections
import bench.results  # noqa: F401  (before the first trial, whose time they would take)
from tests.faults import data, grids, stores
from tests.faults.trials import Trial
from tests.faults.watching import Attack, watch

ATTACKS: dict[str, Callable[[], Attack]] = {
    "grids": lambda: grids.attack,
    "stores": stores.attack,
    "data": lambda: data.attack,
}
"""What makes each kind of attack, with all that its trials share."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options that say how many of each to try, or which one to look at."""
    parser.set_defaults(run=run)
    for name in ATTACKS:
        parser.add_argument(f"--{name}", type=int, default=0, metavar="N", help=f"how many hostile {name} to try")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="the number of the first (default: 0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="default: %(default)s")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where inputs stay with which something is wrong")
    parser.add_argument("one", nargs="*", help="a kind and the number of a trial, to see that one")


def run(options: argparse.Namespace) -> None:
    """Try as many of each as is asked for. Raises SystemExit with 1 where something is wrong."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # for what such inputs are made of
    keep = options.keep or Path(tempfile.mkdtemp(prefix="faults-"))
    if options.one:
        kind, number = options.one
        wrong = _show(ATTACKS[kind](), int(number), keep / kind)
    else:
        wrong = 0
        for kind in [kind for kind in ATTACKS if getattr(options, kind)]:
            numbers = range(options.first, options.first + getattr(options, kind))
            wrong += campaign(kind, numbers, keep / kind, options.jobs)
    sys.exit(1 if wrong else 0)


def campaign(kind: str, numbers: Sequence[int], folder: Path, jobs: int) -> int:
    """Try them all, and print what is wrong. Returns in how many something is."""
    wrong = 0
    for done, ended in enumerate(watch(ATTACKS[kind](), numbers, folder, jobs), 1):
        for fault in ended.faults:
            print(f"{kind} {ended.number}: {fault}", flush=True)
        wrong += bool(ended.faults)
        if done % 1000 == 0:
            print(f"{kind}: {done:,} tried, {wrong:,} with faults", file=sys.stderr, flush=True)
    print(f"{kind}: {len(numbers):,} tried, {wrong:,} with faults" + (f", in {folder}" if wrong else ""))
    return wrong


def _show(attack: Attack, number: int, folder: Path) -> int:
    trial = Trial(folder / str(number), number, aloud=True)
    attack(trial)
    print(*trial.faults, f"its input is in {trial.folder}", sep="\n")
    return len(trial.faults)
