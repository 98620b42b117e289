"""Gradient descent with momentum."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Array, Real
from nn.components import FRACTION, setting
from nn.optimizers.base import Optimizer, cast, learning_rate, state
from nn.schedules import Rate


@dataclass(eq=False)
class Momentum(Optimizer):
    """v <- mu v - lr g;  p <- p + v (Polyak 1964, as in Sutskever et al. 2013, equations 1 and 2).

    PyTorch and optax keep v without lr, b <- mu b + g, p <- p - lr b: the same while lr is constant, not when
    it changes. scikit-learn has this form, with Nesterov's look-ahead by default.
    """

    name = "momentum"
    lr: Rate = learning_rate(1.0)
    momentum: Real = setting(0.9, FRACTION, "share of the last step that is kept")
    v: Array = state()

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        np.multiply(self.v, cast(self.momentum, p), out=self.v)
        np.multiply(g, lr, out=work)
        np.subtract(self.v, work, out=self.v)
        np.add(p, self.v, out=p)
