"""How confirm seeds are drawn, and the interval that belongs to it: whoever looks more often needs a wider one.

| plan | confirm seeds | interval of a mean |
| --- | --- | --- |
| `Fixed` | a number that was set before looking | Student's t |
| `Looks` | as many again, at most so many times, until every family is decided | repeated t intervals, alpha spending |
| `UntilDecided` | some more, as long as one likes | betting confidence sequence |
| `Folds` | none: the folds of cross-validations, by another program | Student's t, corrected (Nadeau & Bengio) |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Protocol

import numpy as np

from bench.defaults import MOST_ADDED_SEEDS
from bench.statistics.betting import betting_interval, log_evidence
from bench.statistics.folds import corrected
from bench.statistics.means import Estimate, Floats
from bench.statistics.scores import ACCURACY, Score
from bench.statistics.sequential import nominal_levels, repeated_p


@dataclass(frozen=True)
class Question:
    """What is asked of every family: is its mean test accuracy `accuracy`, or at least within `margin` of it?

    `alpha`: the probability that any of the answers is wrong. `families`: how many answers share it. `score`: what
    stands for the accuracy, where it is another score.
    """

    accuracy: float
    alpha: float
    margin: float
    families: int
    score: Score = ACCURACY

    @property
    def level(self) -> float:
        """The error probability of each interval (Bonferroni)."""
        return self.alpha / self.families

    @property
    def edges(self) -> tuple[float, float, float]:
        """The baseline, and the lower and the upper edge of the margin around it."""
        return self.accuracy, self.accuracy - self.margin, self.accuracy + self.margin


@dataclass(frozen=True)
class Evidence:
    """What one family's seeds say: its interval at 1 - `Question.level`, and p values that agree with it.

    `p` is at most alpha exactly where the interval excludes the baseline, `p_equal` exactly where the interval lies
    within the margin of it. Both are corrected for the number of families.
    """

    low: float
    high: float
    p: float
    p_equal: float


class Plan(Protocol):
    """How confirm seeds are drawn."""

    name: ClassVar[str]
    independent: ClassVar[bool]
    """Whether one value says nothing of another, as the betting sequence needs it."""

    @property
    def most(self) -> int:
        """Confirm seeds at the most; 0: as many as the grid asks for."""

    def evidence(self, values: Floats, estimate: Estimate, question: Question) -> Evidence:
        """What `values` (n,), in order of their seeds, say; nan where they have no spread to judge by."""

    def more(self, seeds: int) -> int | None:
        """How many confirm seeds to have next if something is undecided with so many; None: stop here."""

    def options(self, first: int) -> tuple[str, ...]:
        """The options of `run` that ask for this plan where there are `first` confirm seeds at the start."""


@dataclass(frozen=True)
class Fixed:
    """One look, at a number of seeds that was set in advance: Student's t."""

    name: ClassVar[str] = "fixed"
    independent: ClassVar[bool] = True
    most: ClassVar[int] = 0

    def evidence(self, values: Floats, estimate: Estimate, question: Question) -> Evidence:
        return _student(estimate, question, question.level, lambda p: question.families * p)

    def more(self, seeds: int) -> int | None:
        return None

    def options(self, first: int) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Looks:
    """At most `count` looks, each after `step` more seeds: O'Brien & Fleming's boundaries (see `sequential`)."""

    count: int
    step: int
    name: ClassVar[str] = "looks"
    independent: ClassVar[bool] = True

    @property
    def most(self) -> int:
        return self.count * self.step

    def evidence(self, values: Floats, estimate: Estimate, question: Question) -> Evidence:
        look = min(max(-(-values.size // self.step), 1), self.count)  # a failed run leaves a look a seed short
        level = nominal_levels(self.count, question.level)[look - 1]
        return _student(estimate, question, level, lambda p: question.families * repeated_p(p, look, self.count))

    def more(self, seeds: int) -> int | None:
        return seeds + self.step if seeds < self.most else None

    def options(self, first: int) -> tuple[str, ...]:
        return ("--looks", str(self.count)) if first == self.step else ()  # the store remembers it


@dataclass(frozen=True)
class UntilDecided:
    """Look as often as one likes, up to `most` seeds: the betting sequence, in the order of the seeds."""

    most: int
    name: ClassVar[str] = "until decided"
    independent: ClassVar[bool] = True

    def evidence(self, values: Floats, estimate: Estimate, question: Question) -> Evidence:
        edges = question.edges
        low, high = betting_interval(values, question.level, edges)
        center, lower, upper = (log_evidence(values, edge, question.level, edges) for edge in edges)
        if np.isnan(low):
            return Evidence(low, high, np.nan, np.nan)
        differs, equal = max(center), min(lower[0], upper[1])
        return Evidence(
            float(np.nextafter(low, 2)) if low > 0 else low,  # the sequence's bounds are themselves excluded
            float(np.nextafter(high, -1)) if high < 1 else high,
            min(1.0, question.families * float(np.exp(-differs))),
            min(1.0, question.families * float(np.exp(-equal))),
        )

    def more(self, seeds: int) -> int | None:
        return min(max(seeds + 10, seeds * 5 // 4), self.most) if seeds < self.most else None

    def options(self, first: int) -> tuple[str, ...]:
        most = () if self.most == MOST_ADDED_SEEDS else ("--max-seeds", str(self.most))
        return ("--until-decided", *most)


@dataclass(frozen=True)
class Folds:
    """No seeds, but folds, each of which tests `test_share` of the data: Student's t, corrected for what they share."""

    test_share: float
    name: ClassVar[str] = "folds"
    independent: ClassVar[bool] = False
    most: ClassVar[int] = 0

    @property
    def ratio(self) -> float:
        """Data that a fold tests over data that it trains on."""
        return self.test_share / (1 - self.test_share)

    def evidence(self, values: Floats, estimate: Estimate, question: Question) -> Evidence:
        return _student(corrected(estimate, self.ratio), question, question.level, lambda p: question.families * p)

    def more(self, seeds: int) -> int | None:
        return None

    def options(self, first: int) -> tuple[str, ...]:
        return ()


def planned(first: int, *, looks: int = 1, until_decided: bool = False, most: int) -> Plan | None:
    """The plan that is asked for where there are `first` confirm seeds; None: the one that was made before, if any.

    `looks`: how often to look, if more than once. `until_decided`: look as often as one likes, up to `most` seeds.
    """
    if until_decided:
        return UntilDecided(most)
    return Looks(looks, first) if looks > 1 else None


FIXED = Fixed()
PLANS: dict[str, type[Any]] = {plan.name: plan for plan in (Fixed, Looks, UntilDecided)}


def facts_of(plan: Plan) -> dict[str, Any]:
    """A plan as plain values, for the store."""
    return {"plan": plan.name} | vars(plan)


def plan_of(facts: Mapping[str, Any]) -> Plan:
    """The plan again; other facts are passed over. Raises ValueError where they are of no plan that is known."""
    try:
        plan = PLANS[facts["plan"]]
        made: Plan = plan(**{field.name: facts[field.name] for field in fields(plan)})
    except KeyError as error:
        raise ValueError(f"a question of no plan that is known here ({error})") from error
    return made


def _student(estimate: Estimate, question: Question, level: float, corrected: Callable[[float], float]) -> Evidence:
    """The t interval at 1 - `level`, and the two p values that it stands for, each corrected.

    A mean lies where all values do: the interval ends there, and an edge of the margin beyond needs no test.
    """
    if np.isnan(estimate.error):
        return Evidence(np.nan, np.nan, np.nan, np.nan)
    (_, lower, upper), score = question.edges, question.score
    too_low = float(estimate.p_not_above(lower)) if lower >= score.low else 0.0
    too_high = float(estimate.p_not_below(upper)) if upper <= score.high else 0.0
    return Evidence(
        max(float(estimate.lower(level / 2)), score.low),
        min(float(estimate.upper(level / 2)), score.high),
        min(1.0, corrected(float(estimate.t_test(question.accuracy)))),
        min(1.0, corrected(min(1.0, 2 * max(too_low, too_high)))),  # the interval's tails are half as large
    )
