"""What sections show of verdicts and comparisons, whoever has trained the runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import ClassVar

import pandas as pd

from bench.results.cautions import Caution
from bench.statistics import Plan
from bench.statistics.claims import KINDS
from bench.statistics.plans import Question
from bench.statistics.scores import Score

MOST_PROBLEMS = 8  # that are compared one by one


class Judgement(ABC):
    """Results as those sections see them that need frames alone.

    `families`: indexed by readable name, in order; the columns optimizer (which it is drawn by), problem, ceiling.
    """

    families: pd.DataFrame
    of_grid: ClassVar[bool] = False
    """Whether a grid of this program's has been trained, whose problems are known."""

    @property
    @abstractmethod
    def question(self) -> Question:
        """What is asked of all families; its accuracy is nan where there is no claim."""

    @property
    @abstractmethod
    def plan(self) -> Plan:
        """How the seeds were drawn."""

    @property
    @abstractmethod
    def tune(self) -> pd.DataFrame:
        """The runs that chose what is judged; none where nothing was chosen."""

    @property
    @abstractmethod
    def confirm(self) -> pd.DataFrame:
        """The runs that are judged, one configuration of each family."""

    @property
    @abstractmethod
    def compared(self) -> pd.DataFrame:
        """Those of them that families are compared on."""

    @property
    @abstractmethod
    def judged(self) -> pd.DataFrame:
        """The rows of `statistics.judge`, in any order."""

    @property
    @abstractmethod
    def comparisons(self) -> dict[str, pd.DataFrame]:
        """By problem: its families minus the reference, best first."""

    @property
    @abstractmethod
    def problems(self) -> list[str]:
        """The different problems, as text."""

    @property
    def detailed(self) -> list[str]:
        """The problems that are compared one by one: the first, where they are many."""
        return self.problems[:MOST_PROBLEMS]

    @property
    @abstractmethod
    def cautions(self) -> dict[str, tuple[Caution, ...]]:
        """By family: what should make a reader careful with its verdict."""

    @abstractmethod
    def comparable(self, problem: str) -> list[str]:
        """The families of a problem with runs that ended well, in an order that the judged runs have no part in."""

    def pairs_on(self, problem: str) -> pd.DataFrame | None:
        """Pairs of a problem's families that were judged together, as in `Ranking.pairs`; None where none were."""
        return None

    @abstractmethod
    def names_on(self, problem: str) -> dict[str, str]:
        """What the families of a problem are called where it is named already."""

    @abstractmethod
    def why(self, problem: str, reference: str) -> str:
        """How the reference came to be it."""

    @property
    @abstractmethod
    def order(self) -> str:
        """Where families come in the order of `comparable`."""

    @property
    def score(self) -> Score:
        """What is judged."""
        return self.question.score

    @property
    def sequential(self) -> bool:
        """Whether there are betting sequences: they need scores between bounds, and seeds that are independent."""
        return self.score.bounded and self.plan.independent

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Verdicts, problem by problem, what is decided first and the better first."""
        ranks = {word: i for i, word in enumerate(KINDS)}
        problems = {problem: i for i, problem in enumerate(self.families["problem"].unique())}
        table = self.judged
        keys = pd.DataFrame(
            {
                "problem": table["family"].map(self.families["problem"]).map(problems),
                "kind": table["kind"].map(ranks),
                "mean": -self.score.sign * table["mean"].astype(float),
            }
        )
        order = keys.sort_values(["problem", "kind", "mean"], kind="stable").index
        return table.loc[order].reset_index(drop=True)
