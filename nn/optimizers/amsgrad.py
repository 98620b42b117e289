"""AMSGrad: Adam, with steps that never forget a large gradient."""

from dataclasses import dataclass

import numpy as np

from nn.arrays import Array
from nn.optimizers.adam import Adam
from nn.optimizers.base import state


@dataclass(eq=False)
class AMSGrad(Adam):
    """Adam, with the largest v so far in place of v (Reddi, Kale & Kumar 2018, algorithm 2).

    As in PyTorch, the largest is taken before the bias correction, of which the paper has none; optax takes it after.
    """

    name = "amsgrad"
    largest: Array = state()

    def scale(self) -> Array:
        return np.maximum(self.largest, self.v, out=self.largest)
