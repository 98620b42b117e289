"""From bounds to a word, and to the interval that may stand beside it.

A word rests on two corrected tests, each with its own level: one for "differs", one for "practically equal".
No single interval of fixed level agrees with both, so the interval beside a word takes each of its bounds at
the level of the claim that the bound supports. The word is read off the bounds: the two cannot contradict.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Literal, SupportsFloat

from bench.text import counted

Kind = Literal["failed", "degenerate", "above", "below", "practically equal", "inconclusive"]
Bound = Callable[[float], SupportsFloat]  # error probability of the bound -> the bound


@dataclass(frozen=True)
class Claim:
    """A word, and the interval `low` to `high` that it was read off, of confidence `confidence`.

    "above" excludes the center below; "practically equal" lies within the margin and contains the center
    (Hsu et al. 1994, the interval that belongs to two one-sided tests); "inconclusive" contains the center
    and leaves the margin. `within_margin` says that the difference, if any, is smaller than the margin.
    """

    kind: Kind
    low: float
    high: float
    confidence: float
    within_margin: bool


def claim(lower: Bound, upper: Bound, center: float, margin: float, differs: float, equal: float) -> Claim:
    """Read a word off bounds.

    Args:
        lower, upper: bounds of the estimate as functions of their error probability.
        center, margin: what the estimate is compared with, and what difference is practically nothing.
        differs: two-sided level of "above" and "below", corrected for multiplicity.
        equal: level of each of the two one-sided tests of "within the margin", likewise.
    """

    def low(tail: float) -> float:
        return float(lower(tail))

    def high(tail: float) -> float:
        return float(upper(tail))

    tail, widest = differs / 2, min(differs / 2, equal)
    within = low(equal) > center - margin and high(equal) < center + margin
    far = equal if within else widest  # the bound on the far side of the center speaks about the margin
    if low(tail) > center:
        return Claim("above", low(tail), high(far), 1 - tail - far, within)
    if high(tail) < center:
        return Claim("below", low(far), high(tail), 1 - tail - far, within)
    if within:
        return Claim("practically equal", min(low(equal), center), max(high(equal), center), 1 - equal, True)
    return Claim("inconclusive", low(widest), high(widest), 1 - 2 * widest, False)


def phrase(kind: Kind, within_margin: bool, more_seeds: float) -> str:
    """The verdict in full, such as "above, but by less than the margin"; nan seeds: not worked out."""
    if kind in ("above", "below") and within_margin:
        return f"{kind}, but by less than the margin"
    if kind != "inconclusive" or isnan(more_seeds):
        return kind
    if not isfinite(more_seeds):
        return "inconclusive (more seeds than are practical)"
    return f"inconclusive (about {counted(int(more_seeds), 'more seed')})"
