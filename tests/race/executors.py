"""What Dask costs beside local workers: `python tests/race/executors.py [RUNS [TURNS]]` prints a Markdown table.

Campaigns without a report, from process start to the last run that is stored, two workers each, in turn. Dask's are
those of a cluster that is made on this machine for each, so that its start and end count. Beside the seconds of a clock
stand those of the processors, of all processes together, which a machine that others use too bends less.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))  # this checkout

from tests.race.harness import Cost, grid_file, measure

RUN = """
import sys, bench
if __name__ == "__main__":
    bench.run(sys.argv[1], jobs=2, executor=sys.argv[2], store=sys.argv[3], progress=False)
"""


def main() -> None:
    """So many runs, so many times by each."""
    runs, turns = map(int, (*sys.argv[1:], *("2000", "3")[len(sys.argv) - 1 :]))
    costs: dict[str, list[Cost]] = {"local": [], "dask": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = folder / "run.py"  # a file, which the processes of a cluster can import
        script.write_text(RUN)
        grid = grid_file(folder, "runs", runs)
        for turn in range(turns):
            for executor, own in costs.items():
                own.append(measure(str(script), grid, executor, str(folder / f"{executor}{turn}.sqlite")))
                print(executor, f"{own[-1].wall:.1f} s, processors {own[-1].cpu:.1f} s", file=sys.stderr, flush=True)
    print(f"| {runs:,} runs, 2 workers | clock | processors |\n| --- | --- | --- |")
    for executor, own in costs.items():
        clock, processors = median(cost.wall for cost in own), median(cost.cpu for cost in own)
        print(f"| {executor} | {clock:.1f} s | {processors:.1f} s |")
    pairs = [*zip(costs["dask"], costs["local"], strict=True)]
    clock, processors = median(d.wall / o.wall for d, o in pairs), median(d.cpu / o.cpu for d, o in pairs)
    print(f"| Dask over local, turn by turn | {clock:.2f} | {processors:.2f} |")


if __name__ == "__main__":
    main()
