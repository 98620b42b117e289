"""Judged tables as a report shows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import nan

import pandas as pd

from bench.judging import Judged
from bench.report.judgement import MOST_PROBLEMS, Judgement
from bench.results.cautions import Caution
from bench.statistics import Plan
from bench.statistics.plans import Question
from bench.text import counted, unshared

EXAMPLES = 4  # problems that are compared one by one where they are too many for all; comparisons.csv holds the others


@dataclass(frozen=True)
class JudgedView(Judgement):
    """What somebody has handed over, as a report shows it. `reports`: the folder of reports, for its commands."""

    results: Judged
    reports: tuple[str, ...] = ()

    @cached_property
    def families(self) -> pd.DataFrame:  # type: ignore[override]
        """Indexed by name: optimizer (the method, which a family is drawn by), problem, ceiling (never known)."""
        table = self.results.table
        columns = {"optimizer": table.methods, "problem": table.problems}
        return pd.DataFrame(columns).rename_axis("family").assign(ceiling=nan)

    @property
    def title(self) -> str:
        """What the report is called."""
        score, results = self.results.score, self.results
        claim = f" against {score.value(self.question.accuracy)}" if results.claimed else ""
        methods = counted(self.families["optimizer"].nunique(), "method")
        problems = f" on {counted(len(self.problems), 'problem')}" if len(self.problems) > 1 else ""
        return f"{results.name}: {score.name} of {methods}{problems}{claim}"

    @cached_property
    def replicated(self) -> bool:
        """Whether any family has more than one run, without which no mean has an interval."""
        return bool(self.confirm["family"].duplicated().any())

    @property
    def files(self) -> dict[str, pd.DataFrame]:
        """The frames beside the report."""
        results = self.results
        frames = {"runs.csv": results.runs, "summary.csv": results.summary}
        frames |= {"comparisons.csv": results.comparisons} if self.comparisons else {}
        return frames | ({"verdicts.csv": results.verdicts} if len(self.verdicts) else {})

    @property
    def question(self) -> Question:
        return self.results.question

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
        return self.results.confirm

    @property
    def judged(self) -> pd.DataFrame:
        return self.results.judged

    @property
    def detailed(self) -> list[str]:
        return self.problems if len(self.problems) <= MOST_PROBLEMS else self.problems[:EXAMPLES]

    @cached_property
    def comparisons(self) -> dict[str, pd.DataFrame]:
        """By problem, of `detailed` ones: its families minus the reference, best first; none where all have one run."""
        if not self.replicated:
            return {}
        tables = {problem: self.results.compared_on(problem) for problem in self.detailed}
        return {problem: table for problem, table in tables.items() if table is not None}

    @property
    def problems(self) -> list[str]:
        return self.results.problems

    @property
    def cautions(self) -> dict[str, tuple[Caution, ...]]:
        return {}

    def comparable(self, problem: str) -> list[str]:
        return self.results.comparable(problem)

    def pairs_on(self, problem: str) -> pd.DataFrame | None:
        return self.results.pairs_on(problem)

    def names_on(self, problem: str) -> dict[str, str]:
        methods = self.results.table.methods
        inside = self.results.families_on(problem)
        if len(self.problems) > 1:
            return {family: methods[family] for family in inside}
        return dict(zip(inside, unshared(inside), strict=True))

    def why(self, problem: str, reference: str) -> str:
        if self.results.named in (reference, self.results.table.methods[reference]):
            return "named as reference"
        if len(self.tune):
            return "best on tune rows"
        return "the best mean; as all pairs are judged together, it may be chosen after looking"

    @property
    def order(self) -> str:
        return "on tune rows" if len(self.tune) else "in the table"
