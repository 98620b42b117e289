"""Many paired differences at once: intervals that hold together, and p values that agree with them.

Single-step max-T: mean +- c sd / sqrt(n), with one c for all. c is the 1 - alpha quantile of the largest studentised
mean when the centred differences get random signs, one for each seed: what comparisons share (a hard seed, the same
reference) is not paid for twice (Westfall & Young 1993, section 2.2; with Rademacher multipliers as in Chernozhukov,
Chetverikov & Kato 2013). Exact for no distribution, it holds well for differences that scatter symmetrically from ten
pairs on, and for others as their number grows; `calibration` measures it. One family that collapses on a few seeds
makes differences that do not: see `collapse`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.statistics.means import Floats
from bench.statistics.pairs import flips

NUMBERS = 1 << 22  # of all columns under some of the signs, held in memory at once
TIES = 1e-9  # statistics that differ by less are ties, which count as extreme; rounding moves them by 1e-13


@dataclass(frozen=True)
class Simultaneous:
    """Means of m sets of paired differences; all arrays have the shape (m,).

    Attributes
        n: pairs of each.
        mean: mean difference; nan without pairs.
        sd: standard deviation of the differences; nan for fewer than two pairs.
        low, high: intervals that hold together with probability 1 - alpha. nan where the differences have no spread
            to judge by, infinite where so few pairs can give none, [0, 0] where all differences are exactly 0 and
            there are enough of them.
        p: adjusted p of "the mean difference is 0", at most alpha exactly where the interval excludes 0.
        p_equal: adjusted p of "it is `margin` or more", at most alpha exactly where the interval is within the margin.
    """

    n: NDArray[np.int_]
    mean: Floats
    sd: Floats
    low: Floats
    high: Floats
    p: Floats
    p_equal: Floats


def simultaneous(differences: ArrayLike, alpha: float, margin: float = 0.0, total: int = 0) -> Simultaneous:
    """Judge paired differences (seeds, m) together.

    Args:
        differences: a row per seed; missing pairs are nan and take no part.
        alpha: the probability that any of the m intervals misses.
        margin: what difference is practically nothing.
        total: how many comparisons share alpha, if more than m. Those beyond m, and columns that have no pairs yet,
            get their part of it by number (Bonferroni), so that intervals do not widen when their runs arrive. So do
            columns of too few pairs to reject anything, beside longer ones, whose intervals they would make infinite.
    """
    values = np.asarray(differences, dtype=np.float64)
    present = ~np.isnan(values)
    n = present.sum(axis=0)
    few = (0.5 ** (n - 1.0) > alpha) & (n < n.max(initial=0))
    count, every = int(np.count_nonzero(~few & (n > 0))), max(total, n.size, 1)
    mean, sd = _moments(values, n)
    # If the true difference were the margin or more, each would be 0 or less with probability 1/2 at most.
    p_same = np.minimum(every * 0.5 ** (n - 1.0), 1.0)
    same, unsure = (sd == 0) & (mean == 0), np.where(p_same <= alpha, 0.0, np.inf)
    error = np.where(sd > 0, sd / np.sqrt(np.maximum(n, 1)), np.nan)
    short = ~np.isnan(error) & few
    tested, level = ~np.isnan(error) & ~few, alpha * count / every
    largest = _largest(np.where(present, values - mean, 0.0)[:, tested], present[:, tested], level)
    largest += TIES * (1 + largest)
    allowed = int(level * (largest.size + 1) + 1e-9)  # signs as extreme as observed, which is one of them
    critical = np.where(few, np.inf, largest[-allowed] if allowed else np.inf)
    t, room = mean / error, (margin - np.abs(mean)) / error
    return Simultaneous(
        n,
        mean,
        sd,
        np.where(same, 0.0 - unsure, error * (t - critical)),
        np.where(same, unsure, error * (t + critical)),
        np.where(same | short, 1.0, _tail(np.abs(t), largest, count, every)),
        np.where(same, p_same if margin > 0 else 1.0, np.where(short, 1.0, _tail(room, largest, count, every))),
    )


def _moments(values: Floats, n: NDArray[np.int_]) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each column's numbers; equal numbers have none, whatever rounding says."""
    mean, sd = np.full(n.shape, np.nan), np.full(n.shape, np.nan)
    for i, column in enumerate(values.T):
        own = column[~np.isnan(column)]
        if own.size:
            equal = own.max() == own.min()
            mean[i] = own[0] if equal else own.mean()
            sd[i] = (0.0 if equal else own.std(ddof=1)) if own.size > 1 else np.nan
    return mean, sd


def _tail(t: Floats, largest: Floats, count: int, every: int) -> Floats:
    """The share of signs under which the largest statistic is at least `t`, what was observed being one of them.

    Corrected for `count` of `every` comparisons being among them: a quotient of whole numbers, so it is rounded once.
    """
    extreme = largest.size - np.searchsorted(largest, t, side="left")
    p = np.minimum((1 + extreme) * every / ((1 + largest.size) * max(count, 1)), 1.0)
    return np.where(np.isnan(t), np.nan, p)


def _largest(centred: Floats, present: NDArray[np.bool_], level: float) -> Floats:
    """The largest |studentised mean| of the columns of `centred` (seeds, m) under each choice of signs, ascending.

    Signs that are all the same for the pairs that a column has are what was observed, for it: as extreme as can be.
    """
    if not centred.shape[1]:
        return np.zeros(0)
    n, square = present.sum(axis=0), (centred**2).sum(axis=0)
    scaled = centred / np.sqrt(n * square)
    return np.sort(np.concatenate([_statistics(signs, scaled, present, n) for signs in _chunks(present, level)]))


def _chunks(present: NDArray[np.bool_], level: float) -> Iterator[Floats]:
    """Signs, flipped (1) or not, few enough at a time for all columns to fit into memory."""
    seeds, columns = present.shape
    for flipped in flips(seeds, level):
        yield from np.array_split(flipped, -(-flipped.shape[0] * columns // NUMBERS))


def _statistics(flipped: Floats, scaled: Floats, present: NDArray[np.bool_], n: NDArray[np.int_]) -> Floats:
    """The largest |studentised mean| of all columns for each row of signs.

    `scaled`: centred columns, so that their sums lie between -1 and 1, which they are where all terms are equal. With
    |sum| = r, a mean of n is studentised to r sqrt(n - 1) / sqrt(1 - r^2).
    """
    r = np.abs((1 - 2 * flipped) @ scaled)
    whole = bool(present.all())
    if whole:  # all have the same n, so that the largest sum has the largest statistic
        r, n = r.max(axis=1, keepdims=True), n[:1]
    rest = 1 - r**2
    rest[rest <= 1e-12] = 0.0  # differences of two values can all get one sign
    with np.errstate(divide="ignore"):
        t = r * np.sqrt((n - 1) / rest)
    if not whole:
        own = flipped @ present
        t[(own == 0) | (own == n)] = np.inf
    return np.asarray(t.max(axis=1))
