"""One table for all rules: the minima of a parabola and of Rosenbrock's valley, alone and in a stack."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn

Array = nn.arrays.Array
Make = Callable[[Any], nn.Optimizer]


def parabola(p: Array) -> Array:
    """The gradient of ((x - 3)^2 + 10 (y + 1)^2) / 2."""
    return (p - [3, -1]) * [1, 10]


def rosenbrock(p: Array) -> Array:
    """The gradient of (1 - x)^2 + 100 (y - x^2)^2 (Rosenbrock 1960), whose minimum (1, 1) lies in a curved valley."""
    x, y = p[:, 0], p[:, 1]
    return np.stack([2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)], axis=1)


RULES: dict[str, Make] = {
    "sgd": nn.SGD,
    "momentum": nn.Momentum,
    "adagrad": nn.AdaGrad,
    "adam": nn.Adam,
    "sgd, inverse time": lambda lr: nn.SGD(nn.InverseTime(lr, 1e-4)),
    "momentum, inverse time": lambda lr: nn.Momentum(nn.InverseTime(lr, 1e-3)),
    "adagrad, inverse time": lambda lr: nn.AdaGrad(nn.InverseTime(lr, 1e-5)),
    "adam, inverse time": lambda lr: nn.Adam(nn.InverseTime(lr, 1e-3)),
}
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
CASES = [
    pytest.param(RULES[name], gradient, start, minimum, lr, steps, id=f"{name} on {where}")
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


HYPERPARAMETERS: dict[str, tuple[Callable[..., nn.Optimizer], dict[str, list[float]]]] = {
    "sgd": (lambda lr: nn.SGD(lr), {"lr": [0.1, 3e-3, 0.7]}),
    "momentum": (lambda lr, mu: nn.Momentum(lr, mu), {"lr": [0.1, 3e-3, 0.7], "mu": [0.9, 0.0, 0.55]}),
    "adagrad": (lambda lr, eps: nn.AdaGrad(lr, eps), {"lr": [0.1, 3e-3, 0.7], "eps": [1e-7, 0.3, 1e-10]}),
    "adam": (
        lambda lr, b1, b2, eps: nn.Adam(lr, b1, b2, eps),
        {"lr": [0.1, 3e-3, 0.7], "b1": [0.9, 0.0, 0.7], "b2": [0.999, 0.9, 0.0], "eps": [1e-7, 0.3, 1e-8]},
    ),
    "inverse time": (
        lambda lr, decay: nn.Adam(nn.InverseTime(lr, decay)),
        {"lr": [0.1, 3e-3, 0.7], "decay": [0.0, 5e-7, 0.3]},
    ),
}


@pytest.mark.parametrize("as_number", [True, False], ids=["as a number", "as an array"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("make", "settings"), HYPERPARAMETERS.values(), ids=list(HYPERPARAMETERS))
def test_each_run_with_its_own_hyperparameters_gets_the_bits_it_gets_alone(
    make: Callable[..., nn.Optimizer], settings: dict[str, list[float]], dtype: type, as_number: bool
) -> None:
    rng = np.random.default_rng(4)
    start = rng.standard_normal((3, 53)).astype(dtype)
    gradients = rng.standard_normal((40, 3, 53)).astype(dtype)
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
