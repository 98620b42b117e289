"""What every rule must keep. A check takes the class and yields faults; the others rest on the first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from bench.examination import common
from bench.examination.common import Check
from bench.examination.watching import raised
from nn.arrays import Array
from nn.components import settings_of
from nn.optimizers import Optimizer
from nn.schedules import Constant

Rule = type[Optimizer]

_DTYPES = (np.float32, np.float64)
_STEPS = 40
_PARAMETERS = 53  # of a run: not a multiple of what vector units take at a time
_RATES = (1e-4, 5e-4, 2e-3, 0.01, 0.05, 0.2, 1.0)
_DESCENT = 2000  # steps


def takes_a_step(rule: Rule) -> Iterator[str]:
    """In both dtypes, alone and in a stack."""
    for form, dtype, runs in product(common.forms(rule), _DTYPES, (1, 3)):
        try:
            rule(lr=0.1, **form).step(_start(runs, dtype), _gradients(runs, dtype)[0])
        except Exception as error:
            yield common.form_text(form) + raised(rule, error)
            return


def changes_parameters(rule: Rule) -> Iterator[str]:
    """Parameters change where they are, gradients do not."""
    p, g = _start(3), _gradients(3)[0]
    before, given = p.copy(), g.copy()
    rule(lr=0.1).step(p, g)
    if not np.array_equal(g, given):
        yield "it changes the gradients, which belong to the network: write into `work` instead of `g`"
    if np.array_equal(p, before):
        yield (
            "it leaves the parameters as they are: change `p` in place, such as np.subtract(p, work, out=p); "
            "`p = p - work` makes another array, which nobody sees"
        )


def remembers_in_place(rule: Rule) -> Iterator[str]:
    """Arrays that it remembers stay the same arrays, of the parameters' shape and dtype."""
    one, p, gradients = rule(lr=0.1), _start(3), _gradients(3)
    one.step(p, gradients[0])
    first = _arrays(one, p)
    _train(one, p, gradients[1:])
    yield from _of_arrays(first, _arrays(one, p), p)


def _arrays(rule: Optimizer, p: Array) -> dict[str, Array]:
    """The arrays with numbers for each parameter that a rule remembers, by attribute: all but its settings."""
    settings = {declared.name for declared in settings_of(type(rule))}
    arrays = {k: v for k, v in vars(rule).items() if isinstance(v, np.ndarray) and k not in settings}
    return {name: array for name, array in arrays.items() if array.shape[-1:] == p.shape[-1:]}


def _of_arrays(first: Mapping[str, Array], last: Mapping[str, Array], p: Array) -> Iterator[str]:
    for name, array in last.items():
        if array.dtype != p.dtype:
            yield (
                f"self.{name} is {array.dtype} where the parameters are {p.dtype}: write into the array that state() "
                f"made, such as self.{name}[...] = ..., and settings as cast(self.setting, p), of nn.optimizers.base"
            )
        if array.shape != p.shape:
            yield f"self.{name} has shape {array.shape}, not {p.shape} as the parameters: make it a field by state()"
        if first.get(name) is not array and array.dtype == p.dtype:
            yield f"self.{name} becomes another array in each step: write into it, such as self.{name}[...] = ..."


def is_alone_what_it_is_in_a_stack(rule: Rule) -> Iterator[str]:
    """Bit for bit, each run with settings of its own."""
    for form in common.forms(rule):
        fault = _of_stack(rule, form)
        if fault:
            yield common.form_text(form) + fault
            return


def _of_stack(rule: Rule, form: dict[str, Any]) -> str:
    values = common.varied(rule, lr=[0.1, 3e-3, 0.7])
    for dtype in _DTYPES:
        start, gradients = _start(3, dtype), _gradients(3, dtype)
        together = _train(rule(**form, **common.columns(values)), start.copy(), gradients)
        for run in range(3):
            part, own = slice(run, run + 1), common.of_run(values, run)
            in_columns = common.columns({name: [value] for name, value in own.items()})
            alone, plain = (
                _train(rule(**form, **settings), start[part].copy(), [g[part] for g in gradients])
                for settings in (in_columns, own)
            )
            if not common.same(alone, together[part]):
                return (
                    f"run {run + 1} of a stack of 3 gets other numbers than alone: each row must follow from itself, "
                    "so sums and norms need axis=1, keepdims=True, and what is remembered a field made by state()"
                )
            if not common.same(alone, plain):
                return (
                    f"settings as numbers and as columns of shape (runs, 1) give other numbers in {np.dtype(dtype)}: "
                    "write cast(self.setting, p), of nn.optimizers.base, in arithmetic with arrays"
                )
    return ""


def has_no_chance(rule: Rule) -> Iterator[str]:
    """Nothing is drawn: not from generators that belong to all, and not from fresh ones."""
    remedy = "a run's numbers must follow from its seed, so leave it out"
    yield from common.chance(rule, partial(_bytes, rule), remedy)


def keeps_nothing(rule: Rule) -> Iterator[str]:
    """Every training begins anew, whatever was trained before: other instances, and itself after `reset`."""
    remedy = "what a rule remembers belongs to the instance, in a field made by state()"
    yield from common.memory(rule, partial(_bytes, rule), remedy)
    yield from _of_reset(rule)


def _of_reset(rule: Rule) -> Iterator[str]:
    remedy = "declare what it remembers as fields made by state(), or set it to its beginning in `reset`"
    one, another = rule(lr=0.1), rule(lr=0.1)
    first, other = (_train(made, _start(2), _gradients(2)) for made in (one, another))
    one.reset()
    if common.same(first, other) and not common.same(_train(one, _start(2), _gradients(2)), first):
        yield f"after reset() it goes on where it was: {remedy}"
    one.reset()
    try:
        _train(one, _start(5, parameters=7), _gradients(5, parameters=7))
    except Exception as error:
        yield f"after reset() it still has the shape of the first parameters ({type(error).__name__}): {remedy}"


