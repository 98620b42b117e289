"""The interquartile mean over all runs of all problems, with stratified bootstrap intervals (Agarwal et al. 2021)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy  # its parts are loaded where they are first used
from numpy.random import Generator
from numpy.typing import ArrayLike

from bench.statistics.means import Floats

SAMPLES = 2_000  # bootstrap samples: the ends of a 95 % interval vary by about 3 % of its length
FEWEST_SAMPLES, DRAWN = 200, 2_000_000  # but fewer where there are thousands of runs: about so many draws in all
HELD = 1 << 22  # draws that are held in memory at once
SEED = 20_210_814  # fixed, so that a report can be rebuilt to the digit
CUT = 0.25  # the share that is left out at each end


def interquartile_mean(scores: ArrayLike) -> float:
    """The mean of the middle half of `scores` (n,), n at least 1: a quarter, rounded down, is cut at each end."""
    return float(scipy.stats.trim_mean(np.asarray(scores, dtype=np.float64), CUT))


def interquartile_interval(by_problem: Sequence[ArrayLike], alpha: float = 0.05) -> tuple[float, float]:
    """Percentile interval at 1 - alpha of the interquartile mean of all runs of one method.

    `by_problem`: its scores on each problem, (runs,) each. Runs are drawn anew with replacement within each problem, as
    in rliable. It speaks for other runs on these problems and not for other problems; with few runs it is too short
    (with 5 runs on each of 7 problems, one at 95 % covers about 90 %). Both bounds nan without scores, and where a
    problem has a single one, which does not say how far others would be from it.
    """
    strata = [np.asarray(scores, dtype=np.float64) for scores in by_problem]
    runs = sum(scores.size for scores in strata)
    if not runs or any(scores.size == 1 for scores in strata):
        return np.nan, np.nan
    generator = np.random.default_rng(SEED)
    wanted = min(SAMPLES, max(FEWEST_SAMPLES, DRAWN // runs))
    at_once = max(HELD // runs, 1)
    sizes = [min(at_once, wanted - start) for start in range(0, wanted, at_once)]
    means = np.concatenate([_drawn_means(strata, size, generator) for size in sizes])
    low, high = np.quantile(means, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)


def _drawn_means(strata: Sequence[Floats], samples: int, generator: Generator) -> Floats:
    """Interquartile means, (samples,), of as many runs as there are, drawn anew within each problem."""
    drawn = [scores[generator.integers(0, scores.size, (samples, scores.size))] for scores in strata if scores.size]
    return np.asarray(scipy.stats.trim_mean(np.concatenate(drawn, axis=1), CUT, axis=1))
