"""The rate that falls by the same share in every step."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Real
from nn.components import Interval, setting
from nn.schedules.base import OverTraining


@dataclass(frozen=True)
class Exponential(OverTraining):
    """lr final^(t / steps): from lr to final lr (Senior et al. 2013, exponential scheduling: lr 10^(-t / r)).

    PyTorch's ExponentialLR counts epochs instead: final is its gamma to the power of their number.
    """

    name = "exponential"
    final: Real = setting(0.01, Interval(0, 1, open_low=True), "the rate at the end as a share of that at the start")

    def __call__(self, t: int) -> Real:
        rate: Real = self.lr * np.power(self.final, min(t / self.length, 1))  # a ufunc, as in `Step`
        return rate
