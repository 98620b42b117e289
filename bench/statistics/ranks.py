"""Mean ranks over blocks: families over seeds, methods over problems. Friedman's test and critical differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded where they are first used
from numpy.typing import ArrayLike

from bench.statistics.means import Floats


def ranks(values: ArrayLike) -> Floats:
    """Ranks of `values` (blocks, treatments) within each block, 1 = largest, ties averaged."""
    return np.asarray(scipy.stats.rankdata(-np.asarray(values, dtype=np.float64), axis=1), dtype=np.float64)


@dataclass(frozen=True)
class Friedman:
    """Friedman's test of "all treatments are equally good".

    Attributes
        chi2: Friedman's statistic without correction for ties (Demsar 2006, section 3.2.2).
        f: Iman and Davenport's version of it, with `df` degrees of freedom; inf where all blocks rank the treatments
            alike.
        corrected: the statistic corrected for ties, as in scipy.stats.friedmanchisquare.
        p: p of `corrected` from the chi^2 distribution with k - 1 degrees of freedom; 1 where all is tied.
        df: k - 1 and (k - 1)(n - 1).
        f_p: p of `f`, which is nearer to its level than `p` where blocks are few; nan for a single block.
    """

    chi2: float
    f: float
    corrected: float
    p: float
    df: tuple[int, int]
    f_p: float


def friedman(ranked: ArrayLike) -> Friedman:
    """Friedman's test on ranks (n blocks, k treatments), n at least 1 and k at least 2."""
    ranked = np.asarray(ranked, dtype=np.float64)
    n, k = ranked.shape
    between = float(((ranked.sum(axis=0) - n * (k + 1) / 2) ** 2).sum()) / n**2  # sums of ranks are exact
    chi2 = 12 * n / (k * (k + 1)) * between
    within = float(((ranked - (k + 1) / 2) ** 2).sum()) / (n * (k - 1))  # k (k + 1) / 12 without ties
    corrected = n * between / within if within else 0.0
    rest = n * (k - 1) - chi2
    f = (n - 1) * chi2 / rest if rest > 1e-12 * chi2 else np.inf  # 0 but for rounding if all blocks agree
    df = k - 1, (k - 1) * (n - 1)
    f_p = float(scipy.stats.f.sf(f, *df)) if n > 1 else np.nan
    return Friedman(chi2, f, corrected, float(scipy.stats.chi2.sf(corrected, df[0])), df, f_p)


def critical_difference(n: int, k: int, alpha: float = 0.05) -> float:
    """Nemenyi's critical difference of mean ranks of k treatments over n blocks (Demsar 2006, section 3.2.2)."""
    q = float(scipy.stats.studentized_range.ppf(1 - alpha, k, np.inf)) / np.sqrt(2)
    return float(q * rank_error(n, k))


def control_difference(n: int, k: int, alpha: float = 0.05) -> float:
    """Bonferroni and Dunn's critical difference from one control among the k treatments (Demsar 2006, the same)."""
    return float(scipy.stats.norm.isf(alpha / (2 * (k - 1))) * rank_error(n, k))


def rank_error(n: int, k: int) -> float:
    """The standard error of a difference of two mean ranks, if all k treatments are equally good."""
    return float(np.sqrt(k * (k + 1) / (6 * n)))


def control_test(ranked: ArrayLike, control: int) -> tuple[Floats, Floats]:
    """z and two-sided normal p, each (k,), of each treatment's mean rank against the control's.

    `ranked`: (n blocks, k treatments); z is positive where the control has the larger rank. Not corrected for the
    number of treatments (Demsar 2006, section 3.2.2). The control's own z is 0.
    """
    ranked = np.asarray(ranked, dtype=np.float64)
    mean = ranked.mean(axis=0)
    z = (mean[control] - mean) / rank_error(*ranked.shape)
    return z, np.asarray(2 * scipy.stats.norm.sf(np.abs(z)))
