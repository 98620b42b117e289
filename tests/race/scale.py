"""What large grids cost: `python tests/race/scale.py [RUNS ...]` prints Markdown tables, about grids of so many runs.

Training is measured apart, on the runs of quick.toml. Around it, an executor hands in results that are drawn at random;
all else is real: ids, claims, transactions, choosing, confirm runs, the report. A step is a process, of which
processor seconds are taken, and the peak of memory. 1,000,000 runs take about ten minutes of a core that is free.
"""

import argparse
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Self

import numpy as np
from harness import ROOT, Cost, measure

from bench import campaign
from bench.grid import load
from bench.records import MEASURES, Result, Run, Stack
from bench.store.sqlite import Store
from bench.training import clusters
from bench.training.environment import environment
from bench.training.stacks import stacks_of
from bench.training.training import train_stack
from nn.training import CURVES, checkpoint_epochs

GRID = """
title = "Many runs"
[training]
epochs = {checkpoints}
checkpoints = {checkpoints}
[regularization]
l2 = [0, 3e-4]
dropout = [0, 0.1]
[[optimizer]]
name = "sgd"
lr = {{ log = [0.03, 3], count = {rates} }}
[[optimizer]]
name = "momentum"
lr = {{ log = [0.01, 1], count = {rates} }}
[[optimizer]]
name = "adagrad"
lr = {{ log = [0.01, 1], count = {rates} }}
[[optimizer]]
name = "adam"
lr = {{ log = [0.001, 0.1], count = {rates} }}
[seeds]
tune = 10
confirm = 20
"""
QUICK = "grids/quick.toml"
SIZES = [10**power for power in range(3, 9)]  # of the table that is computed
FEW, MANY = 2, 1000  # cores


@dataclass(frozen=True)
class Line:
    """What costs so much at first, and so much for each run."""

    first: float
    each: float

    def __call__(self, runs: int) -> float:
        return self.first + runs * self.each


@dataclass(frozen=True)
class Constants:
    """Seconds of a core: to train a run, of the driver to exchange it with Dask, of `run` without these, of `report`.

    Bytes: of a run in the store, and of memory that `run` and `report` take at most.
    """

    training: float
    exchange: float
    driver: Line
    report: Line
    stored: float
    memory: tuple[Line, Line]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="*", type=int, default=[10_000, 100_000], help="default: 10000 100000")
    sizes = sorted({*parser.parse_args().runs})
    if len(sizes) < 2:
        parser.error("runs: expected two numbers or more, since lines go through the first and the last")
    with tempfile.TemporaryDirectory() as name:
        constants = measured(sizes, Path(name))
    header = ["runs", f"{FEW} cores", f"{MANY:,} cores", "driver, busy", "its memory", "store", "report"]
    print_table(header, predicted(constants))


def measured(sizes: list[int], folder: Path) -> Constants:
    """Measure and print; lines go through the smallest and the largest grid."""
    training = float(step("train", folder).output)
    print(f"training: {1000 * training:.0f} ms of a core for a run of {QUICK}\n")
    driver, scheduler = (float(text) for text in step("exchange", folder).output.split())
    print(f"Dask: {1e3 * driver:.2f} ms of the driver and {1e3 * scheduler:.2f} ms of its scheduler for each run\n")
    stored = {count: stored_bytes(folder, count) for count in (12, 50, 200)}
    print(f"store: {', '.join(f'{size:,.0f} bytes a run with {n} checkpoints' for n, size in stored.items())}\n")
    found = {}

    def rows() -> Iterator[list[str]]:
        for size in sizes:
            found[size] = commands(folder, size)
            yield [f"{size:,}", *(f"{cost.cpu:.0f} s, {cost.peak:,.0f} MB" for cost in found[size])]

    print_table(["runs", "`run --dry-run`", "`run`, without training", "`status`", "`report`"], rows())
    (least, (_, first_run, _, first_report)), (most, (_, last_run, _, last_report)) = (
        (size, found[size]) for size in (sizes[0], sizes[-1])
    )

    def line(first: float, last: float) -> Line:
        each = (last - first) / (most - least)
        return Line(first - least * each, each)

    return Constants(
        training,
        driver,
        line(first_run.cpu, last_run.cpu),
        line(first_report.cpu, last_report.cpu),
        stored[12],
        (line(first_run.peak, last_run.peak), line(first_report.peak, last_report.peak)),
    )


def predicted(of: Constants) -> Iterator[list[str]]:
    """A row for each size: training divided by cores, unless the driver is slower."""
    for runs in SIZES:
        driver = of.driver(runs) + runs * of.exchange
        yield [
            f"{runs:,}", span(runs * of.training / FEW), span(max(runs * of.training / MANY, driver)), span(driver),
            size_of(1e6 * max(line(runs) for line in of.memory)), size_of(runs * of.stored), span(of.report(runs)),
        ]  # fmt: skip


def commands(folder: Path, runs: int) -> list[Cost]:
    """The costs of `run --dry-run`, of `run` without training, of `status` and of `report` for so many runs."""
    grid = grid_file(folder, runs, 12)
    own = ["--store", f"{grid}.sqlite", "--max-runs", "100000000"]
    return [
        measure("-m", "bench", "run", grid, "--dry-run", *own),
        step("run", folder, grid),
        measure("-m", "bench", "status", grid, *own),
        measure("-m", "bench", "report", grid, *own, "--reports", str(folder / "reports")),
    ]


