"""The update rules against their formulas, written once more with Python's own numbers (see `rules`)."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

import nn
from nn.optimizers.base import state
from tests.nn.rules import REFEREES, RULES, Rate, made

Make = Callable[[], nn.Optimizer]


def positions(optimizer: nn.Optimizer, start: float, gradients: list[float]) -> list[float]:
    """Where the rule puts a single parameter after each gradient, in float64."""
    p, path = np.array([[start]]), []
    for g in gradients:
        optimizer.step(p, np.array([[g]]))
        path.append(float(p[0, 0]))
    return path


EXACT = [
    pytest.param(name, *case, id=f"{name} {i}")
    for name, referee in REFEREES.items()
    for i, case in enumerate(referee.exact)
]


@pytest.mark.parametrize(("name", "settings", "gradients", "expected"), EXACT)
def test_the_first_steps_are_exact(
    name: str, settings: dict[str, float], gradients: list[float], expected: list[float]
) -> None:
    assert positions(made(name, **settings), 1.0, gradients) == expected


def formulas() -> dict[str, tuple[Make, Callable[[float, list[float]], Iterator[float]]]]:
    """Every rule with a referee, with its own settings and by default, at a constant rate and at a falling one."""
    found: dict[str, tuple[Make, Callable[[float, list[float]], Iterator[float]]]] = {}
    rates: dict[str, tuple[float | None, Rate]] = {
        "": (None, lambda t: 0.3),
        ", inverse time": (0.7, lambda t: 0.3 / (1 + 0.7 * t)),
    }
    for name, referee in REFEREES.items():
        for which, own in (("", referee.settings), (" by default", {})):
            for how, (decay, rate) in rates.items():
                formula = partial(referee.formula, rate=rate, **referee.defaults | own)
                found[f"{name}{which}{how}"] = (partial(made, name, 0.3, decay, **own), formula)
    return found


FORMULAS = formulas()


@pytest.mark.parametrize(("make", "formula"), FORMULAS.values(), ids=list(FORMULAS))
def test_twenty_steps_follow_the_textbook_formula(make: Make, formula: Any) -> None:
    gradients = np.random.default_rng(0).standard_normal(20).tolist()
    # The rules may arrange the formula differently: a few roundings of 1.1e-16 in each of 20 steps. Adam by default
    # forms 1 - 0.999^t, where the rounding of 0.999^t weighs a thousand times as much.
    np.testing.assert_allclose(positions(make(), 5.0, gradients), list(formula(5.0, gradients)), rtol=1e-13)


@pytest.mark.parametrize(("make", "formula"), FORMULAS.values(), ids=list(FORMULAS))
def test_tiny_gradients_follow_the_formula_too(make: Make, formula: Any) -> None:
    gradients = (1e-7 * np.random.default_rng(1).standard_normal(20)).tolist()
    # Here eps decides the size of the step; tolerance as above.
    np.testing.assert_allclose(positions(make(), 0.0, gradients), list(formula(0.0, gradients)), rtol=1e-12)


EVERY = {name: partial(made, name, 0.3) for name in RULES} | {name: make for name, (make, _) in FORMULAS.items()}


@pytest.mark.parametrize("make", EVERY.values(), ids=list(EVERY))
def test_float32_follows_float64_within_its_precision(make: Make) -> None:
    gradients = np.random.default_rng(2).standard_normal((60, 2, 7))
    exact, single = np.ones((2, 7)), np.ones((2, 7), np.float32)
    first, second = make(), make()
    for g in gradients:
        first.step(exact, g)
        second.step(single, g.astype(np.float32))
    assert single.dtype == np.float32
    # Parameters of up to ~10, rounded 60 times to 6e-8 of themselves.
    np.testing.assert_allclose(single, exact, rtol=0, atol=60 * 10 * 6e-8)


def test_gradients_are_left_as_they_are() -> None:
    for name in RULES:
        p, g = np.ones((2, 3)), np.full((2, 3), 0.5)
        optimizer = made(name, 0.3)
        optimizer.step(p, g)
        optimizer.step(p, g)
        np.testing.assert_array_equal(g, np.full((2, 3), 0.5))


def test_a_rule_of_ones_own_needs_only_an_update() -> None:
    @dataclass
    class SignOfMean(nn.Optimizer):
        """m <- (m + g) / 2;  p <- p - lr sign(m)."""

        m: nn.arrays.Array = state()

        def update(self, p: nn.arrays.Array, g: nn.arrays.Array, lr: nn.arrays.Real, work: nn.arrays.Array) -> None:
            self.m[...] = 0.5 * self.m + 0.5 * g
            p -= lr * np.sign(self.m)

    p = np.array([[1.0], [1.0]])
    optimizer = SignOfMean(np.array([[0.25], [0.5]]))
    optimizer.step(p, np.array([[2.0], [-2.0]]))
    optimizer.step(p, np.array([[-4.0], [4.0]]))
    np.testing.assert_array_equal(p, [[1.0], [1.0]])
    assert optimizer.t == 2


REFUSED = {
    "lr: expected 0 < lr < inf, got 0": lambda: nn.SGD(0),
    "lr: expected 0 < lr < inf, got -1": lambda: nn.Momentum(-1),
    "lr: expected 0 < lr < inf, got nan": lambda: nn.Adam(math.nan),
    "lr: expected 0 < lr < inf, got inf": lambda: nn.AdaGrad(math.inf),
    "momentum: expected 0 <= momentum < 1, got 1": lambda: nn.Momentum(0.1, 1.0),
    "eps: expected 0 < eps < inf, got 0": lambda: nn.AdaGrad(0.1, 0),
    "beta1: expected 0 <= beta1 < 1, got -0.1": lambda: nn.Adam(0.1, -0.1),
    "beta2: expected 0 <= beta2 < 1, got 1": lambda: nn.Adam(0.1, 0.9, 1.0),
    "eps: expected 0 < eps < inf, got -1e-07": lambda: nn.Adam(0.1, eps=-1e-7),
    "rho: expected 0 <= rho < 1, got 1": lambda: nn.RMSProp(0.1, 1.0),
    "eps: expected 0 < eps < inf, got -2": lambda: nn.AdaDelta(0.1, eps=-2.0),
    "weight_decay: expected 0 <= weight_decay < inf, got -0.1": lambda: nn.AdamW(0.1, weight_decay=-0.1),
    "beta2: expected 0 <= beta2 < 1, got nan": lambda: nn.Lion(0.1, beta2=math.nan),
    r"lr: expected 0 < lr < inf, got \[\[0.1\]\n \[0. \]\]": lambda: nn.SGD(np.array([[0.1], [0.0]])),
}


@pytest.mark.parametrize(("message", "make"), REFUSED.items(), ids=list(REFUSED))
def test_hyperparameters_out_of_range_are_refused(message: str, make: Callable[[], nn.Optimizer]) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_decoupled_decay_takes_the_same_share_of_a_parameter_whatever_its_gradients() -> None:
    p = np.array([[2.0, 2.0]])
    rule = nn.AdamW(0.125, weight_decay=0.5)
    rule.step(p, np.zeros((1, 2)))
    np.testing.assert_array_equal(p, [[2 - 2 / 16] * 2])
    before = p.copy()
    rule.step(p, np.array([[1e3, 1e-3]]))
    moved = before * (1 - 1 / 16) - p
    # Both steps of Adam are as long, whatever the gradient: eps is 1e-4 of the smaller one.
    np.testing.assert_allclose(moved[0, 0], moved[0, 1], rtol=1e-3)


def test_what_is_negligible_is_set_to_zero_every_hundredth_step_and_not_before() -> None:
    """1e8 times the smallest normal number of float32 is 1.18e-30: below it is zero, above it stays."""
    rule, parameters = nn.SGD(0.1), np.array([[1e-31, 1e-29]], np.float32)
    nothing = np.zeros_like(parameters)
    for _ in range(99):
        rule.step(parameters, nothing)
    assert parameters.tolist() == [[np.float32(1e-31), np.float32(1e-29)]]
    rule.step(parameters, nothing)
    assert parameters.tolist() == [[0.0, np.float32(1e-29)]]
    parameters[...] = 1e-31
    rule.step(parameters, nothing)
    assert parameters.tolist() == [[np.float32(1e-31)] * 2]
