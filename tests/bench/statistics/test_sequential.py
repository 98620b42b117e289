"""Looks at a growing sample: the boundaries that others published, and errors as probable as promised."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from scipy.integrate import simpson
from scipy.stats import multivariate_normal, norm

from bench.statistics.means import Floats, t_test
from bench.statistics.sequential import MOST_LOOKS, boundaries, nominal_levels, spent

STRICT = 0.05 / 64  # the level of one of many comparisons


def _equal(looks: int) -> Floats:
    return np.arange(1, looks + 1) / looks


def _spending(time: float, alpha: float) -> float:
    """The spending function, written with scipy.stats."""
    return float(4 * norm.sf(norm.isf(alpha / 4) / np.sqrt(time)))


def _outside(z: Floats, bound: float, correlation: float) -> Floats:
    """Probability of |Z'| > bound given Z = z, for standard normal Z and Z'."""
    spread = np.sqrt(1 - correlation**2)
    return np.asarray(norm.sf((bound - correlation * z) / spread) + norm.sf((bound + correlation * z) / spread))


@pytest.mark.parametrize(
    "published",  # for alpha = 0.05: the R package ldbounds, PASS
    [
        [1.959964],
        [2.9626, 1.9686],
        [3.7103, 2.5114, 1.9930],
        [4.3326, 2.9631, 2.3590, 2.0141],
        [4.8769, 3.3570, 2.6803, 2.2898, 2.0310],  # the second is often printed as 3.3569; it is 3.35701 (next test)
    ],
    ids=len,
)
def test_boundaries_are_the_published_ones(published: list[float]) -> None:
    # abs: half a unit of the last digit printed
    assert boundaries(_equal(len(published)), 0.05) == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize("alpha", [0.05, STRICT, 1e-12])
@pytest.mark.parametrize("fractions", [_equal(5), _equal(10), [0.5, 0.501, 1.0], [0.001, 0.9, 1.0]], ids=str)
def test_the_second_look_spends_its_part_however_small(fractions: list[float], alpha: float) -> None:
    """The chance to cross there first: one integral over the first z, by Simpson's rule."""
    first, second = boundaries(fractions, alpha)[:2]
    z = np.linspace(-first, first, 100_001)
    found = simpson(norm.pdf(z) * _outside(z, second, np.sqrt(fractions[0] / fractions[1])), x=z)
    # rel: an error of 1e-12 in a bound of 16 (10 looks, 1e-12) is one of 2e-11 in the chance; Simpson's is smaller
    assert found == pytest.approx(_spending(fractions[1], alpha) - _spending(fractions[0], alpha), rel=1e-9, abs=0)


@pytest.mark.parametrize("alpha", [0.999, 0.05, STRICT])
@pytest.mark.parametrize("fractions", [_equal(3), [0.2, 0.5, 1.0], [0.5, 0.501, 1.0], [0.1, 0.9, 1.0]], ids=str)
def test_three_looks_together_spend_alpha(fractions: list[float], alpha: float) -> None:
    """Given the second z the first and the third are independent: the chance of no crossing is one integral."""
    one, two, three = boundaries(fractions, alpha)
    z = np.linspace(-two, two, 20_001)
    first = 1 - _outside(z, one, np.sqrt(fractions[0] / fractions[1]))
    third = 1 - _outside(z, three, np.sqrt(fractions[1]))
    # abs: sums of numbers near 1, and Simpson's (h / 0.04)^4 for the narrowest bell
    assert 1 - simpson(norm.pdf(z) * first * third, x=z) == pytest.approx(alpha, abs=1e-11)


@pytest.mark.parametrize("looks", [2, 3, 4, 5])
def test_all_looks_together_spend_alpha(looks: int) -> None:
    times, bounds = _equal(looks), boundaries(_equal(looks), 0.05)
    correlation = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
    stays = multivariate_normal(np.zeros(looks), correlation, seed=0).cdf(bounds, lower_limit=-bounds)
    assert 1 - stays == pytest.approx(0.05, abs=5e-5)  # abs: SciPy's random points promise 1e-5


@pytest.mark.parametrize("alpha", [0.999, 0.05, STRICT, 1e-300])
@pytest.mark.parametrize("looks", [1, 5, 10])
def test_the_first_look_spends_what_it_may_even_less_than_the_smallest_float(looks: int, alpha: float) -> None:
    first = boundaries(_equal(looks), alpha)[0]
    allowed = log(4) + norm.logsf(norm.isf(alpha / 4) * np.sqrt(looks))
    assert log(2) + norm.logsf(first) == pytest.approx(allowed, rel=1e-9)


