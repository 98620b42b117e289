"""calibrate: simulate size and coverage of every procedure in use.

Not in the help: it takes a quarter of an hour, and says whether the statistics are right, not what a grid gave.
"""

from argparse import ArgumentParser, Namespace

from bench.commands.codes import DONE


def add_arguments(_: ArgumentParser) -> None:
    """It has none."""


def run(_: Namespace) -> int:
    from bench.statistics import calibration

    print(calibration.calibrate(progress=True).to_string(index=False))
    return DONE
