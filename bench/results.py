"""What is known about a grid: what its tune runs choose, and all that is judged and shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from bench import statistics
from bench.grid import Configuration, Grid
from bench.store import frames
from bench.store.sqlite import Store


@dataclass(frozen=True)
class Tuned:
    """A grid after its tune runs: expanded once, chosen once.

    `configurations`: all of them, in grid order. `tune`: their stored tune runs. `best`: the configuration to confirm,
    for each family whose tune runs are all done.
    """

    grid: Grid
    configurations: tuple[Configuration, ...]
    tune: pd.DataFrame
    best: dict[str, Configuration]

    @cached_property
    def choices(self) -> pd.DataFrame:
        """One row per family, in grid order: whether its best is `chosen`, that configuration, and how many it has."""
        sizes = Counter(configuration.family for configuration in self.configurations)
        chosen = {family: configuration.text for family, configuration in self.best.items()}
        rows = [(family, family in chosen, chosen.get(family, ""), size) for family, size in sizes.items()]
        return pd.DataFrame(rows, columns=["family", "chosen", "configuration", "configurations"])


def collect_tune(grid: Grid, store: Store, configurations: tuple[Configuration, ...] = ()) -> Tuned:
    """What the store's tune runs say about a grid; trains nothing. `configurations`: the grid's, if known already."""
    configurations = configurations or tuple(grid.configurations())
    tune = frames.runs_frame(store, configurations, grid.seeds.for_tuning, grid.baseline.target)
    return Tuned(grid, configurations, tune, _best(grid, configurations, tune))


def _best(grid: Grid, configurations: tuple[Configuration, ...], tune: pd.DataFrame) -> dict[str, Configuration]:
    members: dict[str, dict[str, Configuration]] = {}
    for configuration in configurations:
        members.setdefault(configuration.family, {})[configuration.text] = configuration
    if grid.seeds.tune == 0:  # a valid grid then has one configuration in each family
        return {family: next(iter(own.values())) for family, own in members.items()}
    done = tune[tune["status"] != "failed"].groupby("family").size()
    chosen = statistics.choose(tune).set_index("family")["configuration"]
    complete = [family for family, own in members.items() if done.get(family, 0) == len(own) * grid.seeds.tune]
    return {family: members[family][chosen[family]] for family in complete}


@dataclass(frozen=True)
class Results:
    """Everything that is known about a grid: what its report is made from.

    `confirm`: the confirm runs of each family's present best, and `curves` their learning curves. `once_confirmed`: how
    many configurations of the grid have confirm runs on these seeds in the store, earlier choices included.
    `environments`: where runs were trained, by id.
    """

    tuned: Tuned
    confirm: pd.DataFrame
    curves: pd.DataFrame
    once_confirmed: int
    environments: dict[str, dict[str, Any]]

    @property
    def grid(self) -> Grid:
        """The grid, with as many confirm seeds as are judged."""
        return self.tuned.grid

    @property
    def tune(self) -> pd.DataFrame:
        """The stored tune runs of all configurations."""
        return self.tuned.tune

    @property
    def choices(self) -> pd.DataFrame:
        """One row per family, in grid order: family, chosen, configuration, configurations (see `Tuned`)."""
        return self.tuned.choices

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
        baseline = self.grid.baseline
        return statistics.judge(self.confirm, baseline.accuracy, baseline.alpha, baseline.margin, self.tune)

    @cached_property
    def decided(self) -> dict[str, str]:
        """What each family's betting sequence has decided: above, below, within (the margin), undecided."""
        baseline = self.grid.baseline
        return statistics.decided(self.confirm, baseline.accuracy, baseline.alpha, baseline.margin)

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
                statuses = frame.loc[frame["family"] == family, "status"].tolist()
                ok, diverged, failed = (statuses.count(word) for word in ("ok", "diverged", "failed"))
                rows.append((family, stage, wanted, ok + diverged, diverged, failed, wanted - len(statuses)))
        return pd.DataFrame(rows, columns=["family", "stage", "wanted", "done", "diverged", "failed", "missing"])


def collect(grid: Grid, store: Store) -> Results:
    """What the store knows about the grid; trains nothing."""
    return collect_confirm(collect_tune(grid, store), store)


def collect_confirm(tuned: Tuned, store: Store) -> Results:
    """What the store's confirm runs say about the chosen; trains nothing."""
    seeds = tuned.grid.seeds.for_confirming
    confirm = frames.runs_frame(store, list(tuned.best.values()), seeds, tuned.grid.baseline.target)
    statuses = store.statuses(configuration.hash for configuration in tuned.configurations)
    return Results(
        tuned=tuned,
        confirm=confirm,
        curves=frames.curves_frame(store, confirm),
        once_confirmed=len({name for name, seed in statuses if seed in seeds}),
        environments=store.environments(),
    )
