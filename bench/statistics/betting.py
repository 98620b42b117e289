"""Intervals for a bounded mean that hold for any distribution and at any stopping time, by betting.

Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024): the
hedged capital process (their Theorem 3) with predictable plug-in bets (their equation 26). A gambler who
believes that the mean is not `m` bets against it, seed after seed. Were the mean `m`, the game would be fair,
and Ville's inequality says that the capital ever reaches 1 / alpha with probability at most alpha. All `m`
against which nobody got that rich form an interval that contains the mean at every number of seeds at once.

Bets go up to 1 / m (upwards) and 1 / (1 - m) (downwards), the largest that never owe more than the capital.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

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
    with np.errstate(divide="ignore"):  # a lost all-in bet is log 0 = -inf: this gambler is out for good
        up = np.log1p(np.maximum(np.minimum(stake, 1 / candidate) * gain, -1))
        down = np.log1p(np.maximum(-np.minimum(stake, 1 / (1 - candidate)) * gain, -1))
    return np.log(0.5) + np.cumsum(up, axis=-1), np.log(0.5) + np.cumsum(down, axis=-1)


@dataclass(frozen=True)
class BettingSequence:
    """Intervals `low` to `high` (each (n,)) after 1, 2, ..., n values; each lies within the one before."""

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
    values = np.asarray(values, dtype=np.float64)
    if values.size and not (values.min() >= 0 and values.max() <= 1):
        raise ValueError("the betting sequence needs values between 0 and 1")
    inner = [m for m in include if 0 < m < 1]
    candidates = np.union1d(np.arange(1, RESOLUTION) / RESOLUTION, inner)
    up, down = log_wealth(values, candidates[:, np.newaxis], alpha)
    rich = -np.log(alpha)
    too_low = np.logical_or.accumulate(up >= rich, axis=1).sum(axis=0)
    too_high = np.logical_or.accumulate(down >= rich, axis=1).sum(axis=0)
    low = np.concatenate([[0.0], candidates])[too_low]
    high = np.concatenate([[1.0], candidates[::-1]])[too_high]
    return BettingSequence(low, high)


def betting_interval(values: ArrayLike, alpha: float = 0.05, include: tuple[float, ...] = ()) -> tuple[float, float]:
    """The last interval of `betting_sequence`; (0, 1) without values."""
    sequence = betting_sequence(values, alpha, include)
    return (float(sequence.low[-1]), float(sequence.high[-1])) if len(sequence.low) else (0.0, 1.0)


def betting_state(values: ArrayLike, center: float, margin: float, alpha: float = 0.05) -> str:
    """What the sequence has decided by now: "above", "below", "within" (the margin) or "undecided".

    The same answer as reading it off `betting_sequence`, but from three candidates instead of thousands.
    """
    values = np.asarray(values, dtype=np.float64)
    if not values.size:
        return "undecided"
    if _ever_rich(values, center, alpha, upwards=True):
        return "above"
    if _ever_rich(values, center, alpha, upwards=False):
        return "below"
    inside = _ever_rich(values, center - margin, alpha, upwards=True) and _ever_rich(
        values, center + margin, alpha, upwards=False
    )
    return "within" if inside else "undecided"


def _ever_rich(values: Floats, candidate: float, alpha: float, *, upwards: bool) -> bool:
    if not 0 < candidate < 1:  # a mean outside [0, 1] needs no evidence against it, one on its edge has none
        return candidate < 0 if upwards else candidate > 1
    up, down = log_wealth(values, candidate, alpha)
    return bool((up if upwards else down).max() >= -np.log(alpha))
