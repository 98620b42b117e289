"""The races of a grid's families: which configurations race with which, on stored tune runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from bench.grid import Configuration, Grid, contrasts
from bench.statistics.counting import KEYS, counted_accuracy
from bench.statistics.means import Floats
from bench.statistics.racing import Flags, Race, race, without_race

Members = Mapping[str, Sequence[Configuration]]  # by family


def members_of(configurations: Sequence[Configuration]) -> dict[str, list[Configuration]]:
    """The configurations of each family, in grid order."""
    members: dict[str, list[Configuration]] = {}
    for configuration in configurations:
        members.setdefault(configuration.family, []).append(configuration)
    return members


def races_of(grid: Grid, members: Members, tune: pd.DataFrame | None = None) -> dict[str, Race]:
    """Each family's race, as far as its tune runs decide it; where a grid does not race, all get all seeds."""
    if not grid.seeds.race:
        return {family: without_race(len(own), grid.seeds.tune) for family, own in members.items()}
    runs = {} if tune is None else dict(iter(tune.groupby("family")))
    return {
        family: race(accuracies_of(own, runs.get(family), grid.seeds.tune), groups_of(grid, own))
        for family, own in members.items()
    }


def parted(races: Mapping[str, Race], members: Members, tune: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Those of the tune runs that belong to the races, and those that these may yet want, whatever else is stored."""
    seeds = {
        (family, configuration.text): counts
        for family, own in members.items()
        for configuration, *counts in zip(own, races[family].seeds, races[family].most, strict=True)
    }
    keys = [*tune[KEYS].itertuples(index=False, name=None)]
    now, most = (np.array([seeds[key][which] for key in keys], dtype=int) for which in (0, 1))
    asked, wanted = tune["seed"] < now, tune["seed"] < most
    return tune[asked].reset_index(drop=True), tune[wanted & ~asked].reset_index(drop=True)


def groups_of(grid: Grid, members: Sequence[Configuration]) -> Flags:
    """What races within a family: (groups, configurations). All of it; and for each effect either side alone, since
    the best of both is confirmed."""
    sides = [side for contrast in contrasts(grid, members) for side in (contrast.on, contrast.off)]
    own = [{configuration.hash for configuration in side} for side in sides]
    return np.array([[True] * len(members), *([c.hash in side for c in members] for side in own)])


def accuracies_of(members: Sequence[Configuration], tune: pd.DataFrame | None, seeds: int) -> Floats:
    """A family's validation accuracies that count: (configurations, seeds); nan where a run is missing or failed."""
    table = np.full((len(members), seeds), np.nan)
    if tune is not None:
        places = {configuration.text: place for place, configuration in enumerate(members)}
        rows = tune["configuration"].map(places).astype(int)
        table[rows, tune["seed"]] = counted_accuracy(tune, "validation_accuracy")
    return table


def saving(races: Collection[Race]) -> str:
    """How many tune runs races leave out, as far as is known, in words."""
    total = sum(race.total * len(race.seeds) for race in races)
    least = total - sum(int(race.most.sum()) for race in races)
    most = total - sum(race.least for race in races)
    known = f"{least:,} to {most:,}" if least else f"up to {most:,}"
    how_many = f"{least:,}" if least == most else known
    return f"the race leaves out {how_many} of {total:,} tune runs"
