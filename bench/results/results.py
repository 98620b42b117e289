"""All that is known about a grid: its runs, verdicts and effects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from bench import statistics
from bench.errors import UsageError
from bench.grid import Grid
from bench.results.tuned import Tuned, collect_tune, judged_runs
from bench.statistics.counting import KEYS
from bench.statistics.effects import CONTRASTS
from bench.statistics.plans import FIXED, Plan, facts_of, plan_of
from bench.store import frames, questions
from bench.store.questions import UNKNOWN, History
from bench.store.sqlite import Store
from bench.training.environment import differing_sources, sources

_UNSAID = {"weights": "last"}
"""Facts of questions that were written down before there was a choice."""


@dataclass(frozen=True, repr=False)
class Results:
    """Everything that is known about a grid: what its report is made from.

    `confirm`: the confirm runs of each family's present best, and `curves` their learning curves; `sides`: those of
    both sides of all effects. `plan`: how confirm seeds were drawn, and `drawn`: how many. `history`: what else was
    asked of these seeds. `environments`: where runs were trained, by id.
    """

    tuned: Tuned
    confirm: pd.DataFrame
    sides: pd.DataFrame
    curves: pd.DataFrame
    plan: Plan
    drawn: int
    history: History
    environments: dict[str, dict[str, Any]]

    @property
    def grid(self) -> Grid:
        """The grid."""
        return self.tuned.grid

    @property
    def tune(self) -> pd.DataFrame:
        """The stored tune runs of all configurations; of a race, those that belong to it."""
        return self.tuned.tune

    @property
    def choices(self) -> pd.DataFrame:
        """One row per family, in grid order: family, chosen, configuration, configurations (see `Tuned`)."""
        return self.tuned.choices

    @cached_property
    def runs(self) -> pd.DataFrame:
        """The runs frame, as stored: tune and confirm runs (those for effects included), one row each."""
        return frames.as_stored(self.judged)

    @cached_property
    def judged(self) -> pd.DataFrame:
        """The same runs, with the measures of the weights that are judged (`baseline.weights`)."""
        filled = [frame for frame in (self.tune, self.confirm, self.others) if len(frame)]
        return pd.concat(filled, ignore_index=True) if filled else self.tune

    @cached_property
    def others(self) -> pd.DataFrame:
        """The confirm runs that are there for effects alone."""
        best = pd.MultiIndex.from_tuples([(c.family, c.text) for c in self.tuned.best.values()], names=KEYS)
        return self.sides[~pd.MultiIndex.from_frame(self.sides[KEYS]).isin(best)]

    @cached_property
    def summary(self) -> pd.DataFrame:
        """What each configuration achieved, on tune runs."""
        return statistics.summarize(self.judged, self.grid.baseline.alpha)

    @property
    def families(self) -> int:
        """How many verdicts share alpha: all families, and whatever else was ever judged on these seeds."""
        return self.history.judged + int((~self.choices["chosen"]).sum())

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Each family's best against the baseline, on confirm runs."""
        claim = self.grid.baseline
        return statistics.judge(
            self.confirm,
            claim.accuracy,
            claim.alpha,
            claim.margin,
            self.tune,
            families=self.families,
            plan=self.plan,
            wanted=self.drawn,
        )

    @cached_property
    def differing_sources(self) -> list[str]:
        """The sources of which runs that are judged here were trained by more than one version."""
        return differing_sources(self._used_environments)

    @cached_property
    def outdated_sources(self) -> list[str]:
        """The sources that are others today than those that runs here were trained by, as far as these are known."""
        known = [facts for facts in self._used_environments if "sources" in facts]
        return differing_sources([*known, {"sources": sources()}]) if known else []

    @property
    def _used_environments(self) -> list[dict[str, Any]]:
        names = sorted(self.judged["environment"].dropna().unique())
        return [self.environments[name] for name in names if name in self.environments]

    @property
    def changed(self) -> dict[str, tuple[Any, Any]]:
        """What of claim and plan was set after somebody could look at these confirm runs: at first, and now."""
        found: dict[str, tuple[Any, Any]] = {}
        for key, value in facts(self.grid, self.plan).items():
            firsts = [(_UNSAID | dict(first)).get(key, value) for first in self.history.first if first != UNKNOWN]
            if key == "effects":  # another grid may ask for other effects
                firsts = [value if self.history.effects is None else self.history.effects]
            others = [first for first in firsts if first != value]
            if others and key != "most":  # when to give up may be put off
                found[key] = (others[0], value)
        return found

    @cached_property
    def compared(self) -> pd.DataFrame:
        """The confirm runs that families are compared on: as many seeds as were set before looking."""
        return self.confirm[self.confirm["seed"].isin(self.grid.seeds.for_confirming)]

    @cached_property
    def effects(self) -> pd.DataFrame:
        """What each choice does within each family, and where families differ in that (see `statistics.effects`)."""
        rows = [
            (e.family, e.problem, e.axis, e.value, e.against, *(s.text if s else "" for s in (e.on, e.off)), e.besides)
            for e in self.tuned.effects
        ]
        contrasts = pd.DataFrame(rows, columns=CONTRASTS)
        return statistics.effects(self.sides, contrasts, self.grid.baseline.alpha, self.grid.baseline.margin)

    @cached_property
    def status(self) -> pd.DataFrame:
        """Per family and stage: runs wanted, done (ok or diverged), diverged, failed, missing.

        What a race leaves out is not wanted; of one that is not at its end, all that it may yet want is, and done what
        is stored of that.
        Stages are tune, confirm, and effects: the confirm runs of the other sides of effects, at the most one for
        each before they are known.
        """
        seeds, races, best = self.grid.seeds, self.tuned.races, self.tuned.best
        extra = Counter(side.family for side in self.tuned.sides if side.hash != best[side.family].hash)
        extra += Counter(effect.family for effect in self.tuned.effects if effect.family not in best)
        tune, rows = pd.concat([self.tune, self.tuned.ahead]), []
        for family in self.choices["family"]:
            stages = [("tune", tune, int(races[family].most.sum())), ("confirm", self.confirm, self.drawn)]
            stages += [("effects", self.others, seeds.confirm * extra[family])] if extra[family] else []
            for stage, frame, wanted in stages:
                statuses = frame.loc[frame["family"] == family, "status"].tolist()
                ok, diverged, failed = (statuses.count(word) for word in ("ok", "diverged", "failed"))
                rows.append((family, stage, wanted, ok + diverged, diverged, failed, wanted - len(statuses)))
        return pd.DataFrame(rows, columns=["family", "stage", "wanted", "done", "diverged", "failed", "missing"])

    @property
    def lacking(self) -> int:
        """How many runs are missing or failed; at the most, unless `knows_lacking`."""
        return int(self.status[["missing", "failed"]].to_numpy().sum())

    @property
    def knows_tune(self) -> bool:
        """Whether no race can make the tune runs that are lacking fewer than are counted."""
        return all(race.decided for race in self.tuned.races.values())

    @property
    def knows_lacking(self) -> bool:
        """Whether no race and no choice of sides of effects can make what is lacking less than is counted."""
        return self.knows_tune and all(effect.family in self.tuned.best for effect in self.tuned.effects)

    @property
    def run_options(self) -> tuple[str, ...]:
        """The options of `run` that draw confirm seeds as these were drawn, besides those that change the grid."""
        seeds, families = self.grid.seeds, self.grid.family_count
        design = statistics.design(seeds.tune, seeds.confirm, families, self.grid.baseline.alpha)
        return (*self.plan.options(seeds.confirm), *(() if design.can_judge else ("--anyway",)))


