"""Times to the target: misses, divergence, budgets and pairing."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.statistics import compare_times, reached_curves, time_to_target
from bench.statistics.convergence import kaplan_meier, logrank, median_interval
from tests.bench.statistics.frames import Runs
from tests.bench.statistics.rows import check_row, check_rows

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


def test_a_median_of_exactly_one_half_is_not_lost_to_rounding() -> None:
    # Left after 30: 8/10, then 7/10, 6/10 and, at 110, 5/10; as a product of floats that is .5000000000000001.
    times = [150, 110, 30, 70, 240, 30, 300, 300, 160, 70]
    assert kaplan_meier(times, np.array(times) < 300).median == 110


def survival(times: Sequence[float], reached: Sequence[bool]) -> dict[float, Fraction]:
    """Kaplan and Meier's estimate at each time, word for word."""
    share, found = Fraction(1), {}
    for t in sorted(set(times)):
        at_risk = sum(other >= t for other in times)
        events = sum(other == t and hit for other, hit in zip(times, reached, strict=True))
        share *= 1 - Fraction(events, at_risk)
        found[t] = share
    return found


@pytest.mark.parametrize("budget", [300, None])
def test_medians_and_shares_are_exact_by_brute_force(budget: int | None) -> None:
    generator = np.random.default_rng(0)
    halves = 0
    for _ in range(1500):
        n = generator.integers(1, 25)
        times = generator.integers(1, 40, n) * 10
        reached = generator.random(n) < 0.7 if budget is None else times < budget
        times = times if budget is None else np.minimum(times, budget)
        expected = survival(times.tolist(), reached.tolist())
        found = kaplan_meier(times, reached)
        assert dict(zip(found.epochs.tolist(), found.shares, strict=True)) == expected
        assert found.median == next((t for t, share in expected.items() if share <= Fraction(1, 2)), np.inf)
        if budget is not None:  # half of them are done, as one counts
            assert found.median == np.sort(np.where(reached, times, np.inf))[(n - 1) // 2]
        halves += Fraction(1, 2) in expected.values()
    assert halves > 100  # else nothing was tried


def test_survival_is_scipys() -> None:
    generator = np.random.default_rng(1)
    times, reached = generator.integers(1, 20, 60).astype(float), generator.random(60) < 0.6
    expected = stats.ecdf(stats.CensoredData(uncensored=times[reached], right=times[~reached])).sf
    found = kaplan_meier(times, reached)
    assert found.epochs.tolist() == expected.quantiles.tolist()
    assert found.missing == pytest.approx(expected.probabilities)


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
    assert median_interval([1, 2, 3, 4, 5], 1 / 16) == (1, 5)  # at exactly 15 / 16


@pytest.mark.parametrize("alpha", [0.05, 0.05 / 7, 0.125, 0.5])
@pytest.mark.parametrize("n", [0, 1, 2, 4, 7, 30, 301])
def test_the_interval_of_the_median_is_the_shortest_that_covers(n: int, alpha: float) -> None:
    rank = int(median_interval(np.arange(1.0, n + 1), alpha)[0])
    tails = np.concatenate([[0.0], stats.binom.cdf(np.arange(n), n, 0.5)])  # P(fewer than 0, 1, 2, ... lie below)
    rounding = 1e-12
    assert tails[rank] <= alpha / 2 + rounding
    assert n == 0 or tails[rank + 1] > alpha / 2 - rounding


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


def test_t_intervals_of_times_do_not_leave_the_budget(timed: Runs) -> None:
    table = timed({"a": [0, 1000], "b": [1000, 0]})
    row = time_to_target(table).iloc[0]
    assert stats.t.interval(0.95, 1, 500, 500) == pytest.approx((-5853.1, 6853.1), abs=0.1)  # abs: what is printed
    assert (row["restricted_mean"], row["restricted_low"], row["restricted_high"]) == (500, 0, 1000)
    found = compare_times(table[table["family"] == "a"], table[table["family"] == "b"])
    assert (found["difference"], found["low"], found["high"]) == (0, -1000, 1000)


def test_t_intervals_of_times_within_the_budget_are_scipys(timed: Runs) -> None:
    table = timed({"a": FAST, "b": [t + 100 + (t % 3) for t in FAST]})
    row = time_to_target(table).iloc[0]
    expected = stats.ttest_1samp(FAST, 0).confidence_interval()
    assert (row["restricted_low"], row["restricted_high"]) == pytest.approx((expected.low, expected.high))
    found = compare_times(table[table["family"] == "a"], table[table["family"] == "b"])
    expected = stats.ttest_1samp([-100 - (t % 3) for t in FAST], 0).confidence_interval()
    assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("different", [{"training.epochs": 500}, {"training.checkpoints": 10}])
def test_unequal_budgets_or_checkpoints_are_not_compared(timed: Runs, different: dict[str, int]) -> None:
    found = compare_times(timed({"a": FAST}), timed({"b": FAST}, **different))
    assert not found["comparable"]
    assert np.isnan(found["p"])


def test_shares_of_a_curve_are_the_fractions_that_one_counts(timed: Runs) -> None:
    curve = reached_curves(timed({"adam": [20, 40, 60, 80, 100, 120, 140, np.nan, np.nan, np.nan]}))
    assert curve["reached"].tolist() == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.7]


