"""The update rules against their formulas, written once more with Python's own numbers."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import nn

Rule = Callable[[float, list[float]], Iterator[float]]  # start, gradients -> the parameter after every step


def sgd(p: float, gradients: list[float], *, lr: float, decay: float = 0.0) -> Iterator[float]:
    for t, g in enumerate(gradients):
        p = p - lr / (1 + decay * t) * g
        yield p


def momentum(p: float, gradients: list[float], *, lr: float, mu: float, decay: float = 0.0) -> Iterator[float]:
    v = 0.0
    for t, g in enumerate(gradients):
        v = mu * v - lr / (1 + decay * t) * g
        p = p + v
        yield p


def adagrad(p: float, gradients: list[float], *, lr: float, eps: float, decay: float = 0.0) -> Iterator[float]:
    s = 0.0
    for t, g in enumerate(gradients):
        s = s + g**2
        p = p - lr / (1 + decay * t) * g / (math.sqrt(s) + eps)
        yield p


def adam(
    p: float, gradients: list[float], *, lr: float, b1: float, b2: float, eps: float, decay: float = 0.0
) -> Iterator[float]:
    m = v = 0.0
    for t, g in enumerate(gradients):
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        m_hat, v_hat = m / (1 - b1 ** (t + 1)), v / (1 - b2 ** (t + 1))
        p = p - lr / (1 + decay * t) * m_hat / (math.sqrt(v_hat) + eps)
        yield p


def positions(optimizer: nn.Optimizer, start: float, gradients: list[float]) -> list[float]:
    """Where the rule puts a single parameter after each gradient, in float64."""
    p, path = np.array([[start]]), []
    for g in gradients:
        optimizer.step(p, np.array([[g]]))
        path.append(float(p[0, 0]))
    return path


# Powers of two, so that every operation is exact and equality can be asked for, in whatever order it is computed.
EXACT = {
    "sgd": (nn.SGD(0.25), [2.0, -4.0], [0.5, 1.5]),
    "sgd, inverse time": (nn.SGD(nn.InverseTime(0.5, 1.0)), [2.0, -4.0], [0.0, 1.0]),
    "momentum": (nn.Momentum(0.25, 0.5), [2.0, -4.0, 0.0], [0.5, 1.25, 1.625]),
    "momentum, inverse time": (nn.Momentum(nn.InverseTime(0.5, 1.0), 0.5), [2.0, -4.0], [0.0, 0.5]),
    "adagrad": (nn.AdaGrad(0.5, eps=1.0), [3.0, -4.0], [1 - 1.5 / 4, 1 - 1.5 / 4 + 2 / 6]),
    "adam": (nn.Adam(0.5, 0.5, 0.75, eps=1.0), [3.0], [1 - 0.5 * 3 / 4]),
    "adam, against the gradient's sign": (nn.Adam(0.5, 0.5, 0.75, eps=1.0), [-3.0], [1 + 0.5 * 3 / 4]),
    "adam, no memory": (nn.Adam(0.5, 0.0, 0.0, eps=1.0), [3.0, -7.0], [1 - 1.5 / 4, 1 - 1.5 / 4 + 3.5 / 8]),
}


@pytest.mark.parametrize(("optimizer", "gradients", "expected"), EXACT.values(), ids=list(EXACT))
def test_the_first_steps_are_exact(optimizer: nn.Optimizer, gradients: list[float], expected: list[float]) -> None:
    assert positions(optimizer, 1.0, gradients) == expected


FORMULAS: dict[str, tuple[Callable[[], nn.Optimizer], Callable[[float, list[float]], Iterator[float]]]] = {
    "sgd": (lambda: nn.SGD(0.3), lambda p, g: sgd(p, g, lr=0.3)),
    "sgd, inverse time": (lambda: nn.SGD(nn.InverseTime(0.3, 0.7)), lambda p, g: sgd(p, g, lr=0.3, decay=0.7)),
    "momentum": (lambda: nn.Momentum(0.3, 0.8), lambda p, g: momentum(p, g, lr=0.3, mu=0.8)),
    "momentum by default": (lambda: nn.Momentum(0.3), lambda p, g: momentum(p, g, lr=0.3, mu=0.9)),
    "momentum, inverse time": (
        lambda: nn.Momentum(nn.InverseTime(0.3, 0.7), 0.8),
        lambda p, g: momentum(p, g, lr=0.3, mu=0.8, decay=0.7),
    ),
    "adagrad": (lambda: nn.AdaGrad(0.3, 0.2), lambda p, g: adagrad(p, g, lr=0.3, eps=0.2)),
    "adagrad by default": (lambda: nn.AdaGrad(0.3), lambda p, g: adagrad(p, g, lr=0.3, eps=1e-7)),
    "adagrad, inverse time": (
        lambda: nn.AdaGrad(nn.InverseTime(0.3, 0.7), 0.2),
        lambda p, g: adagrad(p, g, lr=0.3, eps=0.2, decay=0.7),
    ),
    "adam": (lambda: nn.Adam(0.3, 0.8, 0.9, 0.2), lambda p, g: adam(p, g, lr=0.3, b1=0.8, b2=0.9, eps=0.2)),
    "adam by default": (lambda: nn.Adam(0.3), lambda p, g: adam(p, g, lr=0.3, b1=0.9, b2=0.999, eps=1e-7)),
    "adam, inverse time": (
        lambda: nn.Adam(nn.InverseTime(0.3, 0.7), 0.8, 0.9, 0.2),
        lambda p, g: adam(p, g, lr=0.3, b1=0.8, b2=0.9, eps=0.2, decay=0.7),
    ),
}


@pytest.mark.parametrize(("make", "formula"), FORMULAS.values(), ids=list(FORMULAS))
def test_twenty_steps_follow_the_textbook_formula(make: Callable[[], nn.Optimizer], formula: Rule) -> None:
    gradients = np.random.default_rng(0).standard_normal(20).tolist()
    # The rules may arrange the formula differently: a few roundings of 1.1e-16 in each of 20 steps. Adam by default
    # forms 1 - 0.999^t, where the rounding of 0.999^t weighs a thousand times as much.
    np.testing.assert_allclose(positions(make(), 5.0, gradients), list(formula(5.0, gradients)), rtol=1e-13)


@pytest.mark.parametrize(("make", "formula"), FORMULAS.values(), ids=list(FORMULAS))
def test_tiny_gradients_follow_the_formula_too(make: Callable[[], nn.Optimizer], formula: Rule) -> None:
    gradients = (1e-7 * np.random.default_rng(1).standard_normal(20)).tolist()
    # Here eps decides the size of the step; tolerance as above.
    np.testing.assert_allclose(positions(make(), 0.0, gradients), list(formula(0.0, gradients)), rtol=1e-12)


@pytest.mark.parametrize("make", [make for make, _ in FORMULAS.values()], ids=list(FORMULAS))
def test_float32_follows_float64_within_its_precision(make: Callable[[], nn.Optimizer]) -> None:
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
    for make, _ in FORMULAS.values():
        p, g = np.ones((2, 3)), np.full((2, 3), 0.5)
        optimizer = make()
        optimizer.step(p, g)
        optimizer.step(p, g)
        np.testing.assert_array_equal(g, np.full((2, 3), 0.5))


def test_a_rule_of_ones_own_needs_only_an_update() -> None:
    class Lion(nn.Optimizer):
        """p <- p - lr sign(b m + (1 - b) g), with the same mean as m (Chen et al. 2023, one beta)."""

        state = ("m",)
        m: nn.arrays.Array

        def update(self, p: nn.arrays.Array, g: nn.arrays.Array, lr: nn.arrays.Real, work: nn.arrays.Array) -> None:
            self.m[...] = 0.5 * self.m + 0.5 * g
            p -= lr * np.sign(self.m)

    p = np.array([[1.0], [1.0]])
    optimizer = Lion(np.array([[0.25], [0.5]]))
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
    r"lr: expected 0 < lr < inf, got \[\[0.1\]\n \[0. \]\]": lambda: nn.SGD(np.array([[0.1], [0.0]])),
}


@pytest.mark.parametrize(("message", "make"), REFUSED.items(), ids=list(REFUSED))
def test_hyperparameters_out_of_range_are_refused(message: str, make: Callable[[], nn.Optimizer]) -> None:
    with pytest.raises(ValueError, match=message):
        make()
