"""NAdam: Adam, with Nesterov's momentum."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Array, Real
from nn.optimizers.adam import Adam
from nn.optimizers.base import cast, learning_rate, state
from nn.schedules import Rate

WARMING = 0.96**0.004  # how fast mu rises to beta1


@dataclass(eq=False)
class NAdam(Adam):
    """m and v of Adam;  m^ = mu' m / (1 - M mu') + (1 - mu) g / (1 - M);  p <- p - lr m^ / (sqrt(v^) + eps).

    (Dozat 2016, algorithm 2, with its schedule of mu.) mu = b1 (1 - 0.96^(0.004 t) / 2), t from 1, is this
    step's momentum, mu' the next one's, and M the product of all mu so far. Keras and PyTorch have it so; optax has
    mu = b1. m and v are kept as in `Adam`, which has c2.
    """

    name = "nadam"
    lr: Rate = learning_rate(0.002)
    ahead: Array = state()

    def reset(self) -> None:
        super().reset()
        self._warming = WARMING
        self._product: Real = 1.0

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        _, c2 = self.remember(g, work)
        mu, self._warming = self.beta1 * (1 - self._warming / 2), self._warming * WARMING
        following = self.beta1 * (1 - self._warming / 2)
        self._product = self._product * mu
        np.multiply(self.m, cast((1 - self.beta1) * following / (1 - self._product * following), p), out=self.ahead)
        np.multiply(g, cast((1 - mu) / (1 - self._product), p), out=work)
        np.add(self.ahead, work, out=self.ahead)
        np.sqrt(self.scale(), out=work)
        np.add(work, cast(self.eps / c2, p), out=work)
        np.divide(self.ahead, work, out=work)
        np.multiply(work, lr / cast(c2, p), out=work)
        np.subtract(p, work, out=p)
