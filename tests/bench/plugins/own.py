"""Components as somebody might write them, rules also with mistakes in them."""

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
PENALTY = """
from dataclasses import dataclass
from nn import Penalty

@dataclass(frozen=True)
class Quartic(Penalty):
    name = "quartic"
    constant = 4

    def terms(self, w):
        return w**4

    def slopes(self, w, work):
        return w**3
"""
SCHEDULE = """
from dataclasses import dataclass
from nn import Schedule
from nn.components import POSITIVE, setting

@dataclass(frozen=True)
class Falling(Schedule):
    name = "falling"
    steps: float = setting(100.0, POSITIVE, "steps until the rate is halved")

    def __call__(self, t):
        return self.lr / (1 + t / self.steps)
"""


def clouds(features: int) -> str:
    """A plug-in with a problem of two classes and so many features."""
    return f"""
from dataclasses import dataclass
import numpy as np
from bench.problems import Problem
from nn.components import Interval, setting

@dataclass(frozen=True)
class Clouds(Problem):
    name = "clouds"
    features = {features}
    classes = 2
    distance: float = setting(2.0, Interval(0, 100), "distance of the two centres")

    def sample(self, points, rng):
        labels = np.repeat([0, 1], points)
        return rng.standard_normal(({features}, 2 * points)) + self.distance * labels, labels
"""
