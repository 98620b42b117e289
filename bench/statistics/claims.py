"""What decides a verdict: the kinds of verdicts, and the one way from an interval to a word.

All intervals of a picture hold together (simultaneous coverage 1 - alpha), and every word is read off the interval
that stands beside it. So the words hold together too: none of them is wrong unless its interval misses the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Any

from bench.text import counted, percent


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

# What the kinds are called where not a baseline but something else is the other side.
VERSUS = {ABOVE: "better", BELOW: "worse", FAILED: "nothing to compare"}
INTERACTION = {**VERSUS, ABOVE: "more favourable", BELOW: "less favourable", EQUAL: "practically the same"}
EFFECT = {**VERSUS, ABOVE: "helps", BELOW: "hurts", EQUAL: "practically nothing"}

UNBOUNDED = "too few seeds for bounds"  # where an interval leaves all open


@dataclass(frozen=True)
class Claim:
    """What an interval says of a center and of the margin around it.

    "above" and "below" exclude the center; "practically equal" contains it and lies within the margin; "inconclusive"
    contains it and leaves the margin. `within_margin`: the difference, if there is one, is smaller than the margin.
    """

    kind: Kind
    within_margin: bool = False


def claim_of(low: float, high: float, center: float, margin: float) -> Claim:
    """Read the word off the interval from `low` to `high`; a bound that is nan says nothing."""
    if isnan(low) or isnan(high):
        return Claim(DEGENERATE)
    within = low > center - margin and high < center + margin
    if low > center:
        return Claim(ABOVE, within)
    if high < center:
        return Claim(BELOW, within)
    return Claim(EQUAL if within else INCONCLUSIVE, within)


def difference_of(low: float, high: float, margin: float) -> Kind:
    """Read the word off the interval of a difference, of which less than the margin is practically nothing.

    "practically equal" lies within the margin, whether or not it contains 0; otherwise "above" and "below" exclude 0.
    """
    claim = claim_of(low, high, 0.0, margin)
    return EQUAL if claim.within_margin else claim.kind


def phrase(
    claim: Claim,
    words: Mapping[Kind, str] | None = None,
    *,
    seeds_needed: float = float("nan"),
    breakdown: float = float("nan"),
) -> str:
    """The verdict in full, such as "above, but by less than the margin".

    `words`: other names of the kinds. `seeds_needed`: fresh seeds that would probably decide what is inconclusive
    (inf: too many; nan: not worked out). `breakdown`: the share of collapsing seeds that would undo the verdict, where
    the seeds do not exclude so many (nan: nothing to warn of).
    """
    word = (words or {}).get(claim.kind, claim.kind.word)
    if claim.kind in (ABOVE, BELOW) and claim.within_margin:
        word += ", but by less than the margin"
    if not isnan(breakdown):
        word += f", unless {percent(breakdown)} of seeds collapse"
    if claim.kind != INCONCLUSIVE or isnan(seeds_needed):
        return word
    if not isfinite(seeds_needed):
        return f"{word} (more seeds than are practical)"
    return f"{word} (about {counted(int(seeds_needed), 'fresh seed')} would tell)"


def mean_unbounded(verdict: Mapping[str, Any], low: float = 0, high: float = 1) -> bool:
    """Whether the interval of a mean, of a row of `judge`, leaves all open; `low`, `high`: the bounds of all values."""
    return bool(verdict["word_low"] <= low and verdict["word_high"] >= high)


def difference_unbounded(judged: Mapping[str, Any], span: float = 1) -> bool:
    """Whether the interval of a difference leaves all open: its infinite bounds were cut to -`span` and `span`."""
    return bool(judged["low"] <= -span or judged["high"] >= span)
