"""Gradient descent with momentum that looks ahead."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Array, Real
from nn.optimizers.base import cast
from nn.optimizers.momentum import Momentum


@dataclass(eq=False)
class Nesterov(Momentum):
    """v <- mu v - lr g;  p <- p + mu v - lr g (Nesterov 1983, as in Bengio et al. 2013, section 3.5).

    Sutskever et al. 2013, equations 3 and 4, take the gradient at p + mu v; here p is that point, where the gradient is
    known. scikit-learn has this form; PyTorch and optax keep v without lr, as for `Momentum`.
    """

    name = "nesterov"

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        mu = cast(self.momentum, p)
        np.multiply(self.v, mu, out=self.v)
        np.multiply(g, lr, out=work)
        np.subtract(self.v, work, out=self.v)
        np.subtract(p, work, out=p)
        np.multiply(self.v, mu, out=work)
        np.add(p, work, out=p)
