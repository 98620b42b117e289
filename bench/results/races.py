"""The races of a grid's families: which configurations race with which, on stored tune runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bench.grid import Configuration, Grid, contrasts
from bench.statistics.counting import counted_accuracy
from bench.statistics.means import Floats
from bench.statistics.racing import Flags, Race, race


def members_of(configurations: Sequence[Configuration]) -> dict[str, list[Configuration]]:
    """The configurations of each family, in grid order."""
    members: dict[str, list[Configuration]] = {}
    for configuration in configurations:
        members.setdefault(configuration.family, []).append(configuration)
    return members


def races_of(grid: Grid, members: dict[str, list[Configuration]], tune: pd.DataFrame) -> dict[str, Race]:
    """Each family's race, as far as its tune runs decide it, whatever else is stored."""
    runs = dict(iter(tune.groupby("family")))
    none = tune.iloc[:0]
    return {
        family: race(accuracies_of(own, runs.get(family, none), grid.seeds.tune), groups_of(grid, own))
        for family, own in members.items()
    }


def groups_of(grid: Grid, members: Sequence[Configuration]) -> Flags:
    """What races within a family: (groups, configurations). All of it; and for each effect either side alone, since
    the best of both is confirmed."""
    sides = [side for contrast in contrasts(grid, members) for side in (contrast.on, contrast.off)]
    own = [{configuration.hash for configuration in side} for side in sides]
    return np.array([[True] * len(members), *([c.hash in side for c in members] for side in own)])


def accuracies_of(members: Sequence[Configuration], tune: pd.DataFrame, seeds: int) -> Floats:
    """A family's validation accuracies that count: (configurations, seeds); nan where a run is missing or failed."""
    places = {configuration.text: place for place, configuration in enumerate(members)}
    table = np.full((len(members), seeds), np.nan)
    table[tune["configuration"].map(places).astype(int), tune["seed"]] = counted_accuracy(tune, "validation_accuracy")
    return table
