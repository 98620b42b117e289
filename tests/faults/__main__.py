"""What pytest does a few times, as often as one likes. Where something is wrong its folder stays; the exit code is 1.

`python tests/faults kills --trials 200` ends those who train a campaign, and sees that nothing is lost: every fourth
turn with whole commands that write reports. The same seed gives the same moments. A table comes at the end.
`python tests/faults inputs --grids 1000` tries hostile files.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # this checkout

from tests.faults import inputs, kills
from tests.faults.campaigns import Campaign

EPOCHS = 1000  # of a run: training takes about as long as what comes before and after it
STAGES = {"start": "before the first run was stored", "tune": "in tune", "confirm": "in confirm, or later"}


def main() -> None:
    parser = argparse.ArgumentParser("tests/faults", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="WHAT")
    of_kills = commands.add_parser("kills", help="end those who train a campaign")
    of_kills.add_argument("--trials", type=int, default=20, metavar="N")
    of_kills.add_argument("--seed", type=int, default=0)
    of_kills.set_defaults(run=kill)
    inputs.add_arguments(commands.add_parser("inputs", help="try hostile grid files, stores and data files"))
    options = parser.parse_args()
    options.run(options)


def kill(options: argparse.Namespace) -> None:
    """Kill as often as was asked for, and print a table of what came of it."""
    folder, outcomes = Path(tempfile.mkdtemp(prefix="faults-")), []
    for outcome in trials(folder, options.trials, random.Random(options.seed)):
        outcomes.append(outcome)
        print(f"{len(outcomes)}: {outcome}", file=sys.stderr, flush=True)
    print(table(outcomes))
    if any(outcome.faults for outcome in outcomes):
        sys.exit(f"what was left behind is in {folder}")
    shutil.rmtree(folder)


def trials(folder: Path, count: int, rng: random.Random) -> Iterator[kills.Outcome]:
    """So many kills, of every victim in turn; in every fourth turn of whole commands, which write reports."""
    references = {}
    for report in (False, True):
        with Campaign(folder / f"uninterrupted-{report}", {"jobs": 2}, epochs=EPOCHS, report=report) as campaign:
            references[report] = kills.uninterrupted(campaign)
    done = tried = 0
    while done < count:
        turn, which = divmod(done, len(kills.VICTIMS))
        report = turn % 4 == 3
        campaign = Campaign(folder / f"{tried}", {"jobs": 2}, epochs=EPOCHS, report=report)
        tried += 1
        try:
            outcome = kills.trial([*kills.VICTIMS][which], campaign, references[report], rng)
        except kills.Missed:
            continue
        done += 1
        if not outcome.faults:
            shutil.rmtree(campaign.folder)
        yield outcome


def table(outcomes: list[kills.Outcome]) -> str:
    """A row for each victim, in Markdown."""
    columns = ["killed", "times", *STAGES.values(), "runs in flight", "trained again", "faults"]
    lines = [columns, ["---"] * len(columns)]
    for victim in kills.VICTIMS:
        own = [outcome for outcome in outcomes if outcome.victim == victim]
        stages = [sum(outcome.reached == stage for outcome in own) for stage in STAGES]
        sums = [sum(o.flying for o in own), sum(o.again for o in own), sum(len(o.faults) for o in own)]
        lines.append([victim, *map(str, [len(own), *stages, *sums])])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
