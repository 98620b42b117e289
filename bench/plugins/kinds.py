"""The four kinds of components that a plug-in can bring."""

from dataclasses import dataclass

from bench.problems import Problem
from nn.components import Component
from nn.optimizers import Optimizer
from nn.penalties import Penalty
from nn.schedules import Schedule


@dataclass(frozen=True)
class Kind:
    """One kind of component: its name in sentences, the class that all of it derive from, as an object and as code.

    `group`: of the entry points by which installed distributions offer some.
    """

    word: str
    base: type[Component]
    parent: str
    group: str


KINDS = (
    Kind("rule", Optimizer, "nn.Optimizer", "optimizer_bench.rules"),
    Kind("problem", Problem, "bench.problems.Problem", "optimizer_bench.problems"),
    Kind("schedule", Schedule, "nn.Schedule", "optimizer_bench.schedules"),
    Kind("penalty", Penalty, "nn.Penalty", "optimizer_bench.penalties"),
)


def kind_of(component: type[Component]) -> Kind:
    """What kind of component a class is. Raises TypeError for a class of none of them."""
    for kind in KINDS:
        if issubclass(component, kind.base):
            return kind
    raise TypeError(f"{component.__name__}: derives from none of {', '.join(kind.parent for kind in KINDS)}")
