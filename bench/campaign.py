"""The loop around it all: expand the grid, ask the store, train what is missing, choose, confirm, judge."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from bench import statistics, tables
from bench.environment import environment
from bench.errors import UsageError
from bench.execution import Executor, InProcess, Workers
from bench.grid import Configuration, Grid, Run
from bench.planning import stacks_of
from bench.store import Store
from bench.training import Result


@dataclass(frozen=True)
class Results:
    """Everything that is known about a grid: what its report is made from.

    `tune`: the stored tune runs of all configurations; `confirm`: the confirm runs of each family's present best, and
    `curves` their learning curves. `choices`: one row per family, in grid order: whether its best is `chosen`, which
    needs all its tune runs, that configuration, and the number of its configurations. `once_confirmed`: how many
    configurations of the grid have confirm runs in the store, earlier choices included. `environments`: where runs were
    trained, by id.
    """

    grid: Grid
    tune: pd.DataFrame
    confirm: pd.DataFrame
    curves: pd.DataFrame
    choices: pd.DataFrame
    once_confirmed: int
    environments: dict[str, dict[str, Any]]

    @cached_property
    def runs(self) -> pd.DataFrame:
        """The runs frame: tune and confirm runs, one row each."""
        filled = [frame for frame in (self.tune, self.confirm) if len(frame)]
        return pd.concat(filled, ignore_index=True) if filled else self.tune

    @cached_property
    def summary(self) -> pd.DataFrame:
        """What each configuration achieved, on tune runs."""
        return statistics.summarize(self.runs, self.grid.baseline.alpha)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Each family's best against the baseline, on confirm runs."""
        asked = self.grid.baseline
        return statistics.judge(self.confirm, asked.accuracy, asked.alpha, asked.margin, self.tune)

    @cached_property
    def decided(self) -> dict[str, str]:
        """What each family's betting sequence has decided: above, below, within (the margin), undecided."""
        asked = self.grid.baseline
        return statistics.decided(self.confirm, asked.accuracy, asked.alpha, asked.margin)

    @cached_property
    def status(self) -> pd.DataFrame:
        """Per family and stage: runs wanted, done (ok or diverged), diverged, failed, missing."""
        seeds = self.grid.seeds
        rows = []
        for family, size in zip(self.choices["family"], self.choices["configurations"], strict=True):
            for stage, frame, wanted in (
                ("tune", self.tune, seeds.tune * int(size)),
                ("confirm", self.confirm, seeds.confirm),
            ):
                found = frame.loc[frame["family"] == family, "status"].tolist()
                ok, diverged, failed = (found.count(word) for word in ("ok", "diverged", "failed"))
                rows.append((family, stage, wanted, ok + diverged, diverged, failed, wanted - len(found)))
        return pd.DataFrame(rows, columns=["family", "stage", "wanted", "done", "diverged", "failed", "missing"])

    def report(self, folder: str | Path = "reports") -> Path:
        """Write the report to `folder`/<name of the grid> and return the path of its report.md."""
        from bench import report  # it imports matplotlib

        path: Path = report.write(self, Path(folder) / self.grid.name)
        return path


def run(grid: Grid, store: Store, *, jobs: int = 0, progress: bool = True, fail_fast: bool = False) -> Results:
    """Train what the grid asks for and the store lacks: all tune runs, then each family's best on confirm seeds.

    `jobs`: worker processes (0: as many as cores; 1: none, training in this process). `progress`: a bar on stderr
    if that is a terminal. `fail_fast`: stop at the first run that raises, with RunFailed.
    """
    with _trainer(store, jobs, progress, fail_fast) as trainer:
        best = _tuned(grid, trainer)
        trainer.train("confirm", best, grid.seeds.for_confirming)
    return collect(grid, store)


def run_until_decided(
    grid: Grid, store: Store, max_seeds: int, *, jobs: int = 0, progress: bool = True, fail_fast: bool = False
) -> Results:
    """Like `run`, but add confirm seeds in rounds until every family is decided or has `max_seeds` of them.

    Decided means that its betting sequence, which may be looked at after every seed, lies above the baseline, below it,
    or within the margin. The results are those of the grid with that many confirm seeds.
    """
    with _trainer(store, jobs, progress, fail_fast) as trainer:
        best = _tuned(grid, trainer)
        while True:
            trainer.train("confirm", best, grid.seeds.for_confirming)
            results = collect(grid, store)
            seeds = grid.seeds.confirm
            if "undecided" not in results.decided.values() or seeds >= max_seeds:
                return results
            more = min(max(seeds + 10, seeds * 5 // 4), max_seeds)
            grid = replace(grid, seeds=replace(grid.seeds, confirm=more))


def _tuned(grid: Grid, trainer: "_Trainer") -> list[Configuration]:
    """Train the tune runs and return each family's best."""
    configurations = list(grid.configurations())
    trainer.train("tune", configurations, grid.seeds.for_tuning)
    return list(choose(grid, configurations, _tune_frame(grid, trainer.store, configurations)).values())


@contextmanager
def _trainer(store: Store, jobs: int, progress: bool, fail_fast: bool) -> Iterator["_Trainer"]:
    if jobs < 0:
        raise UsageError(f"jobs = {jobs}: expected a number of worker processes, or 0 for one on each core")
    jobs = jobs or cores()
    environment()  # what cannot be told about this machine is found out before anything is trained
    with InProcess() if jobs == 1 else Workers(jobs) as executor:
        yield _Trainer(store, executor, jobs, progress, fail_fast)


def collect(grid: Grid, store: Store) -> Results:
    """What the store knows about the grid; trains nothing."""
    configurations = list(grid.configurations())
    tune = _tune_frame(grid, store, configurations)
    best = choose(grid, configurations, tune)
    confirm = tables.runs_frame(store, list(best.values()), grid.seeds.for_confirming, grid.baseline.target)
    statuses = store.statuses(c.hash for c in configurations)
    sizes = Counter(configuration.family for configuration in configurations)
    chosen = {family: configuration.text for family, configuration in best.items()}
    rows = [(family, family in chosen, chosen.get(family, ""), size) for family, size in sizes.items()]
    return Results(
        grid=grid,
        tune=tune,
        confirm=confirm,
        curves=tables.curves_frame(store, confirm),
        choices=pd.DataFrame(rows, columns=["family", "chosen", "configuration", "configurations"]),
        once_confirmed=len({name for name, seed in statuses if seed in grid.seeds.for_confirming}),
        environments=store.environments(),
    )


def choose(grid: Grid, configurations: Sequence[Configuration], tune: pd.DataFrame) -> dict[str, Configuration]:
    """The configuration to confirm, for each family whose tune runs are all done."""
    members: dict[str, dict[str, Configuration]] = {}
    for configuration in configurations:
        members.setdefault(configuration.family, {})[configuration.text] = configuration
    if grid.seeds.tune == 0:  # a valid grid then has one configuration in each family
        return {family: next(iter(own.values())) for family, own in members.items()}
    done = tune[tune["status"] != "failed"].groupby("family").size()
    chosen = statistics.choose(tune).set_index("family")["configuration"]
    complete = [family for family, own in members.items() if done.get(family, 0) == len(own) * grid.seeds.tune]
    return {family: members[family][chosen[family]] for family in complete}


def _tune_frame(grid: Grid, store: Store, configurations: Sequence[Configuration]) -> pd.DataFrame:
    return tables.runs_frame(store, configurations, grid.seeds.for_tuning, grid.baseline.target)


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
