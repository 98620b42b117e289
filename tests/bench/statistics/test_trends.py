"""Curves along random axes: exact where that is known, and bands that hold what they promise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from bench.statistics import trends
from bench.statistics.trends import FEWEST, PLACES, SPAN, TRENDS, local_linear

LR, L2 = "optimizer.lr", "regularization.l2"


def searched(count: int, family: str = "adam", seed: int = 0) -> pd.DataFrame:
    """Configurations at random rates, along whose logarithm accuracy is a line."""
    rates = 10 ** np.random.default_rng(seed).uniform(-4, 0, count)
    return pd.DataFrame({"family": family, LR: rates, "validation_mean": 0.9 + 0.1 * np.log10(rates)})


def test_a_line_is_found_exactly_on_the_axis_own_scale_and_so_is_its_band() -> None:
    curve = trends(searched(40), {LR: True})
    assert curve.columns.tolist() == TRENDS
    assert len(curve) == PLACES
    exact = 0.9 + 0.1 * np.log10(curve["value"].astype(float))
    for column in ("validation", "low", "high"):
        np.testing.assert_allclose(curve[column], exact, atol=1e-9)  # rounding, and e^log x that is not quite x
    on_another_scale = trends(searched(40), {LR: False})["validation"]
    assert np.ptp(np.diff(on_another_scale.astype(float))) > 0.001


def test_the_curve_is_that_of_statsmodels_lowess_without_its_robust_iterations() -> None:
    rng = np.random.default_rng(1)
    x = np.sort(rng.uniform(0, 1, 60))
    y = np.sin(5 * x) + 0.1 * rng.standard_normal(60)
    places, curve, _, _ = local_linear(x, y, np.arange(60))
    # It fits at points of the data and cuts its fraction of them off, where 2 / 3 of 60 is 40 for both.
    expected = sm.nonparametric.lowess(y, x, frac=SPAN, it=0, xvals=places)
    np.testing.assert_allclose(curve, expected, atol=1e-6)  # it leaves out weights below .001 of the width


def test_the_band_holds_the_mean_curve_of_a_line_about_as_often_as_it_says() -> None:
    """In 95 % of 200 searches, at a place in the middle; the standard error of that share is 1.5 %, and the bootstrap
    of 40 points is known to be too narrow by a few percent (a t interval would be 3 % wider)."""
    rng, held = np.random.default_rng(2), 0
    for _ in range(200):
        x = rng.uniform(0, 1, 40)
        _, _, low, high = local_linear(x, x + 0.1 * rng.standard_normal(40), np.arange(40))
        middle = PLACES // 2
        truth = x.min() + np.ptp(x) / 2
        held += low[middle] <= truth <= high[middle]
    assert 0.88 <= held / 200 <= 0.985


def test_configurations_of_one_point_are_resampled_together() -> None:
    """Each twice: the curve is the same, and so is its band, which would else be narrower by the root of 2."""
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 1, 40), rng.standard_normal(40)
    once = local_linear(x, y, np.arange(40))
    twice = local_linear(np.repeat(x, 2), np.repeat(y, 2), np.repeat(np.arange(40), 2))
    alone = local_linear(np.repeat(x, 2), np.repeat(y, 2), np.arange(80))
    width = [np.mean(high - low) for _, _, low, high in (once, twice, alone)]
    assert width[1] == pytest.approx(width[0], rel=0.02)  # 2 / 3 of 80 is 54 points, and of 40 is 27
    assert width[2] < 0.8 * width[0]
    table = searched(40).assign(**{"regularization.dropout": 0.0})
    both = pd.concat([table, table.assign(**{"regularization.dropout": 0.1})], ignore_index=True)
    both["validation_mean"] += 0.05 * rng.standard_normal(40).repeat(2).reshape(40, 2).T.ravel()
    one, two = (trends(own, {LR: True}) for own in (both.iloc[:40], both))
    assert (two["high"] - two["low"]).mean() == pytest.approx((one["high"] - one["low"]).mean(), rel=0.02)


def test_few_points_few_values_and_what_is_not_known_have_no_curve() -> None:
    assert trends(searched(FEWEST - 1), {LR: True}).empty
    assert len(trends(searched(FEWEST), {LR: True})) == PLACES
    assert trends(searched(40).assign(**{LR: 0.1}), {LR: True}).empty
    assert trends(searched(40).assign(validation_mean=np.nan), {LR: True}).empty
    lacking = pd.concat([searched(20), searched(20, "sgd").drop(columns=LR).assign(**{L2: 0.1})], ignore_index=True)
    assert set(trends(lacking, {LR: True})["family"]) == {"adam"}


def test_whole_numbers_of_which_most_are_alike_have_a_curve_of_their_means() -> None:
    values = np.repeat([1.0, 1000.0, 2000.0], [30, 5, 5])
    table = pd.DataFrame({"family": "adam", LR: values, L2: np.arange(40) / 40, "validation_mean": values / 4000})
    curve = trends(table, {LR: False, L2: False})
    first = curve[curve["axis"] == LR]
    assert first["validation"].iloc[[0, -1]].tolist() == pytest.approx([0.00025, 0.5])
    assert np.isfinite(first["validation"]).all()
