"""AdaGrad: steps that shrink with the squares of all gradients so far."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Array, Real
from nn.optimizers.base import Optimizer, cast, epsilon, learning_rate, state
from nn.schedules import Rate


@dataclass(eq=False)
class AdaGrad(Optimizer):
    """s <- s + g^2;  p <- p - lr g / (sqrt(s) + eps) (Duchi, Hazan & Singer 2011, section 1.3, diagonal form).

    PyTorch's eps is 1e-10; optax starts s at 0.1 and has eps inside the root.
    """

    name = "adagrad"
    lr: Rate = learning_rate(1.0)
    eps: Real = epsilon(1e-7)
    s: Array = state()

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        np.multiply(g, g, out=work)
        np.add(self.s, work, out=self.s)
        np.sqrt(self.s, out=work)
        np.add(work, cast(self.eps, p), out=work)
        np.divide(g, work, out=work)
        np.multiply(work, lr, out=work)
        np.subtract(p, work, out=p)
