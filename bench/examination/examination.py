"""All checks of a component, one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bench.examination import rules
from bench.examination.watching import global_generators, raised
from bench.grid.declarations import faults_of
from nn.components import Component
from nn.optimizers import Optimizer

Check = Callable[[Any], Iterator[str]]  # a class -> its faults

_CHECKS: dict[type[Component], dict[str, Check]] = {Optimizer: rules.CHECKS}


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
    for place, (name, check) in enumerate(_checks_of(component).items()):
        finding = Finding(name, tuple(_faults(component, check)))
        yield finding
        if place == 0 and finding.faults:
            return


def _checks_of(component: type[Component]) -> dict[str, Check]:
    return next((checks for base, checks in _CHECKS.items() if issubclass(component, base)), {})


def _faults(component: type[Component], check: Check) -> Iterator[str]:
    """A check's faults; what the component raises on the way is one too."""
    try:
        with global_generators(0):
            yield from check(component)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit among them
        yield raised(component, error)
