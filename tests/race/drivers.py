"""What several drivers on one store are worth: `python tests/race/drivers.py [EPOCHS]` prints a Markdown table.

One, two and four commands without worker processes train one grid into one store, beginning together. Each time the
store must hold what one driver leaves, row for row and bit for bit.
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))  # this checkout

from tests.faults.campaigns import Campaign
from tests.faults.victims import finish


class Ended(NamedTuple):
    """`again`: how many of all `runs` were trained more than once. `left`: all that is there in the end."""

    seconds: float
    runs: int
    again: int
    left: dict[str, Any]


def together(drivers: int, folder: Path, epochs: int) -> Ended:
    """Start so many drivers, and wait for all of them."""
    with Campaign(folder, {"jobs": 1}, epochs=epochs) as campaign:
        began = time.perf_counter()
        for driver in [campaign.start() for _ in range(drivers)]:
            finish(driver)
        seconds = time.perf_counter() - began
        trained = Counter(run for event in campaign.trained() if event.what == "began" for run in event.runs)
        return Ended(seconds, len(trained), sum(count > 1 for count in trained.values()), campaign.left())


def main() -> None:
    """One row for each number of drivers. Raises SystemExit where a store is not that of one driver."""
    epochs = int(sys.argv[1]) if sys.argv[1:] else 5000
    print("| drivers | seconds | faster than one | runs | trained again |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        one = together(1, Path(name) / "1", epochs)
        for drivers in (1, 2, 4):
            ended = one if drivers == 1 else together(drivers, Path(name) / str(drivers), epochs)
            speed = f"{one.seconds / ended.seconds:.2f}x"
            print(
                f"| {drivers} | {ended.seconds:.1f} | {speed} | {ended.runs} | {ended.again / ended.runs:.1%} |",
                flush=True,
            )
            other = [what for what in one.left if ended.left[what] != one.left[what]]
            if other:
                sys.exit(f"{drivers} drivers leave other {', '.join(other)} than one")


if __name__ == "__main__":
    main()
