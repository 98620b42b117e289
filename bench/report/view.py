"""Results as a report shows them: readable names, families with what is known of them, the order of verdicts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from bench import statistics
from bench.grid import Configuration
from bench.grid.request import USUAL_PLACES, Places
from bench.grid.settings import problem_values
from bench.problems import Source
from bench.report.judgement import Judgement
from bench.report.names import labelled_problems, renamed, short_problems
from bench.results import Results
from bench.results.cautions import Caution, cautions
from bench.results.races import members_of
from bench.statistics import Plan
from bench.statistics.counting import KEYS, questions
from bench.statistics.plans import Question
from bench.text import LONGEST_NAME, printable, shown_names, unshared

MOST_COMPARED = 16  # families of a problem


@dataclass(frozen=True)
class View(Judgement):
    """A grid's results as a report shows them: `results` with readable names, and what is known of each family.

    `families`: indexed by readable name, in grid order: configurations (their number), chosen (whether its best is),
    optimizer, problem (as text), problem_label, classes, ceiling. `original`: the family's own name by the readable
    one. `places`: where the report's commands find runs and reports.
    """

    of_grid = True

    results: Results
    families: pd.DataFrame
    original: dict[str, str]
    configurations: dict[tuple[str, str], Configuration]
    places: Places = USUAL_PLACES

    @property
    def question(self) -> Question:
        claim = self.results.grid.baseline
        return Question(claim.accuracy, claim.alpha, claim.margin, self.results.families)

    @property
    def plan(self) -> Plan:
        return self.results.plan

    @property
    def tune(self) -> pd.DataFrame:
        return self.results.tune

    @property
    def confirm(self) -> pd.DataFrame:
        return self.results.confirm

    @property
    def compared(self) -> pd.DataFrame:
        return self.results.compared

    @property
    def judged(self) -> pd.DataFrame:
        return self.results.verdicts

    @cached_property
    def comparisons(self) -> dict[str, pd.DataFrame]:
        """By problem: its families (at most `MOST_COMPARED`) minus the reference, best first.

        The reference is the one that the grid file names, if it has confirm runs; else the best on tune seeds.
        """
        tables = {}
        for problem in self.problems:
            names = self.comparable(problem)
            names = sorted(names, key=lambda name: name != self.named_reference(problem))[:MOST_COMPARED]
            if len(names) > 1:
                baseline = self.results.grid.baseline
                runs = self.results.compared[self.results.compared["family"].isin(names)]
                count = min(int((self.families["problem"] == problem).sum()), MOST_COMPARED)
                table = statistics.against_reference(runs, names[0], baseline.alpha, baseline.margin, families=count)
                tables[problem] = table.sort_values("difference", ascending=False, kind="stable", ignore_index=True)
        return tables

    @cached_property
    def effects(self) -> pd.DataFrame:
        """What each choice does within each family; without the differences between families."""
        effects = self.results.effects
        return effects[effects["other"] == ""].reset_index(drop=True)

    def named_reference(self, problem: str) -> str:
        """The family of a problem that the grid file names as reference; "" if it names none."""
        named = self.results.grid.references
        return next(
            (f for f in self.families.index[self.families["problem"] == problem] if self.original[f] in named), ""
        )

    def why(self, problem: str, reference: str) -> str:
        named = self.named_reference(problem)
        if named == reference:
            return "named in the grid file"
        chosen = "first in the grid" if self.tune.empty else "best on tune seeds"
        return f"{chosen}, as {named} has no confirm run that ended well" if named else chosen

    @property
    def order(self) -> str:
        return "in the grid" if self.tune.empty else "on tune seeds"

    def names_on(self, problem: str) -> dict[str, str]:
        """What the families of a problem are called where it is named already: without what they share.

        Where nothing is left, as optimizers are searched too, that of the best.
        """
        inside = self.families.index[self.families["problem"] == problem].tolist()
        if not self.results.grid.names_problems:
            return dict(zip(inside, unshared(inside), strict=True))
        short = {family.name: printable(family.short, LONGEST_NAME) for family in self.results.grid.families}
        best = {family: own.settings.optimizer.label for family, own in self.results.tuned.best.items()}
        names = [short[self.original[family]] or printable(best.get(family, family)) for family in inside]
        return dict(zip(inside, unshared(names) if len(set(names)) == len(names) else inside, strict=True))

    @cached_property
    def methods(self) -> dict[str, str]:
        """By family: what it is called without its problem, which families of other problems are called too.

        Without those of which nothing is left, as optimizers are searched too.
        """
        short = {family.name: family.short for family in self.results.grid.families}
        names = shown_names(name for name in short.values() if name)
        return {shown: names[short[own]] for shown, own in self.original.items() if short[own]}

    @cached_property
    def methods_in_order(self) -> list[str]:
        """The methods, by mean rank on tune seeds (else in grid order): without a look at the confirm runs."""
        order = list(dict.fromkeys(self.methods.values()))
        if self.results.tune.empty:
            return order
        best = statistics.choose(self.results.tune)
        best = best[best["family"].isin(self.methods)]
        keys = {"problem": best["family"].map(self.families["problem"]), "method": best["family"].map(self.methods)}
        ranks = best.assign(**keys).groupby("problem")["validation_mean"].rank(ascending=False)
        mean = ranks.groupby(keys["method"]).mean()
        return sorted(order, key=lambda method: float(mean.get(method, math.inf)))

    @property
    def named_method(self) -> str:
        """The method that the grid file names as reference on every problem; "" if it names none."""
        named = {self.methods.get(self.named_reference(problem), "") for problem in self.problems}
        return named.pop() if len(named) == 1 else ""

    def comparable(self, problem: str) -> list[str]:
        """The families of a problem with confirm runs that ended well, the best on tune seeds first (else grid order).

        Ordered without a look at the confirm runs, so that the tests on them keep their level.
        """
        well = self.verdicts.loc[self.verdicts["n_ok"] > 0, "family"].tolist()
        known = [f for f in self.families.index if f in well and self.families.at[f, "problem"] == problem]
        if self.results.tune.empty:
            return known
        best = statistics.choose(self.results.tune).set_index("family")["validation_mean"]
        return sorted(known, key=lambda family: -float(best.get(family, -math.inf)))

    @cached_property
    def cautions(self) -> dict[str, tuple[Caution, ...]]:
        """By family: what should make a reader careful with its verdict."""
        return cautions(self.results)

    @property
    def summary(self) -> pd.DataFrame:
        """Every configuration with its varying settings, best (by what chooses) first, what a race dropped last."""
        return self.searched.drop(columns="dropped")

    @cached_property
    def searched(self) -> pd.DataFrame:
        """The same, with whether a race has `dropped` it."""
        settings = self.results.runs.drop_duplicates(KEYS)[[*KEYS, *self.varying]]
        table = self.results.summary.merge(settings, on=KEYS, how="left")
        keys = table[KEYS].itertuples(index=False, name=None)
        table = table.assign(dropped=[key in self.results.tuned.dropped for key in keys]).astype({"dropped": bool})
        order, ascending = ["dropped", "validation_mean", "mean"], [True, False, False]
        return table.sort_values(order, ascending=ascending, kind="stable", ignore_index=True)

    @property
    def varying(self) -> list[str]:
        """The settings that vary within families; the rest is in the family's name."""
        grid = self.results.grid
        return [key for key in grid.varying if key not in grid.splits]

    @property
    def problems(self) -> list[str]:
        """The different problems of the confirmed families, as text."""
        return list(dict.fromkeys(self.families.loc[self.verdicts["family"], "problem"]))

    @property
    def sources(self) -> list[Source]:
        """What the points of the confirmed families are taken from."""
        judged = zip(self.verdicts["family"], self.verdicts["configuration"], strict=True)
        return list(dict.fromkeys(self.configurations[own].settings.problem for own in judged))


