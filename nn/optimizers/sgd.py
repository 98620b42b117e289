"""Gradient descent."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Array, Real
from nn.optimizers.base import Optimizer, learning_rate
from nn.schedules import Rate


@dataclass(eq=False)
class SGD(Optimizer):
    """Gradient descent: p <- p - lr g (stochastic when batches are; Robbins & Monro 1951)."""

    name = "sgd"
    lr: Rate = learning_rate(1.0)

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        np.multiply(g, lr, out=work)
        np.subtract(p, work, out=p)
