"""Verdicts: words, the intervals beside them, sentences, and what changes them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.statistics import choose, decided, explore, judge, sentence, summarize
from bench.statistics.claims import claim_of
from bench.statistics.means import estimate_of, holm, holm_levels
from tests.bench.statistics.frames import Runs

ASKED: dict[str, Any] = {"accuracy": 0.85, "alpha": 0.05, "margin": 0.01}


def sample(mean: float, sd: float = 0.01, n: int = 30) -> list[float]:
    """n accuracies on 3000 points with about this mean and sd, symmetric, without chance."""
    wave = np.sin(np.arange(n) * 2 * np.pi / n + 0.1)
    return list(np.round((mean + sd * np.sqrt(2) * wave) * 3000) / 3000)


def verdict(runs: Runs, values: Any, **asked: Any) -> pd.Series[Any]:
    return judge(runs({"adam": values}), **ASKED | asked).iloc[0]


@pytest.mark.parametrize(
    ("mean", "sd", "word"),
    [
        (0.87, 0.01, "above"),
        (0.83, 0.01, "below"),
        (0.855, 0.005, "above, but by less than the margin"),
        (0.845, 0.005, "below, but by less than the margin"),
        (0.85, 0.01, "practically equal"),
    ],
)
def test_the_word_follows_from_mean_and_spread(runs: Runs, mean: float, sd: float, word: str) -> None:
    assert verdict(runs, sample(mean, sd))["word"] == word


def test_too_few_seeds_are_inconclusive_and_say_how_many_more_it_takes(runs: Runs) -> None:
    found = verdict(runs, sample(0.86, 0.05, n=10))
    assert re.fullmatch(r"inconclusive \(about [\d,]+ more seeds\)", found["word"])
    needed = 10 + int(found["more_seeds"])
    enough = estimate_of(sample(0.86, 0.05, n=needed))
    assert enough.mean - 0.85 > 2.5 * enough.error  # power 0.8 puts the estimate 2.8 errors away


def test_a_mean_hardly_different_from_the_baseline_needs_too_many_seeds_to_count_them(runs: Runs) -> None:
    assert verdict(runs, sample(0.8501, 0.1), margin=0.0)["word"] == "inconclusive (more seeds than are practical)"


def test_flipping_the_data_around_the_baseline_flips_word_direction_and_sentence(runs: Runs) -> None:
    values = np.array(sample(0.87))
    up, down = verdict(runs, values), verdict(runs, 2 * 0.85 - values)
    assert (up["kind"], down["kind"]) == ("above", "below")
    assert (up["direction"], down["direction"]) == ("above", "below")
    assert up["p"] == pytest.approx(down["p"])
    assert up["effect"] == pytest.approx(-down["effect"])
    assert ": above 85.0 %" in sentence(up)
    assert ": below 85.0 %" in sentence(down)


def test_shifting_the_data_changes_the_sentence_to_what_it_now_entails(runs: Runs) -> None:
    said = [sentence(verdict(runs, np.array(sample(0.83, 0.005)) + shift)) for shift in (0, 0.015, 0.02, 0.025, 0.04)]
    assert [re.findall(r"\): (.*?);", s)[0] for s in said] == [
        "below 85.0 %",
        "below 85.0 %, but by less than 1 point",
        "practically equal to 85.0 %, that is, within 1 point of it",
        "above 85.0 %, but by less than 1 point",
        "above 85.0 %",
    ]


def test_the_sentence_holds_the_computed_numbers(runs: Runs) -> None:
    said = sentence(verdict(runs, [*sample(0.87, n=28), 0.84, "diverged", "failed"], alpha=0.05))
    assert said.startswith("adam: 85.1 % on average over 30 seeds (95 % interval ")
    assert "28 of 30 seeds reached 85.0 %" in said
    assert "the worst gave 33.3 %" in said
    assert "1 of 31 runs failed and are missing; 1 of 31 runs diverged and count at chance" in said


def test_a_bound_next_to_the_baseline_is_printed_with_enough_digits_to_tell_them_apart(runs: Runs) -> None:
    row = dict(verdict(runs, sample(0.87)))
    assert "interval 85.002 % to 87.0 %" in sentence(row | {"word_low": 0.85002, "word_high": 0.87})


def test_permuting_families_and_runs_changes_nothing(runs: Runs) -> None:
    table = runs({"sgd": sample(0.853, 0.01), "adam": sample(0.87), "momentum": [*sample(0.85, n=29), "diverged"]})
    shuffled = table.sample(frac=1, random_state=1)
    one = judge(table, **ASKED).set_index("family")
    other = judge(shuffled, **ASKED).set_index("family").loc[one.index]
    # rtol: sums in another order differ in the last bits
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)
    assert decided(table, **ASKED) == decided(shuffled, **ASKED)


def test_words_and_intervals_agree_for_random_families(runs: Runs) -> None:
    generator = np.random.default_rng(3)
    for _ in range(60):
        families = {
            f"family {i}": generator.normal(
                0.85 + generator.choice([0, 0.003, 0.008]), generator.choice([0.004, 0.02]), 12
            )
            for i in range(generator.integers(1, 6))
        }
        for _, row in judge(runs(families), **ASKED).iterrows():
            low, high = row["word_low"], row["word_high"]
            assert (low > 0.85) == (row["kind"] == "above")
            assert (high < 0.85) == (row["kind"] == "below")
            assert (low > 0.84 and high < 0.86) == row["within_margin"]
            assert (row["p_holm"] <= 0.05) == (row["kind"] in ("above", "below"))
            assert (row["tost_p_holm"] <= 0.05) == row["within_margin"]
            assert row["within_margin"] == ("margin" in row["word"] or row["kind"] == "practically equal")


def test_neither_the_plain_nor_the_bonferroni_interval_would_agree_with_holm(runs: Runs) -> None:
    # Holm rejects the second of two at alpha, where the interval at 1 - alpha / 2 contains the baseline.
    table = judge(runs({"a": sample(0.87), "b": sample(0.8545, 0.0115)}), **ASKED | {"margin": 0.0})
    b = table.iloc[1]
    assert b["kind"] == "above"
    assert b["low_simultaneous"] < 0.85 < b["word_low"]
    # And beside an undecided family it rejects nothing at alpha, where the interval at 1 - alpha excludes it.
    table = judge(runs({"a": sample(0.85), "b": sample(0.8545, 0.0115)}), **ASKED | {"margin": 0.0})
    b = table.iloc[1]
    assert b["kind"] == "inconclusive"
    assert b["word_low"] < 0.85 < b["low"]


def test_holms_levels_are_what_holm_compared_each_p_with() -> None:
    p = np.array([0.001, 0.02, 0.03, 0.5, 0.001])
    levels = holm_levels(p, 0.05)
    assert ((p <= levels) == (holm(p) <= 0.05)).all()
    assert levels == pytest.approx([0.05 / 5, 0.05 / 3, 0.05 / 3, 0.05 / 3, 0.05 / 5])


def test_more_families_make_every_verdict_harder(runs: Runs) -> None:
    marginal = sample(0.8545, 0.0115)
    alone = verdict(runs, marginal)
    crowd = judge(runs({"adam": marginal} | {f"sgd {i}": sample(0.85, 0.03) for i in range(5)}), **ASKED).iloc[0]
    assert alone["kind"] == "above"
    assert crowd["kind"] != "above"
    assert (
        crowd["high_simultaneous"] - crowd["low_simultaneous"] > alone["high_simultaneous"] - alone["low_simultaneous"]
    )
    assert crowd["betting_high"] - crowd["betting_low"] > alone["betting_high"] - alone["betting_low"]


def test_diverged_runs_count_at_chance_and_failed_ones_are_missing(runs: Runs) -> None:
    found = verdict(runs, [0.9, 0.8, "diverged", "failed"])
    assert (found["n"], found["n_ok"], found["n_diverged"], found["n_failed"]) == (4, 2, 1, 1)
    assert found["mean"] == pytest.approx((0.9 + 0.8 + 1 / 3) / 3)
    assert found["minimum"] == pytest.approx(1 / 3)
    assert (found["reached"], found["share_above"]) == (1, pytest.approx(1 / 3))


def test_reaching_the_baseline_is_counted_in_whole_test_points(runs: Runs) -> None:
    # 0.85 of 3000 points is 2550 points; in float32 that is 0.8500000238, one point less is 0.84966665.
    values = [float(np.float32(2550 / 3000)), float(np.float32(2549 / 3000))]
    assert verdict(runs, values)["reached"] == 1


def test_tune_runs_are_not_judged(runs: Runs) -> None:
    with pytest.raises(ValueError, match="judged on others"):
        judge(runs({"adam": sample(0.87)}, stage="tune"), **ASKED)


def test_two_configurations_of_a_family_are_not_pooled(runs: Runs) -> None:
    with pytest.raises(ValueError, match="'adam' has confirm runs of several configurations"):
        judge(runs({"adam|lr 1": sample(0.87), "adam|lr 2": sample(0.87)}), **ASKED)


def test_the_tune_estimate_stands_beside_the_confirm_estimate_where_there_is_one(runs: Runs) -> None:
    confirm = runs({"adam|lr 1": sample(0.87), "sgd|": sample(0.85)})
    tune = runs({"adam|lr 1": [0.9, 0.92], "adam|lr 2": [0.5, 0.5]}, stage="tune")
    table = judge(confirm, **ASKED, tune_runs=tune)
    assert table["tune_mean"].tolist() == [pytest.approx(0.91), pytest.approx(np.nan, nan_ok=True)]


def test_exploration_judges_every_configuration_on_tune_runs_with_holm_over_all(runs: Runs) -> None:
    tune = runs(
        {"adam|lr 1": sample(0.87), "adam|lr 2": sample(0.83), "sgd|lr 1": sample(0.8545, 0.0115)}, stage="tune"
    )
    table = explore(tune, **ASKED)
    assert table["kind"].tolist() == ["above", "below", "above"]
    assert (table["families"] == 3).all()
    assert table["p_holm"].to_numpy() == pytest.approx(holm(table["p"]))


def test_the_summary_rests_on_tune_runs_and_on_confirm_runs_only_where_there_are_no_others(runs: Runs) -> None:
    tune = runs({"adam|lr 1": [0.8, 0.9], "adam|lr 2": [0.7, 0.7]}, stage="tune")
    confirm = runs({"adam|lr 1": [0.1, 0.2], "sgd|": [0.6, 0.8]})
    table = summarize(pd.concat([tune, confirm], ignore_index=True))
    assert table[["family", "configuration"]].to_numpy().tolist() == [["adam", "lr 1"], ["adam", "lr 2"], ["sgd", ""]]
    assert table["mean"].to_numpy() == pytest.approx([0.85, 0.7, 0.7])
    assert table["minimum"].to_numpy() == pytest.approx([0.8, 0.7, 0.6])


def test_the_summary_counts_misses_and_divergence_in_share_and_median_of_the_time_to_target(runs: Runs) -> None:
    table = summarize(
        runs(
            {"adam": [0.9, 0.9, 0.9, "diverged", "failed"], "sgd": [0.9, 0.9, 0.9, 0.9, "diverged"]},
            epochs={"adam": [20, 40, np.nan, 60, 80], "sgd": [20, np.nan, np.nan, 60, 10]},
        )
    )
    assert table["reached"].tolist() == [0.5, 0.4]
    assert table["epochs_median"].tolist() == [40, np.inf]


def test_a_claim_takes_each_bound_at_the_level_of_what_it_supports() -> None:
    found = estimate_of(sample(0.855, 0.005))
    made = claim_of(found.lower, found.upper, 0.85, 0.01, 0.05, 0.05)
    assert (made.low, made.high) == (found.lower(0.025), found.upper(0.05))
    assert made.confidence == pytest.approx(0.925)
    made = claim_of(found.lower, found.upper, 0.8551, 0.01, 0.05, 0.05)
    assert made.kind.word == "practically equal"
    assert made.confidence == pytest.approx(0.95)
    assert made.low < 0.8551 < made.high


def test_the_sequence_decides_above_below_and_within_when_there_are_enough_seeds(runs: Runs) -> None:
    table = runs(
        {
            "up": sample(0.88, n=600),
            "down": sample(0.82, n=600),
            "same": sample(0.85, 0.002, n=600),
            "new": sample(0.88),
        }
    )
    assert decided(table, **ASKED) == {"up": "above", "down": "below", "same": "within", "new": "undecided"}


def test_the_configuration_with_the_highest_mean_validation_accuracy_is_chosen(runs: Runs) -> None:
    tune = runs(
        {"adam|lr 1": [0.9, 0.9], "adam|lr 2": [0.7, 0.7], "sgd|lr 1": [0.5, 0.6]},
        validation={"adam|lr 1": [0.8, 0.8], "adam|lr 2": [0.85, 0.81], "sgd|lr 1": [0.4, 0.5]},
        stage="tune",
    )
    table = choose(tune)
    assert table[["family", "configuration"]].to_numpy().tolist() == [["adam", "lr 2"], ["sgd", "lr 1"]]
    assert table["validation_mean"].to_numpy() == pytest.approx([0.83, 0.45])
    assert table["n"].tolist() == [2, 2]
    assert table["complete"].all()


def test_a_diverged_run_counts_at_chance_when_choosing(runs: Runs) -> None:
    tune = runs({"adam|bold": [0.95, 0.95, "diverged"], "adam|safe": [0.8, 0.8, 0.8]}, stage="tune")
    assert choose(tune)["configuration"].tolist() == ["safe"]


def test_ties_go_to_the_lower_loss_and_then_to_grid_order(runs: Runs) -> None:
    tune = runs({"adam|a": [0.8, 0.9], "adam|b": [0.9, 0.8], "adam|c": [0.8, 0.9]}, stage="tune")
    assert choose(tune)["configuration"].tolist() == ["a"]
    tune.loc[tune["configuration"] == "c", "validation_data_loss"] = 0.01
    assert choose(tune)["configuration"].tolist() == ["c"]
    tied = runs({"adam|a": [1 / 3, "diverged"], "adam|b": [1 / 3, 1 / 3]}, stage="tune")
    assert choose(tied)["configuration"].tolist() == ["b"]  # a diverged run has an infinite loss


def test_the_order_of_seeds_does_not_decide_a_tie(runs: Runs) -> None:
    values = list(np.round(np.random.default_rng(0).random(9), 3))
    tune = runs({"adam|a": values, "adam|b": values[::-1], "adam|c": sorted(values)}, stage="tune")
    tune["validation_data_loss"] = 0.5
    assert choose(tune)["configuration"].tolist() == ["a"]


def test_a_choice_is_incomplete_while_tune_runs_are_failed_or_missing(runs: Runs) -> None:
    tune = runs({"adam|a": [0.9, "failed"], "sgd|a": [0.8, 0.8], "momentum|a": [0.7]}, stage="tune")
    assert choose(tune).set_index("family")["complete"].to_dict() == {"adam": False, "sgd": True, "momentum": False}
