"""The rate that falls along half a wave."""

import math
from dataclasses import dataclass

from nn.arrays import Real
from nn.schedules.base import OverTraining


@dataclass(frozen=True)
class Cosine(OverTraining):
    """lr (1 + cos(pi t / steps)) / 2: from lr to 0 (Loshchilov & Hutter 2017, equation 5, without restarts).

    PyTorch's CosineAnnealingLR counts epochs, or what T_max says.
    """

    name = "cosine"

    def __call__(self, t: int) -> Real:
        return self.lr * ((1 + math.cos(math.pi * min(t / self.length, 1))) / 2)
