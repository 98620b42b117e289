"""The loop around it all: ask the store what is lacking, train it, choose, confirm, judge."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from bench.errors import RunFailed
from bench.grid import Configuration, Grid
from bench.records import Result, Run, Stack
from bench.results import Results, Tuned, collect_confirm, collect_tune, facts, plan_and_seeds
from bench.statistics import Plan
from bench.statistics.claims import INCONCLUSIVE
from bench.statistics.counting import KEYS
from bench.statistics.tuning import score
from bench.store import questions
from bench.store.sqlite import Store
from bench.text import counted
from bench.training.costs import require_memory
from bench.training.environment import environment, gives_the_bits_of
from bench.training.executors import Executor
from bench.training.progress import Advance, Best, Complete, SoFar, progress
from bench.training.stacks import stacks_of

_WAIT = 1.0  # seconds between looks at what others train
_CLAIMED, _MOST_AT_A_TIME = 1.0, 256  # seconds, stacks
_log = logging.getLogger(__name__)


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

    Processes that do this at the same time divide the work, and each has all results in the end.

    `executor`: trains the stacks. `progress`: say on stderr how far it is. `fail_fast`: stop at the first run that
    raises, with RunFailed. `again`: train anew what was trained by other sources or on another fingerprint. `plan`: how
    confirm seeds are drawn; None: as when the grid was last run, else a fixed number. With a plan that looks more than
    once, seeds are added in rounds until every family is decided or the plan ends. The two sides of effects get the
    grid's confirm seeds and no more.
    """
    environment()  # what cannot be told about this machine is found out before anything is trained
    with store.owner() as owner:
        trainer = _Trainer(store, executor, progress, fail_fast, again, owner, store.newest())
        return _run(grid, store, trainer, plan)


def _run(grid: Grid, store: Store, trainer: _Trainer, plan: Plan | None) -> Results:
    """Tune, choose, confirm, judge."""
    choice = _tune(grid, store, trainer)
    known = questions.history(store, grid, tuple(choice.best.values()))
    usual, drawn = plan_and_seeds(grid, known)
    if plan is not None and plan != usual:
        usual, drawn = plan, grid.seeds.confirm
    while True:
        questions.ask(store, grid, facts(grid, usual), drawn, choice.roles)
        wanted = trainer.wanted(tuple(choice.best.values()), grid.seeds.of_block[:drawn])
        wanted += trainer.wanted(choice.sides, grid.seeds.for_confirming)
        runs = list({run.id: run for run in wanted}.values())
        trainer.train("confirm", runs, Complete(runs, trainer.newest, (*choice.best.values(), *choice.sides)))
        results = collect_confirm(choice, store)
        more = usual.more(drawn)
        if more is None or INCONCLUSIVE.word not in results.verdicts["kind"].tolist():
            return results
        drawn = more


def _tune(grid: Grid, store: Store, trainer: _Trainer) -> Tuned:
    """Train the tune runs, in a race round after round, and choose."""
    configurations = tuple(grid.configurations())
    measure = "best_validation_accuracy" if grid.baseline.weights == "best" else "validation_accuracy"
    while True:
        wanted = trainer.wanted(configurations, grid.seeds.for_tuning)
        choice = collect_tune(grid, store, configurations)  # after that, for others may store what is wanted
        runs = [run for run in wanted if run.seed < choice.tune_seeds[run.configuration.hash]]
        if not runs:
            return choice
        to = f" to {1 + max(run.seed for run in runs)} of {grid.seeds.tune} seeds" if grid.seeds.race else ""
        trainer.train(f"tune{to}", runs, Best(runs, trainer.newest, measure, _means(choice, runs)))


def _means(choice: Tuned, wanted: Sequence[Run]) -> dict[str, tuple[str, float, int]]:
    """What stored tune runs say, without those trained anew or dropped by a race: by hash, family, mean and number."""
    anew = {run.id for run in wanted}
    table = score(choice.tune[~choice.tune["run"].isin(anew)])
    hashes = {(one.family, one.text): one.hash for one in choice.configurations}
    found = table[[*KEYS, "validation_mean", "n"]].dropna().itertuples(index=False, name=None)
    return {
        hashes[family, text]: (family, mean, count)
        for family, text, mean, count in found
        if (family, text) not in choice.dropped
    }


