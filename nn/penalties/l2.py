"""The sum of squared weights, which keeps weights small."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Array, Real
from nn.components import NOT_NEGATIVE, setting
from nn.penalties.base import Penalty


@dataclass(frozen=True)
class L2(Penalty):
    """l2 sum w^2, with gradient 2 l2 w."""

    name = "l2"
    strength: Real = setting(0.0, NOT_NEGATIVE, "L2 strength: l2 * sum w^2")
    constant = 2

    def terms(self, w: Array) -> Array:
        return np.square(w)

    def slopes(self, w: Array, work: Array) -> Array:
        return w
