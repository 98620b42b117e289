"""What every penalty must keep. A check takes the class and yields faults; the others rest on the first."""

from collections.abc import Iterator
from functools import partial
from itertools import product

import numpy as np

from bench.examination import common
from bench.examination.common import Check
from nn.arrays import Array
from nn.penalties import Penalty, PenaltyTerm

Class = type[Penalty]

_DTYPES = (np.float32, np.float64)
_PARAMETERS = 53


def takes_weights(penalty: Class) -> Iterator[str]:
    """Terms and slopes are finite numbers of the weights' shape, and the weights stay as they are."""
    for dtype in _DTYPES:
        w = _weights(3, dtype)
        w[:, 0] = 0
        before, one = w.copy(), penalty(strength=0.5)
        for name, values in (("terms", one.terms(w)), ("slopes", one.slopes(w, np.empty_like(w)))):
            if not np.array_equal(w, before):
                yield f"{name} changes the weights, which belong to the network: write into `work`, or a new array"
                return
            if not isinstance(values, np.ndarray):
                yield f"{name} gives a {type(values).__name__}: return an array with a value for each weight"
                return
            if values.shape != w.shape or values.dtype != dtype:
                yield (
                    f"{name} gives {values.dtype} {values.shape} for weights of {w.dtype} {w.shape}: give a value "
                    "for each weight, and write settings as np.asarray(self.setting, w.dtype)"
                )
                return
            if not np.isfinite(values).all():
                yield f"{name} gives numbers that are not finite, at 0 or elsewhere: guard divisions and logarithms"
                return


def slopes_are_those_of_its_terms(penalty: Class) -> Iterator[str]:
    """constant * slopes is the derivative of terms, which leave the strength to whoever uses them."""
    one, w, h = penalty(strength=0.5), _weights(1, np.float64), 1e-6
    analytical = one.constant * one.slopes(w, np.empty_like(w))
    numerical = (one.terms(w + h) - one.terms(w - h)) / (2 * h)
    # Central differences of smooth functions of about 1: h^2, and rounding of 1e-16 / h.
    wrong = np.flatnonzero(~np.isclose(analytical, numerical, rtol=1e-5, atol=1e-7)[0])
    if wrong.size:
        i = wrong[0]
        yield (
            f"at w = {w[0, i]:.3f} constant times slopes is {analytical[0, i]:.4g}, and terms rise by "
            f"{numerical[0, i]:.4g}: slopes are the derivative of terms, without the factor `constant`"
        )
    if not common.same(one.terms(w), penalty(strength=2.0).terms(w)):
        yield "terms depend on the strength, by which they are multiplied elsewhere: leave it out"


def is_alone_what_it_is_in_a_stack(penalty: Class) -> Iterator[str]:
    """Bit for bit, each run with settings of its own, and one without this penalty."""
    values = common.varied(penalty, strength=[0.5, 0.0, 2.0])
    for form, dtype in product(common.forms(penalty), _DTYPES):
        w = _weights(3, dtype)
        together = _value_and_gradient(penalty(**form, **common.columns(values)), w)
        for run in range(3):
            own = common.columns({name: [value] for name, value in common.of_run(values, run).items()})
            alone = _value_and_gradient(penalty(**form, **own), w[run : run + 1])
            if not common.same(alone, together[run : run + 1].copy()):
                yield common.form_text(form) + (
                    f"run {run + 1} of a stack of 3 is penalized otherwise than alone: each term must follow from its "
                    "own weight and its run's settings, which are columns of shape (runs, 1)"
                )
                return


def leaves_nothing_to_chance(penalty: Class) -> Iterator[str]:
    """Terms and slopes follow from weights and settings."""
    yield from common.chance(penalty, partial(_bytes, penalty), "a penalty must follow from weights and settings")


def keeps_nothing(penalty: Class) -> Iterator[str]:
    """They are the same whenever they are asked for."""
    remedy = "a penalty must follow from weights and settings alone"
    yield from common.memory(penalty, partial(_bytes, penalty), remedy)


def can_be_sent(penalty: Class) -> Iterator[str]:
    """Worker processes get the same penalty; so does a copy."""
    yield from common.transport(penalty(strength=0.5))


_USE, _CHANCE, _KEEPS = (
    "takes weights, and gives what has their shape and dtype",
    "leaves nothing to chance",
    "keeps nothing from one step to the next",
)
CHECKS = (
    Check(_USE, takes_weights),
    Check(_CHANCE, leaves_nothing_to_chance, (_USE,)),
    Check(_KEEPS, keeps_nothing, (_USE,)),
    Check("its slopes are those of its terms", slopes_are_those_of_its_terms, (_USE, _CHANCE, _KEEPS)),
    Check("a run alone is the run in a stack, bit for bit", is_alone_what_it_is_in_a_stack, (_USE, _CHANCE, _KEEPS)),
    Check("worker processes get the same", can_be_sent),
)


def _weights(runs: int, dtype: type) -> Array:
    """Weights of about 1, none of them at 0, where penalties may have a kink: (runs, parameters)."""
    drawn = np.random.default_rng(7).standard_normal((runs, _PARAMETERS))
    away: Array = (drawn + np.copysign(0.01, drawn)).astype(dtype)
    return away


def _value_and_gradient(penalty: Penalty, w: Array) -> Array:
    """What a penalty adds to the loss, and to a gradient of zeros: float64 (runs, 1 + parameters)."""
    term = PenaltyTerm(penalty, np.ones(_PARAMETERS), len(w), w.dtype.type)
    gradient = np.zeros_like(w)
    term.add_gradient(w, gradient)
    return np.concatenate([term.value(w)[:, np.newaxis], gradient], axis=1, dtype=np.float64)


def _bytes(penalty: Class) -> bytes:
    return _value_and_gradient(penalty(strength=0.5), _weights(2, np.float32)).tobytes()
