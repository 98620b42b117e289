"""Intervals for a bounded mean that hold for any distribution and at any stopping time, by betting.

Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024): the
hedged capital process (their Theorem 3) with predictable plug-in bets (their equation 26). A gambler who
believes that the mean is not `m` bets against it, seed after seed. Were the mean `m`, the game would be fair,
and Ville's inequality says that the capital ever reaches 1 / alpha with probability at most alpha. All `m`
against which nobody got that rich form an interval that contains the mean at every number of seeds at once.

Bets go up to .99 / m (upwards) and .99 / (1 - m) (downwards; .99 is their c). With 1 for .99, a lost bet could cost the
whole capital: that gambler would be out for good, and whether 1e-16 or nothing is left would be a matter of rounding.

Accuracies are taken as lying in [0, 1], and no tighter bound such as chance is used: a network's expected accuracy can
be below chance (a constant wrong answer, an adversarial split), so such a bound would be an assumption, and to need
none is what this procedure is for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MOST = 0.99  # share of the capital that one value may cost
RESOLUTION = 2_000  # candidate means per unit; bounds are rounded outwards to them, so they stay valid


def bets(values: Floats, alpha: float) -> Floats:
    """Predictable plug-in bets (..., n): the bet on a value depends on the values before it only.

    lambda_t = sqrt(2 log(2 / alpha) / (s_(t-1)^2 t log(t + 1))), where s_t^2 is the running variance, started
    as if one value with mean 1/2 and variance 1/4 had been seen.
    """
    t = np.arange(1, values.shape[-1] + 1)
    mean = (0.5 + np.cumsum(values, axis=-1)) / (t + 1)
    variance = (0.25 + np.cumsum((values - mean) ** 2, axis=-1)) / (t + 1)
    before = np.concatenate([np.full_like(variance[..., :1], 0.25), variance[..., :-1]], axis=-1)
    return np.asarray(np.sqrt(2 * np.log(2 / alpha) / (before * t * np.log(t + 1))))


def log_wealth(values: ArrayLike, candidate: ArrayLike, alpha: float = 0.05) -> tuple[Floats, Floats]:
    """Log capital, after each value, of the gamblers who bet that the mean is above and below `candidate`.

    Args:
        values: array (..., n) of numbers in [0, 1], in the order in which they were drawn.
        candidate: means in (0, 1), of a shape that broadcasts against (..., n).
        alpha: error probability for which the bets are sized.

    Returns two arrays (..., n). Each gambler starts with half of 1, as the capital is hedged.
    """
    values, candidate = np.asarray(values, dtype=np.float64), np.asarray(candidate, dtype=np.float64)
    stake = bets(values, alpha)
    gain = values - candidate
    up = np.log1p(np.minimum(stake, MOST / candidate) * gain)
    down = np.log1p(-np.minimum(stake, MOST / (1 - candidate)) * gain)
    return np.log(0.5) + np.cumsum(up, axis=-1), np.log(0.5) + np.cumsum(down, axis=-1)


@dataclass(frozen=True)
class BettingSequence:
    """Intervals `low` to `high` (each (n,)) after 1, 2, ..., n values; each lies within the one before.

    The mean lies between the bounds and is neither of them, unless they are 0 or 1. Where low >= high every mean is
    rejected: the values contradict that they have one (they drift, say), and the interval is empty from there on.
    """

    low: Floats
    high: Floats


def betting_sequence(values: ArrayLike, alpha: float = 0.05, include: tuple[float, ...] = ()) -> BettingSequence:
    """Confidence sequence for the mean of `values` (n,), numbers in [0, 1] in the order drawn.

    Args:
        values: the sample. The order must not depend on the values.
        alpha: with probability 1 - alpha all intervals contain the mean.
        include: candidate means that are tested exactly besides the grid, such as a baseline.

    Capital against `m` is monotone in `m`, so what survives is an interval, and its bounds are the outermost
    rejected candidates on either side (a running intersection). Raises ValueError outside [0, 1].
    """
    values, candidates = _within_bounds(values), _candidates(include)
    up, down = log_wealth(values, candidates[:, np.newaxis], alpha)
    rich = -np.log(alpha)
    too_low = np.logical_or.accumulate(up >= rich, axis=1).sum(axis=0)
    too_high = np.logical_or.accumulate(down >= rich, axis=1).sum(axis=0)
    low = np.concatenate([[0.0], candidates])[too_low]
    high = np.concatenate([[1.0], candidates[::-1]])[too_high]
    return BettingSequence(low, high)


def _within_bounds(values: ArrayLike) -> Floats:
    values = np.asarray(values, dtype=np.float64)
    if values.size and not (values.min() >= 0 and values.max() <= 1):
        raise ValueError("the betting sequence needs values between 0 and 1")
    return values


def _candidates(include: tuple[float, ...]) -> Floats:
    """The means that are tested, ascending."""
    return np.union1d(np.arange(1, RESOLUTION) / RESOLUTION, [m for m in include if 0 < m < 1])


def betting_interval(values: ArrayLike, alpha: float = 0.05, include: tuple[float, ...] = ()) -> tuple[float, float]:
    """The last interval of `betting_sequence`: (0, 1) without values, (nan, nan) if it is empty.

    Values of one mean give an empty interval with probability alpha at most. ValueError as `betting_sequence`.
    """
    values = _within_bounds(values)
    if not values.size:
        return 0.0, 1.0
    candidates = _candidates(include)
    too_low = _leading(lambda own: _ever_rich(values, own, alpha)[0], candidates)
    too_high = _leading(lambda own: _ever_rich(values, own, alpha)[1], candidates[::-1])
    low = 0.0 if too_low == 0 else float(candidates[too_low - 1])
    high = 1.0 if too_high == 0 else float(candidates[-too_high])
    return (low, high) if low < high else (nan, nan)


def _ever_rich(values: Floats, candidates: Floats, alpha: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Against which of the candidates somebody who bets upwards, or downwards, got rich at any time."""
    up, down = log_wealth(values, candidates[:, np.newaxis], alpha)
    rich = -np.log(alpha)
    return up.max(axis=1) >= rich, down.max(axis=1) >= rich


