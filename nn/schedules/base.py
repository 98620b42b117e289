"""What all schedules share."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

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

    def over(self, steps: int) -> Self:
        """The same schedule for a training of so many steps in all; most do not depend on that."""
        return self


@dataclass(frozen=True)
class OverTraining(Schedule):
    """A schedule that is stretched over a whole training of so many `steps`, and then stays where it ends.

    Where `steps` are not given, `nn.train` fills in its own.
    """

    steps: int | None = dataclasses.field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_steps(self.steps)

    def over(self, steps: int) -> Self:
        return self if self.steps else dataclasses.replace(self, steps=steps)

    @property
    def length(self) -> int:
        """All steps. Raises ValueError where nobody has said how many there are."""
        if not self.steps:
            raise ValueError(f"{type(self).__name__}: expected steps, of the whole training, outside of nn.train")
        return self.steps


def check_steps(steps: int | None) -> None:
    """Raise ValueError unless that is a number of steps, or none is given."""
    if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 1):
        raise ValueError(f"steps: expected a whole number >= 1, or none, got {steps!r}")


def over_training(rate: Rate, steps: int) -> Rate:
    """The same learning rate for a training of so many steps."""
    over = getattr(rate, "over", None)
    planned: Rate = rate if over is None else over(steps)
    return planned
