"""What is judged: a score's bounds, which direction is better, and how its numbers are written.

Grids judge test accuracies (`ACCURACY`). Results of other programs may bring any score: a percentage, a loss, a reward.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any

import numpy as np

from bench.statistics.betting import betting_interval
from bench.statistics.claims import ABOVE, BELOW, VERSUS, Claim, Kind, claim_of
from bench.statistics.means import Floats
from bench.text import NOTHING, counted, missing, percent, percent_unlike, plain, plain_unlike, points, signed_points

DIGITS = 12  # of a difference that count: those that are equal in whole test points differ in the 16th


@dataclass(frozen=True)
class Terms:
    """What is judged, and what it has several results of, in the words of whoever asks: here of grids.

    `case`, `cases`: what gets one verdict, where a family is something else: with several problems a method gets one
    on each.
    """

    family: str = "family"
    families: str = "families"
    seed: str = "seed"
    case: str = "family"
    cases: str = "families"

    @property
    def seeds(self) -> str:
        """Several of them."""
        return f"{self.seed}s"

    def counted(self, count: int) -> str:
        """So many of what gets a verdict."""
        return counted(count, self.case, self.cases)

    def more(self, count: int) -> str:
        """So many more of them are."""
        return counted(count, f"more {self.case} is", f"more {self.cases} are")


@dataclass(frozen=True)
class Score:
    """A number that each run has.

    `name`: in sentences. `low`, `high`: its bounds, infinite where there are none. `whole`: the value that is written
    as 100 %, 0 for scores that are plain numbers; these are written with `decimals`. `chance`: what runs that diverged
    or collapsed are taken to have, where frames do not say (nan: unknown). `digits`: decimals of a difference that
    count. `terms`: what it is a score of.
    """

    name: str = "test accuracy"
    low: float = 0.0
    high: float = 1.0
    lower_is_better: bool = False
    whole: float = 1.0
    decimals: int = 1
    chance: float = nan
    digits: int = DIGITS
    terms: Terms = Terms()

    @property
    def of_cases(self) -> Score:
        """The same where problems are not told apart, so that what gets a verdict is called that."""
        return replace(self, terms=replace(self.terms, family=self.terms.case, families=self.terms.cases))

    @property
    def bounded(self) -> bool:
        """Whether no value is beyond two bounds, as the betting sequence needs it."""
        return isfinite(self.low) and isfinite(self.high)

    @property
    def span(self) -> float:
        """The largest possible difference of two values."""
        return self.high - self.low

    @property
    def sign(self) -> int:
        """1 where higher is better, else -1: `sign * value` is the better the higher it is."""
        return -1 if self.lower_is_better else 1

    @property
    def extreme(self) -> str:
        """What the worst of several values is."""
        return "maximum" if self.lower_is_better else "minimum"

    @property
    def floor(self) -> float:
        """The worst that a value can be; nan where there is no bound."""
        worst = self.high if self.lower_is_better else self.low
        return worst if isfinite(worst) else nan

    @property
    def bottom(self) -> str:
        """What seeds collapse to."""
        return "chance" if missing(self.chance) else self.value(self.chance)

    @property
    def noun(self) -> str:
        """What one value is, in short."""
        return "accuracy" if "accuracy" in self.name else "score"

    @property
    def words(self) -> dict[Kind, str]:
        """Other names of the kinds of verdicts: that a loss is "above" a claim would be read as praise."""
        return {kind: VERSUS[kind] for kind in (ABOVE, BELOW)} if self.lower_is_better else {}

    def side(self, kind: Kind) -> str:
        """How a mean lies to the claim that is named next, such as "above"."""
        return f"{VERSUS[kind]} than" if self.lower_is_better and kind in (ABOVE, BELOW) else kind.word

    def better_first(self, low: float, high: float) -> tuple[float, float]:
        """An interval as one of values that are the better the higher they are."""
        return (-high, -low) if self.lower_is_better else (low, high)

    def claim(self, low: float, high: float, center: float, margin: float) -> Claim:
        """`claim_of`, where "above" is what is better than the center."""
        return claim_of(*self.better_first(low, high), self.sign * center, margin)

    def inside(self, bound: Any) -> float:
        """A bound of a mean, which lies where all values do."""
        return float(np.clip(bound, self.low, self.high))

    def betting(self, values: Floats, alpha: float, include: tuple[float, ...]) -> tuple[float, float]:
        """The betting interval of the mean of `values`; nan where no bounds are known, without which there is none."""
        if not self.bounded:
            return nan, nan
        scaled = tuple((edge - self.low) / self.span for edge in include)
        low, high = betting_interval((values - self.low) / self.span, alpha, scaled)
        return self.low + self.span * low, self.low + self.span * high

    def value(self, value: Any) -> str:
        """A value as text: 87.9 %, or 0.312."""
        if missing(value):
            return NOTHING
        return percent(value / self.whole) if self.whole else plain(value, self.decimals)

    def value_unlike(self, value: Any, other: float) -> str:
        """The same with more decimals where it would otherwise look like another number."""
        if missing(value):
            return NOTHING
        if self.whole:
            return percent_unlike(value / self.whole, other / self.whole)
        return plain_unlike(value, other, self.decimals)

    def difference(self, difference: float) -> str:
        """A difference of two values, within a sentence: 2.1 points, or 0.03."""
        return points(difference / self.whole) if self.whole else f"{difference:.3g}"

    def signed(self, difference: Any) -> str:
        """A difference in a column of such, with its sign."""
        if missing(difference):
            return NOTHING
        if self.whole:
            return signed_points(difference / self.whole)
        return f"{difference:+,.{self.decimals + 1}f}"

    def signed_bound(self, bound: Any) -> str:
        """A bound of such a difference; "none" where it is no narrower than what any two values can differ by."""
        return "none" if not missing(bound) and abs(bound) >= self.span else self.signed(bound)

    def spread(self, sd: Any) -> str:
        """A standard deviation in a column of such."""
        if missing(sd):
            return NOTHING
        return percent(sd / self.whole) if self.whole else plain(sd, self.decimals + 1)

    def minus(self, a: str, b: str) -> str:
        """A difference and its unit, as the name of a column."""
        return f"{a} minus {b}, points" if self.whole else f"{a} minus {b}"

    @property
    def points(self) -> str:
        """The unit of differences, as the name of a column."""
        return "points" if self.whole else "difference"


ACCURACY = Score()
"""A test accuracy, as a fraction."""
