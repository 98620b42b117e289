"""The rate that falls with the inverse of time."""

from dataclasses import dataclass

from nn.arrays import Real
from nn.components import NOT_NEGATIVE, setting
from nn.schedules.base import Schedule


@dataclass(frozen=True)
class InverseTime(Schedule):
    """lr / (1 + decay t) (Kinsley & Kukiela 2020, chapter 10; Robbins & Monro 1951 for the family)."""

    name = "inverse"
    decay: Real = setting(0.0, NOT_NEGATIVE, "decay of the inverse schedule, per step")

    def __call__(self, t: int) -> Real:
        return self.lr / (1 + self.decay * t)
