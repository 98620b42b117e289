"""What to add to an axis: the next values beyond its end, as far as its setting allows them."""

from itertools import product

import pytest

from bench.grid import beyond, is_ordered
from bench.grid.extending import FRACTIONS, RATES
from bench.grid.table import all_settings

KEYS = {setting.key: setting for setting in all_settings()}


@pytest.mark.parametrize(
    ("key", "value", "smaller", "larger"),
    [
        ("optimizer.lr", 0.03, [0.01, 0.003], [0.1, 0.3]),
        ("optimizer.lr", 1.0, [0.3, 0.1], [3.0, 10.0]),
        ("optimizer.lr", 0.0316, [0.03, 0.01], [0.1, 0.3]),
        ("regularization.l1", 1e-4, [3e-5, 1e-5], [3e-4, 1e-3]),
        ("regularization.dropout", 0.1, [0.05, 0.02], [0.2, 0.3]),
        ("optimizer.momentum", 0.9, [0.8, 0.7], [0.95, 0.98]),
        ("optimizer.beta2", 0.999, [0.998, 0.995], []),  # 1 is not allowed
        ("network.hidden", 64.0, [32, 16], [128, 256]),
        ("network.hidden", 1.0, [], [2, 4]),
        ("network.hidden", 40_000.0, [20_000, 10_000], []),
        ("network.init", 0.1, [0.03, 0.01], [0.3, 1.0]),
        ("training.batch", 3.0, [1], [6, 12]),
        ("training.batch", float("inf"), [], []),  # "full"
        ("training.epochs", 300.0, [150, 75], [600, 1200]),
    ],
)
def test_an_axis_goes_on_by_two_values_that_are_allowed(
    key: str, value: float, smaller: list[float], larger: list[float]
) -> None:
    assert beyond(key, value, "smallest") == smaller
    assert beyond(key, value, "largest") == larger


@pytest.mark.parametrize("key", ["regularization.l1", "regularization.dropout", "optimizer.decay"])
def test_there_is_nothing_below_a_strength_of_0(key: str) -> None:
    assert beyond(key, 0.0, "smallest") == []


@pytest.mark.parametrize(("key", "value"), [*product(["optimizer.lr", "regularization.dropout"], FRACTIONS)])
def test_added_values_lie_beyond_and_are_allowed(key: str, value: float) -> None:
    smaller, larger = beyond(key, value, "smallest"), beyond(key, value, "largest")
    assert all(step < value for step in smaller)
    assert all(step > value for step in larger)
    assert [KEYS[key].domain.canonical(step) for step in smaller + larger] == smaller + larger


def test_rates_go_on_in_order() -> None:
    assert list(RATES) == sorted(RATES)
    assert list(FRACTIONS) == sorted(FRACTIONS)


@pytest.mark.parametrize(
    ("key", "ordered"),
    [
        ("optimizer.lr", True),
        ("training.batch", True),
        ("network.hidden", True),
        ("network.init", True),
        ("regularization.layers", False),
        ("regularization.biases", False),
        ("optimizer.schedule", False),
    ],
)
def test_words_and_flags_have_no_order(key: str, ordered: bool) -> None:
    assert is_ordered(key) == ordered
