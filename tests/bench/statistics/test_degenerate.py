"""Inputs that break statistics: a defined answer each. Warnings are errors in this test run."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.statistics import (
    FIXED,
    Looks,
    Plan,
    UntilDecided,
    against_reference,
    best_of_k,
    choose,
    compare,
    compare_times,
    comparison_sentence,
    dead,
    edges,
    effects,
    explore,
    judge,
    outdone,
    rank_families,
    reached_curves,
    selection_bias,
    sensitivity,
    sentence,
    summarize,
    time_to_target,
    variance_sources,
)
from bench.statistics.effects import CONTRASTS
from tests.bench.statistics.frames import Runs

PLANS: list[Plan] = [FIXED, Looks(3, 10), UntilDecided(100)]

KINDS: dict[str, tuple[list[Any], str]] = {
    "one seed": ([0.9], "degenerate"),
    "two seeds": ([0.9, 0.8], "inconclusive"),
    "identical seeds": ([1000 / 3000] * 30, "degenerate"),
    "all at the ceiling": ([1.0] * 5, "degenerate"),
    "all at zero": ([0.0] * 5, "degenerate"),
    "all diverged": (["diverged"] * 5, "failed"),
    "all failed": (["failed"] * 5, "failed"),
    "one diverged": (["diverged"], "failed"),
    "one left": (["failed", "failed", 0.9], "degenerate"),
    "not a number": ([np.nan] * 5, "failed"),
    "some not a number": ([np.nan, 0.9, 0.8], "inconclusive"),
    "half diverged": ([0.9, 0.91, "diverged", "diverged"], "inconclusive"),
    "zero and one": ([0.0, 1.0, 0.0, 1.0], "inconclusive"),
}


def use_everything(runs: pd.DataFrame) -> None:
    """Every table and sentence there is; nothing may warn or raise."""
    for plan in PLANS:
        for _, row in judge(runs, 0.85, 0.05, 0.01, tune_runs=runs, plan=plan).iterrows():
            assert sentence(row)
    families = {str(name): own for name, own in runs.groupby("family", sort=False)}
    for a, b in zip(families.values(), [*families.values()][::-1], strict=True):
        assert comparison_sentence(compare(a, b, 0.05, 0.01))
        compare_times(a, b)
    for reference in families:
        assert len(against_reference(runs, reference, 0.05)) == len(families) - 1
    rank_families(runs, 0.05)
    asked = [dict.fromkeys(CONTRASTS, "") | {"family": family, "without": "absent"} for family in families]
    assert len(effects(runs, pd.DataFrame(asked, columns=CONTRASTS), 0.05, 0.01)) >= len(asked)
    for table in (summarize, choose, best_of_k, variance_sources, time_to_target, reached_curves):
        table(runs)
    dead(runs, {family: np.full((3, 3), 1 / 3) for family in families})
    sensitivity(runs, 0.01)
    outdone(runs, 0.01)
    edges(runs, ["training.epochs"], 0.01)
    selection_bias(runs, runs)
    explore(runs, 0.85, 0.05, 0.01)


@pytest.mark.parametrize("case", KINDS)
def test_one_family_has_a_defined_verdict(runs: Runs, case: Any) -> None:
    values, kind = KINDS[case]
    table = runs({"adam": values}, epochs={"adam": [20.0] * len(values)})
    for plan in PLANS[:2]:
        assert judge(table, 0.85, 0.05, 0.01, plan=plan)["kind"].tolist() == [kind]
    use_everything(table)


@pytest.mark.parametrize("case", KINDS)
def test_the_betting_sequence_needs_no_spread_so_that_it_has_a_verdict_wherever_a_run_ended_well(
    runs: Runs, case: Any
) -> None:
    values, kind = KINDS[case]
    far_below = ("identical seeds", "all at zero")
    expected = "failed" if kind == "failed" else "below" if case in far_below else "inconclusive"
    verdict = judge(runs({"adam": values}), 0.85, 0.05, 0.01, plan=UntilDecided(100)).iloc[0]
    assert verdict["kind"] == expected


def test_all_of_them_side_by_side_with_unequal_seeds(runs: Runs) -> None:
    accuracies = {name: values for name, (values, _) in KINDS.items()} | {"fine": [0.86, 0.87, 0.88, 0.89, 0.9]}
    use_everything(runs(accuracies, epochs={name: [np.nan] * len(values) for name, values in accuracies.items()}))


def test_no_runs_at_all(runs: Runs) -> None:
    use_everything(runs({"adam": [0.9]}).iloc[:0])


def test_repeated_index_labels_as_left_by_concatenating_frames(runs: Runs) -> None:
    use_everything(pd.concat([runs({"adam": [0.9, 0.8, 0.85]}), runs({"sgd": [0.7, 0.8, 0.81]})]))


def test_identical_values_are_degenerate_although_their_floating_point_sd_is_not_zero(runs: Runs) -> None:
    values = np.full(30, 2611 / 3000)
    assert values.std(ddof=1) > 0
    row = judge(runs({"adam": values}), 0.85, 0.05, 0.01).iloc[0]
    assert (row["kind"], row["sd"], row["mean"]) == ("degenerate", 0.0, 2611 / 3000)
    unknown = ["p_adjusted", "p_equal_adjusted", "low", "high", "effect", "word_low", "word_high", "seeds_needed"]
    assert np.isnan(row[unknown].astype(float)).all()
    assert not row["fragile"]


def test_a_degenerate_or_failed_family_still_counts_in_the_correction(runs: Runs) -> None:
    sample = [0.86, 0.861, 0.859, 0.862, 0.858]
    table = judge(runs({"adam": sample, "stuck": [0.9] * 5, "broken": ["failed"] * 5}), 0.85, 0.05, 0.01)
    assert table["p_adjusted"].iloc[0] == pytest.approx(3 * stats.ttest_1samp(sample, 0.85).pvalue)
    assert (table["word_confidence"] == 1 - 0.05 / 3).all()
    assert table["kind"].tolist() == ["above", "degenerate", "failed"]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
@pytest.mark.parametrize("accuracy", [0.0, 0.005, 0.995, 1.0])
def test_a_baseline_at_the_edge_of_what_is_possible(runs: Runs, accuracy: float, plan: Plan) -> None:
    table = judge(runs({"few": [0.99, 1.0, 1.0, 0.995], "many": [0.99, 1.0] * 300}), accuracy, 0.05, 0.01, plan=plan)
    assert (table[["low", "word_low", "betting_low"]] >= 0).all(axis=None)
    assert (table[["high", "word_high", "betting_high"]] <= 1).all(axis=None)
    # 600 seeds of mean .995 and sd .005 decide everything: they lie a thousand standard errors from 0.
    decided = {0.0: "above", 0.005: "above", 0.995: "practically equal", 1.0: "below"}
    assert table["kind"].iloc[1] == decided[accuracy]
    assert all(sentence(row) for _, row in table.iterrows())
