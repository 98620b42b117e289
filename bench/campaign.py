"""The loop around it all: ask the store what is lacking, train it, choose, confirm, judge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.errors import RunFailed
from bench.grid import Configuration, Grid
from bench.records import Result, Run, Stage
from bench.results import Results, collect_confirm, collect_tune, facts, plan_and_seeds
from bench.statistics import Plan
from bench.statistics.claims import INCONCLUSIVE
from bench.store import questions
from bench.store.sqlite import Store
from bench.training.environment import environment, gives_the_bits_of
from bench.training.executors import Executor
from bench.training.progress import progress
from bench.training.stacks import stacks_of


def run(
    grid: Grid,
    store: Store,
    executor: Executor,
    *,
    progress: bool = True,
    fail_fast: bool = False,
    again: bool = False,
    plan: Plan | None = None,
) -> Results:
    """Train what the grid asks for and the store lacks: all tune runs, then each family's best on confirm seeds.

    `executor`: trains the stacks. `progress`: say on stderr how far it is. `fail_fast`: stop at the first run that
    raises, with RunFailed. `again`: train anew what was trained by other sources or on another fingerprint. `plan`: how
    confirm seeds are drawn; None: as when the grid was last run, else a fixed number. With a plan that looks more than
    once, seeds are added in rounds until every family is decided or the plan ends. The two sides of effects get the
    grid's confirm seeds and no more.
    """
    environment()  # what cannot be told about this machine is found out before anything is trained
    trainer = _Trainer(store, executor, progress, fail_fast, again)
    configurations = tuple(grid.configurations())
    trainer.train("tune", trainer.wanted(configurations, grid.seeds.for_tuning))
    choice = collect_tune(grid, store, configurations)
    known = questions.history(store, grid, tuple(choice.best.values()))
    usual, drawn = plan_and_seeds(grid, known)
    if plan is not None and plan != usual:
        usual, drawn = plan, grid.seeds.confirm
    while True:
        questions.ask(store, grid, facts(grid, usual), drawn, choice.roles)
        wanted = trainer.wanted(tuple(choice.best.values()), grid.seeds.of_block[:drawn])
        wanted += trainer.wanted(choice.sides, grid.seeds.for_confirming)
        trainer.train("confirm", list({run.id: run for run in wanted}.values()))
        results = collect_confirm(choice, store)
        more = usual.more(drawn)
        if more is None or INCONCLUSIVE.word not in results.verdicts["kind"].tolist():
            return results
        drawn = more


def lacking(store: Store, configurations: Sequence[Configuration], seeds: Iterable[int]) -> list[Run]:
    """The runs that the store lacks: those never trained, and those that failed."""
    statuses = store.statuses(configuration.hash for configuration in configurations)
    settled = {key for key, status in statuses.items() if status != "failed"}
    return [run for key, run in _wanted(configurations, seeds).items() if key not in settled]


def of_others(store: Store, configurations: Sequence[Configuration], seeds: Iterable[int]) -> list[Run]:
    """The stored runs that were trained by other sources than today's, or on another fingerprint."""
    here = [name for name, facts in store.environments().items() if gives_the_bits_of(facts, environment())]
    others = store.elsewhere((configuration.hash for configuration in configurations), here)
    return [run for key, run in _wanted(configurations, seeds).items() if key in others]


def _wanted(configurations: Sequence[Configuration], seeds: Iterable[int]) -> dict[tuple[str, int], Run]:
    """By (hash, seed), since entries may share a configuration."""
    return {(c.hash, seed): Run(c, seed) for c in configurations for seed in seeds}


@dataclass(frozen=True)
class _Trainer:
    store: Store
    executor: Executor
    progress: bool
    fail_fast: bool
    again: bool

    def wanted(self, configurations: Sequence[Configuration], seeds: Sequence[int]) -> list[Run]:
        """What is to be trained of these runs."""
        found = lacking(self.store, configurations, seeds)
        return found + (of_others(self.store, configurations, seeds) if self.again else [])

    def train(self, stage: Stage, runs: Sequence[Run]) -> None:
        """Train runs, and store each stack's as soon as they are trained."""
        with progress(stage, len(runs), shown=self.progress) as advance:
            for results in self.executor.train(stacks_of(runs, self.executor.jobs)):
                self.store.add(results, results[0].environment or environment(), again=self.again)
                advance(len(results))
                self._stop_if_failed(results)

    def _stop_if_failed(self, results: Sequence[Result]) -> None:
        failed = [result for result in results if result.status == "failed"]
        if failed and self.fail_fast:
            raise RunFailed(f"run {failed[0].run.id} failed: {failed[0].error}")
