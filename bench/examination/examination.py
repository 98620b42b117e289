"""All checks of a component, one after the other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.examination import penalties, problems, rules, schedules
from bench.examination.watching import global_generators, raised
from bench.grid.declarations import faults_of
from bench.plugins.kinds import kind_of
from bench.problems import Problem
from nn.components import Component
from nn.optimizers import Optimizer
from nn.penalties import Penalty
from nn.schedules import Schedule

Check = Callable[[Any], Iterator[str]]  # a class -> its faults

_CHECKS: dict[type[Component], Mapping[str, Check]] = {
    Optimizer: rules.CHECKS,
    Problem: problems.CHECKS,
    Schedule: schedules.CHECKS,
    Penalty: penalties.CHECKS,
}


@dataclass(frozen=True)
class Finding:
    """What one check found: its name, and the faults, each a sentence that says what to change."""

    check: str
    faults: tuple[str, ...]


def examine(component: type[Component]) -> Iterator[Finding]:
    """The findings of all checks of a component's kind, as they are made.

    The declaration comes first, then one use; where either fails, what rests on it is left out.
    """
    declared = Finding("its declaration", tuple(faults_of(component)))
    yield declared
    if declared.faults:
        return
    for place, (name, check) in enumerate(_CHECKS[kind_of(component).base].items()):
        finding = Finding(name, tuple(_faults(component, check)))
        yield finding
        if place == 0 and finding.faults:
            return


def _faults(component: type[Component], check: Check) -> Iterator[str]:
    """A check's faults; what the component raises on the way is one too."""
    try:
        with global_generators(0):
            yield from check(component)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit among them
        yield raised(component, error)
