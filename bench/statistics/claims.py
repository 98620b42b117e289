"""What decides a verdict: its kinds; from bounds to a word, and to the interval that may stand beside it.

A word rests on two corrected tests, each with its own level: one for "differs", one for "practically equal".
No single interval of fixed level agrees with both, so the interval beside a word takes each of its bounds at
the level of the claim that the bound supports. The word is read off the bounds: the two cannot contradict.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, isnan, nan
from typing import SupportsFloat

from bench.text import counted


@dataclass(frozen=True)
class Kind:
    """A kind of verdict, and how it looks wherever it is shown.

    Frames hold `word`; `mark` stands before it. Colours double the mark: `ansi` is a terminal's code, `light` and
    `dark` are for pages on a light and on a dark ground (contrast 4.5 or more, WCAG 2.1 AA).
    """

    word: str
    mark: str
    ansi: int
    light: str
    dark: str


ABOVE = Kind("above", "▲", 32, "#0b6e4f", "#5fd3a8")
EQUAL = Kind("practically equal", "◆", 36, "#0b5cad", "#7db8f5")
INCONCLUSIVE = Kind("inconclusive", "○", 33, "#57606a", "#a9b1ba")
BELOW = Kind("below", "▼", 31, "#a33c00", "#ff9d66")
DEGENERATE = Kind("degenerate", "■", 35, "#57606a", "#a9b1ba")
FAILED = Kind("failed", "✕", 35, "#57606a", "#a9b1ba")

# By word, in the order in which verdicts are shown.
KINDS = {kind.word: kind for kind in (ABOVE, EQUAL, INCONCLUSIVE, BELOW, DEGENERATE, FAILED)}

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


def no_claim(kind: Kind) -> Claim:
    """What is left to say where there is nothing to read a word off."""
    return Claim(kind, nan, nan, nan, False)


def claim_of(lower: Bound, upper: Bound, center: float, margin: float, differs: float, equal: float) -> Claim:
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
        return Claim(ABOVE, low(tail), high(far), 1 - tail - far, within)
    if high(tail) < center:
        return Claim(BELOW, low(far), high(tail), 1 - tail - far, within)
    if within:
        return Claim(EQUAL, min(low(equal), center), max(high(equal), center), 1 - equal, True)
    return Claim(INCONCLUSIVE, low(widest), high(widest), 1 - 2 * widest, False)


def phrase(kind: Kind, within_margin: bool, more_seeds: float) -> str:
    """The verdict in full, such as "above, but by less than the margin"; nan seeds: not worked out."""
    if kind in (ABOVE, BELOW) and within_margin:
        return f"{kind.word}, but by less than the margin"
    if kind != INCONCLUSIVE or isnan(more_seeds):
        return kind.word
    if not isfinite(more_seeds):
        return f"{kind.word} (more seeds than are practical)"
    return f"{kind.word} (about {counted(int(more_seeds), 'more seed')})"
