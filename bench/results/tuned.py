"""A grid after its tune runs: what they choose, and so what is confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from bench import statistics
from bench.grid import Configuration, Grid, contrasts
from bench.results.races import Members, members_of, parted, races_of
from bench.statistics.counting import KEYS
from bench.statistics.racing import Race
from bench.statistics.tuning import ranked
from bench.store import frames
from bench.store.questions import Role, problem_of
from bench.store.sqlite import Store
from bench.text import describe, written


@dataclass(frozen=True)
class Effect:
    """Both sides of a contrast of a family, each the best of its group on tune seeds; None until that is known."""

    family: str
    problem: str
    axis: str
    value: str
    against: str
    on: Configuration | None
    off: Configuration | None

    @property
    def besides(self) -> str:
        """What else differs between the two sides, as each is the best of its group."""
        if self.on is None or self.off is None:
            return ""
        on, off = self.on.settings.flat(), self.off.settings.flat()
        differ = [key for key in on if key in off and on[key] != off[key] and key != self.axis]
        return ", ".join(f"{describe(key, on[key])} for {written(off[key])}" for key in differ)


@dataclass(frozen=True)
class Tuned:
    """A grid after its tune runs: expanded once, chosen once.

    `configurations`: all of them, in grid order. `races`: that of each family for its tune seeds. `tune`: the stored
    tune runs (see `judged_runs`) that belong to the races, and `ahead`: those that these may yet want. `best`: the
    configuration to confirm, for each family whose tune runs are all done. `effects`: what else is confirmed, family by
    family.
    """

    grid: Grid
    configurations: tuple[Configuration, ...]
    races: dict[str, Race]
    tune: pd.DataFrame
    ahead: pd.DataFrame
    best: dict[str, Configuration]
    effects: tuple[Effect, ...]

    @cached_property
    def tune_seeds(self) -> dict[str, int]:
        """How many tune seeds each configuration is to have, by hash; in a race, as far as that is decided."""
        seeds: dict[str, int] = {}
        for family, own in members_of(self.configurations).items():
            for configuration, count in zip(own, self.races[family].seeds.tolist(), strict=True):
                seeds[configuration.hash] = max(count, seeds.get(configuration.hash, 0))  # entries may share one
        return seeds

    @cached_property
    def dropped(self) -> set[tuple[str, str]]:
        """The configurations that a race has dropped, by family and text."""
        return {
            (family, configuration.text)
            for family, own in members_of(self.configurations).items()
            for configuration, racing in zip(own, self.races[family].racing.tolist(), strict=True)
            if not racing
        }

    @cached_property
    def choices(self) -> pd.DataFrame:
        """One row per family, in grid order: whether its best is `chosen`, that configuration, and how many it has."""
        sizes = Counter(configuration.family for configuration in self.configurations)
        chosen = {family: configuration.text for family, configuration in self.best.items()}
        rows = [(family, family in chosen, chosen.get(family, ""), size) for family, size in sizes.items()]
        return pd.DataFrame(rows, columns=["family", "chosen", "configuration", "configurations"])

    @cached_property
    def sides(self) -> tuple[Configuration, ...]:
        """The configurations that effects need confirmed, bests included; each once."""
        found = {(c.family, c.hash): c for effect in self.effects for c in (effect.on, effect.off) if c is not None}
        return tuple(found.values())

    @property
    def roles(self) -> dict[str, Role]:
        """What each configuration is confirmed as, by hash."""
        roles: dict[str, Role] = {configuration.hash: "effect" for configuration in self.sides}
        return roles | {configuration.hash: "family" for configuration in self.best.values()}


def collect_tune(grid: Grid, store: Store, configurations: tuple[Configuration, ...] = ()) -> Tuned:
    """What the store's tune runs say about a grid; trains nothing. `configurations`: the grid's, if known already."""
    configurations = configurations or tuple(grid.configurations())
    tune = judged_runs(grid, store, configurations, grid.seeds.for_tuning)
    members = members_of(configurations)
    races = races_of(grid, members, tune)
    tune, ahead = parted(races, members, tune)
    best = _best(members, races, tune)
    return Tuned(grid, configurations, races, tune, ahead, best, tuple(_effects(grid, members, tune, best)))


def judged_runs(grid: Grid, store: Store, configurations: Sequence[Configuration], seeds: range) -> pd.DataFrame:
    """The stored runs of these configurations with these seeds, with the measures of the weights that are judged."""
    runs = frames.runs_frame(store, configurations, seeds, grid.baseline.target)
    return frames.at_best(store, runs) if grid.baseline.weights == "best" else runs


def _best(members: Members, races: Mapping[str, Race], tune: pd.DataFrame) -> dict[str, Configuration]:
    done = tune[tune["status"] != "failed"].groupby("family").size()
    chosen = statistics.choose(tune).set_index("family")["configuration"]
    complete = [family for family, race in races.items() if done.get(family, 0) == race.most.sum()]
    texts = {(c.family, c.text): c for own in members.values() for c in own}
    first = {family: own[0].text for family, own in members.items()}  # without tune seeds, there is one in each
    return {family: texts[family, chosen.get(family, first[family])] for family in complete}


def _effects(
    grid: Grid,
    members: Members,
    tune: pd.DataFrame,
    best: Mapping[str, Configuration],
) -> Iterator[Effect]:
    keys = ranked(tune)[KEYS].itertuples(index=False, name=None) if grid.effects and len(tune) else ()
    places = {key: place for place, key in enumerate(keys)}
    for family, own in members.items():
        problem = problem_of(own[0])
        for contrast in contrasts(grid, own):
            sides: list[Configuration | None] = [None, None]
            if family in best:
                sides = [min(group, key=lambda c: places[c.family, c.text]) for group in (contrast.on, contrast.off)]
            yield Effect(family, problem, contrast.axis, contrast.value, contrast.against, *sides)
