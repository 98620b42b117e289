"""What all schedules share."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from nn.arrays import Real
from nn.components import POSITIVE, Component, setting

Rate = Real | Callable[[int], Real]
"""A learning rate: a number, one for each run as an array of shape (runs, 1), or a schedule of either."""


@dataclass(frozen=True)
class Schedule(Component):
    """The learning rate of step t, counted from 0, made from the rate `lr` that an optimizer is given (see `Rate`).

    To write one of your own, subclass this, declare its settings, and write `__call__`.
    """

    lr: Real = setting(dataclasses.MISSING, POSITIVE, "learning rate")

    def __call__(self, t: int) -> Real:
        raise NotImplementedError
