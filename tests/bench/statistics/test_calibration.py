"""Size and coverage of the procedures, by simulation with fixed seeds.

Bounds are 3 Monte-Carlo standard errors: sqrt(p (1 - p) / replicates) around p.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.statistics import choose, judge
from bench.statistics.calibration import (
    COLUMNS,
    TRUTH,
    calibrate,
    collapsing,
    normal,
    simulated_runs,
    skewed,
    t_calibration,
)
from bench.statistics.means import estimate_of, t_test

REPLICATES = 20_000


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return calibrate((10, 30), families=8, replicates=8_000, slow_replicates=250, seed=1).set_index(
        ["procedure", "distribution", "n"]
    )


def agree(measured: Any, expected: float, replicates: float, rounding: float = 0.0) -> bool:
    error = 3 * np.sqrt(expected * (1 - expected) / replicates)
    return bool(measured == pytest.approx(expected, abs=error + rounding))


def row(table: pd.DataFrame, procedure: str, distribution: str, n: int) -> pd.Series[Any]:
    found: pd.Series[Any] = table.loc[(procedure, distribution, n)]  # type: ignore[index]  # stubs know two levels
    return found


@pytest.mark.parametrize("n", [10, 30])
def test_on_normal_data_the_t_test_and_its_interval_do_what_they_say(table: pd.DataFrame, n: int) -> None:
    test, interval = row(table, "t test", "normal", n), row(table, "t interval", "normal", n)
    assert agree(test["measured"], 0.05, test["replicates"])
    assert agree(interval["measured"], 0.95, interval["replicates"])


def test_what_a_report_simulates_agrees_with_the_whole_calibration(table: pd.DataFrame) -> None:
    for _, quick in t_calibration(10, 0.05, REPLICATES).iterrows():
        test, interval = (row(table, name, quick["distribution"], 10) for name in ("t test", "t interval"))
        assert agree(quick["size"], test["measured"], test["replicates"] / 2)  # both are simulated
        assert agree(quick["coverage"], interval["measured"], interval["replicates"] / 2)


@pytest.mark.parametrize("n", [10, 30])
def test_practically_equal_is_said_wrongly_at_most_as_often_as_allowed(table: pd.DataFrame, n: int) -> None:
    for distribution in ("normal", "skewed", "collapsing"):
        found = row(table, "practically equal (TOST)", distribution, n)
        assert found["measured"] <= 0.05 + 3 * found["standard_error"]


# The sizes below were recomputed to three digits when the harness was planned: half a unit of rounding.
@pytest.mark.parametrize(
    ("draw", "n", "size"),
    [
        (normal, 10, 0.049),
        (normal, 30, 0.049),
        (skewed, 10, 0.069),
        (skewed, 30, 0.062),
    ],
)
def test_one_sided_size_of_the_t_test_is_as_documented(draw: Any, n: int, size: float) -> None:
    values = draw(np.random.default_rng(n), (REPLICATES, n))
    measured = np.mean(estimate_of(values).p_not_above(TRUTH) <= 0.05)
    # The documented value comes from a simulation too, of unknown size: allow it the same error once more.
    assert agree(measured, size, REPLICATES / 2, rounding=0.0005)


@pytest.mark.parametrize(("n", "coverage"), [(10, 0.946), (30, 0.949)])
def test_coverage_of_the_t_interval_on_skewed_data_is_as_documented(
    table: pd.DataFrame, n: int, coverage: float
) -> None:
    found = row(table, "t interval", "skewed", n)
    assert agree(found["measured"], coverage, found["replicates"] / 2, rounding=0.0005)


@pytest.mark.parametrize(("n", "size"), [(10, 0.60), (30, 0.21)])
def test_collapsing_seeds_break_the_t_test_as_documented(n: int, size: float) -> None:
    values = collapsing(np.random.default_rng(n), (REPLICATES, n))
    measured = np.mean(t_test(values, TRUTH) <= 0.05)
    assert agree(measured, size, REPLICATES, rounding=0.005)  # documented with two digits
    assert agree(measured, 0.95**n, REPLICATES, rounding=0.01)  # the chance that no seed collapsed, almost


@pytest.mark.parametrize("n", [10, 30])
def test_sign_flips_keep_their_level_whatever_the_distribution(table: pd.DataFrame, n: int) -> None:
    for distribution in ("normal", "skewed", "collapsing"):
        test = row(table, "A or B (sign flips)", distribution, n)
        interval = row(table, "A minus B (sign-flip interval)", distribution, n)
        assert test["measured"] <= 0.05 + 3 * test["standard_error"]
        assert interval["measured"] >= 0.95 - 3 * interval["standard_error"]


@pytest.mark.parametrize("n", [10, 30])
@pytest.mark.parametrize("procedure", ["Holm, 8 families", "max-T, 7 against one"])
def test_corrections_keep_the_family_wise_error_of_families_that_share_seeds(
    table: pd.DataFrame, procedure: str, n: int
) -> None:
    found = row(table, procedure, "normal, shared seeds", n)
    assert 0 < found["measured"] <= 0.05 + 3 * found["standard_error"]


@pytest.mark.parametrize("distribution", ["normal", "skewed", "collapsing"])
def test_the_betting_sequence_covers_at_every_n_at_once_and_whenever_one_stops(
    table: pd.DataFrame, distribution: str
) -> None:
    assert row(table, "betting sequence, at every n", distribution, 1000)["measured"] >= 0.95
    assert row(table, "betting sequence, stopped at will", distribution, 1000)["measured"] <= 0.05


@pytest.mark.parametrize("distribution", ["normal", "skewed", "collapsing"])
def test_the_t_test_stopped_at_will_is_broken_which_is_why_it_is_not_used_so(
    table: pd.DataFrame, distribution: str
) -> None:
    found = row(table, "t test, stopped at will (never done here)", distribution, 1000)
    assert found["measured"] > 0.05 + 3 * found["standard_error"]
    assert not found["holds"]


@pytest.mark.parametrize("n", [10, 30])
def test_choosing_among_equals_and_judging_on_fresh_seeds_is_honest(table: pd.DataFrame, n: int) -> None:
    found = row(table, "best of 50 chosen, then judged on fresh seeds", "normal", n)
    assert found["measured"] <= 0.025 + 3 * found["standard_error"]


def test_judging_on_the_seeds_used_for_choosing_is_not() -> None:
    replicates = 1000
    generator = np.random.default_rng(2)
    searches = pd.MultiIndex.from_product([[f"search {i}" for i in range(replicates)], range(50)])
    tune = simulated_runs(generator, "tune", searches, 10)
    best = tune.merge(choose(tune)[["family", "configuration"]])
    values = best["test_accuracy"].to_numpy().reshape(replicates, 10)
    naive = np.mean(estimate_of(values).p_not_above(TRUTH) <= 0.05)
    assert agree(naive, 0.77, replicates, rounding=0.005)  # documented with two digits
    excess = values.mean(axis=1) - TRUTH
    error = excess.std(ddof=1) / np.sqrt(replicates)
    assert excess.mean() == pytest.approx(0.0071, abs=3 * error + 0.00005)


def test_a_real_difference_is_still_found_after_choosing() -> None:
    # The other side of honesty: were verdicts never "above", the tests before this one would pass as well.
    generator = np.random.default_rng(3)
    searched = pd.MultiIndex.from_product([["search"], range(50)])
    tune = simulated_runs(generator, "tune", searched, 10)
    best = pd.MultiIndex.from_frame(choose(tune)[["family", "configuration"]])
    confirm = simulated_runs(generator, "confirm", best, 10)
    assert judge(confirm, TRUTH - 0.03, 0.05, 0.01)["kind"].tolist() == ["above"]
    assert judge(confirm, TRUTH + 0.03, 0.05, 0.01)["kind"].tolist() == ["below"]


def test_the_table_is_the_same_for_the_same_seed_and_says_what_holds() -> None:
    small = {"replicates": 100, "slow_replicates": 5, "families": 2}
    one, other = calibrate((5,), **small, seed=3), calibrate((5,), **small, seed=3)
    pd.testing.assert_frame_equal(one, other)
    assert one.columns.tolist() == COLUMNS
    assert not one.equals(calibrate((5,), **small, seed=4))


def test_a_report_with_one_family_has_no_comparisons_to_calibrate() -> None:
    table = calibrate((5,), families=1, replicates=100, slow_replicates=5)
    assert not table["procedure"].str.contains("max-T").any()
