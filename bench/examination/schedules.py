"""What every schedule must keep. A check takes the class and yields faults; the others rest on the first."""

from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from bench.examination import common
from bench.examination.common import Check
from nn.arrays import Array
from nn.schedules import Schedule

Class = type[Schedule]

_STEPS = 1000  # of a training
_SOME = (0, 1, *range(2, _STEPS, 7))


def gives_rates(schedule: Class) -> Iterator[str]:
    """A finite number, at least 0, for each step of a training, and not always 0."""
    one = schedule(lr=0.5).over(_STEPS)
    for t in range(_STEPS):
        rate: Any = one(t)
        if np.ndim(rate) or not isinstance(rate, int | float | np.floating):
            yield f"for step {t} it gives a {type(rate).__name__} where a number is expected: return one for each run"
            return
        if not (np.isfinite(rate) and rate >= 0):
            yield f"for step {t} its rate is {float(rate):g}: a rate is a finite number of at least 0"
            return
    if not any(one(t) for t in range(_STEPS)):
        yield "its rate is 0 in every step: begin from self.lr"


def follows_the_rate(schedule: Class) -> Iterator[str]:
    """It is made from the rate that it is given."""
    if common.same(_rates(schedule(lr=0.1)), _rates(schedule(lr=0.4))):
        yield "its rates do not depend on the one that it is given: begin from self.lr"


def is_alone_what_it_is_in_a_stack(schedule: Class) -> Iterator[str]:
    """Bit for bit, each run with settings of its own."""
    values = common.varied(schedule, lr=[0.1, 3e-3, 0.7])
    for form, run in product(common.forms(schedule), range(3)):
        together = _rates(schedule(**form, **common.columns(values)))
        alone = _rates(schedule(**form, **common.of_run(values, run)))
        if not common.same(alone[:, 0], together[:, run].copy()):
            yield common.form_text(form) + (
                "in a stack, where settings are columns of shape (runs, 1), it gives other rates than alone: compute "
                "with NumPy's functions instead of math's, and choose with np.where instead of if"
            )
            return


def leaves_nothing_to_chance(schedule: Class) -> Iterator[str]:
    """The rate of a step follows from the settings."""
    yield from common.chance(schedule, partial(_bytes, schedule), "a rate must follow from the step and the settings")


def keeps_nothing(schedule: Class) -> Iterator[str]:
    """The rate of a step is the same whenever it is asked for."""
    remedy = "a rate must follow from the step and the settings alone"
    yield from common.memory(schedule, partial(_bytes, schedule), remedy)
    one = schedule(lr=0.5).over(_STEPS)
    forwards = [float(one(t)) for t in _SOME]
    if [float(one(t)) for t in reversed(_SOME)] != forwards[::-1]:
        yield f"the rate of a step depends on what was asked before: {remedy}"


def can_be_sent(schedule: Class) -> Iterator[str]:
    """Worker processes get the same schedule; so does a copy."""
    yield from common.transport(schedule(lr=0.5))


_USE, _CHANCE, _KEEPS = (
    "gives a rate for every step",
    "leaves nothing to chance",
    "keeps nothing from one step to the next",
)
CHECKS = (
    Check(_USE, gives_rates),
    Check(_CHANCE, leaves_nothing_to_chance, (_USE,)),
    Check(_KEEPS, keeps_nothing, (_USE,)),
    Check("follows the rate that it is given", follows_the_rate, (_USE, _CHANCE, _KEEPS)),
    Check("a run alone is the run in a stack, bit for bit", is_alone_what_it_is_in_a_stack, (_USE, _CHANCE, _KEEPS)),
    Check("worker processes get the same", can_be_sent),
)


def _rates(schedule: Schedule) -> Array:
    """The rates of some steps: (steps, runs)."""
    own = schedule.over(_STEPS)
    runs = np.size(schedule.lr)
    return np.array([np.broadcast_to(own(t), (runs, 1))[:, 0] for t in _SOME], np.float64)


def _bytes(schedule: Class) -> bytes:
    return _rates(schedule(lr=0.5)).tobytes()
