"""The loop around it all: ask the store what is lacking, train it, choose, confirm, judge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tqdm import tqdm

from bench.errors import RunFailed
from bench.grid import Configuration, Grid
from bench.records import Result, Run, Stage
from bench.results import Results, collect_confirm, collect_tune
from bench.store.environment import environment
from bench.store.sqlite import Store
from bench.training.executors import Executor
from bench.training.stacks import stacks_of


def run(
    grid: Grid,
    store: Store,
    executor: Executor,
    *,
    progress: bool = True,
    fail_fast: bool = False,
    max_seeds: int | None = None,
) -> Results:
    """Train what the grid asks for and the store lacks: all tune runs, then each family's best on confirm seeds.

    `executor`: trains the stacks. `progress`: a bar on stderr if that is a terminal. `fail_fast`: stop at the first run
    that raises, with RunFailed.

    `max_seeds`: if given, add confirm seeds in rounds until every family is decided or has so many of them. Decided
    means that its betting sequence, which may be looked at after every seed, lies above the baseline, below it, or
    within the margin. The results are then those of the grid with that many confirm seeds.
    """
    environment()  # what cannot be told about this machine is found out before anything is trained
    trainer = _Trainer(store, executor, progress, fail_fast)
    configurations = tuple(grid.configurations())
    trainer.train("tune", configurations, grid.seeds.for_tuning)
    choice = collect_tune(grid, store, configurations)
    while True:
        trainer.train("confirm", tuple(choice.best.values()), choice.grid.seeds.for_confirming)
        results = collect_confirm(choice, store)
        seeds = results.grid.seeds
        if max_seeds is None or seeds.confirm >= max_seeds or "undecided" not in results.decided.values():
            return results
        more = min(max(seeds.confirm + 10, seeds.confirm * 5 // 4), max_seeds)
        choice = replace(choice, grid=replace(grid, seeds=replace(seeds, confirm=more)))


def lacking(store: Store, configurations: Sequence[Configuration], seeds: Iterable[int]) -> list[Run]:
    """The runs that the store lacks: those never trained, and those that failed."""
    statuses = store.statuses(configuration.hash for configuration in configurations)
    settled = {key for key, status in statuses.items() if status != "failed"}
    wanted = {
        (c.hash, seed): Run(c, seed) for c in configurations for seed in seeds
    }  # entries may share a configuration
    return [run for key, run in wanted.items() if key not in settled]


@dataclass(frozen=True)
class _Trainer:
    store: Store
    executor: Executor
    progress: bool
    fail_fast: bool

    def train(self, stage: Stage, configurations: Sequence[Configuration], seeds: Sequence[int]) -> None:
        """Train what is lacking, and store each stack's runs as soon as they are trained."""
        runs = lacking(self.store, configurations, seeds)
        hidden = None if self.progress else True  # None: no bar where stderr is not a terminal
        with tqdm(total=len(runs), desc=stage, unit="run", leave=False, disable=hidden) as bar:
            for results in self.executor.train(stacks_of(runs, self.executor.jobs)):
                self.store.add(results, environment())
                bar.update(len(results))
                self._stop_if_failed(results)

    def _stop_if_failed(self, results: Sequence[Result]) -> None:
        failed = [result for result in results if result.status == "failed"]
        if failed and self.fail_fast:
            raise RunFailed(f"run {failed[0].run.id} failed: {failed[0].error}")
