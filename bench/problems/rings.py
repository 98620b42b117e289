"""Rings: circles or spheres, one inside the other, with noise."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy  # its parts are loaded where they are first used

from bench.problems.base import NOISE, Problem
from nn.arrays import Array
from nn.components import Interval, setting


@dataclass(frozen=True)
class Rings(Problem):
    """Circles (with more features, spheres) around 0, one inside the other, each point moved by normal noise.

    Of c classes, class j has radius (j + 1) / c.
    """

    name = "rings"
    classes: int = setting(3, Interval(2, 100), "number of classes", fixes_shape=True)
    features: int = setting(2, Interval(2, 100), "number of features, all of which matter", fixes_shape=True)
    noise: float = setting(0.1, NOISE, "standard deviation of each coordinate")

    def sample(self, points: int, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = np.repeat(np.arange(self.classes), points)
        x = rng.standard_normal((self.features, labels.size))
        x *= self.radii[labels] / np.linalg.norm(x, axis=0)
        return x + self.noise * rng.standard_normal(x.shape), labels

    @property
    def ceiling(self) -> float:
        """How often the distance from 0 lies where the Bayes rule names its own class.

        Its square over that of the noise has a noncentral chi-squared distribution: to 1e-6.
        """
        borders, names = _borders(self)
        radii = self.radii[names] / self.noise
        inner, outer = np.append(0, borders) / self.noise, np.append(borders, np.inf) / self.noise
        within, below = (scipy.special.chndtr(r**2, self.features, radii**2) for r in (outer, inner))
        return min(float((within - below).sum()) / self.classes, 1.0)  # rounding

    def classify(self, x: Array) -> Array:
        """The Bayes rule, which needs no more of a point than its distance from 0."""
        borders, names = _borders(self)
        best: Array = names[np.searchsorted(borders, np.linalg.norm(x, axis=0))]
        return best

    @property
    def radii(self) -> Array:
        """(classes,)"""
        return np.arange(1, self.classes + 1) / self.classes


@lru_cache(maxsize=64)
def _borders(rings: Rings) -> tuple[Array, Array]:
    """The distances from 0 at which the class with the highest density changes (n,), and the classes (n + 1,)."""
    reach = 1 + (8 + rings.features**0.5) * rings.noise
    distances = np.linspace(0, reach, 10_001)
    best = _densest(rings, distances)
    changes = np.flatnonzero(np.diff(best))
    low, high = distances[changes], distances[changes + 1]
    for _ in range(60):  # bisection
        middle = (low + high) / 2
        before = _densest(rings, middle) == best[changes]
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return low, best[np.append(changes, -1)]


def _densest(rings: Rings, distances: Array) -> Array:
    """The class with the highest density at these distances from 0.

    Around a sphere of radius R, with noise s in d features, the density at distance r is, but for what all radii share,
    exp(-R^2 / (2 s^2)) 0F1(; d/2; (r R / (2 s^2))^2), a hypergeometric function.
    """
    radii = rings.radii[:, np.newaxis] / rings.noise
    scores = _log_0f1(rings.features / 2, radii * distances / rings.noise) - radii**2 / 2
    best: Array = scores.argmax(axis=0)
    return best


def _log_0f1(b: float, z: Array) -> Array:
    """log 0F1(; b; z^2 / 4) for z >= 0: as it is up to 1, and from there by Bessel's I (DLMF 10.39.9)."""
    small = np.log(scipy.special.hyp0f1(b, np.minimum(z, 1) ** 2 / 4))
    large, order = np.maximum(z, 1), b - 1
    bessel = np.log(scipy.special.ive(order, large)) + large
    return np.where(z < 1, small, scipy.special.gammaln(b) + order * np.log(2 / large) + bessel)