def stored_bytes(folder: Path, checkpoints: int) -> float:
    grid = grid_file(folder, 2000, checkpoints)
    step("run", folder, grid)
    return Path(f"{grid}.sqlite").stat().st_size / 2080  # with the confirm runs


def grid_file(folder: Path, runs: int, checkpoints: int) -> str:
    """A grid of about so many tune runs, ten of each configuration."""
    path = folder / f"runs{runs}-{checkpoints}.toml"
    path.write_text(GRID.format(rates=max(round(runs / 160), 1), checkpoints=checkpoints))
    return str(path)


def step(name: str, folder: Path, *words: str) -> Cost:
    """One of `STEPS`, in a process of its own."""
    return measure(__file__, "--step", name, str(folder), *words)


def train(_: Path) -> None:
    """Print the seconds of a core for a run of quick.toml."""
    stacks = quick_stacks(2)
    train_stack(stacks[0])
    started = time.process_time()
    done = [train_stack(stack) for stack in stacks]
    print((time.process_time() - started) / sum(map(len, done)))


def quick_stacks(seeds: int) -> list[Stack]:
    return list(stacks_of(Run(c, seed) for c in load(QUICK).configurations() for seed in range(seeds)))


def run(_: Path, grid: str) -> None:
    """What `bench run` does, with canned results."""
    with Store(f"{grid}.sqlite", create=True) as store:
        campaign.run(load(grid, max_runs=10**8), store, Canned(), progress=False)


class Canned:
    """An executor that trains nothing."""

    jobs = 1

    def train(self, stacks: Iterable[Stack]) -> Iterator[list[Result]]:
        for stack in stacks:
            yield canned(stack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def canned(stack: Stack) -> list[Result]:
    """Results with accuracies from 60 to 90 %, by configuration, one standard deviation of a point around each."""
    training = stack.runs[0].settings.training
    marks = checkpoint_epochs(training.epochs, training.checkpoints)
    results = []
    for run in stack.runs:
        center = 0.6 + 0.3 * int(run.configuration.hash[:8], 16) / 2**32
        drawn = np.random.default_rng([int(run.configuration.hash, 16), run.seed]).normal(center, 0.01, len(marks))
        curves = np.stack([1 - drawn if "loss" in name else drawn for name in CURVES])
        measures = {name: float(1 - drawn[-1] if "loss" in name else drawn[-1]) for name in MEASURES}
        measures["best_epoch"] = float(marks[int(drawn.argmax())])
        results.append(Result(run, "ok", marks[-1], measures, curves, run.configuration.hash, 1.0))
    return results


def sent(numerics: int, plugins: object, stack: bytes, content: object = None) -> list[Result]:
    """What a Dask worker does instead of training."""
    return [replace(result, environment=environment()) for result in canned(pickle.loads(stack))]


def exchange(_: Path) -> None:
    """Print the seconds that driver and scheduler take for a run, with two Dask workers that train nothing."""
    clusters.train_sent = sent
    stacks = quick_stacks(200)
    with cluster() as (address, scheduler), clusters.dask(address, jobs=64) as executor:
        executor._client.wait_for_workers(2, timeout=120)
        list(executor.train(islice(stacks, 50)))
        before = time.process_time(), seconds_of(scheduler)
        done = sum(map(len, executor.train(stacks)))
        after = time.process_time(), seconds_of(scheduler)
    print(*((now - then) / done for then, now in zip(before, after, strict=True)))


@contextmanager
def cluster() -> Iterator[tuple[str, int]]:
    """The address of a scheduler with two workers, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"
    calls = [("scheduler", "--host", "127.0.0.1", "--port", port, "--no-show")]
    calls += 2 * [("worker", address, "--nthreads", "1", "--no-nanny", "--death-timeout", "60")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{role}", *words, "--no-dashboard"],
            env=environment, stderr=subprocess.DEVNULL,
        )
        for role, *words in calls
    ]  # fmt: skip
    try:
        yield address, processes[0].pid
    finally:
        for process in processes:
            process.kill()
            process.wait()


def seconds_of(process: int) -> float:
    """Of a core, that a process has had so far (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def print_table(header: list[str], rows: Iterable[list[str]]) -> None:
    for row in chain((header, ["---"] * len(header)), rows):
        print("| " + " | ".join(row) + " |", flush=True)
    print()


def span(seconds: float) -> str:
    """Seconds with two digits, as people say them."""
    units = [(31_557_600, "years"), (86_400, "days"), (3600, "h"), (60, "min"), (1, "s")]
    size, unit = next((own for own in units if seconds >= 1.5 * own[0]), units[-1])
    return f"{two_digits(seconds / size)} {unit}"


def size_of(size: float) -> str:
    units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB")]
    unit, name = next((own for own in units if size >= own[0]), units[-1])
    return f"{two_digits(size / unit)} {name}"


def two_digits(number: float) -> str:
    return f"{float(f'{number:.2g}'):g}" if number < 10 else f"{float(f'{number:.2g}'):,.0f}"


STEPS = {own.__name__: own for own in (train, run, exchange)}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        # imported by its name, so that workers find what they are sent
        import scale

        scale.STEPS[sys.argv[2]](Path(sys.argv[3]), *sys.argv[4:])
    else:
        main()
