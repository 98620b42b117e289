"""What seeds say about a mean: t interval, t test, equivalence, shares.

Everything here works along the last axis (the seeds) of an array, so that the simulations that check
these procedures run the very lines that the verdicts run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # its parts are loaded where they are first used
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """The mean of `n` values, and how far it may be off.

    Attributes (arrays of shape `values.shape[:-1]`, zero-dimensional for one sample)
        n: number of values.
        mean: their mean; nan where n is 0.
        sd: standard deviation with n - 1 in the denominator; nan where n < 2.
        error: standard error sd / sqrt(n); nan where the values are *degenerate*, that is, all equal (one
            value is equal to itself). Then there is no spread to judge by, and every p and bound is nan.
        df: degrees of freedom of Student's t, n - 1 for one sample.
    """

    n: int
    mean: Floats
    sd: Floats
    error: Floats
    df: Floats

    def lower(self, tail: float) -> Floats:
        """The bound that a normal mean falls below with probability `tail` (Student's t)."""
        return np.asarray(self.mean + self.error * scipy.special.stdtrit(self.df, tail))

    def upper(self, tail: float) -> Floats:
        """The bound that a normal mean exceeds with probability `tail`."""
        return np.asarray(self.mean - self.error * scipy.special.stdtrit(self.df, tail))

    def p_not_above(self, center: ArrayLike) -> Floats:
        """One-sided p of "the mean is at most `center`"."""
        return self._tail(np.asarray(center) - self.mean)

    def p_not_below(self, center: ArrayLike) -> Floats:
        """One-sided p of "the mean is at least `center`"."""
        return self._tail(self.mean - np.asarray(center))

    def t_test(self, center: ArrayLike) -> Floats:
        """Two-sided p of "the mean is `center`" (Student 1908)."""
        return np.multiply(2, np.minimum(self.p_not_above(center), self.p_not_below(center)))

    def tost(self, center: ArrayLike, margin: float) -> Floats:
        """p of "the mean is `margin` or more away from `center`": the larger of two one-sided tests.

        Small means practically equal (Schuirmann 1987).
        """
        center = np.asarray(center)
        return np.maximum(self.p_not_above(center - margin), self.p_not_below(center + margin))

    def effect(self, center: ArrayLike) -> Floats:
        """Cohen's d: distance of the mean from `center` in standard deviations."""
        spread = np.where(np.isnan(self.error), np.nan, self.sd)
        return np.asarray((self.mean - np.asarray(center)) / spread)

    def _tail(self, distance: Any) -> Floats:
        return np.asarray(scipy.special.stdtr(self.df, distance / self.error))


def estimate_of(values: ArrayLike) -> Estimate:
    """Mean, standard deviation and standard error of `values` (..., n) along the last axis.

    Equality is decided by max == min: the floating-point sd of thirty equal fractions is often not zero.
    """
    values = np.asarray(values, dtype=np.float64)
    n = values.shape[-1]
    nothing = np.full(values.shape[:-1], np.nan)
    df = np.asarray(n - 1.0)
    if n == 0:
        return Estimate(0, nothing, nothing, nothing, df)
    constant = values.max(axis=-1) == values.min(axis=-1)
    mean = np.where(constant, values[..., 0], values.mean(axis=-1))
    if n == 1:
        return Estimate(1, mean, nothing, nothing, df)
    sd = np.where(constant, 0.0, values.std(axis=-1, ddof=1))
    return Estimate(n, mean, sd, np.where(constant, np.nan, sd / np.sqrt(n)), df)


def welch(a: ArrayLike, b: ArrayLike) -> Estimate:
    """Mean of `a` (..., n) minus mean of `b` (..., k) for samples that share nothing (Welch 1947).

    The degrees of freedom are Satterthwaite's; `sd` is nan, as there is no common one. Degenerate (every p
    and bound nan) where either sample has one value, or neither has any spread.
    """
    one, two = estimate_of(a), estimate_of(b)
    parts = np.square([one.sd / np.sqrt(max(one.n, 1)), two.sd / np.sqrt(max(two.n, 1))])
    total = parts.sum(axis=0)
    square = np.where(total > 0, total, np.nan)
    df = square**2 / (parts[0] ** 2 / max(one.n - 1, 1) + parts[1] ** 2 / max(two.n - 1, 1))
    nothing = np.full_like(square, np.nan)
    return Estimate(one.n + two.n, one.mean - two.mean, nothing, np.sqrt(square), df)


def t_interval(values: ArrayLike, alpha: float = 0.05) -> tuple[Floats, Floats]:
    """Student's interval for the mean of `values` (..., n) at level 1 - alpha; nan where degenerate."""
    estimate = estimate_of(values)
    return estimate.lower(alpha / 2), estimate.upper(alpha / 2)


def t_test(values: ArrayLike, center: float) -> Floats:
    """Two-sided p of "the mean of `values` (..., n) is `center`"; nan where degenerate."""
    return estimate_of(values).t_test(center)


def tost(values: ArrayLike, center: float, margin: float) -> Floats:
    """p of "the mean of `values` (..., n) is `margin` or more from `center`"; small: practically equal."""
    return estimate_of(values).tost(center, margin)


def clopper_pearson(successes: ArrayLike, n: ArrayLike, alpha: float = 0.05) -> tuple[Floats, Floats]:
    """Clopper and Pearson's interval for a share, which covers it with probability 1 - alpha or more, always.

    Args:
        successes: counts from 0 to `n`, arrays that broadcast. Where they are fractional (ties count one half), the
            lower bound is that of the next whole count below and the upper bound that of the next one above.
        n: number of trials. With 0 nothing is known: (0, 1).
        alpha: each bound is wrong with probability alpha / 2 at most.

    Clopper & Pearson 1934, as quantiles of beta distributions (Brown et al. 2001, section 4.2.1). Shorter intervals
    such as Wilson's have the level on average over shares only: with n = 40 his covers a share of .9956 with .84.
    """
    n = np.asarray(n, dtype=np.float64)
    fewest, most = np.floor(np.asarray(successes)), np.ceil(np.asarray(successes))
    low = scipy.special.betaincinv(np.maximum(fewest, 1), n - fewest + 1, alpha / 2)
    high = scipy.special.betainccinv(most + 1, np.maximum(n - most, 1), alpha / 2)
    return np.where(fewest > 0, low, 0.0), np.where(most < n, high, 1.0)
