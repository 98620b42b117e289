"""What kind of number a column of scores holds: an accuracy, in fractions or in percent, or any other; its bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil, floor, inf, isfinite, log10

import numpy as np
from numpy.typing import NDArray

from bench.errors import UsageError
from bench.statistics.means import Floats
from bench.statistics.scores import DIGITS, Score
from bench.text import quoted

ACCURACIES = {"accuracy", "accuracies", "acc"}
LOSSES = {"loss", "losses", "error", "errors", "err", "rmse", "mse", "mae", "nll", "logloss", "perplexity", "regret"}
LARGEST_FRACTION = 2  # of a column of fractions: what is larger is a percentage, and above 1 it is a mistake
MARGIN = 0.01  # of what scores can differ by: differences smaller than that are practically nothing


@dataclass(frozen=True)
class Scores:
    """The numbers of a column. `name`: of the column; `values`: NaN where there is none; `place`: of a row."""

    name: str
    values: Floats
    place: Callable[[int], str]

    def first(self, where: NDArray[np.bool_]) -> str:
        """The first of these rows with its number, for messages."""
        row = int(np.flatnonzero(where)[0])
        return f"{self.place(row)}: {float(self.values[row])!r}".removesuffix(".0")


def score_of(
    scores: Scores, spreads: Floats, bounds: tuple[float, float] | None, lower_is_better: bool | None
) -> Score:
    """The score that a column holds.

    `spreads`: standard deviations within what is compared, which say how many decimals matter. `bounds`: as somebody
    has given them; `lower_is_better`: None where the column's name is to decide. Raises UsageError for numbers out of
    bounds, and for fractions among percentages.
    """
    _require_finite(scores)
    words = {*re.split(r"[^a-z]+", scores.name.lower())}
    accuracy = bool(words & ACCURACIES)
    low, high = bounds or _usual_bounds(scores, accuracy)
    _require_within(scores, low, high)
    whole = high if accuracy and (low, high) in ((0, 1), (0, 100)) else 0.0
    lower = bool(words & LOSSES) if lower_is_better is None else lower_is_better
    largest = float(np.nanmax(np.abs(scores.values), initial=0))
    score = Score(
        name=scores.name.replace("_", " "),
        low=low,
        high=high,
        lower_is_better=lower,
        whole=whole,
        decimals=1 if whole else _decimals(spreads, largest),
        digits=DIGITS - ceil(log10(largest)) if largest > 0 else DIGITS,
    )
    return replace(score, chance=score.floor)  # the worst case, as nobody has said what guessing gives


def _require_finite(scores: Scores) -> None:
    infinite = np.isinf(scores.values)
    if infinite.any():
        remedy = "write the number that such a run is to count with, or leave the cell empty for a run without result"
        raise UsageError(f"{scores.first(infinite)} in column {quoted(scores.name)} is not finite; {remedy}")


def _usual_bounds(scores: Scores, accuracy: bool) -> tuple[float, float]:
    """Accuracies lie between 0 and 1, or 0 and 100 where one is above 2; of other scores nothing is known."""
    if not accuracy:
        return -inf, inf
    values = scores.values
    if not (values > LARGEST_FRACTION).any():
        return 0.0, 1.0
    fractions = (values > 0) & (values <= 1)
    if fractions.any() and not (values > 100).any():
        raise UsageError(
            f"{scores.first(fractions)} and {scores.first(values > 1)} in column {quoted(scores.name)} are fractions "
            "among percentages; write all alike, or give --bounds 0 100 if all are percentages"
        )
    return 0.0, 100.0


def _require_within(scores: Scores, low: float, high: float) -> None:
    outside = (scores.values < low) | (scores.values > high)
    if outside.any():
        remedy = "correct it, or give --bounds LOW HIGH of what the score can be"
        raise UsageError(
            f"{scores.first(outside)} in column {quoted(scores.name)}: expected {low:g} to {high:g}; {remedy}"
        )


def _decimals(spreads: Floats, largest: float) -> int:
    """As many as show a tenth of a typical standard deviation."""
    known = spreads[spreads > 0]
    typical = float(np.median(known)) if known.size else largest / 1000
    return min(max(1 - floor(log10(typical)), 0), 9) if typical > 0 else 1


def check_claim(score: Score, baseline: float | None, margin: float | None, alpha: float) -> float:
    """The margin, where none is given that of the score. Raises UsageError for a claim that the scores cannot meet."""
    faults = [*_claim_faults(score, baseline, margin, alpha)]
    if faults:
        raise UsageError("\n".join(faults))
    if margin is not None:
        return margin
    return MARGIN * score.span if score.bounded else 0.0


def _claim_faults(score: Score, baseline: float | None, margin: float | None, alpha: float) -> Iterator[str]:
    if baseline is not None:
        if score.whole == 100 and 0 < baseline <= 1:
            yield f"--baseline {baseline:g}: the scores are percentages; write {100 * baseline:g}"
        elif score.whole == 1 and 1 < baseline <= 100:
            yield f"--baseline {baseline:g}: the scores are fractions; write {baseline / 100:g}"
        elif not (isfinite(baseline) and score.low <= baseline <= score.high):
            yield f"--baseline {baseline:g}: expected a number from {score.low:g} to {score.high:g}, as the scores are"
    if margin is not None and not (isfinite(margin) and 0 <= margin < score.span):
        yield f"--margin {margin:g}: expected a difference of scores from 0 to {score.span:g}"
    if not 0 < alpha < 0.5:
        yield f"--alpha {alpha:g}: expected the probability of an error, between 0 and 0.5, such as 0.05"
