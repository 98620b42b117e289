"""The spiral: tangled arms in the plane, and the Bayes accuracy of its test set."""

import math
from dataclasses import dataclass

import numpy as np

from bench.problems.base import Problem
from nn.arrays import Array
from nn.components import Interval, setting


@dataclass(frozen=True)
class Spiral(Problem):
    """Tangled arms, three in the original, as in Kinsley & Kukiela 2020 (nnfs 0.5.1, `spiral_data`).

    Point i of n in class j has radius r = i / (n - 1) and angle 2.5 t, where t = 4 j + 4 r + noise * normal:
    (r sin 2.5 t, r cos 2.5 t). CS231n's spiral lacks the 2.5 and is nearly separable.
    """

    name = "spiral"
    features = 2
    classes: int = setting(3, Interval(2, 100), "number of classes", fixes_shape=True)
    noise: float = setting(0.2, Interval(0, 1000), "standard deviation of the noise")

    def sample(self, points: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """`points` per class: inputs float64 (2, classes * points) and labels (classes * points,), class by class."""
        r = np.linspace(0, 1, points)
        start = 4 * np.arange(self.classes)[:, np.newaxis]
        angle = 2.5 * (start + 4 * r + self.noise * rng.standard_normal((self.classes, points)))
        x = np.stack([(r * np.sin(angle)).ravel(), (r * np.cos(angle)).ravel()])
        return x, np.repeat(np.arange(self.classes), points)

    @property
    def ceiling(self) -> float:
        """The Bayes accuracy on the test set: no classifier can expect more.

        At a radius above 0 the angles of class j are normal around 10 j (+ 10 r, the same for all), wrapped, with
        standard deviation s = 2.5 noise: unimodal and of one shape, so the best guess is the nearest arm, and
        class j is right between the midpoints to its neighbours. At radius 0 all classes meet: 1 / classes.
        """
        arms = sorted(10 * j % math.tau for j in range(self.classes))
        gaps = [(after - arm) % math.tau for arm, after in zip(arms, [*arms[1:], arms[0]], strict=True)]
        right = [_wrapped_normal(-gaps[j - 1] / 2, gaps[j] / 2, 2.5 * self.noise) for j in range(self.classes)]
        return ((self.test - 1) * math.fsum(right) / self.classes + 1 / self.classes) / self.test

    def classify(self, x: Array) -> Array:
        """The Bayes rule, the best guess at each of the points x (2, n): the class of the nearest arm, (n,)."""
        turned = np.arctan2(x[0], x[1]) - 10 * np.hypot(x[0], x[1])
        away = np.angle(np.exp(1j * (turned - 10 * np.arange(self.classes)[:, np.newaxis])))
        nearest: Array = np.abs(away).argmin(axis=0)
        return nearest


def _wrapped_normal(low: float, high: float, sd: float) -> float:
    """The probability that a centred normal angle, wrapped around the circle, lies between low < 0 < high."""
    if sd == 0:
        return 1.0
    turns = range(-math.ceil(10 * sd / math.tau) - 1, math.ceil(10 * sd / math.tau) + 2)
    scale = sd * math.sqrt(2)
    return math.fsum(
        (math.erf((high + k * math.tau) / scale) - math.erf((low + k * math.tau) / scale)) / 2 for k in turns
    )
