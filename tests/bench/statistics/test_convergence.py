"""Times to the target: misses, divergence, budgets and pairing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.statistics import compare_times, reached_curves, time_to_target
from bench.statistics.convergence import kaplan_meier, median_interval
from tests.bench.statistics.frames import Runs

FAST = [20, 40, 60, 80, 100, 120, 140, 160, 180, 200]
NEVER = [np.nan] * 10


@pytest.fixture
def timed(runs: Runs) -> Runs:
    def make(
        epochs: dict[str, Sequence[float]], accuracies: dict[str, Any] | None = None, **settings: Any
    ) -> pd.DataFrame:
        accuracies = accuracies or {name: [0.9] * len(times) for name, times in epochs.items()}
        return runs(accuracies, epochs=epochs, **settings)

    return make


def test_medians_and_restricted_means_count_misses_at_the_budget(timed: Runs) -> None:
    table = time_to_target(timed({"fast": FAST, "half": FAST[:5] + NEVER[:5], "slow": FAST[:4] + NEVER[:6]}))
    assert table["reached"].tolist() == [10, 5, 4]
    assert table["median"].tolist() == [100, 100, np.inf]
    assert table["restricted_mean"].tolist() == [110, 530, 620]
    assert table["resolution"].tolist() == [20, 20, 20]


def test_the_median_is_kaplan_meiers(timed: Runs) -> None:
    for times in (FAST, FAST[:5] + NEVER[:5], FAST[:7], FAST[:3] + NEVER[:5]):
        censored = np.nan_to_num(np.array(times, dtype=float), nan=1000.0)
        expected = kaplan_meier(censored, np.isfinite(times)).median
        assert time_to_target(timed({"adam": times}))["median"].item() == expected


def test_a_diverged_run_never_reached_the_target_even_if_it_crossed_it_before(timed: Runs) -> None:
    table = timed({"adam": [20, 40, 60]}, {"adam": [0.9, "diverged", "failed"]})
    row = time_to_target(table).iloc[0]
    assert (row["n"], row["reached"], row["restricted_mean"]) == (2, 1, (20 + 1000) / 2)


def test_the_interval_of_the_median_is_exact_and_may_be_open(timed: Runs) -> None:
    times = np.arange(1.0, 11.0)
    low, high = median_interval(times)
    assert (low, high) == (2, 9)  # the printed table of order statistics for n = 10
    assert stats.binom.cdf(1, 10, 0.5) <= 0.025 < stats.binom.cdf(2, 10, 0.5)
    assert median_interval(np.where(times > 8, np.inf, times)) == (2, np.inf)
    assert median_interval([1, 2, 3, 4, 5]) == (0, np.inf)


def test_faster_runs_win_the_paired_comparison_and_swapping_them_flips_it(timed: Runs) -> None:
    table = timed({"fast": FAST, "slow": [t + 100 for t in FAST]})
    fast, slow = table[table["family"] == "fast"], table[table["family"] == "slow"]
    one, other = compare_times(fast, slow), compare_times(slow, fast)
    assert (one["difference"], one["p"], one["n"]) == (-100, 2 ** (1 - 10), 10)
    assert (other["difference"], other["flip_low"]) == (100, 100)
    assert one["logrank"] == pytest.approx(other["logrank"])


def test_an_interval_of_times_does_not_leave_the_budget(timed: Runs) -> None:
    table = timed({"a": [20, 40], "b": [60, 80]})
    found = compare_times(table[table["family"] == "a"], table[table["family"] == "b"])
    assert (found["flip_low"], found["flip_high"]) == (-1000, 1000)


@pytest.mark.parametrize("different", [{"training.epochs": 500}, {"training.checkpoints": 10}])
def test_unequal_budgets_or_checkpoints_are_not_compared(timed: Runs, different: dict[str, int]) -> None:
    found = compare_times(timed({"a": FAST}), timed({"b": FAST}, **different))
    assert not found["comparable"]
    assert np.isnan(found["p"])


def test_curves_start_at_zero_rise_at_each_time_and_end_at_the_budget(timed: Runs) -> None:
    curve = reached_curves(timed({"adam": [20, 20, 60, np.nan]}))
    assert curve[["epochs", "reached"]].to_numpy().tolist() == [[0, 0], [20, 0.5], [60, 0.75], [1000, 0.75]]
