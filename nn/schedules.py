"""Learning-rate schedules: the learning rate of step t, counted from 0."""

from dataclasses import dataclass

from nn.arrays import Real


@dataclass(frozen=True)
class Constant:
    """lr in every step. `lr` is a number or an array of shape (runs, 1)."""

    lr: Real

    def __call__(self, t: int) -> Real:
        return self.lr


@dataclass(frozen=True)
class InverseTime:
    """lr / (1 + decay t) (Kinsley & Kukiela 2020, chapter 10; Robbins & Monro 1951 for the family)."""

    lr: Real
    decay: Real

    def __call__(self, t: int) -> Real:
        return self.lr / (1 + self.decay * t)


Schedule = Constant | InverseTime
