"""RMSProp: steps scaled by the size of recent gradients."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Array, Real
from nn.components import FRACTION, setting
from nn.optimizers.base import Optimizer, cast, epsilon, learning_rate, moving_average, state
from nn.schedules import Rate


@dataclass(eq=False)
class RMSProp(Optimizer):
    """v <- rho v + (1 - rho) g^2;  p <- p - lr g / (sqrt(v) + eps) (Tieleman & Hinton 2012, lecture 6e).

    PyTorch's rho (alpha) is 0.99 and its eps 1e-8; optax has eps 1e-8 inside the root. All start v at 0 without a bias
    correction, so that the first step is lr / sqrt(1 - rho) long.
    """

    name = "rmsprop"
    lr: Rate = learning_rate(0.001)
    rho: Real = setting(0.9, FRACTION, "decay of the mean of squared gradients")
    eps: Real = epsilon(1e-7)
    v: Array = state()

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        np.multiply(g, g, out=work)
        moving_average(self.v, self.rho, work, work)
        np.sqrt(self.v, out=work)
        np.add(work, cast(self.eps, p), out=work)
        np.divide(g, work, out=work)
        np.multiply(work, lr, out=work)
        np.subtract(p, work, out=p)
