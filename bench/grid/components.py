"""Every component that a grid file can name, by name: what the modules that they live in offer, and plug-ins."""

from collections.abc import Mapping
from typing import Any

from bench import problems
from bench.plugins.plugin import Plugin
from bench.problems import Problem, Source
from nn import optimizers, penalties, schedules
from nn.components import Component, components_of
from nn.optimizers import Optimizer
from nn.penalties import Penalty
from nn.schedules import Schedule

PROBLEMS = components_of(problems, Source)
PENALTIES = components_of(penalties, Penalty)
RULES = components_of(optimizers, Optimizer)
SCHEDULES = components_of(schedules, Schedule)

KNOWN: Mapping[type[Component], dict[str, Any]] = {
    Problem: PROBLEMS,
    Penalty: PENALTIES,
    Optimizer: RULES,
    Schedule: SCHEDULES,
}
"""The dictionaries above by what their components derive from, plug-ins at least."""

BUILT_IN = {base: dict(known) for base, known in KNOWN.items()}
"""What this program brings, whatever is plugged in."""

PLUGGED_IN: dict[type[Component], Plugin] = {}
"""The other components, each with the plug-in that brought it; `plugging` changes this and the dictionaries above."""

_NAMES: Mapping[str, Mapping[str, type[Component]]] = {
    "problem.name": PROBLEMS,
    "optimizer.name": RULES,
    "optimizer.schedule": SCHEDULES,
}


def plugin_behind(key: str, value: object) -> Plugin | None:
    """The plug-in that a run with this setting rests on: one that brought what is named, or a penalty that is on."""
    table, _, name = key.partition(".")
    if table == "regularization" and value:
        component: type[Component] | None = PENALTIES.get(name)
    else:
        component = _NAMES.get(key, {}).get(str(value))
    return None if component is None else PLUGGED_IN.get(component)
