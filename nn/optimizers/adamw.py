"""AdamW: Adam, with weight decay that its scaling does not reach."""

from dataclasses import dataclass

from nn.arrays import Array, Real
from nn.optimizers.adam import Adam
from nn.optimizers.base import decay_weights, weight_decay


@dataclass(eq=False)
class AdamW(Adam):
    """p <- (1 - lr weight_decay) p, and then the step of Adam (Loshchilov & Hutter 2019, algorithm 2).

    As in PyTorch, whose default this is (optax: 1e-4), lr multiplies the decay, which reaches biases too; in the paper
    only the schedule does. L2 as a penalty is in the gradients, where Adam divides it by their size.
    """

    name = "adamw"
    weight_decay: Real = weight_decay(0.01)

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        decay_weights(p, self.weight_decay, lr, work)
        super().update(p, g, lr, work)
