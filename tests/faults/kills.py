"""Kills: whoever is killed when, nothing is lost, nothing that is stored is trained again, and nobody is left.

A trial kills once. Then all that is left is compared with what an uninterrupted campaign leaves. What pytest does a few
times, `python tests/faults kills --trials 200` does as often as one likes.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.campaigns import Campaign
from tests.faults.clusters import DASK, OnCluster
from tests.faults.victims import LOCAL, Missed, Reference, uninterrupted

VICTIMS = LOCAL | DASK
EPOCHS = 1000  # of a run: training takes about as long as what comes before and after it
STAGES = {"start": "before the first run was stored", "tune": "in tune", "confirm": "in confirm, or later"}


@dataclass(frozen=True)
class Outcome:
    """What became of a campaign.

    `reached`: how far it was when `victim` was killed. `flying`: how many runs those who were killed had begun to train
    that were not stored. `again`: how many runs were trained again. `faults`: what must not be.
    """

    victim: str
    reached: str = ""
    flying: int = 0
    again: int = 0
    faults: list[str] = field(default_factory=list)


def campaign_of(victim: str, folder: Path, *, epochs: int = 500, report: bool = False) -> Campaign:
    """A campaign in which there is such a victim."""
    if victim in DASK:
        return OnCluster(folder, epochs=epochs, report=report)
    return Campaign(folder, {"jobs": 2}, epochs=epochs, report=report)


def trial(victim: str, campaign: Campaign, reference: Reference, rng: random.Random) -> Outcome:
    """Kill somebody at a random moment, let a command be finished, and look at everything. Raises Missed."""
    with campaign:
        try:
            killed = VICTIMS[victim](campaign, reference, rng)
        except AssertionError as error:
            return Outcome(victim, faults=[str(error)])
        begun = Counter(run for event in campaign.trained() if event.what == "began" for run in event.runs)
        again = begun - Counter(begun.keys())
        faults = [
            f"{run} is trained {1 + more} times" for run, more in again.items() if run not in killed.flying or more > 1
        ]
        left = campaign.left()
        faults += [f"{name}: other than without a kill" for name in left if left[name] != reference.left[name]]
        return Outcome(victim, killed.reached, len(killed.flying), len(again), faults)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options that say how many, and of whom."""
    parser.set_defaults(run=run)
    parser.add_argument("--trials", type=int, default=20, metavar="N")
    parser.add_argument("--executor", choices=["local", "dask"], default="local", help="who trains")
    parser.add_argument("--seed", type=int, default=0, help="the same gives the same moments")


def run(options: argparse.Namespace) -> None:
    """Say every outcome on stderr, and print a table. Raises SystemExit with 1 where something is wrong."""
    folder, outcomes = Path(tempfile.mkdtemp(prefix="faults-")), []
    for outcome in trials(folder, options.executor, options.trials, random.Random(options.seed)):
        outcomes.append(outcome)
        print(f"{len(outcomes)}: {outcome}", file=sys.stderr, flush=True)
    print(table(outcomes))
    if any(outcome.faults for outcome in outcomes):
        sys.exit(f"what was left behind is in {folder}")
    shutil.rmtree(folder)


def trials(folder: Path, executor: str, count: int, rng: random.Random) -> Iterator[Outcome]:
    """So many kills, of every victim in turn; every fourth turn in whole commands, which write reports."""
    victims = [*(LOCAL if executor == "local" else DASK)]
    references = {}
    for report in (False, True):
        with campaign_of("driver", folder / f"uninterrupted-{report}", epochs=EPOCHS, report=report) as campaign:
            references[report] = uninterrupted(campaign)
    done = tried = 0
    while done < count:
        turn, which = divmod(done, len(victims))
        report = turn % 4 == 3
        campaign = campaign_of(victims[which], folder / f"{tried}", epochs=EPOCHS, report=report)
        tried += 1
        try:
            outcome = trial(victims[which], campaign, references[report], rng)
        except Missed:
            shutil.rmtree(campaign.folder)
            continue
        done += 1
        if not outcome.faults:
            shutil.rmtree(campaign.folder)
        yield outcome


def table(outcomes: list[Outcome]) -> str:
    """A row for each victim, in Markdown."""
    columns = ["killed", "times", *STAGES.values(), "runs in flight", "trained again", "faults"]
    lines = [columns, ["---"] * len(columns)]
    for victim in dict.fromkeys(outcome.victim for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.victim == victim]
        stages = [sum(outcome.reached == stage for outcome in own) for stage in STAGES]
        sums = [sum(o.flying for o in own), sum(o.again for o in own), sum(len(o.faults) for o in own)]
        lines.append([victim, *map(str, [len(own), *stages, *sums])])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
