"""Learning-rate schedules: the learning rate of step t, counted from 0."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Real, checked


@dataclass(frozen=True)
class Constant:
    """lr in every step. `lr` is a number or an array of shape (runs, 1)."""

    lr: Real

    def __post_init__(self) -> None:
        checked("lr", self.lr, 0, np.inf, open_low=True)

    def __call__(self, t: int) -> Real:
        return self.lr


@dataclass(frozen=True)
class InverseTime:
    """lr / (1 + decay t) (Kinsley & Kukiela 2020, chapter 10; Robbins & Monro 1951 for the family)."""

    lr: Real
    decay: Real

    def __post_init__(self) -> None:
        checked("lr", self.lr, 0, np.inf, open_low=True)
        checked("decay", self.decay, 0, np.inf)

    def __call__(self, t: int) -> Real:
        return self.lr / (1 + self.decay * t)


Schedule = Constant | InverseTime