def _leading(rejected: Callable[[Floats], NDArray[np.bool_]], candidates: Floats) -> int:
    """How many candidates are rejected, all of which come first: found with a look at few of them."""
    step = int(np.sqrt(candidates.size)) + 1
    whole = int(np.count_nonzero(rejected(candidates[step - 1 :: step]))) * step
    rest = candidates[whole : whole + step - 1]
    return whole + (int(np.count_nonzero(rejected(rest))) if rest.size else 0)


def log_evidence(
    values: ArrayLike, candidate: float, alpha: float = 0.05, include: tuple[float, ...] = ()
) -> tuple[float, float]:
    """The largest log capital so far of those who bet that the mean is above `candidate`, and that it is below.

    `candidate` is rejected at level alpha exactly where one of them is at least -log(alpha); inf where it lies outside
    [0, 1] on the other side. On the edge nobody bets, but a mean of 0 (1) is rejected together with the lowest
    (highest) of the candidates of `betting_sequence`, to which `include` belongs.
    """
    values = np.asarray(values, dtype=np.float64)
    if not 0 <= candidate <= 1:
        return (np.inf if candidate < 0 else 0.0), (np.inf if candidate > 1 else 0.0)
    if not values.size:
        return 0.0, 0.0
    inner = [m for m in (*include, 1 / RESOLUTION, 1 - 1 / RESOLUTION) if 0 < m < 1]
    up, down = log_wealth(values, min(max(candidate, min(inner)), max(inner)), alpha)
    return (float(up.max()) if candidate < 1 else 0.0), (float(down.max()) if candidate > 0 else 0.0)
