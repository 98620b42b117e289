"""One table for all rules: the minima of a parabola and of Rosenbrock's valley, alone and in a stack."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import nn
from nn.components import Component, Setting, settings_of
from tests.nn.rules import RULES, SCHEDULES, made

Array = nn.arrays.Array
Make = Callable[[Any], nn.Optimizer]


def parabola(p: Array) -> Array:
    """The gradient of ((x - 3)^2 + 10 (y + 1)^2) / 2."""
    return (p - [3, -1]) * [1, 10]


def rosenbrock(p: Array) -> Array:
    """The gradient of (1 - x)^2 + 100 (y - x^2)^2 (Rosenbrock 1960), whose minimum (1, 1) lies in a curved valley."""
    x, y = p[:, 0], p[:, 1]
    return np.stack([2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)], axis=1)


#        on the parabola: lr, steps; on Rosenbrock's function: lr, steps
TABLE = {
    "sgd": (0.15, 300, 2e-3, 6000),
    "momentum": (0.02, 300, 5e-4, 3000),
    "adagrad": (1.0, 600, 1.0, 15000),
    "adam": (0.2, 600, 0.05, 3000),
    "sgd, inverse time": (0.15, 300, 2e-3, 10000),
    "momentum, inverse time": (0.02, 300, 1e-3, 5000),
    "adagrad, inverse time": (1.0, 600, 1.0, 15000),
    "adam, inverse time": (0.2, 600, 0.1, 3000),
}
DECAYS = {"sgd": 1e-4, "momentum": 1e-3, "adagrad": 1e-5, "adam": 1e-3}


def _maker(name: str) -> Make:
    rule, _, falling = name.partition(", ")
    return lambda lr: made(rule, lr, DECAYS[rule] if falling else None)


CASES = [
    pytest.param(_maker(name), gradient, start, minimum, lr, steps, id=f"{name} on {where}")
    for name, row in TABLE.items()
    for where, gradient, start, minimum, (lr, steps) in (
        ("a parabola", parabola, (-4.0, 2.0), (3.0, -1.0), row[:2]),
        ("Rosenbrock", rosenbrock, (-1.0, 1.5), (1.0, 1.0), row[2:]),
    )
]


@pytest.mark.parametrize(("rule", "gradient", "start", "minimum", "lr", "steps"), CASES)
def test_every_rule_finds_the_minimum_from_every_run_of_a_stack(
    rule: Make, gradient: Callable[[Array], Array], start: Any, minimum: Any, lr: float, steps: int
) -> None:
    p = np.array(start) * [[1.0], [0.5]]
    optimizer = rule(lr * np.array([[1.0], [0.8]]))
    for _ in range(steps):
        optimizer.step(p, gradient(p))
    # The table's steps are what it takes to come this close, with some to spare; the starts are 1 to 7 away.
    np.testing.assert_allclose(p, [minimum, minimum], atol=0.02)


@pytest.mark.parametrize("name", RULES)
def test_a_small_first_step_of_every_rule_goes_downhill(name: str) -> None:
    p = np.array([[1.0, -2.0, 3.0]])
    made(name, 1e-6).step(p, p)  # the gradient of |p|^2 / 2
    assert np.sum(p**2) < 14


RATES = np.array([[1e-4], [5e-4], [2e-3], [0.01], [0.05], [0.2], [1.0]])


@pytest.mark.parametrize(("gradient", "start", "minimum"), [
    (parabola, (-4.0, 2.0), (3.0, -1.0)), (rosenbrock, (-1.0, 1.5), (1.0, 1.0)),
], ids=["a parabola", "Rosenbrock"])  # fmt: skip
@pytest.mark.parametrize("name", RULES)
def test_every_rule_finds_both_minima_at_one_of_a_few_rates(
    name: str, gradient: Callable[[Array], Array], start: Any, minimum: Any
) -> None:
    """The rates are the runs of a stack, so that this asks nothing of a rule but what its declaration says."""
    p, optimizer = np.tile(np.array(start), (len(RATES), 1)), made(name, RATES)
    with np.errstate(all="ignore"):  # the largest rates diverge
        for _ in range(15_000):
            optimizer.step(p, gradient(p))
    closest = np.nanmin(np.abs(p - minimum).max(axis=1))
    assert closest < 0.02  # as near as the table above asks for; the starts are 1 to 7 away


def spread(setting: Setting) -> list[float]:
    """Three different values that a setting may have: its default, the lowest or next to it, and one in between."""
    low, high = max(setting.allowed.low, 0.0), min(setting.allowed.high, 1.0)
    lowest = low + (1e-10 if setting.allowed.open_low else 0.0)
    return [float(setting.default), lowest if lowest != setting.default else 5e-7, low + 0.55 * (high - low)]


def varied(component: type[Component]) -> dict[str, list[float]]:
    """The settings that can differ within a stack, but for the learning rate."""
    return {s.name: spread(s) for s in settings_of(component) if s.name != "lr" and not s.fixes_shape}


HYPERPARAMETERS: dict[str, tuple[Callable[..., nn.Optimizer], dict[str, list[float]]]] = (
    {
        name: (
            partial(made, name),
            {"lr": [0.1, 3e-3, 0.7]} | varied(rule),
        )
        for name, rule in RULES.items()
    }
    | {
        f"{name} schedule": (
            lambda lr, schedule=schedule, **own: nn.Adam(schedule(lr, **own).over(40)),
            {"lr": [0.1, 3e-3, 0.7]} | varied(schedule),
        )
        for name, schedule in SCHEDULES.items()
    }
    | {
        "warm-up": (
            lambda lr, share: nn.Adam(nn.WarmUp(lr, share, steps=40)),
            {"lr": [0.1] * 3, "share": [0.0, 0.1, 0.7]},
        )
    }
)


@pytest.mark.parametrize("as_number", [True, False], ids=["as a number", "as an array"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("make", "settings"), HYPERPARAMETERS.values(), ids=list(HYPERPARAMETERS))
def test_each_run_with_its_own_hyperparameters_gets_the_bits_it_gets_alone(
    make: Callable[..., nn.Optimizer], settings: dict[str, list[float]], dtype: type, as_number: bool
) -> None:
    rng = np.random.default_rng(4)
    start: Array = rng.standard_normal((3, 53)).astype(dtype)
    gradients: Array = rng.standard_normal((40, 3, 53)).astype(dtype)
    stack, together = start.copy(), make(**{name: np.array([values]).T for name, values in settings.items()})
    for g in gradients:
        together.step(stack, g)
    for run in range(3):
        own = {name: values[run] for name, values in settings.items()}
        single = make(**(own if as_number else {name: np.array([[value]]) for name, value in own.items()}))
        alone = start[run : run + 1].copy()
        for g in gradients:
            single.step(alone, g[run : run + 1])
        assert alone.tobytes() == stack[run].tobytes()
    assert len({stack[run].tobytes() for run in range(3)}) == 3
