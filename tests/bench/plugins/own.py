"""Rules as somebody might write them: one that is right, and that one with mistakes in it."""

HEAD = """\
from dataclasses import dataclass

import numpy as np

from nn import Optimizer
from nn.components import FRACTION, setting
from nn.optimizers.base import cast, epsilon, learning_rate, state
"""

ADAM = f"""{HEAD}

@dataclass(eq=False)
class MyAdam(Optimizer):
    \"\"\"Adam, once more (Kingma & Ba 2015).\"\"\"

    name = "my-adam"
    lr: float = learning_rate(0.001)
    beta1: float = setting(0.9, FRACTION, "decay of the mean of gradients")
    beta2: float = setting(0.999, FRACTION, "decay of the mean of squared gradients")
    eps: float = epsilon(1e-7)
    m: np.ndarray = state()
    v: np.ndarray = state()

    def reset(self):
        super().reset()
        self.b1_t = self.b2_t = 1.0

    def update(self, p, g, lr, work):
        self.b1_t, self.b2_t = self.b1_t * self.beta1, self.b2_t * self.beta2
        c1 = (1 - self.beta1) / (1 - self.b1_t)
        c2 = np.sqrt((1 - self.beta2) / (1 - self.b2_t))
        self.m[...] = cast(self.beta1, p) * self.m + g
        self.v[...] = cast(self.beta2, p) * self.v + g * g
        p -= self.m / (np.sqrt(self.v) + cast(self.eps / c2, p)) * (lr * cast(c1 / c2, p))
"""


def rule(body: str, declared: str = "", top: str = "") -> str:
    """A plug-in with a rule whose `update` has this body."""
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    own = "\n".join(f"    {line}" for line in declared.splitlines())
    return f"""{HEAD}{top}

@dataclass(eq=False)
class Mine(Optimizer):
    name = "mine"
    lr: float = learning_rate(0.1)
{own}

    def update(self, p, g, lr, work):
{lines}
"""


SGD = rule("p -= lr * g")
