"""The sum of absolute weights, which drives weights to zero."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Array, Real
from nn.components import NOT_NEGATIVE, setting
from nn.penalties.base import Penalty


@dataclass(frozen=True)
class L1(Penalty):
    """l1 sum |w|, with gradient l1 sign(w), which is 0 at 0."""

    name = "l1"
    strength: Real = setting(0.0, NOT_NEGATIVE, "L1 strength: l1 * sum |w|")

    def terms(self, w: Array) -> Array:
        return np.abs(w)

    def slopes(self, w: Array, work: Array) -> Array:
        return np.sign(w, out=work)
