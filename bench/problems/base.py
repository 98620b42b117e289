"""What all problems share."""

import math

import numpy as np

from nn.arrays import Array
from nn.components import Component


class Problem(Component):
    """A generator of labelled points. `features`: numbers that make a point; `classes`: different labels.

    To write one of your own, subclass this as a frozen dataclass, declare its settings, and write `sample`; `ceiling`
    and `classify` only where the best possible rule is known. Randomness comes from the generator that `sample` is
    given and from nowhere else, so that a seed means the same data everywhere.
    """

    features: int
    classes: int

    def sample(self, points: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """`points` per class: inputs float64 (features, n) and labels 0..classes-1 (n,)."""
        raise NotImplementedError

    def ceiling(self, points: int) -> float:
        """The Bayes accuracy on a test set of `points` per class: no classifier can expect more. NaN: not known."""
        return math.nan

    def classify(self, x: Array) -> Array | None:
        """The best possible rule's guess at each of the points x (features, n): classes (n,). None: not known."""
        return None
