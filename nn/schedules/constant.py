"""The rate that stays as it is."""

from dataclasses import dataclass

from nn.arrays import Real
from nn.schedules.base import Schedule


@dataclass(frozen=True)
class Constant(Schedule):
    """lr in every step."""

    name = "constant"

    def __call__(self, t: int) -> Real:
        return self.lr
