"""Differences paired by seed: sign flips, their intervals, shares of seeds won.

If two families are equally good, each seed's difference could as well have had the other sign. Flipping signs
in all possible ways therefore shows what chance alone can do, without assuming a normal distribution (Fisher
1935); for a difference other than zero it is assumed that differences scatter symmetrically around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike

from bench.statistics.means import Floats, clopper_pearson

EXACT = 20  # pairs up to which all 2^n flips are made
SAMPLES = 1_000  # flips per unit of 1 / level above that: p near the level is known to about 3 %
MOST_SAMPLES = 100_000  # but no more: p as small as 1e-5 is enough for a level of 0.05 / 1,000
SEED = 20_240_401  # of sampled flips, fixed so that a report can be rebuilt to the digit
CHUNK = 1 << 14  # flips that are held in memory at once
NUMBERS = 1 << 18  # sums of many columns that are held at once: what a cache holds
HELD, MANY = 1 << 19, 512  # numbers that are held at once, as a cache does, where pairs are more than so many


def flips(n: int, level: float) -> Iterator[Floats]:
    """Which pairs to flip: all ways up to `EXACT` pairs, else a seeded sample large enough for `level`.

    Yields arrays (k, n) of 0 and 1 (flip), k at most `CHUNK`, and of about `HELD` numbers for more than `MANY` pairs.
    The first pair is never flipped, since flipping the others instead gives the same sum with the other sign; flipping
    nothing, what was observed, is left out.
    """
    if n <= EXACT:
        places = np.arange(n - 1)
        for start in range(1, 1 << max(n - 1, 0), CHUNK):
            index = np.arange(start, min(start + CHUNK, 1 << (n - 1)))[:, np.newaxis]
            yield np.pad((index >> places) & 1, ((0, 0), (1, 0))).astype(np.float64)
        return
    generator = np.random.default_rng(SEED)
    wanted = min(ceil(SAMPLES / level), MOST_SAMPLES)
    # Bytes are drawn in fours, so that all such sizes give the same.
    chunk = CHUNK if n <= MANY else HELD // n // 4 * 4 + 4
    for start in range(0, wanted, chunk):
        rows = min(chunk, wanted - start)
        bits = np.frombuffer(generator.bytes(rows * (n // 8 + 1)), dtype=np.uint8).reshape(rows, -1)
        flipped = np.unpackbits(bits, axis=1, count=n).astype(np.float64)
        flipped[:, 0] = 0
        flipped[~flipped.any(axis=1), 1] = 1
        yield flipped


@dataclass(frozen=True)
class SignFlips:
    """The sign-flip test of paired differences for every possible true difference at once.

    `typical` holds the mean difference of each subset of pairs that is flipped, of its complement, and of all
    pairs. Flipping a subset makes the sum of (difference - c) larger than observed exactly if the subset's
    mean is below c, so the test of any c counts typical values, and its bounds are order statistics of them
    (Hartigan 1969, "Using subsample values as typical values").
    """

    n: int
    typical: Floats

    def p_not_above(self, center: float) -> float:
        """One-sided p of "the difference is at most `center`": (1 + count) / (number of flips), at most 1."""
        return float(1 + np.count_nonzero(self.typical <= center)) / (self.typical.size + 1)

    def p_not_below(self, center: float) -> float:
        """One-sided p of "the difference is at least `center`"."""
        return float(1 + np.count_nonzero(self.typical >= center)) / (self.typical.size + 1)

    def p(self, center: float = 0.0) -> float:
        """Two-sided p of "the difference is `center`": (b + 1) / (B + 1), b of B flips being as extreme."""
        return min(1.0, 2 * min(self.p_not_above(center), self.p_not_below(center)))

    def tost(self, margin: float) -> float:
        """p of "the difference is `margin` or more": the larger of two one-sided tests."""
        return max(self.p_not_above(-margin), self.p_not_below(margin))

    def lower(self, tail: float) -> float:
        """The bound with error probability `tail`; -inf where so few pairs can give none."""
        return self._bound(tail, upper=False)

    def upper(self, tail: float) -> float:
        """The bound with error probability `tail`; inf where so few pairs can give none."""
        return self._bound(tail, upper=True)

    def _bound(self, tail: float, *, upper: bool) -> float:
        rank = int(tail * (self.typical.size + 1) + 1e-9)  # 200 * .005 must give 1, whatever floats say
        if rank == 0:
            return np.inf if upper else -np.inf
        place = self.typical.size - rank if upper else rank - 1
        return float(np.partition(self.typical, place)[place])


def sign_flips(differences: ArrayLike, level: float = 0.05) -> SignFlips:
    """The sign-flip test of `differences` (n,), n at least 1, made to be judged at `level`.

    Exact (all 2^n flips) up to n = 20, sampled with a fixed seed above. Sums that differ from zero by rounding
    alone count as zero, so that ties are ties.
    """
    values = np.asarray(differences, dtype=np.float64)
    n, total = values.size, values.sum()
    sums, sizes = _subset_sums(values[1:]) if n <= EXACT else _sampled_sums(values, level)
    all_sums = np.concatenate([sums, total - sums, [total]])
    all_sums[np.abs(all_sums) <= 1e-12 * np.abs(values).sum()] = 0.0
    return SignFlips(n, all_sums / np.concatenate([sizes, n - sizes, [n]]))


def flips_p(differences: ArrayLike, level: float = 0.05) -> Floats:
    """Two-sided p, (m,), of sign flips of each column of `differences` (n, m), n at least 1: `SignFlips.p` of many.

    The same flips are made of all columns, exact or sampled as in `sign_flips`; `level`: what each is judged at.
    """
    values = np.asarray(differences, dtype=np.float64)
    observed = np.abs(values.sum(axis=0)) - 1e-12 * np.abs(values).sum(axis=0)
    extreme, made = np.ones(values.shape[1]), 1  # what was observed is one of the flips
    for chunk in flips(len(values), level):
        for flipped in np.array_split(chunk, -(-chunk.shape[0] * values.shape[1] // NUMBERS)):
            extreme += np.count_nonzero(np.abs((1 - 2 * flipped) @ values) >= observed, axis=0)
        made += len(chunk)
    return np.asarray(extreme / made)


def _subset_sums(values: Floats) -> tuple[Floats, Floats]:
    """Sums and sizes, each (2^n - 1,), of all nonempty subsets of `values` (n,)."""
    sums, sizes = np.zeros(1), np.zeros(1)
    for value in values:
        sums, sizes = np.concatenate([sums, sums + value]), np.concatenate([sizes, sizes + 1])
    return sums[1:], sizes[1:]


def _sampled_sums(values: Floats, level: float) -> tuple[Floats, Floats]:
    parts = [(flipped @ values, flipped.sum(axis=1)) for flipped in flips(len(values), level)]
    return np.concatenate([sums for sums, _ in parts]), np.concatenate([sizes for _, sizes in parts])


def share_won(differences: ArrayLike, alpha: float = 0.05) -> tuple[float, float, float]:
    """P(A > B): share of positive `differences` (n,), ties counted half, with its interval at 1 - alpha or more.

    The interval is `clopper_pearson`'s, half a win being rounded outwards. Ties vary less than the coin flips that it
    assumes, so with ties it is wider than needed. Without differences: nan, 0 and 1.
    """
    differences = np.asarray(differences, dtype=np.float64)
    if not differences.size:
        return np.nan, 0.0, 1.0
    won = np.count_nonzero(differences > 0) + np.count_nonzero(differences == 0) / 2
    low, high = clopper_pearson(won, differences.size, alpha)
    return won / differences.size, float(low), float(high)
