"""Exclusive or: the class is the parity of signs."""

import math
from dataclasses import dataclass

import numpy as np

from bench.problems.base import NOISE, Problem
from nn.arrays import Array
from nn.components import Interval, setting


@dataclass(frozen=True)
class Xor(Problem):
    """Clouds around the corners of the square (with more features, the cube) from -1 to 1, by the parity of signs.

    A corner with an odd number of coordinates below 0 is class 1. All features but one tell nothing.
    """

    name = "xor"
    classes = 2
    features: int = setting(2, Interval(2, 30), "number of features, all of which matter", fixes_shape=True)
    noise: float = setting(0.55, NOISE, "standard deviation of each coordinate")

    def sample(self, points: int, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = np.repeat([0, 1], points)
        negative = rng.integers(2, size=(self.features, labels.size))
        negative[-1] ^= (negative.sum(axis=0) + labels) % 2  # now as many are below 0 as the class says
        return 1 - 2 * negative + self.noise * rng.standard_normal(negative.shape), labels

    @property
    def ceiling(self) -> float:
        """How often an even number of signs is changed, each with probability q: (1 + (1 - 2 q)^features) / 2."""
        kept = math.erf(1 / (self.noise * math.sqrt(2)))  # 1 - 2 q
        return (1 + kept**self.features) / 2

    def classify(self, x: Array) -> Array:
        """The Bayes rule: the parity of signs.

        The two densities are the mean of products over the corners, and differ by a product over the coordinates:
        each factor, the density around 1 minus that around -1, has the sign of its coordinate.
        """
        odd: Array = (x < 0).sum(axis=0) % 2
        return odd
