"""The loop around it all: expand the grid, ask the store, train what is missing, choose, confirm, judge."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tqdm import tqdm

from bench.errors import UsageError
from bench.grid.grid import Configuration, Grid, Run
from bench.results import Results, choose, collect, tune_frame
from bench.store.environment import environment
from bench.store.sqlite import Store
from bench.training.executors import Executor, InProcess, Workers
from bench.training.stacks import stacks_of
from bench.training.training import Result


def run(
    grid: Grid,
    store: Store,
    *,
    jobs: int = 0,
    progress: bool = True,
    fail_fast: bool = False,
    max_seeds: int | None = None,
) -> Results:
    """Train what the grid asks for and the store lacks: all tune runs, then each family's best on confirm seeds.

    `jobs`: worker processes (0: as many as cores; 1: none, training in this process). `progress`: a bar on stderr
    if that is a terminal. `fail_fast`: stop at the first run that raises, with RunFailed.

    `max_seeds`: if given, add confirm seeds in rounds until every family is decided or has so many of them. Decided
    means that its betting sequence, which may be looked at after every seed, lies above the baseline, below it, or
    within the margin. The results are then those of the grid with that many confirm seeds.
    """
    with _trainer(store, jobs, progress, fail_fast) as trainer:
        best = _tuned(grid, trainer)
        while True:
            trainer.train("confirm", best, grid.seeds.for_confirming)
            results = collect(grid, store)
            seeds = grid.seeds.confirm
            if max_seeds is None or seeds >= max_seeds or "undecided" not in results.decided.values():
                return results
            more = min(max(seeds + 10, seeds * 5 // 4), max_seeds)
            grid = replace(grid, seeds=replace(grid.seeds, confirm=more))


def _tuned(grid: Grid, trainer: "_Trainer") -> list[Configuration]:
    """Train the tune runs and return each family's best."""
    configurations = list(grid.configurations())
    trainer.train("tune", configurations, grid.seeds.for_tuning)
    return list(choose(grid, configurations, tune_frame(grid, trainer.store, configurations)).values())


@contextmanager
def _trainer(store: Store, jobs: int, progress: bool, fail_fast: bool) -> Iterator["_Trainer"]:
    if jobs < 0:
        raise UsageError(f"jobs = {jobs}: expected a number of worker processes, or 0 for one on each core")
    jobs = jobs or cores()
    environment()  # what cannot be told about this machine is found out before anything is trained
    with InProcess() if jobs == 1 else Workers(jobs) as executor:
        yield _Trainer(store, executor, jobs, progress, fail_fast)


def lacking(store: Store, configurations: Sequence[Configuration], seeds: Iterable[int]) -> list[Run]:
    """The runs that the store lacks: those never trained, and those that failed."""
    statuses = store.statuses(configuration.hash for configuration in configurations)
    settled = {key for key, status in statuses.items() if status != "failed"}
    wanted = {
        (c.hash, seed): Run(c, seed) for c in configurations for seed in seeds
    }  # entries may share a configuration
    return [run for key, run in wanted.items() if key not in settled]


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class RunFailed(Exception):
    """A run raised, and the campaign was to stop at the first that does."""


@dataclass(frozen=True)
class _Trainer:
    store: Store
    executor: Executor
    jobs: int
    progress: bool
    fail_fast: bool

    def train(self, stage: str, configurations: Sequence[Configuration], seeds: Sequence[int]) -> None:
        """Train what is lacking, and store each stack's runs as soon as they are trained."""
        runs = lacking(self.store, configurations, seeds)
        hidden = None if self.progress else True  # None: no bar where stderr is not a terminal
        with tqdm(total=len(runs), desc=stage, unit="run", leave=False, disable=hidden) as bar:
            for results in self.executor.train(stacks_of(runs, self.jobs)):
                self.store.add(results, environment())
                bar.update(len(results))
                self._stop_if_failed(results)

    def _stop_if_failed(self, results: Sequence[Result]) -> None:
        failed = [result for result in results if result.status == "failed"]
        if failed and self.fail_fast:
            raise RunFailed(f"run {failed[0].run.id} failed: {failed[0].error}")
