"""What the harness costs around the training: `python tests/race/harness.py` prints a Markdown table.

Whole commands, measured from outside, from process start: processor or wall seconds, and peak memory of the largest
process. Leave the machine alone meanwhile.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

GRID = """
title = "1,000 runs and more of 2-64-3, 300 points, full batch"
[training]
epochs = {epochs}
checkpoints = {checkpoints}
[regularization]
l2 = 1e-4
[[optimizer]]
name = "adam"
lr = {lr}
[seeds]
tune = {tune}
confirm = 1
"""

TRAINING = """
import sys, time
from bench.grid.reading import load
from bench.records import Run
from bench.training.stacks import stacks_of
from bench.training.training import train
from threadpoolctl import threadpool_limits
grid = load(sys.argv[1])
runs = [Run(c, seed) for c in grid.configurations() for seed in grid.seeds.for_tuning]
with threadpool_limits(1):
    train(next(stacks_of(runs)).runs)
    started = time.process_time()
    for stack in stacks_of(runs):
        train(stack.runs)
print(time.process_time() - started)
"""


@dataclass(frozen=True)
class Cost:
    """Wall and processor seconds, and peak memory in MB, of a finished command."""

    wall: float
    cpu: float
    peak: float
    output: str


def measure(*command: str) -> Cost:
    """Run a command to its end on the processors this process may use."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, *command], stdout=out, stderr=err, cwd=ROOT, env=_environment())
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in (out, err):
            stream.seek(0)
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed with code {process.returncode}:\n{err.read()}")
        return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read())


def _environment() -> dict[str, str]:
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return {**os.environ, **threads, "PYTHONPATH": str(ROOT)}


def grid_file(
    folder: Path, name: str, tune: int, *, epochs: int = 1000, checkpoints: int = 50, lr: str = "0.05"
) -> str:
    """A grid of `tune` runs, or of that many for each learning rate."""
    path = folder / f"{name}.toml"
    path.write_text(GRID.format(tune=tune, epochs=epochs, checkpoints=checkpoints, lr=lr))
    return str(path)


RUN = """
import resource, sys, bench
bench.run(sys.argv[1], jobs=int(sys.argv[2]), store=sys.argv[3], progress=False)
for who in resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN:
    print(resource.getrusage(who).ru_maxrss / 1024)
"""


def trained(folder: Path, grid: str, jobs: int, label: str) -> Cost:
    """From process start until every run is stored in a new store, and read back into frames; no report.

    The output is the peak memory in MB, of the main process and of the largest worker.
    """
    return measure("-c", RUN, grid, str(jobs), str(folder / f"{label}.sqlite"))


def main() -> None:
    """Measure everything once, smallest first."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [*startup(folder), *overhead(folder), *scaling(folder)]
    print("| what | measured | goal |\n| --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row) + " |")


def startup(folder: Path) -> list[tuple[str, str, str]]:
    helped = measure("-m", "bench", "--help")
    axis = "{ log = [1e-4, 1], count = 10000 }"
    million = measure("-m", "bench", "run", grid_file(folder, "million", 99, lr=axis), "--dry-run")
    return [
        ("`bench --help`", f"{helped.cpu:.2f} s of processor time", "0.3 s"),
        ("`--dry-run` of 990,000 runs", f"{million.wall:.1f} s, {million.peak:.0f} MB", "20 s, 1 GB"),
    ]


def overhead(folder: Path) -> list[tuple[str, str, str]]:
    grid = grid_file(folder, "thousand", 1000)
    ratios = []
    for i in range(3):
        pure = float(measure("-c", TRAINING, grid).output)
        ratios.append(trained(folder, grid, 1, f"overhead{i}").cpu / pure)
    ratios.sort()
    return [
        (
            "1,000 runs, one job, over pure training (processor time)",
            f"{ratios[1]:.3f}x ({ratios[0]:.3f} to {ratios[2]:.3f})",
            "1.10x",
        )
    ]


def scaling(folder: Path) -> list[tuple[str, str, str]]:
    grid = grid_file(folder, "two_thousand", 2000)
    one, two = (trained(folder, grid, jobs, f"jobs{jobs}") for jobs in (1, 2))
    sizes = {n: trained(folder, grid_file(folder, f"n{n}", n, epochs=400), 2, f"n{n}") for n in (1, 100, 1000, 10_000)}
    start = sizes.pop(1).wall
    each = ", ".join(f"{n:,}: {1000 * (cost.wall - start) / n:.2f} ms" for n, cost in sizes.items())
    main, worker = map(float, sizes[10_000].output.split())
    return [
        ("2 jobs against 1, 2,000 runs", f"{one.wall / two.wall:.2f}x", "1.85x"),
        (f"cost per run as the grid grows, after {start:.1f} s of start-up", each, "flat within 10 %"),
        ("memory of 10,000 runs: main process, each worker", f"{main:.0f} MB, {worker:.0f} MB", "400 MB, 250 MB"),
    ]


if __name__ == "__main__":
    main()