@pytest.mark.parametrize("alpha", [0.999, 0.05, STRICT, 1e-12])
def test_bounds_fall_from_look_to_look_and_the_last_costs_little_more_than_a_single_test(alpha: float) -> None:
    bounds = boundaries(_equal(20), alpha)
    assert (np.diff(bounds) < 0).all()
    assert norm.isf(alpha / 2) < bounds[-1]
    assert boundaries(_equal(5), alpha)[-1] < bounds[-1]


def test_what_an_early_look_needs_does_not_depend_on_later_ones() -> None:
    short, long = boundaries([0.3, 0.6, 1.0]), boundaries([0.3, 0.6, 0.61, 0.8, 1.0])
    assert long[:2] == pytest.approx(short[:2], abs=1e-10)  # abs: other nodes, other rounding
    assert long[-1] > short[-1]


@pytest.mark.parametrize("alpha", [5e-324, 1e-300, 1 - 1e-6, 1 - 1e-15, np.nextafter(1, 0)])
def test_any_level_between_0_and_1_has_boundaries(alpha: float) -> None:
    bounds = boundaries(_equal(3), alpha)
    assert np.isfinite(bounds).all()
    assert (np.diff(bounds) < 0).all()
    assert bounds[-1] >= 0


def test_spending_begins_with_nothing_and_ends_with_alpha() -> None:
    assert spent(0) == 0
    assert spent(1, 0.01) == pytest.approx(0.01)
    # what tables print for 5 looks at alpha = 0.05, to 5 digits after the point
    assert spent(_equal(5)) == pytest.approx([0.0, 0.00079, 0.00762, 0.02442, 0.05], abs=5e-6)


def test_levels_are_the_published_ones() -> None:
    assert nominal_levels(2) == pytest.approx([0.0031, 0.0490], abs=5e-5)  # abs: half a unit of the last digit
    assert nominal_levels(3) == pytest.approx([0.0002, 0.0120, 0.0463], abs=5e-5)


@pytest.mark.parametrize("alpha", [0.05, STRICT, 0.1 + 0.2])
def test_one_look_is_the_plain_test_to_the_last_bit(alpha: float) -> None:
    assert nominal_levels(1, alpha) == (alpha,)


def test_levels_are_calculated_once() -> None:
    assert nominal_levels(4, 0.04) is nominal_levels(4, 0.04)


def test_three_looks_by_t_tests_err_as_often_as_documented() -> None:
    replicates, each, levels = 40_000, 10, nominal_levels(3)
    values = np.random.default_rng(0).standard_normal((replicates, 3 * each))
    rejected = [t_test(values[:, : k * each], 0) <= level for k, level in enumerate(levels, 1)]
    error = np.sqrt(0.05 * 0.95 / replicates)
    assert np.mean(np.any(rejected, axis=0)) == pytest.approx(0.0508, abs=3 * error)


@pytest.mark.parametrize("looks", [0, -1, MOST_LOOKS + 1])
def test_a_plan_has_looks_but_not_too_many(looks: int) -> None:
    with pytest.raises(ValueError, match=f"looks = {looks}: plan 1 to {MOST_LOOKS} looks"):
        nominal_levels(looks)


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.05, 5.0, float("nan")])
def test_alpha_lies_between_0_and_1(alpha: float) -> None:
    for call in (lambda: spent(0.5, alpha), lambda: boundaries([1.0], alpha), lambda: nominal_levels(1, alpha)):
        with pytest.raises(ValueError, match=f"alpha = {alpha}: choose a level between 0 and 1"):
            call()


@pytest.mark.parametrize(
    "fractions",
    [[], [0.5], [0.5, 0.4, 1.0], [0.5, 0.5, 1.0], [0.0, 1.0], [0.5, 1.0, 1.5], [0.5, 0.5005, 1.0], [float("nan"), 1.0]],
)
def test_fractions_increase_to_1(fractions: list[float]) -> None:
    with pytest.raises(ValueError, match=r"fractions = \[.*\]: let them increase to 1, each by 1/1000 at least"):
        boundaries(fractions)


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_nothing_is_spent_before_the_first_seed_or_after_the_last(fraction: float) -> None:
    with pytest.raises(ValueError, match=f"fraction = {fraction}: give parts of all seeds, from 0 to 1"):
        spent(fraction)
