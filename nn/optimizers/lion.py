"""Lion: steps of one size, in the direction of the sign of a momentum."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Array, Real
from nn.components import FRACTION, setting
from nn.optimizers.base import Optimizer, cast, decay_weights, learning_rate, moving_average, state, weight_decay
from nn.schedules import Rate


@dataclass(eq=False)
class Lion(Optimizer):
    """p <- p - lr (sign(b1 m + (1 - b1) g) + weight_decay p);  m <- b2 m + (1 - b2) g (Chen et al. 2023, algorithm 2).

    As every parameter moves by lr, rates are 3 to 10 times smaller than Adam's, and weight decay that much larger.
    optax decays by 1e-3 unless told otherwise; PyTorch has no such rule.
    """

    name = "lion"
    lr: Rate = learning_rate(1e-4)
    beta1: Real = setting(0.9, FRACTION, "share of the mean of gradients in the direction of the step")
    beta2: Real = setting(0.99, FRACTION, "decay of the mean of gradients")
    weight_decay: Real = weight_decay(0.0)
    m: Array = state()

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        decay_weights(p, self.weight_decay, lr, work)
        np.multiply(self.m, cast(self.beta1 / (1 - self.beta1), p), out=work)  # the sign needs no common factor
        np.add(work, g, out=work)
        np.sign(work, out=work)
        np.multiply(work, lr, out=work)
        np.subtract(p, work, out=p)
        moving_average(self.m, self.beta2, g, work)
