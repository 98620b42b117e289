"""Several looks at one mean: how small p must be at each, so that all of them together err with probability alpha.

A plan of K looks spends its alpha little by little (Lan & DeMets, Biometrika 70, 1983): at look k, after a fraction
t_k of all seeds, a mean that is exactly the hypothesis is rejected for the first time with probability
spent(t_k) - spent(t_(k-1)). The boundaries are those of a Brownian motion, which sums of values with known variance
follow, by recursive integration over where it is if no boundary was crossed yet (Armitage, McPherson & Rowe 1969;
Jennison & Turnbull 2000, ch. 19). For Student's t they are turned into levels of p (Pocock 1977).

Probabilities are kept as logarithms: the first of many looks may spend less than the smallest positive float.
"""

from __future__ import annotations

from functools import cache
from math import ceil, exp, isnan, log, log1p, pi, sqrt

import numpy as np
import scipy  # its parts are loaded where they are first used
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

NODES = 16  # of Gauss and Legendre, per panel
PANEL = 4.0  # width in standard deviations of the narrowest bell; half of it, with 32 nodes, moves no bound by 1e-13
MOST_LOOKS = 1_000  # closer looks make narrower bells, which take more nodes, time and memory


def spent(fraction: ArrayLike, alpha: float = 0.05) -> Floats:
    """How much of `alpha`, on both sides together, is spent after `fraction` (in [0, 1]) of all seeds.

    4 - 4 Phi(z / sqrt(fraction)) with z the upper alpha / 4 quantile: each side spends its a = alpha / 2 by the
    O'Brien-Fleming type function of Lan & DeMets (1983), 2 - 2 Phi(z_(a/2) / sqrt(fraction)), as in R's ldbounds.
    """
    times = np.asarray(fraction, dtype=np.float64)
    if not ((times >= 0) & (times <= 1)).all():
        raise ValueError(f"fraction = {times.tolist()}: give parts of all seeds, from 0 to 1")
    return np.asarray(np.exp(_log_spent(times, alpha)))


def boundaries(fractions: ArrayLike, alpha: float = 0.05) -> Floats:
    """The |z| (K,) from which on each look rejects, for looks after `fractions` (K,) of all seeds.

    Accurate to 1e-9. Raises ValueError unless `fractions` increase from above 0 to 1 by 1 / MOST_LOOKS or more.
    """
    times = np.atleast_1d(np.asarray(fractions, dtype=np.float64))
    steps = np.diff(times, prepend=0)
    apart = (steps >= 0.999 / MOST_LOOKS).all()  # 0.999: they are rounded
    if times.ndim != 1 or not times.size or times[-1] != 1 or not apart:
        raise ValueError(f"fractions = {times.tolist()}: let them increase to 1, each by 1/{MOST_LOOKS} at least")
    total = _log_spent(times, alpha)
    places, mass = np.zeros(1), np.zeros(1)  # where the motion may be (nodes), log probabilities: surely 0 at first
    bounds = np.empty_like(times)
    for k, time in enumerate(times):
        fresh = total[k] + np.log1p(-np.exp(total[k - 1] - total[k])) if k else total[k]
        bound = _bound(places, mass, steps[k], time, fresh)
        bounds[k] = bound / sqrt(time)
        if time < 1:
            nodes, weights = _rule(bound, sqrt(steps[k] * steps[k + 1] / (steps[k] + steps[k + 1])))
            moves = -((nodes[:, np.newaxis] - places) ** 2) / (2 * steps[k]) - 0.5 * log(2 * pi * steps[k])
            places, mass = nodes, np.log(weights) + _log_sum(moves + mass)
    return bounds


