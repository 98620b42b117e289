"""A rate that begins small."""

import dataclasses
from dataclasses import dataclass
from typing import Self

import numpy as np

from nn.arrays import Real
from nn.components import FRACTION, POSITIVE, Component, setting
from nn.schedules.base import Rate, check_steps, over_training


@dataclass(frozen=True)
class WarmUp(Component):
    """Any other rate, times (t + 1) / w in the first w = share steps, if these are more than one.

    (Goyal et al. 2017, section 2.2.) A schedule goes on meanwhile; optax starts a cosine only afterwards.
    """

    rate: Rate
    share: Real = setting(0.0, FRACTION, "share of all steps in which the rate rises, in a line, to where it would be")
    steps: int | None = dataclasses.field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.rate):  # a schedule answers for its rates itself
            POSITIVE.check("rate", self.rate)
        check_steps(self.steps)

    def over(self, steps: int) -> Self:
        """The same for a training of so many steps in all, unless it has some already; so is the rate in it."""
        return dataclasses.replace(self, rate=over_training(self.rate, steps), steps=self.steps or steps)

    def __call__(self, t: int) -> Real:
        if not self.steps:
            raise ValueError("WarmUp: expected steps, of the whole training, outside of nn.train")
        rate = self.rate(t) if callable(self.rate) else self.rate
        risen: Real = np.minimum((t + 1) / np.maximum(self.share * self.steps, 1), 1)
        return risen * rate
