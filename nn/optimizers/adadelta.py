"""AdaDelta: steps as large as recent steps, so that they have the parameters' units."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Array, Real
from nn.components import FRACTION, POSITIVE, setting
from nn.optimizers.base import Optimizer, cast, learning_rate, moving_average, state
from nn.schedules import Rate


@dataclass(eq=False)
class AdaDelta(Optimizer):
    """v <- rho v + (1 - rho) g^2;  d = sqrt((u + eps) / (v + eps)) g;  u <- rho u + (1 - rho) d^2;  p <- p - lr d.

    (Zeiler 2012, algorithm 1, which has no lr, that is 1, and tries rho 0.95.) The defaults are PyTorch's, as is lr
    outside of d; Keras has lr 0.001, rho 0.95 and eps 1e-7.
    """

    name = "adadelta"
    lr: Rate = learning_rate(1.0)
    rho: Real = setting(0.9, FRACTION, "decay of the means of squared gradients and of squared steps")
    eps: Real = setting(1e-6, POSITIVE, "added in both roots; the first steps are as small as its root")
    v: Array = state()
    u: Array = state()
    d: Array = state()

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        eps = cast(self.eps, p)
        np.multiply(g, g, out=work)
        moving_average(self.v, self.rho, work, work)
        np.add(self.u, eps, out=self.d)
        np.add(self.v, eps, out=work)
        np.divide(self.d, work, out=self.d)
        np.sqrt(self.d, out=self.d)
        np.multiply(self.d, g, out=self.d)
        np.multiply(self.d, self.d, out=work)
        moving_average(self.u, self.rho, work, work)
        np.multiply(self.d, lr, out=work)
        np.subtract(p, work, out=p)