@cache
def nominal_levels(looks: int, alpha: float = 0.05) -> tuple[float, ...]:
    """The p at or below which each of so many equally spaced looks rejects.

    Look k rejects if the two-sided t test of the n_k seeds so far has p <= level k. The t intervals at confidence
    1 - level k exclude what is rejected: repeated confidence intervals (Jennison & Turnbull 1989).

    For t this significance level approach is approximate. Simulated with 3 looks of 10, 5 or 2 seeds, alpha = 0.05
    became 0.0508, 0.0517 or 0.0538 (standard error 0.0002); with 3 looks of 10, alpha = 0.05 / 64 had no excess that
    6 million samples show.
    """
    if not 1 <= looks <= MOST_LOOKS:
        raise ValueError(f"looks = {looks!r}: plan 1 to {MOST_LOOKS} looks")
    bounds = boundaries(np.arange(1, looks + 1) / looks, alpha)
    return (alpha,) if looks == 1 else tuple((2 * scipy.special.ndtr(-bounds)).tolist())  # no rounding of alpha


def repeated_p(p: float, look: int, looks: int) -> float:
    """The alpha at which a two-sided `p` at this look (1 to `looks`) would lie on its boundary; 1 if there is none.

    It is at most alpha exactly where the look rejects, whatever alpha (Jennison & Turnbull 2000, section 9.5).
    """
    if isnan(p) or looks == 1:
        return p

    def excess(log_alpha: float) -> float:
        bounds = boundaries(np.arange(1, looks + 1) / looks, exp(log_alpha))
        return float(scipy.special.log_ndtr(-bounds[look - 1])) + log(2) - log(p)

    if p <= 0 or p >= 1:
        return float(p > 0)
    lowest, highest = log(p) - 1, log1p(-1e-9)  # spending all at one look would take alpha = p
    if excess(highest) < 0:
        return 1.0
    return min(1.0, exp(float(scipy.optimize.brentq(excess, lowest, highest, xtol=1e-12))))


def _log_spent(times: Floats, alpha: float) -> Floats:
    if not 0 < alpha < 1:
        raise ValueError(f"alpha = {alpha!r}: choose a level between 0 and 1, such as 0.05")
    z = scipy.special.ndtri_exp(log(alpha) - log(4))
    with np.errstate(divide="ignore"):  # nothing is spent at time 0
        return np.asarray(log(4) + scipy.special.log_ndtr(z / np.sqrt(times)))


def _bound(places: Floats, mass: Floats, step: float, time: float, fresh: float) -> float:
    """The bound on either side that is crossed, at `time`, with log probability `fresh`.

    `step` ago the motion was at `places` with log probabilities `mass`, and had crossed no bound yet. Without earlier
    bounds a motion would be beyond this one at least as often: that is the `largest` that it can be.
    """

    def excess(bound: float) -> float:
        tails = scipy.special.log_ndtr((places - bound) / sqrt(step))  # the other side has as much, by symmetry
        return float(log(2) + _log_sum(mass + tails) - fresh)

    largest = -scipy.special.ndtri_exp(fresh - log(2)) * sqrt(time)
    # For alpha near 1 the last bound is 0 but for rounding.
    return max(0.0, float(scipy.optimize.brentq(excess, -largest, largest * (1 + 1e-9))))


def _log_sum(logs: Floats) -> Floats:
    """Logarithm of the sum of exponentials along the last axis, of finite numbers; SciPy's takes five times as long."""
    largest = logs.max(axis=-1)
    return np.asarray(largest + np.log(np.exp(logs - largest[..., np.newaxis]).sum(axis=-1)))


@cache
def _legendre() -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(NODES)


def _rule(bound: float, width: float) -> tuple[Floats, Floats]:
    """Nodes and weights of a composite Gauss-Legendre rule from -bound to bound, for bells of this standard `width`."""
    panels = ceil(2 * bound / (PANEL * width))
    half = bound / panels
    nodes, weights = _legendre()
    centers = half * (2 * np.arange(panels) + 1) - bound
    return (centers[:, np.newaxis] + half * nodes).ravel(), np.tile(half * weights, panels)
