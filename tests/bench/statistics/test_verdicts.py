"""Verdicts: words, the intervals beside them, sentences, and what changes them."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from bench.statistics import (
    FIXED,
    Looks,
    Plan,
    UntilDecided,
    against_reference,
    choose,
    compare,
    comparison_sentence,
    explore,
    judge,
    rank_families,
    sentence,
    summarize,
)
from bench.statistics.betting import betting_interval
from bench.statistics.claims import ABOVE, BELOW, EQUAL, INCONCLUSIVE, Claim, claim_of, phrase
from bench.statistics.comparisons import judge_differences
from bench.statistics.means import Floats, estimate_of
from bench.statistics.plans import Question
from bench.statistics.power import equivalence_power
from bench.statistics.sentences import p_beside
from bench.statistics.verdicts import fresh_seeds
from tests.bench.statistics.frames import Runs
from tests.bench.statistics.rows import check_rows

ASKED: dict[str, Any] = {"accuracy": 0.85, "alpha": 0.05, "margin": 0.01}
FAMILIES = 2_000  # that are tried for contradictions, most by one plan each; 20,000 were tried once
PLANS: list[Plan] = [FIXED, Looks(3, 4), UntilDecided(200)]


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
    found = verdict(runs, sample(mean, sd))
    assert found["word"].split(", unless")[0] == word


def test_too_few_seeds_are_inconclusive_and_say_how_many_fresh_ones_it_takes(runs: Runs) -> None:
    found = verdict(runs, sample(0.86, 0.05, n=10))
    assert re.fullmatch(r"inconclusive \(about [\d,]+ fresh seeds would tell\)", found["word"])
    enough = estimate_of(sample(0.86, 0.05, n=int(found["seeds_needed"])))
    assert enough.mean - 0.85 > 2.5 * enough.error  # power 0.8 puts the estimate 2.8 errors away


def test_a_mean_hardly_different_from_the_baseline_needs_too_many_seeds_to_count_them(runs: Runs) -> None:
    assert verdict(runs, sample(0.8501, 0.1), margin=0.0)["word"] == "inconclusive (more seeds than are practical)"


def test_flipping_the_data_around_the_baseline_flips_word_direction_and_sentence(runs: Runs) -> None:
    values = np.array(sample(0.87))
    up, down = verdict(runs, values), verdict(runs, 2 * 0.85 - values)
    assert (up["kind"], down["kind"]) == ("above", "below")
    assert (up["direction"], down["direction"]) == ("above", "below")
    assert up["p_adjusted"] == pytest.approx(down["p_adjusted"])
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


def test_a_bound_next_to_an_edge_of_the_margin_is_told_from_it_too(runs: Runs) -> None:
    row = dict(verdict(runs, sample(0.87)))
    assert "interval 84.002 % to 85.998 %" in sentence(row | {"word_low": 0.84002, "word_high": 0.85998})
    # What the sequence excludes itself is one rounding error away.
    assert "interval 84.0 % to 86.0 %" in sentence(row | {"word_low": np.nextafter(0.84, 1), "word_high": 0.86})


def test_permuting_families_and_runs_changes_nothing(runs: Runs) -> None:
    table = runs({"sgd": sample(0.853, 0.01), "adam": sample(0.87), "momentum": [*sample(0.85, n=29), "diverged"]})
    shuffled = table.sample(frac=1, random_state=1)
    one = judge(table, **ASKED).set_index("family")
    other = judge(shuffled, **ASKED).set_index("family").loc[one.index]
    # rtol: sums in another order differ in the last bits
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def random_accuracies(generator: np.random.Generator, accuracy: float, hard: Floats) -> list[Any]:
    """Runs of a family: few or many, coarse or fine, constant, diverged, failed or without a number."""
    n = int(generator.choice([1, 2, 3, 5, 6, 7, 8, 9, hard.size]))
    mean = accuracy + generator.choice([0, 0, 0.002, 0.006, -0.006, 0.02, -0.04])
    values = (
        mean + generator.choice([0.0, 1.0]) * hard[:n] + generator.normal(0, generator.choice([0.0, 0.002, 0.02]), n)
    )
    points = generator.choice([100, 3000, 10**6])
    found: list[Any] = list((np.round(values * points) / points).clip(0, 1))
    if generator.random() < 0.2:
        for i in np.flatnonzero(generator.random(n) < 0.3):
            found[i] = generator.choice(["diverged", "failed", "nan"])
    return [np.nan if value == "nan" else value for value in found]


def printed(pattern: str, said: str) -> list[float]:
    """The numbers of the one match of a pattern, to nine digits."""
    [numbers] = re.findall(pattern, said)
    return [round(float(number), 9) for number in numbers]


def check_sentence(row: dict[str, Any], said: str, center: float, low: float, high: float, p: float) -> None:
    """Whether the numbers as printed entail the word that stands between them."""
    margin, alpha = row["margin"], row["alpha"]
    if row["plan"] == "until decided":  # the bounds of the sequence are excluded themselves, unless they are 0 and 1
        low, high = low + 1e-9 * (low > 0), high - 1e-9 * (high < 1)
    inside = low > round(center - margin, 9) and high < round(center + margin, 9)
    contains = low <= center <= high
    expected = {"above": low > center, "below": high < center, "practically equal": contains, "inconclusive": contains}
    assert expected[row["kind"]], said
    assert inside == row["within_margin"], said
    assert (row["kind"] == "practically equal") == (inside and contains), said
    assert ("but by less than" in said) == (inside and row["kind"] in ("above", "below")), said
    assert (p <= alpha) == (row["kind"] != "inconclusive"), said


def check_verdict(row: dict[str, Any], level: float) -> None:
    said = sentence(row)
    numbers = [row["word_low"], row["word_high"], row["p_adjusted"], row["p_equal_adjusted"]]
    if row["kind"] in ("failed", "degenerate"):
        assert np.isnan(numbers).all()
        assert ("nothing is said" if row["kind"] == "failed" else "no test of the mean is possible") in said
        return
    low, high, p, p_equal = numbers
    center, margin, alpha = row["accuracy"], row["margin"], row["alpha"]
    assert 0 <= low <= high <= 1
    assert (p <= alpha) == (low > center or high < center) == (row["kind"] in ("above", "below"))
    assert (p_equal <= alpha) == (low > center - margin and high < center + margin) == row["within_margin"]
    assert row["word_confidence"] == 1 - level
    assert row["word"].startswith(row["kind"])
    assert ("unless" in row["word"]) == row["fragile"] == (row["breakdown"] <= row["collapse_excluded"])
    bounds = printed(r" interval ([\d.]+) % to ([\d.]+) %\): .*?; p [=<] ([\d.e-]*\d)", said)
    check_sentence(row, said, center, round(bounds[0] / 100, 9), round(bounds[1] / 100, 9), bounds[2])


def check_difference(row: dict[str, Any]) -> None:
    low, high, margin = row["low"], row["high"], row["margin"]
    if row["kind"] in ("failed", "degenerate"):
        assert np.isnan([low, high, row["p_adjusted"], row["p_equal_adjusted"]]).all()
        return
    assert -1 <= low <= high <= 1
    differs, inside = low > 0 or high < 0, low > -margin and high < margin
    assert (row["p_adjusted"] <= row["alpha"]) == differs
    assert (row["p_equal_adjusted"] <= row["alpha"]) == inside == (row["kind"] == "practically equal")
    assert (row["kind"] in ("above", "below")) == (differs and not inside)


def random_question(generator: np.random.Generator) -> dict[str, Any]:
    """Also baselines at and near 0 and 1, whose margins leave [0, 1]."""
    accuracy = float(generator.choice([0.0, 0.004, 0.5, 0.85, 0.85, 0.85, 0.996, 1.0]))
    return {
        "accuracy": accuracy,
        "alpha": float(generator.choice([0.05, 0.1])),
        "margin": float(generator.choice([0.0, 0.01, 0.03])),
    }


def random_frame(runs: Runs, generator: np.random.Generator, accuracy: float, most: int, n: int) -> pd.DataFrame:
    """Up to so many families of up to n runs, which share hard seeds."""
    hard = generator.normal(0, 0.02, n)
    names = [f"family {i}" for i in range(generator.integers(1, most + 1))]
    return runs({name: random_accuracies(generator, accuracy, hard) for name in names}, points=10**6)


def rows_of(table: pd.DataFrame, **more: Any) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} | more for row in table.to_dict("records")]


@pytest.mark.parametrize(("plan", "most"), [(FIXED, 12), (Looks(3, 4), 12), (UntilDecided(200), 200)], ids=str)
def test_word_interval_p_and_sentence_never_contradict_each_other(
    runs: Runs, plan: Plan, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.statistics.betting.RESOLUTION", 200)  # as fine as it needs to be, but faster
    monkeypatch.setattr("bench.statistics.verdicts.fresh_seeds", lambda *_: 20.0)  # searched for, and tried below
    generator, tried, kinds = np.random.default_rng(3), 0, set()
    while tried < FAMILIES / 4:
        asked, announced = random_question(generator), int(generator.choice([0, 0, 20]))
        frame = random_frame(runs, generator, asked["accuracy"], 10, most)
        table = judge(frame, **asked, families=announced, plan=plan)
        for row in rows_of(table):
            check_verdict(row, asked["alpha"] / max(len(table), announced))
            kinds.add(row["kind"])
        tried += len(table)
    assert kinds >= {"above", "below", "practically equal", "inconclusive", "failed"}


def test_comparisons_of_families_never_contradict_themselves(runs: Runs) -> None:
    generator, tried, kinds = np.random.default_rng(4), 0, set()
    while tried < FAMILIES / 8:  # with all their pairs
        question, announced = random_question(generator), int(generator.choice([0, 0, 20]))
        asked = {"alpha": question["alpha"], "margin": question["margin"]}
        frame = random_frame(runs, generator, question["accuracy"], 12, 9)
        families = [own for _, own in frame.groupby("family", sort=False)]
        tables = [against_reference(frame, "family 0", **asked, families=announced)]
        tables += [ranking.pairs for ranking in rank_families(frame, **asked)]
        for row in (row for table in tables for row in rows_of(table, **asked)):
            check_difference(row)
            kinds.add(row["kind"])
        compared = {str(name): value for name, value in compare(families[0], families[-1], **asked).items()}
        check_difference(compared)
        check_comparison(compared, comparison_sentence(compared))
        tried += len(families)
    assert kinds == {"above", "below", "practically equal", "inconclusive", "degenerate", "failed"}


def check_comparison(compared: dict[str, Any], said: str) -> None:
    if compared["kind"] in ("failed", "degenerate"):
        assert "so nothing is said" in said
        return
    number = r"(-?[\d.e-]+) points?"
    low, high, p = printed(rf" interval {number} to {number}\): .*?; p [=<] ([\d.e-]*\d)", said)
    assert (low > 0, high < 0) == (compared["low"] > 0, compared["high"] < 0), said
    inside = max(-low, high) <= 100 * compared["margin"]  # bounds have three digits, which may be the margin's own
    assert inside >= (compared["kind"] == "practically equal"), said
    assert (p <= compared["alpha"]) == (compared["kind"] != "inconclusive"), said


def test_a_p_is_printed_with_enough_digits_to_tell_it_from_alpha() -> None:
    assert [p_beside(p, 0.05) for p in (0.0503, 0.05, 0.0497, 0.050000001, 0.2, 0.00001)] == [
        "p = 0.0503", "p = 0.05", "p = 0.05", "p = 0.050000001", "p = 0.2", "p < 0.0001",
    ]  # fmt: skip
    assert p_beside(0.04994, 0.0499) == "p = 0.05"
    assert p_beside(0.04989, 0.0499) == "p = 0.0499"


def test_every_word_is_read_off_the_interval_at_bonferronis_level(runs: Runs) -> None:
    marginal = sample(0.8545, 0.0115)
    table = judge(runs({"a": sample(0.87), "b": marginal}), **ASKED | {"margin": 0.0})
    test = stats.ttest_1samp(marginal, 0.85)
    # Beside a clear one Holm would say "above" (p <= alpha), where the interval that holds with the other includes .85.
    assert test.pvalue < 0.05 < 2 * test.pvalue
    b, interval = table.iloc[1], test.confidence_interval(1 - 0.05 / 2)
    assert b["kind"] == "inconclusive"
    assert (b["word_low"], b["word_high"]) == pytest.approx((interval.low, interval.high))
    assert b["p_adjusted"] == pytest.approx(2 * test.pvalue)
    assert b["low"] > 0.85 > b["word_low"]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_families_that_are_announced_cost_what_they_will_cost(runs: Runs, plan: Plan) -> None:
    one = {"adam": sample(0.93, 0.02, n=100)}
    others = {f"sgd {i}": sample(0.85, 0.03) for i in range(4)}
    alone, announced = (judge(runs(one), **ASKED, families=more, plan=plan) for more in (0, 5))
    arrived = judge(runs(one | others), **ASKED, plan=plan)
    pd.testing.assert_frame_equal(announced, arrived.iloc[:1])
    assert announced["families"].item() == 5
    assert (announced["word_high"] - announced["word_low"]).item() > (alone["word_high"] - alone["word_low"]).item()
    assert announced["p_adjusted"].item() > alone["p_adjusted"].item()
    # Fewer announced than there are: those that are there count.
    pd.testing.assert_frame_equal(judge(runs(one | others), **ASKED, families=2, plan=plan), arrived)


def test_a_family_without_a_usable_run_counts_all_the_same(runs: Runs) -> None:
    one = {"adam": sample(0.8545, 0.0115)}
    table = judge(runs(one | {"broken": ["failed"] * 3, "lost": ["diverged"] * 3}), **ASKED)
    pd.testing.assert_frame_equal(table.iloc[:1], judge(runs(one), **ASKED, families=3))
    assert table["kind"].tolist()[1:] == ["failed", "failed"]


POWER = 4_000  # simulated repetitions
SLACK = 3 * np.sqrt(0.8 * 0.2 / POWER)


def decided(mean: float, sd: float, n: int, families: int, seed: int) -> Counter[str]:
    """Words of fresh families that are as the estimate says, by their t intervals."""
    fresh = estimate_of(np.random.default_rng(seed).normal(mean, sd, (POWER, n)))
    tail = ASKED["alpha"] / families / 2
    bounds = zip(fresh.lower(tail).tolist(), fresh.upper(tail).tolist(), strict=True)
    return Counter(claim_of(low, high, ASKED["accuracy"], ASKED["margin"]).kind.word for low, high in bounds)


@pytest.mark.parametrize("families", [1, 8])
@pytest.mark.parametrize(
    ("mean", "sd", "word"), [(0.865, 0.03, "above"), (0.84, 0.02, "below"), (0.85, 0.015, "practically equal")]
)
def test_as_many_fresh_seeds_as_were_said_decide_with_probability_four_fifths(
    runs: Runs, mean: float, sd: float, word: str, families: int
) -> None:
    found = judge(runs({"adam": sample(mean, sd, n=6)}), **ASKED, families=families).iloc[0]
    assert found["kind"] == "inconclusive"
    needed = int(found["seeds_needed"])
    share = decided(found["mean"], found["sd"], needed, families, 1)[word] / POWER
    one_less = decided(found["mean"], found["sd"], needed - 1, families, 2)[word] / POWER
    assert share >= 0.8 - SLACK
    assert one_less <= 0.8 + SLACK


def test_as_many_fresh_pairs_as_were_said_decide_a_comparison_about_as_often(runs: Runs) -> None:
    generator, n = np.random.default_rng(5), 6
    base = np.array(sample(0.85, 0.02, n=n))
    first = pd.DataFrame(runs({"a": base + sample(0.018, 0.02, n=n), "b": base}, points=10**6))
    found = compare(first[first["family"] == "a"], first[first["family"] == "b"])
    assert found["kind"] == "inconclusive"
    needed = int(found["seeds_needed"])
    assert 8 <= needed <= 16  # few enough to flip all signs
    words = []
    for _ in range(300):
        differences = pd.DataFrame(generator.normal(found["difference"], found["sd"], (needed, 1)))
        words.append(judge_differences(differences, 0.05, 0.01)["kind"].item())
    # Sign flips are not quite Student's t, for which the seeds were counted: .03 for that, and three standard errors.
    assert words.count("above") / 300 == pytest.approx(0.8, abs=0.03 + 3 * np.sqrt(0.8 * 0.2 / 300))


def test_more_families_make_every_verdict_harder(runs: Runs) -> None:
    marginal = sample(0.8545, 0.0115)
    alone = verdict(runs, marginal)
    crowd = judge(runs({"adam": marginal} | {f"sgd {i}": sample(0.85, 0.03) for i in range(5)}), **ASKED).iloc[0]
    assert alone["kind"] == "above"
    assert crowd["kind"] != "above"
    assert crowd["word_high"] - crowd["word_low"] > alone["word_high"] - alone["word_low"]
    assert (crowd["low"], crowd["high"]) == (alone["low"], alone["high"])
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


def test_exploration_judges_every_configuration_on_tune_runs_with_all_sharing_alpha(runs: Runs) -> None:
    tune = runs(
        {"adam|lr 1": sample(0.87), "adam|lr 2": sample(0.83), "sgd|lr 1": sample(0.8545, 0.0115)}, stage="tune"
    )
    table = explore(tune, **ASKED)
    assert table["kind"].tolist() == ["above", "below", "practically equal"]  # the last is above at alpha alone
    assert (table["families"] == 3).all()
    assert table["low"].iloc[2] > 0.85 > table["word_low"].iloc[2]
    p = [
        stats.ttest_1samp(group, 0.85).pvalue for _, group in tune.groupby(["family", "configuration"])["test_accuracy"]
    ]
    assert table["p_adjusted"].to_numpy() == pytest.approx(np.minimum(3 * np.array(p), 1))
    assert table[["betting_low", "betting_high", "seeds_needed"]].isna().all(axis=None)


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


@pytest.mark.parametrize(
    ("low", "high", "word", "within"),
    [
        (0.851, 0.87, "above", False),
        (0.851, 0.859, "above", True),
        (0.85, 0.87, "inconclusive", False),  # a bound on the baseline does not exclude it
        (0.83, 0.849, "below", False),
        (0.841, 0.849, "below", True),
        (0.83, 0.85, "inconclusive", False),
        (0.841, 0.859, "practically equal", True),
        (0.85, 0.85, "practically equal", True),
        (0.85 - 0.01, 0.855, "inconclusive", False),  # nor does one on the edge of the margin lie within
        (0.845, 0.85 + 0.01, "inconclusive", False),
        (np.nan, 0.9, "degenerate", False),
        (0.8, np.nan, "degenerate", False),
        (-np.inf, np.inf, "inconclusive", False),
    ],
)
def test_the_word_is_read_off_the_interval(low: float, high: float, word: str, within: bool) -> None:
    assert claim_of(low, high, 0.85, 0.01) == Claim(claim_of(low, high, 0.85, 0.01).kind, within)
    assert claim_of(low, high, 0.85, 0.01).kind.word == word


def test_a_word_in_full_says_what_limits_it() -> None:
    assert phrase(Claim(ABOVE, True), breakdown=0.02) == (
        "above, but by less than the margin, unless 2.0 % of seeds collapse"
    )
    assert phrase(Claim(EQUAL, True), seeds_needed=20.0) == "practically equal"
    assert phrase(Claim(INCONCLUSIVE), seeds_needed=1234.0) == "inconclusive (about 1,234 fresh seeds would tell)"
    assert phrase(Claim(INCONCLUSIVE)) == "inconclusive"


def test_the_sequence_decides_above_below_and_equal_when_there_are_enough_seeds(runs: Runs) -> None:
    families = {
        "up": sample(0.88, n=600),
        "down": sample(0.82, n=600),
        "same": sample(0.85, 0.002, n=600),
        "new": sample(0.88),
    }
    table = judge(runs(families), **ASKED, plan=UntilDecided(600))
    assert table["kind"].tolist() == ["above", "below", "practically equal", "inconclusive"]
    assert "at any number of seeds" in sentence(table.iloc[0])


def test_a_sentence_says_how_many_verdicts_share_alpha_and_that_there_are_several_looks(runs: Runs) -> None:
    table = judge(runs({"adam": sample(0.9), "sgd": sample(0.9)}), **ASKED, plan=Looks(3, 10))
    assert "; p < 0.0001, corrected for 2 verdicts, for several looks." in sentence(table.iloc[0])
    assert "corrected" not in sentence(verdict(runs, sample(0.9)))


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


def test_a_choice_says_how_many_tune_runs_are_behind_it(runs: Runs) -> None:
    tune = runs({"adam|a": [0.9, "failed"], "sgd|a": [0.8, 0.8], "momentum|a": [0.7]}, stage="tune")
    assert choose(tune).set_index("family")["n"].to_dict() == {"adam": 1, "sgd": 2, "momentum": 1}


HIGH = [0.88, 0.9, 0.89, 0.9, 0.88, 0.89]


def test_every_column_of_a_verdict(runs: Runs) -> None:
    frame = runs({"adam|lr 1": [*HIGH, "failed"], "sgd": [0.9] * 3, "lost": ["diverged", "failed"]}, points=1000)
    tune = runs({"adam|lr 1": [0.7, 0.9], "adam|lr 2": [0.5]}, stage="tune", points=1000)
    found = judge(frame, 0.85, 0.1, 0.02, tune, families=4)
    t, edges = stats.ttest_1samp(HIGH, 0.85), (0.85, 0.83, 0.87)
    word, own = t.confidence_interval(1 - 0.1 / 4), t.confidence_interval(0.9)
    sd = float(np.std(HIGH, ddof=1))
    adam = {
        "family": "adam", "configuration": "lr 1", "n": 7, "n_ok": 6, "n_diverged": 0, "n_failed": 1, "n_missing": 0,
        "mean": 0.89, "sd": sd, "minimum": 0.88, "difference": 0.04, "direction": "above", "effect": 0.04 / sd,
        "kind": "above", "word": "above, unless 7.2 % of seeds collapse", "within_margin": False,
        "word_low": float(word.low), "word_high": float(word.high), "word_confidence": 0.975,
        "p_adjusted": 4 * float(t.pvalue), "p_equal_adjusted": 1.0, "low": float(own.low), "high": float(own.high),
        "betting_low": betting_interval(HIGH, 0.025, edges)[0], "betting_high": betting_interval(HIGH, 0.025, edges)[1],
        "reached": 6, "share_above": 1.0, "share_low": 0.05 ** (1 / 6), "share_high": 1.0,
        "collapsed": 0, "breakdown": 0.04 / (0.89 - 1 / 3), "collapse_excluded": 1 - 0.1 ** (1 / 6), "fragile": True,
        "seeds_needed": np.nan, "tune_mean": 0.8, "reasons": "1 of 7 runs failed and are missing",
        "plan": "fixed", "accuracy": 0.85, "alpha": 0.1, "margin": 0.02, "families": 4,
    }  # fmt: skip
    unknown = ["effect", "word_low", "word_high", "p_adjusted", "p_equal_adjusted", "low", "high", "breakdown"]
    nothing: dict[str, Any] = dict.fromkeys([*unknown, "collapse_excluded", "tune_mean", "seeds_needed"], np.nan)
    nothing |= {"within_margin": False, "fragile": False, "configuration": "", "collapsed": 0}
    sgd = nothing | {
        "family": "sgd", "n": 3, "n_ok": 3, "n_failed": 0, "n_missing": 0, "mean": 0.9, "sd": 0.0, "minimum": 0.9,
        "difference": 0.05, "kind": "degenerate", "word": "degenerate", "reached": 3, "share_low": 0.05 ** (1 / 3),
        "betting_low": betting_interval([0.9] * 3, 0.025, edges)[0], "betting_high": 1.0,
        "reasons": "all 3 seeds gave the same accuracy, so there is no spread to judge by",
    }  # fmt: skip
    lost = nothing | {
        "family": "lost", "n": 2, "n_ok": 0, "n_diverged": 1, "mean": 1 / 3, "sd": np.nan, "minimum": 1 / 3,
        "difference": 1 / 3 - 0.85, "direction": "below", "kind": "failed", "word": "failed", "reached": 0,
        "share_above": 0.0, "share_low": 0.0, "share_high": 0.95,
        "betting_low": betting_interval([1 / 3], 0.025, edges)[0], "betting_high": 1.0,
        "reasons": "1 of 2 runs failed and are missing; 1 of 2 runs diverged and count at chance",
    }  # fmt: skip
    check_rows(found, [adam, adam | sgd, adam | lost])


def test_every_column_of_a_verdict_on_nothing(runs: Runs) -> None:
    [row] = judge(runs({"adam": ["failed"] * 2}), **ASKED).to_dict("records")
    assert (row["n"], row["n_failed"], row["kind"], row["direction"], row["reached"]) == (2, 2, "failed", "", 0)
    assert (row["betting_low"], row["betting_high"], row["share_low"], row["share_high"]) == (0, 1, 0, 1)
    unknown = ["mean", "sd", "minimum", "difference", "effect", "share_above", "word_low", "breakdown", "tune_mean"]
    unknown += ["word_high", "p_adjusted", "p_equal_adjusted", "collapse_excluded", "seeds_needed"]
    assert np.isnan([row[name] for name in unknown]).all()
    none = judge(runs({"adam": [0.9]}).iloc[:0], **ASKED)
    assert none.empty
    assert none.columns.tolist() == list(row)


def test_the_direction_is_that_of_the_mean_whatever_the_word(runs: Runs) -> None:
    families = {"up": [0.5, 1.0], "down": [0.25, 0.75], "same": [0.625, 0.75]}
    table = judge(runs(families, points=1000), 0.6875, 0.05, 0.01)
    assert table["direction"].tolist() == ["above", "below", "equal"]
    assert table["difference"].tolist() == [0.0625, -0.1875, 0]
    assert (table["kind"] == "inconclusive").all()


def test_every_column_of_a_summary(runs: Runs) -> None:
    frame = runs(
        {"sgd|b": [0.8, 0.9, "diverged", "failed"], "adam|a": [0.7], "lost|": ["failed"]},
        validation={"sgd|b": [0.6, 0.8, 0, 0], "adam|a": [0.75], "lost|": [0]},
        epochs={"sgd|b": [20, np.nan, 30, 40], "adam|a": [60], "lost|": [20]},
        stage="tune",
    )
    found = summarize(frame, 0.1)
    counted = [0.8, 0.9, 1 / 3]
    interval = stats.ttest_1samp(counted, 0).confidence_interval(0.9)
    assert 0 < interval.low < 1 < interval.high
    names = [
        "family", "configuration", "n", "n_ok", "n_diverged", "n_failed", "mean", "sd", "low", "high", "minimum",
        "validation_mean", "test_data_loss", "reached", "epochs_median",
    ]  # fmt: skip
    mean, sd, low = float(np.mean(counted)), float(np.std(counted, ddof=1)), float(interval.low)
    nan, seen = np.nan, (0.6 + 0.8 + 1 / 3) / 3
    rows = [
        ["sgd", "b", 4, 2, 1, 1, mean, sd, low, 1.0, 1 / 3, seen, 0.15, 1 / 3, np.inf],
        ["adam", "a", 1, 1, 0, 0, 0.7, nan, nan, nan, 0.7, 0.75, 0.3, 1.0, 60.0],
        ["lost", "", 1, 0, 0, 1, nan, nan, nan, nan, nan, nan, nan, nan, nan],
    ]
    check_rows(found, [dict(zip(names, row, strict=True)) for row in rows])
    assert summarize(frame.iloc[:0]).columns.tolist() == names


def test_the_intervals_of_a_summary_are_at_95_percent_unless_asked_and_end_at_0_and_1(runs: Runs) -> None:
    families = {"sure": [0.8, 0.9, 0.85], "low": [0.1, 0.2], "wide": [0.2, 0.9]}
    found = summarize(runs(families, points=1000))
    sure, low, wide = (stats.ttest_1samp(values, 0).confidence_interval(0.95) for values in families.values())
    assert low.low < 0 < low.high < 1
    assert wide.low < 0 < 1 < wide.high
    expected = [[sure.low, sure.high], [0, low.high], [0, 1]]
    assert found[["low", "high"]].to_numpy() == pytest.approx(np.array(expected))


SAID: dict[str, Any] = {
    "family": "adam", "configuration": "lr 1", "n": 31, "n_ok": 29, "n_diverged": 1, "n_failed": 1,
    "mean": 0.88, "minimum": 0.3, "word_low": 0.87, "word_high": 0.89, "word_confidence": 0.9875,
    "kind": "above", "word": "above", "within_margin": False, "p_adjusted": 0.012, "p_equal_adjusted": 0.034,
    "breakdown": np.nan, "collapsed": 0, "collapse_excluded": np.nan, "fragile": False, "reached": 28, "reasons": "",
    "plan": "fixed", "accuracy": 0.85, "alpha": 0.05, "margin": 0.01, "families": 4,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {},
            "adam (lr 1): 88.0 % on average over 30 seeds (98.75 % interval 87.0 % to 89.0 %): above 85.0 %; "
            "p = 0.012, corrected for 4 verdicts. 28 of 30 seeds reached 85.0 %; the worst gave 30.0 %.",
        ),
        (
            {"breakdown": 0.055, "collapse_excluded": 0.071, "fragile": True, "configuration": "", "families": 1},
            "adam: 88.0 % on average over 30 seeds (98.75 % interval 87.0 % to 89.0 %): above 85.0 %; p = 0.012. "
            "It would be undone if 5.5 % of all seeds collapsed to chance; of these seeds none collapsed, which at "
            "95 % leaves up to 7.1 %: they do not exclude that. 28 of 30 seeds reached 85.0 %; the worst gave 30.0 %.",
        ),
        (
            {"breakdown": 0.2, "collapse_excluded": 0.1, "collapsed": 2, "plan": "looks", "reasons": "one; Two"},
            "adam (lr 1): 88.0 % on average over 30 seeds (98.75 % interval 87.0 % to 89.0 %): above 85.0 %; "
            "p = 0.012, corrected for 4 verdicts, for several looks. It would be undone if 20.0 % of all seeds "
            "collapsed to chance; of these seeds 2 collapsed, which at 95 % leaves up to 10.0 %: they exclude that. "
            "28 of 30 seeds reached 85.0 %; the worst gave 30.0 %. One; two.",
        ),
        (
            {"kind": "below", "mean": 0.8451, "word_low": 0.8411, "word_high": 0.84996, "within_margin": True},
            "adam (lr 1): 84.5 % on average over 30 seeds (98.75 % interval 84.1 % to 84.996 %): below 85.0 %, but by "
            "less than 1 point; p = 0.012, corrected for 4 verdicts. 28 of 30 seeds reached 85.0 %; the worst gave "
            "30.0 %.",
        ),
        (
            {"kind": "practically equal", "mean": 0.8502, "word_low": 0.84, "word_high": 0.86, "plan": "until decided"},
            "adam (lr 1): 85.02 % on average over 30 seeds (98.75 % interval 84.0 % to 86.0 %): practically equal to "
            "85.0 %, that is, within 1 point of it; p = 0.034, corrected for 4 verdicts, at any number of seeds. "
            "28 of 30 seeds reached 85.0 %; the worst gave 30.0 %.",
        ),
        (
            {"kind": "inconclusive", "word": "inconclusive (about 9 fresh seeds would tell)", "word_low": 0.8},
            "adam (lr 1): 88.0 % on average over 30 seeds (98.75 % interval 80.0 % to 89.0 %): inconclusive (about 9 "
            "fresh seeds would tell) against 85.0 %; p = 0.012, corrected for 4 verdicts. 28 of 30 seeds reached "
            "85.0 %; the worst gave 30.0 %.",
        ),
        (
            {"kind": "failed", "reasons": "2 of 2 runs failed and are missing"},
            "adam (lr 1): failed; no run ended well, so nothing is said about 85.0 %. 2 of 2 runs failed and are "
            "missing.",
        ),
        (
            {"kind": "degenerate", "mean": 0.85004, "n_ok": 0, "reasons": "one seed has no spread to judge by"},
            "adam (lr 1): 85.004 % on 1 seed, against 85.0 %, but no test of the mean is possible. One seed has no "
            "spread to judge by.",
        ),
        (  # Clopper and Pearson at 1 - .05 / 4, all of 30: from (.05 / 8) ** (1 / 30) on
            {"kind": "degenerate", "mean": 0.9, "reached": 30, "reasons": "all 30 seeds gave the same accuracy"},
            "adam (lr 1): 90.0 % on 30 seeds, against 85.0 %, but no test of the mean is possible. 30 of 30 seeds "
            f"reached 85.0 %, so that at 98.75 % {100 * (0.05 / 8) ** (1 / 30):.1f} % to 100.0 % of all seeds do "
            "(Clopper and Pearson). All 30 seeds gave the same accuracy.",
        ),
        (
            {"kind": "degenerate", "mean": 0.9, "plan": "until decided", "reasons": "the seeds contradict each other"},
            "adam (lr 1): 90.0 % on 30 seeds, against 85.0 %, but no test of the mean is possible. The seeds "
            "contradict each other.",
        ),
    ],
    ids=["above", "fragile", "safe", "below", "equal", "inconclusive", "failed", "alone", "all alike", "contradicting"],
)
def test_a_verdict_in_a_sentence(changed: dict[str, Any], said: str) -> None:
    assert sentence(SAID | changed) == said


def test_why_a_verdict_is_degenerate_is_said(runs: Runs) -> None:
    drifting = np.r_[np.full(400, 0.2), np.full(3000, 0.9)]
    reasons = {
        "one seed has no spread to judge by": verdict(runs, [0.9]),
        "all 5 seeds gave the same accuracy, so there is no spread to judge by": verdict(runs, [0.9] * 5),
        "the seeds contradict each other: no mean is left that they allow": verdict(
            runs, drifting, plan=UntilDecided(5000)
        ),
    }
    for reason, found in reasons.items():
        assert (found["kind"], found["reasons"]) == ("degenerate", reason)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0.85, 0.85], np.nan), ([0.9], np.nan), ([0.2, 1.0], None), ([0.8498, 0.8502, 0.85, 0.8501], 2)],
    ids=["no spread", "one seed", "wide", "sure"],
)
def test_fresh_seeds_are_what_the_easier_of_the_two_claims_takes(values: list[float], expected: float | None) -> None:
    found = fresh_seeds(estimate_of(values), Question(0.85, 0.05, 0.01, 2))
    if expected is None:
        effect = abs(np.mean(values) - 0.85) / np.std(values, ddof=1)
        expected = np.ceil(TTestPower().solve_power(effect, None, 0.05 / 2, 0.8))
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("mean", [0.85, 0.8495])
def test_fresh_seeds_for_equality_are_counted_with_half_the_level(mean: float) -> None:
    values = np.array([mean - 0.01, mean + 0.01] * 50)
    sd, question = values.std(ddof=1), Question(0.85, 0.05, 0.01, 1)
    found = fresh_seeds(estimate_of(values), question)
    reaches = [equivalence_power((mean - 0.85) / sd, 0.01 / sd, k, 0.025) >= 0.8 for k in (found - 1, found)]
    assert reaches == [False, True]


def test_a_configuration_explored_alone_has_all_of_alpha(runs: Runs) -> None:
    found = explore(runs({"adam|lr 1": sample(0.87)}, stage="tune"), **ASKED)
    assert found[["families", "word_confidence"]].to_numpy().tolist() == [[1, 0.95]]


def test_exploring_nothing_is_an_empty_table(runs: Runs) -> None:
    assert explore(runs({"adam": [0.9]}, stage="tune").iloc[:0], **ASKED).empty


@pytest.mark.parametrize(
    ("claim", "options", "said"),
    [
        (Claim(BELOW, True), {}, "below, but by less than the margin"),
        (Claim(BELOW), {"words": {BELOW: "worse"}, "breakdown": 0.5}, "worse, unless 50.0 % of seeds collapse"),
        (Claim(ABOVE), {"words": {BELOW: "worse"}}, "above"),
        (Claim(INCONCLUSIVE), {"seeds_needed": 1.0}, "inconclusive (about 1 fresh seed would tell)"),
        (Claim(INCONCLUSIVE), {"seeds_needed": np.inf}, "inconclusive (more seeds than are practical)"),
        (Claim(INCONCLUSIVE, True), {"words": {INCONCLUSIVE: "open"}}, "open"),
        (Claim(ABOVE), {"seeds_needed": 9.0}, "above"),
    ],
)  # fmt: skip
def test_a_claim_in_other_words(claim: Claim, options: dict[str, Any], said: str) -> None:
    assert phrase(claim, **options) == said


@pytest.mark.parametrize("accuracy", [0.8498, 0.8598, 0.8398], ids=["the baseline", "its lower edge", "its upper edge"])
def test_the_sequence_tests_the_baseline_and_the_edges_of_its_margin_exactly(runs: Runs, accuracy: float) -> None:
    found = verdict(runs, [0.87] * 160, accuracy=accuracy)
    assert found["betting_low"] == pytest.approx(0.8498, abs=1e-9)  # between two of the 2,000 other candidates


def test_a_p_is_not_printed_with_fewer_digits_than_others() -> None:
    assert p_beside(0.0152, 0.0151) == "p = 0.0152"  # not .02, which is also above
    assert p_beside(0.0001, 0.05) == "p = 0.0001"
    assert p_beside(0.0497, 0.0497) == "p = 0.0497"  # as large as alpha
