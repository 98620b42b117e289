"""The same numbers from statsmodels, wherever it has the method."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW, ttost_paired

from bench.statistics.means import Floats, holm, t_interval, t_test, tost, welch, wilson
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


def test_holm() -> None:
    p = np.random.default_rng(9).random(20) ** 3
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


@pytest.mark.parametrize("k", [0, 1, 15, 30])
def test_wilson(k: int) -> None:
    # abs: at k = 0 and k = n a bound is 0 or 1 but for rounding.
    assert wilson(k, 30, 0.05) == pytest.approx(proportion_confint(k, 30, 0.05, "wilson"), abs=1e-12)


@pytest.mark.parametrize(("effect", "n"), [(0.2, 10), (0.5, 30), (1.5, 5)])
def test_power_and_its_inverses(effect: float, n: int) -> None:
    reference = TTestPower()
    assert power(effect, n) == pytest.approx(reference.power(effect, n, 0.05))
    assert power(effect, n, sided=1) == pytest.approx(reference.power(effect, n, 0.05, alternative="larger"))
    # rel: both sides search for a root, here to 1e-3 seeds
    assert seeds_needed(effect) == pytest.approx(reference.solve_power(effect, None, 0.05, 0.8), rel=1e-3)
    assert detectable_effect(n) == pytest.approx(reference.solve_power(None, n, 0.05, 0.8), rel=1e-6)
