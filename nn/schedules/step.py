"""The rate that falls in steps."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Real
from nn.components import FRACTION, Interval, setting
from nn.schedules.base import OverTraining


@dataclass(frozen=True)
class Step(OverTraining):
    """lr factor^s in stage s = 0, 1, ... of so many equal ones (as in He et al. 2016, section 3.4, by hand).

    PyTorch's StepLR counts epochs instead: gamma is the factor, step_size the length of a stage.
    """

    name = "step"
    stages: int = setting(3, Interval(1, 1_000_000), "stages of the training, equally long", fixes_shape=True)
    factor: Real = setting(0.1, FRACTION, "the rate of a stage as a share of that of the one before")

    def __call__(self, t: int) -> Real:
        stage = min(self.stages * t // self.length, self.stages - 1)
        rate: Real = self.lr * np.power(self.factor, stage)  # a ufunc: powers of numbers and of arrays round alike
        return rate
