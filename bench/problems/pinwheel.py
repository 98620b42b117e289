"""The pinwheel: arms around the centre, all bent alike."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy  # its parts are loaded where they are first used

from bench.problems.angles import around
from bench.problems.base import NOISE, Problem
from nn.arrays import Array
from nn.components import Interval, setting


@dataclass(frozen=True)
class Pinwheel(Problem):
    """Arms around the centre: normal clouds at distance 1, longer than wide, all bent in one direction.

    After Johnson et al. 2016 (*Composing graphical models with neural networks*, section 5), who bend by the first
    coordinate of the cloud; here every point is turned around the centre by `twist` times its distance from it, which
    keeps areas, so that the density is known.
    """

    name = "pinwheel"
    features = 2
    classes: int = setting(5, Interval(2, 100), "number of classes", fixes_shape=True)
    along: float = setting(0.5, NOISE, "standard deviation along an arm, before it is bent")
    across: float = setting(0.2, NOISE, "standard deviation across an arm")
    twist: float = setting(1.5, Interval(-100, 100), "angle by which a point at distance 1 is turned")

    def sample(self, points: int, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = np.repeat(np.arange(self.classes), points)
        along, across = rng.standard_normal((2, labels.size)) * [[self.along], [self.across]]
        along += 1
        distance = np.hypot(along, across)
        angle = np.arctan2(across, along) + around(self.classes)[labels] + self.twist * distance
        return distance * np.stack([np.cos(angle), np.sin(angle)]), labels

    @property
    def ceiling(self) -> float:
        """How often a point is best explained by its own arm; the twist, the same for all, makes no difference."""
        return _ceiling(self.classes, self.along, self.across)

    def classify(self, x: Array) -> Array:
        """The Bayes rule: turned back, the arm with the highest normal density."""
        distance = np.hypot(x[0], x[1])
        angle = np.arctan2(x[1], x[0]) - self.twist * distance - around(self.classes)[:, np.newaxis]
        along, across = distance * np.cos(angle) - 1, distance * np.sin(angle)
        best: Array = ((along / self.along) ** 2 + (across / self.across) ** 2).argmin(axis=0)
        return best


@cache
def _ceiling(classes: int, along: float, across: float) -> float:
    """The probability that a point of the arm at angle 0, not bent, is best explained by it; to 1e-5.

    At (a, b), what another arm explains worse, in squared standard deviations, is quadratic in b. So for given a the
    values of b at which arm 0 is the best lie between roots of such quadratics, and have normal probabilities. Over
    z = (a - 1) / along, the trapezoidal rule: on the whole, and finer where arms meet, around a = 0.
    """
    z = np.concatenate([np.linspace(-9, 9, 4001), (across * np.linspace(-40, 40, 4001) - 1) / along])
    z = np.unique(z[np.abs(z) <= 9])
    a, others = 1 + along * z, around(classes)[1:, np.newaxis]
    cos, sin = np.cos(others), np.sin(others)
    square = sin**2 * (along**-2 - across**-2) + np.zeros_like(a)
    linear = 2 * sin * ((a * cos - 1) / along**2 - a * cos / across**2)
    constant = ((a * cos - 1) / along) ** 2 + (a * sin / across) ** 2 - z**2
    ends = np.sort(_roots(square, linear, constant, 40 * across), axis=0)
    middles = (ends[1:] + ends[:-1]) / 2
    best = np.full(middles.shape, True)
    for two, one, zero in zip(square, linear, constant, strict=True):
        best &= (two * middles + one) * middles + zero >= 0
    inside = np.where(best, np.diff(scipy.special.ndtr(ends / across), axis=0), 0).sum(axis=0)
    chance = float(scipy.integrate.trapezoid(inside * np.exp(-(z**2) / 2), z)) / math.sqrt(math.tau)
    return min(chance, 1.0)  # rounding


def _roots(square: Array, linear: Array, constant: Array, reach: float) -> Array:
    """The real roots of n quadratics in each of m places, (n, m), cut at `reach`; with its two ends: (2 n + 2, m).

    Where there is none, 0 or an end stands for it, which does no harm: nothing changes there.
    """
    with np.errstate(divide="ignore", invalid="ignore"):  # of quadratics that are lines, or have no real root
        root = np.sqrt(linear**2 - 4 * square * constant)
        half = -(linear + np.copysign(root, linear)) / 2
        found = np.nan_to_num(np.concatenate([half / square, constant / half])).clip(-reach, reach)
    ends = np.full((1, found.shape[1]), reach)
    return np.concatenate([-ends, found, ends])
