"""All checks of a component, one after the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.examination import penalties, problems, rules, schedules
from bench.examination.common import Check
from bench.examination.watching import global_generators, raised
from bench.grid.declarations import faults_of
from bench.plugins.kinds import kind_of
from bench.problems import Problem
from nn.components import Component
from nn.optimizers import Optimizer
from nn.penalties import Penalty
from nn.schedules import Schedule

_CHECKS: Mapping[type[Component], Sequence[Check]] = {
    Optimizer: rules.CHECKS,
    Problem: problems.CHECKS,
    Schedule: schedules.CHECKS,
    Penalty: penalties.CHECKS,
}


_DECLARATION = "its declaration"


@dataclass(frozen=True)
class Finding:
    """What one check found: its name, and the faults, each a sentence that says what to change.

    `made`: whether it was; else it rests on another that found faults.
    """

    check: str
    faults: tuple[str, ...] = ()
    made: bool = True


def examine(component: type[Component]) -> Iterator[Finding]:
    """The findings of all checks of a component's kind, as they are made. All rest on the declaration."""
    declared = Finding(_DECLARATION, tuple(faults_of(component)))
    yield declared
    failed = {_DECLARATION} if declared.faults else set()
    for check in _CHECKS[kind_of(component).base]:
        if failed.intersection((_DECLARATION, *check.rests_on)):
            yield Finding(check.name, made=False)
            continue
        finding = Finding(check.name, tuple(_faults(component, check)))
        yield finding
        failed |= {check.name} if finding.faults else set()


def _faults(component: type[Component], check: Check) -> Iterator[str]:
    """A check's faults; what the component raises on the way is one too."""
    try:
        with global_generators(0):
            yield from check.find(component)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit among them
        yield raised(component, error)
