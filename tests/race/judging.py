"""What judging a table of 100,000 rows costs: `python tests/race/judging.py` prints a Markdown table.

Processor seconds of a process of its own for each, with its start, all imports, and the table that is read.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))  # this checkout

from tests.race.harness import measure

SHAPES = ((20, 1, 5_000), (10, 10, 1_000), (100, 10, 100), (50, 20, 100))  # methods, problems, seeds
JUDGED = """
import sys, time, bench
results = bench.judge(sys.argv[1], baseline=0.7)
results.verdicts
judged = time.process_time()
results.report(sys.argv[2])
print(judged, time.process_time())
"""


def table(methods: int, problems: int, seeds: int) -> pd.DataFrame:
    """Accuracies that scatter by 2 points around means that scatter by 5."""
    generator = np.random.default_rng(0)
    names = [range(methods), range(problems), range(seeds)]
    rows = pd.MultiIndex.from_product(names, names=["method", "problem", "seed"]).to_frame(index=False)
    rows["method"], rows["problem"] = "m" + rows["method"].astype(str), "p" + rows["problem"].astype(str)
    means = generator.normal(0.75, 0.05, methods * problems).repeat(seeds)
    return rows.assign(accuracy=np.clip(means + generator.normal(0, 0.02, len(rows)), 0, 1))


def main() -> None:
    """Each shape once."""
    print("| methods | problems | seeds | until the verdicts | until the report |\n| --- | --- | --- | --- | --- |")
    for shape in SHAPES:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "runs.csv"
            table(*shape).to_csv(path, index=False)
            said = measure("-c", JUDGED, str(path), str(Path(name) / "report")).output
        verdicts, report = map(float, said.split())
        print(f"| {' | '.join(f'{size:,}' for size in shape)} | {verdicts:.1f} s | {report:.1f} s |", flush=True)


if __name__ == "__main__":
    main()
