"""Wilcoxon's signed-rank test, exact with zeros and ties.

If two methods are equally good, each difference could as well have had the other sign. The test flips the signs of the
ranks of the differences' sizes, so that no problem counts for more because accuracies differ more on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy  # its parts are loaded where they are first used
from numpy.typing import ArrayLike

from bench.statistics.means import Floats


@dataclass(frozen=True)
class SignedRanks:
    """Wilcoxon's test of "the differences scatter symmetrically around 0".

    Attributes
        n: differences, of which `zeros` are 0.
        positive, negative: sums of the ranks of the positive and of the negative differences.
        p: two-sided, exact given the ranks; 1 where all differences are 0, or none is there.
    """

    n: int
    zeros: int
    positive: float
    negative: float
    p: float


def signed_ranks(differences: ArrayLike) -> SignedRanks:
    """Wilcoxon's signed-rank test of `differences` (n,).

    Differences of 0 are ranked with the others and then left out (Pratt 1959), equal sizes share their mean rank. p
    comes from all ways to give signs to the ranks that are there, whatever n is, and from no normal approximation.
    """
    values = np.asarray(differences, dtype=np.float64)
    ranked = np.asarray(scipy.stats.rankdata(np.abs(values)), dtype=np.float64)
    positive, negative = float(ranked[values > 0].sum()), float(ranked[values < 0].sum())
    doubled = np.rint(2 * ranked[values != 0]).astype(int)  # mean ranks are halves
    below = _sums(tuple(sorted(doubled.tolist())))[: round(2 * min(positive, negative)) + 1]
    return SignedRanks(
        values.size, int(np.count_nonzero(values == 0)), positive, negative, min(1.0, 2 * float(below.sum()))
    )


@lru_cache(maxsize=64)  # without ties and zeros, all pairs of methods on the same problems share it
def _sums(ranks: tuple[int, ...]) -> Floats:
    """The probability of each sum of a part of the ranks, each of which is in it with probability 1/2."""
    probabilities = np.ones(1)
    for rank in ranks:
        halved = probabilities / 2
        probabilities = np.pad(halved, (0, rank))
        probabilities[rank:] += halved
    return probabilities
