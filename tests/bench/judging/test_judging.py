"""`bench.judge`: tables of any program, judged by the statistics that grids are judged by."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import bench
from bench import statistics
from bench.statistics.means import t_interval
from bench.statistics.simultaneous import simultaneous
from tests.bench.judging.tables import MEANS, long_table


def test_verdicts_are_the_t_intervals_of_the_seeds_at_a_level_shared_by_all_methods() -> None:
    table = long_table()
    verdicts = bench.judge(table, baseline=0.86).verdicts.set_index("family")
    assert dict(verdicts["kind"]) == {"adam": "above", "momentum": "practically equal", "sgd": "below"}
    for method, own in table.groupby("method"):
        low, high = t_interval(np.asarray(own["accuracy"]), 0.05 / 3)
        row = verdicts.loc[str(method)]
        assert (row["word_low"], row["word_high"]) == (float(low), float(high))


def test_without_a_baseline_there_are_means_and_comparisons_and_no_verdict() -> None:
    judged = bench.judge(long_table())
    assert judged.verdicts.empty
    assert judged.summary["family"].tolist() == [*MEANS]
    assert len(judged.comparisons) == 2


def test_without_a_reference_the_best_mean_is_compared_under_the_correction_for_all_pairs() -> None:
    table = long_table()
    compared = bench.judge(table).comparisons.set_index("family")
    assert set(compared["reference"]) == {"adam"}
    wide = table.pivot(index="seed", columns="method", values="accuracy")
    pairs = [("momentum", "adam"), ("sgd", "adam"), ("momentum", "sgd")]
    found = simultaneous(np.stack([wide[a] - wide[b] for a, b in pairs], axis=1).round(12), 0.05, 0.01)
    assert compared.loc[["momentum", "sgd"], "low"].tolist() == found.low[:2].tolist()
    assert compared.loc[["momentum", "sgd"], "high"].tolist() == found.high[:2].tolist()


def test_with_a_reference_every_other_method_is_compared_with_it() -> None:
    table = long_table()
    compared = bench.judge(table, reference="sgd").comparisons
    own = statistics.against_reference(bench.judge(table).confirm, "sgd")
    assert set(compared["reference"]) == {"sgd"}
    assert compared.set_index("family")["low"].to_dict() == own.set_index("family")["low"].to_dict()


def test_with_a_reference_no_place_in_the_table_leaves_a_method_out() -> None:
    methods = {f"m{i:02}": 0.7 + 0.005 * i for i in range(30)}
    compared = bench.judge(long_table(methods), reference="m07").comparisons
    assert len(compared) == 29
    assert compared["family"].iloc[0] == "m29"


def test_a_loss_is_better_the_lower_it_is() -> None:
    """The same runs as accuracies and as losses have mirrored intervals, the same order, and words of praise alike."""
    accuracies, losses = long_table(), long_table(score="loss").assign(loss=lambda t: 1 - t["loss"])
    one = bench.judge(accuracies, baseline=0.85).verdicts.set_index("family")
    two = bench.judge(losses, score="loss", baseline=0.15, margin=0.01, bounds=(0, 1)).verdicts.set_index("family")
    names = {"above": "better", "below": "worse"}
    assert two["kind"].tolist() == [names.get(kind, kind) for kind in one["kind"]]
    np.testing.assert_allclose(two["word_low"], 1 - one["word_high"], rtol=0, atol=1e-12)  # rounding
    np.testing.assert_allclose(two["betting_low"], 1 - one["betting_high"], rtol=0, atol=1e-3)  # candidates' distance
    np.testing.assert_allclose(two["maximum"], 1 - one["minimum"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(two["breakdown"], one["breakdown"], rtol=1e-9)
    assert two["reached"].tolist() == one["reached"].tolist()
    for judged, score in ((bench.judge(accuracies), 1), (bench.judge(losses, score="loss"), -1)):
        assert judged.comparisons["family"].tolist() == ["momentum", "sgd"]
        assert set(judged.comparisons["word"]) == {"worse"}
        assert (score * judged.comparisons["difference"] < 0).all()


def test_without_bounds_there_is_no_betting_sequence_and_no_breakdown_rate() -> None:
    rewards = long_table({"a": 200.0, "b": 150.0}, sd=10, score="reward")
    verdicts = bench.judge(rewards, score="reward", baseline=180).verdicts
    assert verdicts["kind"].tolist() == ["above", "below"]
    assert verdicts[["betting_low", "betting_high", "breakdown"]].isna().all(axis=None)
    bounded = bench.judge(rewards, score="reward", baseline=180, bounds=(0, 500)).verdicts
    assert bounded[["betting_low", "betting_high"]].notna().all(axis=None)
    assert bounded["breakdown"].notna().tolist() == [True, False]


def test_percentages_are_judged_as_fractions_are() -> None:
    fractions, percentages = long_table(), long_table().assign(accuracy=lambda t: 100 * t["accuracy"])
    one, two = bench.judge(fractions, baseline=0.85), bench.judge(percentages, baseline=85)
    assert two.verdicts["word"].tolist() == one.verdicts["word"].tolist()
    assert repr(two) == repr(one)
    np.testing.assert_allclose(two.verdicts["betting_low"], 100 * one.verdicts["betting_low"], rtol=1e-9)


def test_methods_on_several_problems_are_judged_on_each_of_them() -> None:
    iris, wine = long_table(), long_table({"sgd": 0.9, "adam": 0.7})
    table = pd.concat([iris.assign(dataset="iris"), wine.assign(dataset="wine")])
    judged = bench.judge(table, baseline=0.8)
    assert judged.verdicts["family"].tolist() == [
        "adam, iris",
        "momentum, iris",
        "sgd, iris",
        "sgd, wine",
        "adam, wine",
    ]
    assert set(judged.verdicts["families"]) == {5}
    assert repr(judged).startswith("judged: accuracy against 80.0 %, 5 methods on problems\n")
    best = dict(zip(judged.comparisons["problem"], judged.comparisons["reference"], strict=True))
    assert best == {"iris": "adam, iris", "wine": "sgd, wine"}


def tuned_table() -> pd.DataFrame:
    """Two rates of each of two methods on tune rows; the rate that is better there, and the other, on confirm rows."""
    rows = []
    generator = np.random.default_rng(2)
    for method, rates in {"adam": {"0.1": 0.7, "0.01": 0.9}, "sgd": {"1": 0.8, "0.1": 0.6}}.items():
        for rate, mean in rates.items():
            for stage, first in (("tune", 0), ("confirm", 100)):
                rows += [(method, rate, stage, first + i, mean + 0.01 * generator.normal()) for i in range(5)]
    return pd.DataFrame(rows, columns=["method", "config", "stage", "seed", "test_accuracy"])


def test_tune_rows_choose_what_confirm_rows_judge() -> None:
    table = tuned_table()
    judged = bench.judge(table, baseline=0.85)
    assert dict(zip(judged.verdicts["family"], judged.verdicts["configuration"], strict=True)) == {
        "adam": "0.01", "sgd": "1",
    }  # fmt: skip
    assert set(judged.confirm["seed"]) == {*range(100, 105)}
    assert set(judged.comparisons["reference"]) == {"adam"}
    switched = table.assign(val_accuracy=np.where(table["config"] == "0.1", 0.99, 0.5))
    chosen = bench.judge(switched, baseline=0.85).verdicts["configuration"]
    assert chosen.tolist() == ["0.1", "0.1"]


def test_without_a_stage_every_named_configuration_is_judged() -> None:
    table = tuned_table().query("stage == 'confirm'").drop(columns="stage")
    judged = bench.judge(table, configuration="config", baseline=0.85)
    assert judged.verdicts["family"].tolist() == ["adam, 0.1", "adam, 0.01", "sgd, 1", "sgd, 0.1"]


@pytest.mark.parametrize(
    ("columns", "options"),
    [
        ({"method": "Optimizer", "accuracy": "Test Acc", "seed": "run"}, {}),
        ({"method": "model", "accuracy": "test_accuracy", "seed": "replicate"}, {}),
        ({"method": "a", "accuracy": "b", "seed": "c"}, {"method": "a", "score": "b", "seed": "c", "bounds": (0, 1)}),
    ],
)
def test_columns_are_found_by_their_names_or_named(columns: dict[str, str], options: dict[str, Any]) -> None:
    expected = bench.judge(long_table(), baseline=0.85).verdicts
    found = bench.judge(long_table().rename(columns=columns), baseline=0.85, **options).verdicts
    pd.testing.assert_frame_equal(found, expected)


def test_results_introduce_themselves() -> None:
    title, *lines, frames = repr(bench.judge(long_table(), baseline=0.85)).splitlines()
    assert title == "judged: accuracy against 85.0 %, 3 methods"
    assert [line.split(":")[0].strip() for line in lines] == [*MEANS]
    assert lines[2].endswith(", below")
    judged = bench.judge(long_table())
    for name in frames.removeprefix("frames: ").split(", "):
        assert isinstance(getattr(judged, name.removeprefix(".")), pd.DataFrame)


def test_a_column_that_only_seems_to_be_a_stage_is_no_role_and_not_said_to_be() -> None:
    judged = bench.judge(long_table().assign(stage="train", config="a"))
    [note] = judged.notes
    assert note == 'Columns were found by their names: score "accuracy", method "method" and seed "seed".'
