"""The checkerboard: classes take turns along every side, and some labels are wrong."""

from dataclasses import dataclass

import numpy as np

from bench.problems.base import Problem
from nn.arrays import Array
from nn.components import Interval, setting


@dataclass(frozen=True)
class Checkerboard(Problem):
    """The square (with more features, the cube) from -1 to 1 in equal cells, along whose sides the classes take turns.

    A cell's class is the sum of its indices, modulo the number of classes. With probability `flipped` a point lies on
    a cell of another class instead, each alike, so that its label is wrong. Points are uniform in their cell.
    """

    name = "checkerboard"
    classes: int = setting(2, Interval(2, 100), "number of classes", fixes_shape=True)
    features: int = setting(2, Interval(2, 30), "number of features, all of which matter", fixes_shape=True)
    turns: int = setting(2, Interval(1, 100), "how often each class has its turn along a side")
    flipped: float = setting(0.08, Interval(0, 0.5), "share of labels that are wrong")

    def sample(self, points: int, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = np.repeat(np.arange(self.classes), points)
        wrong = rng.random(labels.size) < self.flipped
        colours = (labels + wrong * rng.integers(1, self.classes, size=labels.size)) % self.classes
        cells = rng.integers(self._side, size=(self.features, labels.size))
        cells[-1] += (colours - cells[:-1].sum(axis=0)) % self.classes - cells[-1] % self.classes  # in the same turn
        return 2 * (cells + rng.random(cells.shape)) / self._side - 1, labels

    @property
    def ceiling(self) -> float:
        """The share of labels that are right: the cells say no more."""
        return 1 - self.flipped

    def classify(self, x: Array) -> Array:
        """The Bayes rule: the class of the cell; beyond the board it goes on."""
        cells = np.floor((x + 1) * self._side / 2).astype(np.int64)
        colour: Array = cells.sum(axis=0) % self.classes
        return colour

    @property
    def _side(self) -> int:
        """Cells along a side."""
        return self.classes * self.turns
