"""What pytest does a few times, as often as one likes. Where something is wrong its folder stays; the exit code is 1.

`python tests/faults kills --trials 200` ends those who train a campaign, and sees that nothing is lost: every fourth
turn with whole commands that write reports. The same seed gives the same moments. A table comes at the end.
`python tests/faults inputs --grids 1000` tries hostile files.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # this checkout

from tests.faults import inputs, kills


def main() -> None:
    parser = argparse.ArgumentParser("tests/faults", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="WHAT")
    kills.add_arguments(commands.add_parser("kills", help="end those who train a campaign"))
    inputs.add_arguments(commands.add_parser("inputs", help="try hostile grid files, stores and data files"))
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