def test_curves_start_at_zero_rise_at_each_time_and_end_at_the_budget(timed: Runs) -> None:
    curve = reached_curves(timed({"adam": [20, 20, 60, np.nan]}))
    assert curve[["epochs", "reached"]].to_numpy().tolist() == [[0, 0], [20, 0.5], [60, 0.75], [1000, 0.75]]


def test_times_to_the_target_are_described_in_full(timed: Runs) -> None:
    table = timed(
        {"sgd|lr 1": [20, 40, 60, 80, 100], "adam|lr 2": [30, np.nan, 10, 50, 70]},
        {"sgd|lr 1": [0.9] * 4 + ["diverged"], "adam|lr 2": [0.9] * 4 + ["failed"]},
        **{"training.epochs": 400, "training.checkpoints": 8},
    )
    found = time_to_target(table, 1 / 16)  # at 15 / 16 the smallest and the largest of 5
    intervals = [
        stats.ttest_1samp(times, 0).confidence_interval(15 / 16) for times in ([20, 40, 60, 80, 400], [30, 400, 10, 50])
    ]
    assert intervals[0].low < 0
    assert intervals[1].low < 0
    check_rows(
        found,
        [
            {
                "family": "sgd", "configuration": "lr 1", "n": 5, "reached": 4, "median": 60.0,
                "median_low": 20.0, "median_high": np.inf, "restricted_mean": 120.0, "restricted_low": 0.0,
                "restricted_high": float(intervals[0].high), "budget": 400.0, "resolution": 50.0,
            },
            {
                "family": "adam", "configuration": "lr 2", "n": 4, "reached": 3, "median": 30.0,
                "median_low": 0.0, "median_high": np.inf, "restricted_mean": 122.5, "restricted_low": 0.0,
                "restricted_high": min(400.0, float(intervals[1].high)), "budget": 400.0, "resolution": 50.0,
            },
        ],
    )  # fmt: skip


def test_without_a_counted_run_no_time_is_known(timed: Runs) -> None:
    [row] = time_to_target(timed({"adam": [20, 40]}, {"adam": ["failed", "failed"]})).to_dict("records")
    assert (row["n"], row["reached"], row["median_low"], row["median_high"]) == (0, 0, 0, np.inf)
    assert np.isnan([row["median"], row["restricted_mean"], row["restricted_low"], row["restricted_high"]]).all()


def test_the_interval_of_the_median_of_two_thousand_times_is_the_shortest_that_covers() -> None:
    rank = int(median_interval(np.arange(1.0, 2001))[0])  # binomial coefficients of 600 digits
    assert stats.binom.cdf(rank - 1, 2000, 0.5) <= 0.025 < stats.binom.cdf(rank, 2000, 0.5)


def test_curves_are_those_of_each_configuration_in_grid_order(timed: Runs) -> None:
    table = timed(
        {"sgd|lr 2": [40, 20, 30], "sgd|lr 1": [10, 1000, 5], "adam|": [0, 20], "lost|": [20]},
        {
            "sgd|lr 2": [0.9, 0.9, "failed"],
            "sgd|lr 1": [0.9, 0.9, "diverged"],
            "adam|": [0.9, 0.9],
            "lost|": ["failed"],
        },
    )
    curves = reached_curves(table)
    assert curves.columns.tolist() == ["family", "configuration", "epochs", "reached"]
    assert curves.to_numpy().tolist() == [
        ["sgd", "lr 2", 0, 0], ["sgd", "lr 2", 20, 1 / 2], ["sgd", "lr 2", 40, 1], ["sgd", "lr 2", 1000, 1],
        ["sgd", "lr 1", 0, 0], ["sgd", "lr 1", 10, 1 / 3], ["sgd", "lr 1", 1000, 2 / 3],
        ["adam", "", 0, 1 / 2], ["adam", "", 20, 1], ["adam", "", 1000, 1],  # one began at the target
    ]  # fmt: skip
    assert curves.index.tolist() == list(range(10))
    nothing = reached_curves(table[table["status"] == "failed"])
    assert nothing.empty
    assert nothing.columns.tolist() == ["family", "configuration", "epochs", "reached"]


