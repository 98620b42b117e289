"""Adam: momentum, with steps scaled by the size of recent gradients."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Array, Real
from nn.components import FRACTION, setting
from nn.optimizers.base import Optimizer, cast, epsilon, learning_rate, state
from nn.schedules import Rate


@dataclass(eq=False)
class Adam(Optimizer):
    """m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;  p <- p - lr m^ / (sqrt(v^) + eps).

    (Kingma & Ba 2015, algorithm 1.) The hats: m^ = m / (1 - b1^t) and v^ = v / (1 - b2^t), t from 1.
    `m` and `v` are kept without their factors 1 - b1 and 1 - b2, which join the bias corrections: with
    c1 = (1 - b1) / (1 - b1^t) and c2 = sqrt((1 - b2) / (1 - b2^t)), the step is
    lr c1/c2 m / (sqrt(v) + eps/c2), the same in fewer passes.

    eps is 1e-7 (the book's; PyTorch, optax 1e-8), added after the bias correction (scikit-learn: before).
    """

    name = "adam"
    lr: Rate = learning_rate(0.001)
    beta1: Real = setting(0.9, FRACTION, "decay of the mean of gradients")
    beta2: Real = setting(0.999, FRACTION, "decay of the mean of squared gradients")
    eps: Real = epsilon(1e-7)
    m: Array = state()
    v: Array = state()

    def reset(self) -> None:
        super().reset()
        self._beta1_t: Real = 1.0  # beta1^t: products, which are exact to rounding on every processor; powers are not
        self._beta2_t: Real = 1.0

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        c1, c2 = self.remember(g, work)
        np.sqrt(self.scale(), out=work)
        np.add(work, cast(self.eps / c2, p), out=work)
        np.divide(self.m, work, out=work)
        np.multiply(work, lr * cast(c1 / c2, p), out=work)
        np.subtract(p, work, out=p)

    def remember(self, g: Array, work: Array) -> tuple[Real, Real]:
        """Let m and v follow the gradient; returns their corrections c1 and c2."""
        np.multiply(self.m, cast(self.beta1, g), out=self.m)
        np.add(self.m, g, out=self.m)
        np.multiply(self.v, cast(self.beta2, g), out=self.v)
        np.multiply(g, g, out=work)
        np.add(self.v, work, out=self.v)
        self._beta1_t = self._beta1_t * self.beta1
        self._beta2_t = self._beta2_t * self.beta2
        return (1 - self.beta1) / (1 - self._beta1_t), np.sqrt((1 - self.beta2) / (1 - self._beta2_t))

    def scale(self) -> Array:
        """The sum of squared gradients whose root divides the step."""
        return self.v
