"""Blobs: round clouds around the corners of a regular polygon."""

import math
from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded where they are first used

from bench.problems.angles import around
from bench.problems.base import NOISE, Problem
from nn.arrays import Array
from nn.components import Interval, setting


@dataclass(frozen=True)
class Blobs(Problem):
    """Round clouds around the corners of a regular polygon, which has its corners on the unit circle.

    Coordinates are normal around the corner of the class, all with the same standard deviation. Features beyond the
    second are noise around 0, of the same size, and tell nothing.
    """

    name = "blobs"
    classes: int = setting(3, Interval(2, 100), "number of classes", fixes_shape=True)
    features: int = setting(
        2, Interval(2, 1000), "number of features; two of them tell classes apart", fixes_shape=True
    )
    noise: float = setting(0.5, NOISE, "standard deviation of each coordinate")

    def sample(self, points: int, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = np.repeat(np.arange(self.classes), points)
        x = self.noise * rng.standard_normal((self.features, labels.size))
        x[:2] += self._corners[:, labels]
        return x, labels

    @property
    def ceiling(self) -> float:
        """How often a point is nearest to its own corner.

        The error is that of phase shift keying, by Craig's formula (1991, eq. 13) for c corners and noise s:
        (1 / pi) * integral from 0 to pi - pi/c of exp(-sin(pi/c)^2 / (2 s^2 sin(t)^2)) dt; to 1e-9.
        """
        half = math.pi / self.classes

        def missed(t: float) -> float:
            return math.exp(-((math.sin(half) / (self.noise * math.sin(t))) ** 2) / 2) if t > 0 else 0.0

        error, _ = scipy.integrate.quad(missed, 0, math.pi - half, epsabs=1e-9)
        return 1 - float(error) / math.pi

    def classify(self, x: Array) -> Array:
        """The Bayes rule: the nearest corner, whatever the noise."""
        nearest: Array = (self._corners.T @ x[:2]).argmax(axis=0)
        return nearest

    @property
    def _corners(self) -> Array:
        """(2, classes)"""
        angles = around(self.classes)
        return np.stack([np.cos(angles), np.sin(angles)])