def test_every_number_of_a_comparison_of_times(timed: Runs) -> None:
    table = timed(
        {"a": [20, 40, np.nan, 80, 100, 120, 60], "b": [100, 110, 300, np.nan, 250, 160, 40]},
        {"a": [0.9] * 6 + ["failed"], "b": [0.9] * 7},
        **{"training.epochs": 400},
    )
    found = compare_times(table[table["family"] == "a"], table[table["family"] == "b"].iloc[::-1], 0.1)
    differences = [-80, -70, 100, -320, -150, -40]  # what missed has 400
    t = stats.ttest_1samp(differences, 0).confidence_interval(0.9)
    one = stats.CensoredData(uncensored=np.array([20.0, 40, 80, 100, 120]), right=np.array([400.0]))
    other = stats.CensoredData(uncensored=np.array([100.0, 110, 300, 250, 160]), right=np.array([400.0]))
    expected = stats.logrank(one, other)
    signs = np.array(list(product([1, -1], repeat=6)))
    extreme = np.abs(signs @ differences) >= abs(sum(differences))
    # Subsets' means: 3 of 64 are at most the lower bound, 3 at least the upper one (Hartigan).
    means = sorted(np.mean(np.array(differences)[np.array(s) > 0]) for s in signs if (np.array(s) > 0).any())
    check_row(
        found,
        {
            "n": 6, "difference": sum(differences) / 6, "low": float(t.low), "high": float(t.high),
            "p": float(extreme.mean()), "flip_low": float(means[2]), "flip_high": float(means[-3]),
            "logrank": float(expected.statistic**2), "logrank_p": float(expected.pvalue), "comparable": True,
        },
    )  # fmt: skip


def test_runs_that_are_not_comparable_have_a_row_without_numbers(timed: Runs) -> None:
    a, b = timed({"a": FAST}), timed({"b": FAST})
    nothing = dict.fromkeys(["difference", "low", "high", "p", "flip_low", "flip_high", "logrank", "logrank_p"], np.nan)
    for other in (b.iloc[:0], b.assign(seed=b["seed"] + 100), b.assign(**{"training.epochs": 500})):
        for found in (compare_times(a, other), compare_times(other, a)):
            check_row(found, {"n": 0} | nothing | {"comparable": False})


def test_whether_a_run_reached_the_target_may_be_1_or_0() -> None:
    times, reached = [20, 40, 60, 80], [1, 0, 1, 1]
    others, hit = [50, 60, 70, 90], [1, 1, 0, 1]
    flags, hits = [bool(r) for r in reached], [bool(h) for h in hit]
    assert logrank(times, reached, others, hit) == logrank(times, flags, others, hits)
    assert kaplan_meier(times, reached).shares == kaplan_meier(times, flags).shares


def test_one_run_has_a_time_and_one_pair_a_difference(timed: Runs) -> None:
    a, b = timed({"a": [40]}), timed({"b": [100]})
    [row] = time_to_target(a).to_dict("records")
    assert (row["n"], row["median"], row["restricted_mean"], row["budget"], row["resolution"]) == (1, 40, 40, 1000, 20)
    assert np.isnan([row["restricted_low"], row["restricted_high"]]).all()
    found = compare_times(a, b)
    assert (found["n"], found["difference"], found["p"], found["comparable"]) == (1, -60, 1, True)
    assert np.isnan([found["low"], found["high"]]).all()


def test_more_flips_are_sampled_for_a_smaller_alpha(timed: Runs) -> None:
    times = list(range(20, 520, 20))
    a, b = timed({"a": times}), timed({"b": [t + 5 + t // 100 for t in times]})
    for alpha, flips in ((0.05, 20_000), (0.01, 100_000)):
        assert compare_times(a, b, alpha)["p"] == pytest.approx(2 / (2 * flips + 2))  # a is faster on all 25 seeds


def test_without_runs_there_are_no_times(timed: Runs) -> None:
    some = time_to_target(timed({"a": FAST}))
    none = time_to_target(timed({"a": FAST}).iloc[:0])
    assert none.empty
    assert none.columns.tolist() == some.columns.tolist()