def view_of(results: Results, places: Places = USUAL_PLACES) -> View:
    """The view of these results."""
    members = members_of(results.tuned.configurations)
    families = shown_names(members)
    texts = {**shown_names((c.text for own in members.values() for c in own), 2 * LONGEST_NAME), "": ""}
    named = renamed(results, families, texts)
    rows = [_family(own, results.tuned.best.get(family)) for family, own in members.items()]
    table = pd.DataFrame(rows, index=pd.Index(families.values(), name="family"))
    table["problem"] = labelled_problems(table) if results.grid.names_problems else short_problems(table["problem"])
    return View(
        named,
        table,
        {shown: name for name, shown in families.items()},
        {(c.family, c.text): c for c in named.tuned.configurations},
        places,
    )


def _family(members: list[Configuration], best: Configuration | None) -> dict[str, object]:
    """What is known of a family; its best member speaks for it once that is chosen."""
    one = best or members[0]
    problem = one.settings.problem
    known = {f"problem.{name}": value for name, value in problem_values(problem).items()}
    frame = pd.DataFrame([known | {"family": one.family, "problem.classes": problem.classes}])
    return {
        "configurations": len(members),
        "chosen": best is not None,
        "optimizer": one.settings.optimizer.rule.name,
        "problem": questions(frame)[one.family],
        "problem_label": one.problem,
        "classes": problem.classes,
        "ceiling": problem.ceiling,
    }