def goes_downhill(rule: Rule) -> Iterator[str]:
    """At one of a few rates, on a parabola and in Rosenbrock's valley; and a gradient of 0 is no trouble."""
    for where, (value, gradient, start) in _FUNCTIONS.items():
        rates = np.array([[rate] for rate in _RATES])
        p = np.tile(np.array(start), (len(rates), 1))
        begin = value(p)[0]
        with np.errstate(all="ignore"):  # the largest rates diverge
            _train(rule(lr=rates), p, _along(gradient, p))
            end = value(p)
        if not np.isfinite(end).any():
            yield f"{where} no rate from 0.0001 to 1 stays finite for {_DESCENT:,} steps: check signs and denominators"
        elif not np.nanmin(end) < begin:
            yield f"{where} it does not come downhill at any rate from 0.0001 to 1: a step goes against the gradient"
    p = _train(rule(lr=0.1), _start(1), [np.zeros((1, _PARAMETERS), np.float32)] * 3)
    if not np.isfinite(p).all():
        yield "a gradient of 0 makes parameters that are no numbers: add a setting made by epsilon() to denominators"


def _parabola(p: Array) -> Array:
    """((x - 3)^2 + 10 (y + 1)^2) / 2."""
    value: Array = ((p[:, 0] - 3) ** 2 + 10 * (p[:, 1] + 1) ** 2) / 2
    return value


def _slope_of_parabola(p: Array) -> Array:
    slope: Array = (p - [3, -1]) * [1, 10]
    return slope


def _rosenbrock(p: Array) -> Array:
    """(1 - x)^2 + 100 (y - x^2)^2 (Rosenbrock 1960): a curved valley."""
    value: Array = (1 - p[:, 0]) ** 2 + 100 * (p[:, 1] - p[:, 0] ** 2) ** 2
    return value


def _slope_of_rosenbrock(p: Array) -> Array:
    x, y = p[:, 0], p[:, 1]
    return np.stack([2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)], axis=1)


_FUNCTIONS = {
    "on a parabola": (_parabola, _slope_of_parabola, (-4.0, 2.0)),
    "in Rosenbrock's valley": (_rosenbrock, _slope_of_rosenbrock, (-1.0, 1.5)),
}


def _along(gradient: Callable[[Array], Array], p: Array) -> Iterator[Array]:
    """The gradients at `p`, wherever it has come to."""
    for _ in range(_DESCENT):
        yield gradient(p)


def obeys_its_rate(rule: Rule) -> Iterator[str]:
    """The rate of a step is the one that `update` is given, also from a schedule."""
    small, large = (_train(rule(lr=rate), _start(1), _gradients(1)) for rate in (1e-3, 0.5))
    if common.same(small, large):
        yield "its numbers do not depend on the learning rate: multiply the step by the argument `lr`"
    remedy = "in `update` the rate of the step is the argument `lr`; self.lr may be a schedule"
    try:
        scheduled = _train(rule(lr=Constant(0.5)), _start(1), _gradients(1))
    except Exception as error:
        yield f"with a schedule, {raised(rule, error).removesuffix('; correct it')}: {remedy}"
        return
    if not common.same(scheduled, large):
        yield f"a schedule that stays at 0.5 gives other numbers than the rate 0.5: {remedy}"


def can_be_sent(rule: Rule) -> Iterator[str]:
    """Worker processes get the same rule; so does a copy."""
    yield from common.transport(rule())


_STEP, _CHANGES, _CHANCE, _KEEPS = (
    "takes a step",
    "changes parameters in place, and no gradients",
    "leaves nothing to chance",
    "keeps nothing from one training to the next",
)
CHECKS = (
    Check(_STEP, takes_a_step),
    Check(_CHANGES, changes_parameters, (_STEP,)),
    Check("remembers in place, in the parameters' dtype and shape", remembers_in_place, (_STEP,)),
    Check(_CHANCE, has_no_chance, (_STEP,)),
    Check(_KEEPS, keeps_nothing, (_STEP,)),
    Check("a run alone is the run in a stack, bit for bit", is_alone_what_it_is_in_a_stack, (_STEP, _CHANCE, _KEEPS)),
    Check("finite and downhill on a parabola and Rosenbrock's function", goes_downhill, (_STEP, _CHANGES)),
    Check("obeys its learning rate", obeys_its_rate, (_STEP, _CHANGES, _CHANCE, _KEEPS)),
    Check("worker processes get the same", can_be_sent),
)


def _start(runs: int, dtype: type = np.float32, parameters: int = _PARAMETERS) -> Array:
    """Parameters to begin with: (runs, parameters)."""
    start: Array = np.random.default_rng(4).standard_normal((runs, parameters)).astype(dtype)
    return start


def _gradients(runs: int, dtype: type = np.float32, parameters: int = _PARAMETERS) -> list[Array]:
    """Gradients of some steps, each (runs, parameters)."""
    drawn = np.random.default_rng(5).standard_normal((_STEPS, runs, parameters))
    return list(drawn.astype(dtype))


def _train(rule: Optimizer, p: Array, gradients: Sequence[Array] | Iterator[Array]) -> Array:
    """Take a step for each gradient; returns `p`, which is changed."""
    for g in gradients:
        rule.step(p, g.copy())
    return p


def _bytes(rule: Rule) -> bytes:
    return _train(rule(lr=0.1), _start(2), _gradients(2)).tobytes()