def lacking(store: Store, configurations: Sequence[Configuration], seeds: Iterable[int]) -> list[Run]:
    """The runs that the store lacks: those never trained, and those that failed."""
    statuses = store.statuses(configuration.hash for configuration in configurations)
    settled = {key for key, status in statuses.items() if status != "failed"}
    return [run for key, run in _wanted(configurations, seeds).items() if key not in settled]


def of_others(store: Store, configurations: Sequence[Configuration], seeds: Iterable[int]) -> list[Run]:
    """The stored runs that were trained by other sources than today's, or on another fingerprint."""
    others = store.elsewhere((configuration.hash for configuration in configurations), _alike(store))
    return [run for key, run in _wanted(configurations, seeds).items() if key in others]


def _alike(store: Store) -> list[str]:
    """The stored environments that give the bits of this one."""
    return [name for name, facts in store.environments().items() if gives_the_bits_of(facts, environment())]


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
    owner: str
    newest: int
    """The row that was stored last when this began. What is stored later, here or by others, is not trained again, also
    where it failed: whoever begins later tries that."""
    tried: set[str] = field(default_factory=set)
    """The runs that were trained here: one that fails when it is trained anew leaves no new row."""

    def wanted(self, configurations: Sequence[Configuration], seeds: Sequence[int]) -> list[Run]:
        """What is to be trained of these runs."""
        found = lacking(self.store, configurations, seeds)
        found += of_others(self.store, configurations, seeds) if self.again else []
        since = {(one.hash, one.seed) for one in self.store.after(self.newest)}
        return [run for run in found if run.id not in self.tried and (run.configuration.hash, run.seed) not in since]

    def train(self, what: str, runs: Sequence[Run], so_far: SoFar) -> None:
        """Train runs, and store each stack's as soon as they are trained; wait for those that others train.

        `what`: what is shown while they are. Raises UsageError, before any is trained, for one that takes more memory
        than there is.
        """
        require_memory(runs, self.executor.memory)
        with progress(what, len(runs), shown=self.progress) as advance:
            others = self._train(runs, advance, so_far)
            if others:
                _log.info("bench: another process trains %s", counted(len(others), "run"))
            while others:
                time.sleep(_WAIT)
                others = self._train(others, advance, so_far)

    def _train(self, runs: Sequence[Run], advance: Advance, so_far: SoFar) -> list[Run]:
        """Train those that no other process trains, and return the others."""
        others: list[Run] = []
        for results in self.executor.train(self._own(runs, others, advance, so_far)):
            where = results[0].environment or environment()
            self.store.add(results, where, again=self.again)
            self.tried.update(result.run.id for result in results)
            advance(len(results), self._note(so_far))
            self._stop_if_failed(results)
        return others

    def _own(self, runs: Sequence[Run], others: list[Run], advance: Advance, so_far: SoFar) -> Iterator[Stack]:
        """Stacks that are claimed when they are to be trained; what others have claimed is put into `others`.

        As many are claimed at a time as take about a second to train, for a claim is a transaction.
        """
        stacks, count, given = stacks_of(runs, self.executor.jobs), 1, 0
        while batch := [*islice(stacks, count)]:
            began = time.monotonic()
            by_key = {(run.configuration.hash, run.seed): run for stack in batch for run in stack.runs}
            taken = self.store.take(by_key, self.owner, self._lasts)
            others += [by_key[key] for key in taken.others]
            if taken.settled:  # by others
                advance(len(taken.settled), self._note(so_far))
            own = {by_key[key].id for key in taken.own}
            parts = (tuple(run for run in stack.runs if run.id in own) for stack in batch)
            yield from (Stack(part) for part in parts if part)
            given += len(batch)
            if given > self.executor.jobs:  # the first are taken before any is trained
                count = min(2 * count, _MOST_AT_A_TIME) if time.monotonic() - began < _CLAIMED else 1

    def _note(self, so_far: SoFar) -> str:
        return so_far.note(self.store.after(so_far.row, so_far.measure))

    def _lasts(self, status: str, where: str, row: int) -> bool:
        """Whether a stored run stays as it is: it has not failed, nor is to be trained anew, or it is new."""
        return row > self.newest or (status != "failed" and not (self.again and where not in self._here))

    @cached_property
    def _here(self) -> set[str]:
        """The environments that give the bits of this one."""
        return {environment()["id"], *_alike(self.store)}

    def _stop_if_failed(self, results: Sequence[Result]) -> None:
        failed = [result for result in results if result.status == "failed"]
        if failed and self.fail_fast:
            raise RunFailed(f"run {failed[0].run.id} failed: {failed[0].error}")
