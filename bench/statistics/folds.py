"""Means and differences over the folds of cross-validations, which share most of what they were trained on.

Their scores are not independent, and a t test that takes them for that errs far too often. Nadeau & Bengio, "Inference
for the generalization error", Machine Learning 52 (2003), section 5.1: the corrected resampled t test has the variance
(1 / k + n_test / n_train) s^2 of a mean of k scores, instead of s^2 / k. For the k folds of one division that ratio
is 1 / (k - 1); repeated and random divisions have more scores, which share as much.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from bench.statistics.means import Estimate, estimate_of
from bench.statistics.simultaneous import Simultaneous


def corrected(estimate: Estimate, ratio: float) -> Estimate:
    """The estimate with the standard error of a mean of scores of folds; `ratio`: n_test / n_train of each."""
    return replace(estimate, error=estimate.error * inflation(estimate.n, ratio))


def inflation(n: int, ratio: float) -> float:
    """By how much the standard error of a mean of `n` folds is larger than that of as many independent scores."""
    return float(np.sqrt(1 + n * ratio))


def corrected_differences(
    differences: ArrayLike, alpha: float, margin: float, total: int = 0, *, ratio: float
) -> Simultaneous:
    """As `simultaneous`, for differences (folds, m) of scores on the same folds: corrected t, Bonferroni for all m.

    `ratio`: n_test / n_train of each fold.
    """
    values = np.asarray(differences, dtype=np.float64)
    every = max(total, values.shape[1], 1)
    found = [corrected(estimate_of(own[~np.isnan(own)]), ratio) for own in values.T]
    rows = [
        (
            one.n,
            float(one.mean),
            float(one.sd),
            float(one.lower(alpha / every / 2)),
            float(one.upper(alpha / every / 2)),
            min(1.0, every * float(one.t_test(0))),
            min(1.0, every * 2 * float(one.tost(0, margin))),
        )
        for one in found
    ]
    n, *numbers = (np.array(column) for column in (zip(*rows, strict=True) if rows else [()] * 7))
    return Simultaneous(n, *numbers)
