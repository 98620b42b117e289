"""Everything that is known about a grid, gathered from the store: what its report is made from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from bench import statistics
from bench.grid.grid import Configuration, Grid
from bench.store import frames
from bench.store.sqlite import Store


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


def collect(grid: Grid, store: Store) -> Results:
    """What the store knows about the grid; trains nothing."""
    configurations = list(grid.configurations())
    tune = tune_frame(grid, store, configurations)
    best = choose(grid, configurations, tune)
    confirm = frames.runs_frame(store, list(best.values()), grid.seeds.for_confirming, grid.baseline.target)
    statuses = store.statuses(c.hash for c in configurations)
    sizes = Counter(configuration.family for configuration in configurations)
    chosen = {family: configuration.text for family, configuration in best.items()}
    rows = [(family, family in chosen, chosen.get(family, ""), size) for family, size in sizes.items()]
    return Results(
        grid=grid,
        tune=tune,
        confirm=confirm,
        curves=frames.curves_frame(store, confirm),
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


def tune_frame(grid: Grid, store: Store, configurations: Sequence[Configuration]) -> pd.DataFrame:
    """The stored tune runs of these configurations."""
    return frames.runs_frame(store, configurations, grid.seeds.for_tuning, grid.baseline.target)
