"""calibrate: simulate size and coverage of every procedure in use.

Not in the help: it takes minutes, and says whether the statistics are right, not what a grid's results are.
"""

from argparse import ArgumentParser, Namespace

from bench.commands.codes import DONE


def add_arguments(_: ArgumentParser) -> None:
    """It has none."""


def run(_: Namespace) -> int:
    from bench.statistics import calibration

    print(calibration.calibrate().to_string(index=False))
    return DONE
