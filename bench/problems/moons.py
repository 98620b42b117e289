"""Moons: two half circles that reach into each other, with noise."""

import math
from dataclasses import dataclass
from functools import cache, reduce

import numpy as np

from bench.problems.base import NOISE, Problem
from nn.arrays import Array
from nn.components import setting

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(128)
_ARC = math.pi / 2 * (_NODES + 1)  # angles along a moon, with the weights of a mean over it
_MEAN = _WEIGHTS / 2


@dataclass(frozen=True)
class Moons(Problem):
    """Two half circles of radius 1 that reach into each other, each point moved by normal noise.

    As scikit-learn's `make_moons`, but around 0, and with points at random along their moon: class 0 around
    (cos t - 1/2, sin t - 1/4), t uniform from 0 to pi, and class 1 around minus that.
    """

    name = "moons"
    features = 2
    classes = 2
    noise: float = setting(0.3, NOISE, "standard deviation of each coordinate")

    def sample(self, points: int, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = np.repeat([0, 1], points)
        moon = (1 - 2 * labels) * _moon(math.pi * rng.random(labels.size))
        return moon + self.noise * rng.standard_normal(moon.shape), labels

    @property
    def ceiling(self) -> float:
        """1 minus half of what the two densities have in common, integrated over the plane; to 1e-6."""
        return 1 - _common(self.noise) / 2

    def classify(self, x: Array) -> Array:
        """The Bayes rule: the moon with the higher density, each the mean of normal densities along it."""
        more: Array = (self._density(-x) > self._density(x)).astype(np.int64)
        return more

    def _density(self, x: Array) -> Array:
        """The logarithm of that of class 0, but for what -x has in common with x: (n,)."""
        terms = (
            math.log(weight) + (x[0] * x0 + x[1] * x1 - (x0**2 + x1**2) / 2) / self.noise**2
            for weight, x0, x1 in zip(_MEAN, *_moon(_ARC), strict=True)
        )
        total: Array = reduce(np.logaddexp, terms)
        return total


def _moon(t: Array) -> Array:
    """The points of class 0 without noise, at these angles: (2, n)."""
    return np.stack([np.cos(t) - 0.5, np.sin(t) - 0.25])


@cache
def _common(noise: float, pixels: int = 1500) -> float:
    """The integral of the lower of both densities, as a sum over pixels of the rectangle that holds almost all.

    A normal density is a product of one for each coordinate, so the mean along a moon is a product of matrices.
    """
    factors, area = [], 1.0
    for coordinate, reach in zip(_moon(_ARC), (1.5 + 8 * noise, 0.75 + 8 * noise), strict=True):
        size = 2 * reach / pixels
        middles = -reach + size * (np.arange(pixels) + 0.5)
        scaled = (middles[:, np.newaxis] - coordinate) / noise
        factors.append(np.exp(-(scaled**2) / 2) / (noise * math.sqrt(math.tau)))
        area *= size
    density = (factors[0] * _MEAN) @ factors[1].T
    return float(np.minimum(density, density[::-1, ::-1]).sum() * area)  # that of class 1 is the same, seen from behind