def facts(grid: Grid, plan: Plan) -> dict[str, Any]:
    """A grid's claim, its plan for drawing seeds, its effects and reference: what may only be set before looking."""
    claim = {"accuracy": grid.baseline.accuracy, "alpha": grid.baseline.alpha, "margin": grid.baseline.margin}
    asked = {
        "effects": list(grid.effects),
        "reference": grid.baseline.reference,
        "weights": grid.baseline.weights,
    }
    return claim | facts_of(plan) | {"confirm": grid.seeds.confirm} | asked


def collect(grid: Grid, store: Store) -> Results:
    """What the store knows about the grid; trains nothing."""
    return collect_confirm(collect_tune(grid, store), store)


def look(grid: Grid, store: Store) -> Results:
    """The same for whoever judges it: the store writes down first what is looked at, so that the level is shared."""
    tuned = collect_tune(grid, store)
    plan, drawn = plan_and_seeds(grid, questions.history(store, grid, tuple(tuned.best.values())))
    questions.look(store, grid, facts(grid, plan), drawn, tuned.roles)
    return collect_confirm(tuned, store)


def collect_confirm(tuned: Tuned, store: Store) -> Results:
    """What the store's confirm runs say about the chosen; trains nothing."""
    grid = tuned.grid
    best, seeds = list(tuned.best.values()), grid.seeds
    history = questions.history(store, grid, best)
    plan, drawn = plan_and_seeds(grid, history)
    confirm = judged_runs(grid, store, best, seeds.of_block[:drawn])
    return Results(
        tuned=tuned,
        confirm=confirm,
        sides=judged_runs(grid, store, tuned.sides, seeds.for_confirming),
        curves=frames.curves_frame(store, confirm),
        plan=plan,
        drawn=drawn,
        history=history,
        environments=store.environments(),
    )


def plan_and_seeds(grid: Grid, history: History) -> tuple[Plan, int]:
    """How the grid's confirm seeds are drawn, and how many are: as when it was last run, if that was more than once."""
    if history.own is None or history.own.facts.get("plan", FIXED.name) == FIXED.name:
        return FIXED, grid.seeds.confirm
    try:
        plan = plan_of(history.own.facts)
    except ValueError as error:
        raise UsageError(f"grid {grid.name}: the store has {error}; use the program that asked it") from None
    return plan, max(history.own.seeds, grid.seeds.confirm)
