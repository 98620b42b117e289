"""Every component that a grid file can name, by name: what the modules that they live in offer."""

from collections.abc import Mapping

from bench import problems
from bench.problems import Source
from nn import optimizers, penalties, schedules
from nn.components import Component, components_of
from nn.optimizers import Optimizer
from nn.penalties import Penalty
from nn.schedules import Schedule

PROBLEMS = components_of(problems, Source)
PENALTIES = components_of(penalties, Penalty)
RULES = components_of(optimizers, Optimizer)
SCHEDULES = components_of(schedules, Schedule)

BUILT_IN: Mapping[type[Component], Mapping[str, type[Component]]] = {
    Source: dict(PROBLEMS),
    Penalty: dict(PENALTIES),
    Optimizer: dict(RULES),
    Schedule: dict(SCHEDULES),
}
"""What this program brings, by kind and name, whatever is plugged in."""
