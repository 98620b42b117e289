"""The same numbers from statsmodels, wherever it has the method."""

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_1samp, ttest_ind
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW, ttost_paired

from bench.statistics.means import Floats, clopper_pearson, estimate_of, t_interval, t_test, tost, welch
from bench.statistics.power import detectable_effect, power, seeds_needed


@pytest.fixture
def sample() -> Floats:
    return np.random.default_rng(7).normal(0.86, 0.02, 12)


def test_t_test_and_interval(sample: Floats) -> None:
    reference = DescrStatsW(sample)
    assert t_test(sample, 0.85) == pytest.approx(reference.ttest_mean(0.85)[1])
    assert t_interval(sample, 0.01) == pytest.approx(reference.tconfint_mean(0.01))


def test_equivalence(sample: Floats) -> None:
    other = sample[::-1]
    assert tost(sample, 0.85, 0.01) == pytest.approx(DescrStatsW(sample).ttost_mean(0.84, 0.86)[0])
    assert tost(sample - other, 0, 0.01) == pytest.approx(ttost_paired(sample, other, -0.01, 0.01)[0])


def test_welch(sample: Floats) -> None:
    other = np.random.default_rng(8).normal(0.84, 0.05, 7)
    reference = CompareMeans(DescrStatsW(sample), DescrStatsW(other))
    found = welch(sample, other)
    assert found.t_test(0) == pytest.approx(reference.ttest_ind(usevar="unequal")[1])
    interval = reference.tconfint_diff(0.05, usevar="unequal")
    assert (found.lower(0.025), found.upper(0.025)) == pytest.approx(interval)


@pytest.mark.parametrize("k", [0, 1, 15, 30])
def test_clopper_pearson(k: int) -> None:
    assert clopper_pearson(k, 30, 0.05) == pytest.approx(proportion_confint(k, 30, 0.05, "beta"))
    exact = binomtest(k, 30).proportion_ci(0.95, "exact")
    assert clopper_pearson(k, 30, 0.05) == (pytest.approx(exact.low), pytest.approx(exact.high))


def test_clopper_pearson_of_many_counts_is_that_of_each_and_rounds_fractions_outwards() -> None:
    low, high = clopper_pearson([0, 2.5, 30], [30, 30, 30])
    each = [clopper_pearson(k, 30) for k in (0, 2, 3, 30)]
    assert low.tolist() == [each[0][0], each[1][0], each[3][0]]
    assert high.tolist() == [each[0][1], each[2][1], each[3][1]]
    assert clopper_pearson(0, 0) == (0, 1)


@pytest.mark.parametrize(("effect", "n"), [(0.2, 10), (0.5, 30), (1.5, 5)])
def test_power_and_its_inverses(effect: float, n: int) -> None:
    reference = TTestPower()
    assert power(effect, n) == pytest.approx(reference.power(effect, n, 0.05))
    assert power(effect, n, sided=1) == pytest.approx(reference.power(effect, n, 0.05, alternative="larger"))
    # rel: both sides search for a root, here to 1e-3 seeds
    assert seeds_needed(effect) == pytest.approx(reference.solve_power(effect, None, 0.05, 0.8), rel=1e-3)
    assert detectable_effect(n) == pytest.approx(reference.solve_power(None, n, 0.05, 0.8), rel=1e-6)


@pytest.mark.parametrize(("n", "k"), [(2, 2), (2, 7), (7, 2), (12, 7)])
def test_welch_of_each_row_of_a_stack_is_scipys(n: int, k: int) -> None:
    generator = np.random.default_rng(9)
    one, other = generator.normal(0.86, 0.02, (3, n)), generator.normal(0.84, 0.05, (3, k))
    found, expected = welch(one, other), ttest_ind(one, other, axis=1, equal_var=False)
    assert found.n == n + k
    assert found.mean == pytest.approx(one.mean(axis=1) - other.mean(axis=1))
    assert found.df == pytest.approx(expected.df)
    assert found.t_test(0) == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval(0.95)
    assert (found.lower(0.025), found.upper(0.025)) == (pytest.approx(interval.low), pytest.approx(interval.high))
    assert np.isnan(found.sd).all()
    assert found.sd.shape == (3,)
    assert np.isnan(found.effect(0)).all()


@pytest.mark.parametrize(
    ("one", "other", "mean"),
    [([0.9], [0.8, 0.7], 0.15), ([0.9, 0.8], [0.75], 0.1), ([0.9] * 3, [0.5] * 2, 0.4), ([], [0.8, 0.7], np.nan)],
    ids=["one value", "against one value", "no spread", "no value"],
)
def test_without_spread_welch_has_a_mean_at_most(one: list[float], other: list[float], mean: float) -> None:
    found = welch(one, other)
    assert found.n == len(one) + len(other)
    assert found.mean == pytest.approx(mean, nan_ok=True)
    assert np.isnan([found.error, found.lower(0.025), found.upper(0.025), found.t_test(0), found.tost(0, 1)]).all()


def test_welch_needs_the_spread_of_one_sample_only() -> None:
    constant, other = [0.5] * 4, [0.25, 0.5, 0.625]
    found, expected = welch(constant, other), ttest_1samp(other, 0.5)  # what is constant adds no error
    assert (found.df, found.t_test(0)) == (pytest.approx(2), pytest.approx(expected.pvalue))


def test_estimates_of_the_rows_of_a_stack_are_those_of_each() -> None:
    rows = np.array([[0.5, 0.5, 0.5], [0.25, 0.5, 0.75], [0.5, 0.25, 0.25], [0.75, 0.75, 0.75]])
    found = estimate_of(rows)
    assert found.mean.tolist() == [0.5, 0.5, 1 / 3, 0.75]
    assert found.sd == pytest.approx(np.std(rows, axis=1, ddof=1))
    assert found.error.tolist() == pytest.approx([np.nan, 0.25 / np.sqrt(3), 1 / 12, np.nan], nan_ok=True)
    assert (found.n, found.df) == (3, 2)
    assert found.effect(0.25).tolist() == pytest.approx([np.nan, 1, 1 / np.sqrt(3), np.nan], nan_ok=True)
    one, none = estimate_of(rows[:, :1]), estimate_of(rows[:, :0])
    assert (one.n, one.df, one.mean.tolist()) == (1, 0, [0.5, 0.25, 0.5, 0.75])
    assert (none.n, none.df) == (0, -1)
    for empty in (one.sd, one.error, none.mean, none.sd, none.error):
        assert empty.shape == (4,)
        assert np.isnan(empty).all()
