"""Performance profiles after Dolan & More: shares of instances within a factor of the fastest."""

import numpy as np
import pandas as pd
import pytest

from bench.statistics.profiles import performance_profiles, ratios_to_fastest, shares_within

INF = np.inf


@pytest.fixture
def times() -> pd.DataFrame:
    """Four instances: a tie, a factor of 3, one that a never solves, and one that nobody does."""
    return pd.DataFrame({"a": [10, 30, INF, INF], "b": [10, 10, 50, INF], "c": [25, 10, 60, INF]})


def test_ratios_are_to_the_fastest_of_each_instance(times: pd.DataFrame) -> None:
    assert ratios_to_fastest(times).to_numpy().tolist() == [[1, 1, 2.5], [3, 1, 1], [INF, 1, 1.2], [INF, INF, INF]]


def test_profiles_step_up_at_each_ratio_and_end_together_at_the_largest(times: pd.DataFrame) -> None:
    profiles = performance_profiles(ratios_to_fastest(times))
    steps = {m: list(zip(own["tau"], own["share"], strict=True)) for m, own in profiles.groupby("method", sort=False)}
    assert steps == {
        "a": [(1, 0.25), (3, 0.5)],
        "b": [(1, 0.75), (3, 0.75)],
        "c": [(1, 0.25), (1.2, 0.5), (2.5, 0.75), (3, 0.75)],
    }


def test_shares_within_factors_count_what_nobody_solves(times: pd.DataFrame) -> None:
    table = shares_within(ratios_to_fastest(times))
    assert table.columns.tolist() == ["method", "within_1", "within_2", "within_4", "reached"]
    assert table.to_numpy().tolist()[::2] == [["a", 0.25, 0.25, 0.5, 0.5], ["c", 0.25, 0.5, 0.75, 0.75]]


def test_an_instance_without_a_run_of_each_method_takes_no_part() -> None:
    ratios = ratios_to_fastest(pd.DataFrame({"a": [10, np.nan], "b": [20, 5]}))
    assert ratios.to_numpy().tolist() == [[1, 2]]
    assert shares_within(ratios)["reached"].tolist() == [1, 1]


def test_no_time_at_all_is_faster_by_any_factor() -> None:
    assert ratios_to_fastest(pd.DataFrame({"a": [0.0], "b": [0.0], "c": [5.0]})).to_numpy().tolist() == [[1, 1, INF]]


def test_where_nobody_solves_anything_all_shares_are_zero() -> None:
    ratios = ratios_to_fastest(pd.DataFrame({"a": [INF], "b": [INF]}))
    profiles = performance_profiles(ratios)
    assert profiles.to_numpy().tolist() == [["a", 1, 0], ["b", 1, 0]]
    assert performance_profiles(ratios.head(0))["share"].tolist() == [0, 0]
    assert performance_profiles(pd.DataFrame()).empty
