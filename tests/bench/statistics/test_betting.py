"""The betting sequence: what it promises, and that its shortcuts give the same answers."""

import numpy as np
import pytest

from bench.statistics.betting import bets, betting_interval, betting_sequence, betting_state, log_wealth
from bench.statistics.means import Floats


@pytest.fixture
def values() -> Floats:
    return np.random.default_rng(0).beta(85, 15, 500)


def test_each_interval_lies_within_the_one_before(values: Floats) -> None:
    found = betting_sequence(values)
    assert (np.diff(found.low) >= 0).all()
    assert (np.diff(found.high) <= 0).all()
    assert found.low[-1] < values.mean() < found.high[-1]


def test_what_was_said_early_does_not_depend_on_what_came_later(values: Floats) -> None:
    whole, part = betting_sequence(values), betting_sequence(values[:200])
    assert whole.low[:200].tolist() == part.low.tolist()
    assert whole.high[:200].tolist() == part.high.tolist()


def test_a_bet_depends_on_earlier_values_only(values: Floats) -> None:
    changed = values.copy()
    changed[100] = 0.0
    assert bets(changed, 0.05)[:101].tolist() == bets(values, 0.05)[:101].tolist()
    assert bets(changed, 0.05)[101] != bets(values, 0.05)[101]


def test_capital_against_the_true_mean_is_fair_on_average() -> None:
    # A fair game, played once: E[capital] = 1/2 for each gambler, checked on all outcomes of 8 coins worth 0 or 1.
    coins = (np.arange(256)[:, np.newaxis] >> np.arange(8)) & 1
    up, down = log_wealth(coins, 0.5)
    assert np.exp(up[:, -1]).mean() == pytest.approx(0.5)
    assert np.exp(down[:, -1]).mean() == pytest.approx(0.5)


def test_capital_is_monotone_in_the_candidate_so_that_survivors_form_an_interval(values: Floats) -> None:
    up, down = log_wealth(values, np.linspace(0.01, 0.99, 99)[:, np.newaxis])
    assert (np.diff(up, axis=0) <= 1e-9).all()  # sums of 500 logarithms, rounded
    assert (np.diff(down, axis=0) >= -1e-9).all()


def test_mirroring_the_values_mirrors_the_interval(values: Floats) -> None:
    low, high = betting_interval(values)
    assert betting_interval(1 - values) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize("center", [0.80, 0.84, 0.85, 0.86, 0.9])
@pytest.mark.parametrize("n", [30, 200, 500])
def test_the_state_is_what_one_reads_off_the_interval(values: Floats, center: float, n: int) -> None:
    margin = 0.03
    low, high = betting_interval(values[:n], include=(center, center - margin, center + margin))
    if low >= center:
        expected = "above"
    elif high <= center:
        expected = "below"
    else:
        expected = "within" if low >= center - margin and high <= center + margin else "undecided"
    assert betting_state(values[:n], center, margin) == expected


def test_nothing_is_known_without_values() -> None:
    assert betting_interval([]) == (0.0, 1.0)
    assert betting_state([], 0.85, 0.01) == "undecided"


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_values_on_the_edge_are_allowed(value: float) -> None:
    low, high = betting_interval([value] * 400)
    assert low <= value <= high
    assert high - low < 0.02


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan])
def test_values_outside_the_bounds_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        betting_sequence([0.5, value])
