"""What is known of results that other programs brought: runs, verdicts, comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import inf

import pandas as pd

from bench import statistics
from bench.judging.options import Options, in_python
from bench.judging.runs import Runs
from bench.statistics import FIXED, Plan
from bench.statistics.comparisons import JUDGED, judge_differences
from bench.statistics.counting import paired_accuracy, seed_table
from bench.statistics.plans import Question
from bench.statistics.scores import Score
from bench.text import missing

MOST_PAIRED = 16  # families of a problem of which all pairs are compared
MOST_COMPARED = 1 + MOST_PAIRED * (MOST_PAIRED - 1) // 2  # with one of them, which are as many comparisons


@dataclass(frozen=True, repr=False)
class Judged:
    """What is known of results that somebody has handed over.

    `table`: the runs, and what they are called. `question`: what is asked of all families; its accuracy is nan where
    there is no baseline. `named`: the method that all others are to be compared with, "" if nobody has named one.
    `name`: of the report's folder. `source`: the file, "" for a table from Python; `options`: as they were given to
    `judge`. `plan`: how the seeds were drawn. `said`: what has to be said of how the table was read; `shape`: what
    columns it has, where a row is no run.
    """

    table: Runs
    question: Question
    named: str
    name: str
    source: str
    options: Options = Options()
    plan: Plan = FIXED
    said: tuple[str, ...] = ()
    shape: str = ""

    @property
    def score(self) -> Score:
        """What is judged."""
        return self.question.score

    @property
    def claimed(self) -> bool:
        """Whether there is a baseline that verdicts are about."""
        return not missing(self.question.accuracy)

    @property
    def runs(self) -> pd.DataFrame:
        """One row per run, as they were read: stage, family, configuration, seed, status, and the score."""
        columns = ["stage", "family", "configuration", "seed", "status", "test_accuracy"]
        return self.table.frame[columns].rename(columns={"test_accuracy": self.table.roles.score})

    @cached_property
    def tune(self) -> pd.DataFrame:
        """The runs that chose each family's configuration."""
        return self.table.tune

    @cached_property
    def confirm(self) -> pd.DataFrame:
        """The runs that are judged."""
        return self.table.confirm

    @cached_property
    def judged(self) -> pd.DataFrame:
        """The rows of `statistics.judge`; none without a baseline."""
        asked = self.question
        return statistics.judge(
            self.confirm if self.claimed else self.confirm.head(0),
            asked.accuracy,
            asked.alpha,
            asked.margin,
            self.tune,
            families=asked.families,
            plan=self.plan,
            score=asked.score,
        )

    @property
    def verdicts(self) -> pd.DataFrame:
        """Each family's best against the baseline, one row each; the columns of `statistics.judge`."""
        return self.judged.assign(kind=self.judged["kind"].replace(self._kinds))

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The mean of each family, with its interval; the columns of `statistics.estimates`."""
        return statistics.estimates(self.confirm, self.question, self.plan)

    @property
    def comparisons(self) -> pd.DataFrame:
        """Families of each problem minus one of them: problem, and the columns of `statistics.against_reference`."""
        compared = {problem: self.compared_on(problem) for problem in self.problems}
        tables = [table.assign(problem=problem) for problem, table in compared.items() if table is not None]
        columns = ["problem", "family", "reference", *JUDGED]
        found = pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
        return found.assign(kind=found["kind"].replace(self._kinds))

    @property
    def _kinds(self) -> dict[str, str]:
        """What the kinds are called in frames: a loss that is better is not "above"."""
        return {kind.word: word for kind, word in self.score.words.items()}

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said of how the table was read, in the words of whoever asked."""
        return tuple(map(self.worded, self.said))

    def worded(self, text: str) -> str:
        """A text that names options as whoever asked has written them: for a table from Python as arguments."""
        return text if self.source else in_python(text)

    @property
    def problems(self) -> list[str]:
        """The different problems, in order; "" for the only one."""
        return list(dict.fromkeys(self.table.problems.values()))

    def families_on(self, problem: str) -> list[str]:
        """The families of a problem, in order."""
        return [family for family, own in self.table.problems.items() if own == problem]

    def comparable(self, problem: str) -> list[str]:
        """The families of a problem with runs that ended well, the best on tune seeds first (else as they came)."""
        known = [family for family in self.families_on(problem) if family in self._ended]
        if self.tune.empty:
            return known
        sign, best = self.score.sign, statistics.choose(self.tune, self.score).set_index("family")["validation_mean"]
        return sorted(known, key=lambda family: -sign * float(best.get(family, -sign * inf)))

    @cached_property
    def _ended(self) -> set[str]:
        """The families with runs that ended well."""
        return {*self.confirm.loc[self.confirm["status"] == "ok", "family"].unique()}

    def reference_on(self, problem: str) -> str:
        """The family of a problem that others are compared with by name, or by tune runs; "" for neither."""
        known = self.comparable(problem)
        named = [family for family in known if self.named in (family, self.table.methods[family])]
        if named:
            return named[0]
        return known[0] if known and len(self.tune) else ""

    def compared_on(self, problem: str) -> pd.DataFrame | None:
        """Families of a problem minus a reference, best first; None for fewer than two.

        That is the one that was named, or the best on tune seeds. Where there is neither it is the one with the best
        mean, and all pairs are judged together: then it may be chosen after looking.
        """
        if problem not in self._compared:
            self._compared[problem] = self._compare(problem)
        return self._compared[problem]

    @cached_property
    def _compared(self) -> dict[str, pd.DataFrame | None]:
        return {}

    def _compare(self, problem: str) -> pd.DataFrame | None:
        known, reference, asked = self.comparable(problem), self.reference_on(problem), self.question
        if len(known) < 2:
            return None
        pairs = self.pairs_on(problem)
        if pairs is not None:
            with_best = pairs[pairs["b"] == pairs["b"].iloc[0]]
            table = with_best.rename(columns={"a": "family", "b": "reference"}).reset_index(drop=True)
        else:
            names = sorted(known, key=lambda family: family != reference)[:MOST_COMPARED]
            runs = self.confirm[self.confirm["family"].isin(names)]
            count = min(len(self.families_on(problem)), MOST_COMPARED)
            table = statistics.against_reference(
                runs, reference, asked.alpha, asked.margin, families=count, score=asked.score, plan=self.plan
            )
        ascending = self.score.lower_is_better
        table = table.sort_values("difference", ascending=ascending, kind="stable", ignore_index=True)
        return pd.DataFrame(table)

    def pairs_on(self, problem: str) -> pd.DataFrame | None:
        """All pairs of the best families of a problem, judged together; None for fewer than two, or with a reference.

        A row per pair: a, b and the columns of `judge_differences`, b having the better mean; those with the best of
        all first.
        """
        if problem not in self._pairs:
            known = self.comparable(problem)
            compared = len(known) > 1 and not self.reference_on(problem)
            self._pairs[problem] = self._all_pairs(known) if compared else None
        return self._pairs[problem]

    @cached_property
    def _pairs(self) -> dict[str, pd.DataFrame | None]:
        return {}

    def _all_pairs(self, known: list[str]) -> pd.DataFrame:
        runs, asked = self.confirm[self.confirm["family"].isin(known)], self.question
        table = seed_table(runs, paired_accuracy(runs, asked.score))
        order = (table.mean() * asked.score.sign).sort_values(ascending=False, kind="stable").index
        better, worse = (list(side) for side in zip(*combinations(order[:MOST_PAIRED], 2), strict=True))
        differences = pd.DataFrame(table[worse].to_numpy() - table[better].to_numpy())
        total = len(known) * (len(known) - 1) // 2
        judged = judge_differences(
            differences, asked.alpha, asked.margin, total=total, score=asked.score, plan=self.plan
        )
        return judged.assign(a=worse, b=better)[["a", "b", *JUDGED]]
