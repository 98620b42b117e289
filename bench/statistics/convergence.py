"""How fast runs reach the target: times that may be "never within the budget".

A run that diverged never reached the target, even if it crossed it before. Times are known to the resolution of
the checkpoints, so only runs of equal budget and equal checkpoints are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from operator import mul
from typing import Any

import numpy as np
import pandas as pd
import scipy  # its parts are loaded where they are first used
from numpy.typing import ArrayLike

from bench.statistics.counting import KEYS, by_seed, counted_epochs, require_one
from bench.statistics.means import Floats, estimate_of
from bench.statistics.pairs import sign_flips

TIMES = [
    *KEYS, "n", "reached", "median", "median_low", "median_high",
    "restricted_mean", "restricted_low", "restricted_high", "budget", "resolution",
]  # fmt: skip
COMPARED = [
    "n", "difference", "low", "high", "p", "flip_low", "flip_high", "logrank", "logrank_p", "comparable",
]  # fmt: skip


@dataclass(frozen=True)
class Survival:
    """Share of runs that have not reached the target: `shares` (k) from `epochs` (k,), ascending, onwards.

    Shares are ratios of whole numbers: as products of floats, one half is now and then more than a half.
    """

    epochs: Floats
    shares: tuple[Fraction, ...]

    @property
    def missing(self) -> Floats:
        """`shares` as floats (k,)."""
        return np.array([float(share) for share in self.shares])

    @property
    def median(self) -> float:
        """The first time at which at most half are missing; inf: not reached."""
        half = Fraction(1, 2)
        return next((float(t) for t, share in zip(self.epochs, self.shares, strict=True) if share <= half), np.inf)


def kaplan_meier(times: ArrayLike, reached: ArrayLike) -> Survival:
    """Kaplan and Meier's estimate (1958) from `times` (n,) at which runs reached the target, or else were ended.

    `reached` (n,) tells which. n is at least 1. Runs that are ended when others reach the target still count for them.
    """
    times, reached = np.asarray(times, dtype=np.float64), np.asarray(reached, dtype=bool)
    epochs, place = np.unique(times, return_inverse=True)
    left, done = np.bincount(place), np.bincount(place[reached], minlength=epochs.size)
    at_risk = times.size - np.cumsum(left) + left
    kept = (Fraction(int(n - d), int(n)) for n, d in zip(at_risk, done, strict=True))
    return Survival(epochs, tuple(accumulate(kept, mul)))


def logrank(times_a: ArrayLike, reached_a: ArrayLike, times_b: ArrayLike, reached_b: ArrayLike) -> tuple[float, float]:
    """Log-rank statistic chi^2 (1 degree of freedom) and its p, samples taken as independent; nan without any event.

    It ignores the pairing by seed and is therefore a description, not a verdict.
    """
    with np.errstate(invalid="ignore"):  # without events the variance is 0 and the statistic 0 / 0
        result = scipy.stats.logrank(_censored(times_a, reached_a), _censored(times_b, reached_b))
    return float(result.statistic**2), float(result.pvalue)


def _censored(times: ArrayLike, reached: ArrayLike) -> Any:
    times, reached = np.asarray(times, dtype=np.float64), np.asarray(reached, dtype=bool)
    return scipy.stats.CensoredData(uncensored=times[reached], right=times[~reached])


def median_interval(times: ArrayLike, alpha: float = 0.05) -> tuple[float, float]:
    """Interval at 1 - alpha or more for the median of `times` (n,), inf where the target was not reached.

    Order statistics and the binomial distribution, exact for any distribution (David & Nagaraja 2003, section
    7.1); it may be used because nothing is censored before the budget. (0, inf) where n is too small.
    """
    times = np.sort(np.asarray(times, dtype=np.float64))
    rank = _median_rank(times.size, alpha)
    return (float(times[rank - 1]), float(times[-rank])) if rank else (0.0, np.inf)


def _median_rank(n: int, alpha: float) -> int:
    """The largest rank r with P(fewer than r of n values lie below their median) <= alpha / 2; 0: there is none.

    In whole numbers, since equality is possible: n = 5 and alpha = 1 / 16.
    """
    most = Fraction(alpha) / 2 * 2**n
    rank, ways, total = 0, 1, 1
    while total <= most and rank < n:
        rank, ways = rank + 1, ways * (n - rank) // (rank + 1)
        total += ways
    return rank


def time_to_target(confirm_runs: pd.DataFrame, alpha: float = 0.05) -> pd.DataFrame:
    """How fast each configuration reaches the target, on the runs given.

    Returns one row per configuration, in grid order: family, configuration; n counted runs (failed ones are
    missing), reached (how many did); median epochs (Kaplan-Meier; inf: not reached) with median_low, median_high
    at 1 - alpha; restricted_mean of min(epochs, budget) with its t interval restricted_low, restricted_high
    (within 0 and the budget; nan where all are equal); budget (epochs); resolution (epochs between checkpoints).
    """
    runs = confirm_runs.assign(times=counted_epochs(confirm_runs))
    groups = runs.groupby(KEYS, sort=False)
    rows = [
        {"family": family, "configuration": configuration} | _times(group, alpha)
        for (family, configuration), group in groups
    ]
    return pd.DataFrame(rows, columns=TIMES)


def _times(group: pd.DataFrame, alpha: float) -> dict[str, float]:
    times, (budget, checkpoints) = by_seed(group["times"], group), _clock(group)
    restricted = estimate_of(np.minimum(times, budget))
    bounds = np.clip([restricted.lower(alpha / 2), restricted.upper(alpha / 2)], 0, budget)
    low, high = median_interval(times, alpha)
    return {
        "n": times.size,
        "reached": int(np.isfinite(times).sum()),
        "median": float(np.sort(times)[(times.size - 1) // 2]) if times.size else np.nan,
        "median_low": low,
        "median_high": high,
        "restricted_mean": float(restricted.mean),
        "restricted_low": float(bounds[0]),
        "restricted_high": float(bounds[1]),
        "budget": budget,
        "resolution": budget / checkpoints,
    }


def _clock(runs: pd.DataFrame) -> tuple[float, float]:
    first = runs[["training.epochs", "training.checkpoints"]].iloc[0]
    return float(first.iloc[0]), float(first.iloc[1])


def reached_curves(confirm_runs: pd.DataFrame) -> pd.DataFrame:
    """Share of counted runs that have reached the target by each epoch, for step plots.

    Returns family, configuration, epochs, reached: a row at 0, one per distinct time, and one at the budget.
    """
    runs = confirm_runs.assign(times=counted_epochs(confirm_runs)).dropna(subset="times")
    parts = []
    for key, group in runs.groupby(KEYS, sort=False):
        times, (budget, _) = by_seed(group["times"], group), _clock(group)
        curve = kaplan_meier(np.minimum(times, budget), np.isfinite(times))
        epochs = np.concatenate([[0.0], curve.epochs, [budget]])
        done = [float(1 - share) for share in curve.shares]
        reached = np.array([0.0, *done, done[-1]])
        part = pd.DataFrame({"epochs": epochs, "reached": reached}).drop_duplicates("epochs", keep="last")
        parts.append(part.assign(family=str(key[0]), configuration=str(key[1])))
    columns = [*KEYS, "epochs", "reached"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def compare_times(runs_a: pd.DataFrame, runs_b: pd.DataFrame, alpha: float = 0.05) -> pd.Series[Any]:
    """Epochs to the target of A minus those of B, each restricted to the budget and paired by seed.

    Each frame holds the runs of one configuration. Returns a Series: n pairs; difference of the restricted means
    with t interval low, high at 1 - alpha; p: two-sided sign flips (the verdict), with the interval flip_low,
    flip_high that agrees with it; logrank chi^2 and logrank_p, which ignore the pairing (description only);
    comparable: False, and all numbers nan, unless both have the same budget and checkpoints and a common seed.

    Raises ValueError for a frame of several families, configurations or stages.
    """
    for runs in (runs_a, runs_b):
        require_one(runs, "family", "configuration", "stage")
    nothing = dict.fromkeys(COMPARED, np.nan) | {"n": 0, "comparable": False}
    if runs_a.empty or runs_b.empty or _clock(runs_a) != _clock(runs_b):
        return pd.Series(nothing)
    budget, _ = _clock(runs_a)
    pairs = pd.concat({"a": _seeded(runs_a), "b": _seeded(runs_b)}, axis=1).dropna().sort_index()
    if pairs.empty:
        return pd.Series(nothing)
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    differences = np.minimum(a, budget) - np.minimum(b, budget)
    estimate, flips = estimate_of(differences), sign_flips(differences, alpha)
    chi2, chi2_p = logrank(np.minimum(a, budget), np.isfinite(a), np.minimum(b, budget), np.isfinite(b))
    t_bounds = np.clip([estimate.lower(alpha / 2), estimate.upper(alpha / 2)], -budget, budget)
    flip_bounds = np.clip([flips.lower(alpha / 2), flips.upper(alpha / 2)], -budget, budget)
    numbers = [len(pairs), float(estimate.mean), *t_bounds, flips.p(), *flip_bounds, chi2, chi2_p, True]
    return pd.Series(dict(zip(COMPARED, numbers, strict=True)))


def _seeded(runs: pd.DataFrame) -> pd.Series[float]:
    return pd.Series(counted_epochs(runs).to_numpy(), index=runs["seed"])
