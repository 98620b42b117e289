"""Ranks of several families over seeds: Friedman's test and the critical difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded where they are first used
from numpy.typing import ArrayLike

from bench.statistics.means import Floats


def ranks(values: ArrayLike) -> Floats:
    """Ranks of `values` (seeds, families) within each seed, 1 = largest, ties averaged."""
    return np.asarray(scipy.stats.rankdata(-np.asarray(values, dtype=np.float64), axis=1), dtype=np.float64)


@dataclass(frozen=True)
class Friedman:
    """Friedman's test of "all families are equally good".

    Attributes
        chi2: Friedman's statistic without correction for ties (Demsar 2006, section 3.2.2).
        f: Iman and Davenport's version of it, with k - 1 and (k - 1)(n - 1) degrees of freedom; inf where all seeds
            rank the families alike.
        corrected: the statistic corrected for ties, as in scipy.stats.friedmanchisquare.
        p: p of `corrected` from the chi^2 distribution with k - 1 degrees of freedom; 1 where all is tied.
    """

    chi2: float
    f: float
    corrected: float
    p: float


def friedman(ranked: ArrayLike) -> Friedman:
    """Friedman's test on ranks (n seeds, k families), n and k at least 2."""
    ranked = np.asarray(ranked, dtype=np.float64)
    n, k = ranked.shape
    between = float(((ranked.sum(axis=0) - n * (k + 1) / 2) ** 2).sum()) / n**2  # sums of ranks are exact
    chi2 = 12 * n / (k * (k + 1)) * between
    within = float(((ranked - (k + 1) / 2) ** 2).sum()) / (n * (k - 1))  # k (k + 1) / 12 without ties
    corrected = n * between / within if within else 0.0
    rest = n * (k - 1) - chi2
    f = (n - 1) * chi2 / rest if rest > 1e-12 * chi2 else np.inf  # 0 but for rounding if all seeds agree
    return Friedman(chi2, f, corrected, float(scipy.stats.chi2.sf(corrected, k - 1)))


def critical_difference(n: int, k: int, alpha: float = 0.05) -> float:
    """Nemenyi's critical difference of mean ranks of k families over n seeds (Demsar 2006, section 3.2.2)."""
    q = float(scipy.stats.studentized_range.ppf(1 - alpha, k, np.inf)) / np.sqrt(2)
    return float(q * np.sqrt(k * (k + 1) / (6 * n)))
