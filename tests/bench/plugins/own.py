"""Rules as somebody might write them: one that is right, and that one with mistakes in it."""

import re
from pathlib import Path

HEAD = """\
from dataclasses import dataclass

import numpy as np

from nn import Optimizer
from nn.components import FRACTION, setting
from nn.optimizers.base import cast, epsilon, learning_rate, state
"""

README = (Path(__file__).parents[3] / "README.md").read_text()
[ADAM] = re.findall(r"```python\n([^`]*class MyAdam[^`]*)```", README)  # the twenty lines that people copy


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
