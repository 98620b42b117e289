"""What a search was worth: best of k, sensitivity, special cases, selection bias; where variance comes from."""

from collections.abc import Sequence
from itertools import combinations
from math import comb, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.grid.components import RULES
from bench.statistics import best_of_k, choose, outdone, selection_bias, sensitivity, variance_sources
from bench.statistics.tuning import CONTAINS, MOST_K, ranked, score, selection_weights
from tests.bench.statistics.frames import Runs
from tests.bench.statistics.rows import check_rows


@pytest.fixture
def search(runs: Runs) -> Runs:
    """One configuration per mean, along the learning rates given."""

    def make(family: str, means: Sequence[float], rates: Sequence[float], **settings: Any) -> pd.DataFrame:
        parts = [
            runs({f"{family}|lr {rate:g}": [mean, mean]}, stage="tune", **{"optimizer.lr": rate} | settings)
            for mean, rate in zip(means, rates, strict=True)
        ]
        return pd.concat(parts, ignore_index=True)

    return make


def test_best_of_k_is_the_mean_over_all_subsets(search: Runs) -> None:
    means = [0.5, 0.9, 0.7, 0.6, 0.7]
    table = best_of_k(search("adam", means, [1, 2, 3, 4, 5]))
    expected = [np.mean([max(subset) for subset in combinations(means, k)]) for k in range(1, 6)]
    assert table["k"].tolist() == [1, 2, 3, 4, 5]
    assert table["validation"].to_numpy() == pytest.approx(expected)


def test_best_of_k_reports_the_test_accuracy_of_what_validation_selects(runs: Runs) -> None:
    tune = runs({"adam|a": [0.8], "adam|b": [0.6]}, validation={"adam|a": [0.7], "adam|b": [0.9]}, stage="tune")
    table = best_of_k(tune)
    assert table["validation"].to_numpy() == pytest.approx([0.8, 0.9])
    assert table["test"].to_numpy() == pytest.approx([0.7, 0.6])


@pytest.mark.parametrize("n", [1, 2, 400])
def test_selection_weights_are_probabilities(n: int) -> None:
    # 1e-9: differences of logarithms of factorials as large as 2000
    assert [selection_weights(n, k).sum() for k in range(1, n + 1)] == pytest.approx(np.ones(n), abs=1e-9)


def test_best_of_k_is_told_of_some_k_where_a_family_has_many_configurations(search: Runs) -> None:
    rates = range(1, 1001)
    table = best_of_k(search("adam", [rate / 1000 for rate in rates], rates))
    assert len(table) <= MOST_K
    assert (table["k"].iloc[0], table["k"].iloc[-1]) == (1, 1000)
    assert table["k"].is_monotonic_increasing
    # the mean of the largest of k numbers drawn from 1 to N without replacement is k (N + 1) / (k + 1)
    assert table["validation"].to_numpy() == pytest.approx((table["k"] * 1.001 / (table["k"] + 1)).to_numpy())


def test_sensitivity_is_the_share_of_the_grid_within_the_margin_of_its_best(search: Runs) -> None:
    table = sensitivity(search("adam", [0.90, 0.89, 0.88, 0.5], [1, 2, 3, 4]), 0.01).iloc[0]
    assert (table["configurations"], table["best"], table["share"]) == (4, 0.9, 0.5)


@pytest.mark.parametrize(("momentum", "found"), [(0.80, ["momentum"]), (0.845, []), (0.90, [])])
def test_momentum_behind_gradient_descent_by_more_than_the_margin_is_found(
    search: Runs, momentum: float, found: list[str]
) -> None:
    tune = pd.concat([search("sgd", [0.85, 0.5], [1, 2]), search("momentum", [momentum, 0.4], [1, 2])])
    assert outdone(tune, 0.01)["optimizer"].tolist() == found


@pytest.mark.parametrize(("general", "special"), [(rule, own) for rule in CONTAINS for own in CONTAINS[rule]])
def test_a_rule_behind_one_that_it_contains_is_found_and_not_the_other_way_round(
    search: Runs, general: str, special: str
) -> None:
    assert {general, special} <= set(RULES)
    for means, found in (((0.8, 0.9), [[general, special]]), ((0.9, 0.8), [])):
        tune = pd.concat([search(name, [mean], [1]) for name, mean in zip((general, special), means, strict=True)])
        assert outdone(tune, 0.01)[["optimizer", "rival"]].to_numpy().tolist() == found


def test_what_contains_another_contains_what_that_one_contains() -> None:
    for rule, contained in CONTAINS.items():
        assert rule not in contained
        for other in contained:
            assert {*CONTAINS.get(other, ())} <= {*contained}


def test_another_problem_has_another_ceiling(search: Runs) -> None:
    tune = pd.concat([search("sgd", [0.85], [1]), search("momentum", [0.80], [1], problem="moons")])
    assert outdone(tune, 0.01).empty


def test_a_family_of_several_optimizers_stands_for_none(search: Runs) -> None:
    mixed = search("narrow", [0.9, 0.8], [1, 2]).assign(**{"optimizer.name": ["sgd", "sgd", "adam", "adam"]})
    assert outdone(pd.concat([mixed, search("momentum", [0.5], [1])], ignore_index=True), 0.01).empty


@pytest.fixture
def raced(runs: Runs) -> pd.DataFrame:
    """A family of three configurations: on its three easy seeds, the one that was dropped looks best."""
    accuracies = {"adam|a": [0.9, 0.9, 0.9, 0.5, 0.5], "adam|b": [0.8, 0.8, 0.8], "adam|c": [0.9, 0.9, 0.9, 0.4, 0.6]}
    return runs(accuracies, stage="tune", **{"optimizer.lr": 1})


def test_after_a_race_only_what_ran_to_its_end_is_chosen(raced: pd.DataFrame) -> None:
    best = choose(raced).iloc[0]
    assert (best["configuration"], best["n"]) == ("a", 5)
    assert ranked(raced)["configuration"].tolist() == ["a", "c", "b"]
    assert best_of_k(raced)["validation"].tolist() == pytest.approx([(0.74 * 2 + 0.8) / 3, 0.74, 0.74])


def test_what_a_race_dropped_is_as_far_behind_as_on_the_seeds_that_it_had(raced: pd.DataFrame) -> None:
    found = sensitivity(raced, 0.09).iloc[0]
    assert (found["configurations"], found["best"], found["share"]) == (3, 0.74, 2 / 3)
    assert sensitivity(raced, 0.1).iloc[0]["share"] == 1


def test_selection_bias_is_tune_minus_confirm_of_the_chosen_configuration(runs: Runs) -> None:
    tune = runs({"adam|a": [0.92, 0.9], "adam|b": [0.5, 0.5]}, stage="tune")
    confirm = runs({"adam|a": [0.88, 0.9], "sgd|a": [0.7, 0.7]})
    table = selection_bias(tune, confirm).set_index("family")
    assert table.loc["adam", "bias"] == pytest.approx(0.02)
    assert np.isnan(table["bias"]["sgd"])


def test_variance_of_equally_good_seeds_is_all_the_test_sets(runs: Runs) -> None:
    generator = np.random.default_rng(0)
    equal = generator.binomial(300, 0.85, 2000) / 300
    unequal = generator.binomial(300, generator.normal(0.85, 0.03, 2000)) / 300
    table = variance_sources(runs({"equal": equal, "unequal": unequal}, points=300)).set_index("family")
    # A variance of 2,000 values is known to sqrt(2 / 2000) = 3 %, times three.
    assert table.loc["equal", "share_test_set"] == pytest.approx(1, abs=0.1)
    assert table.loc["unequal", "sd_seed"] == pytest.approx(0.03, rel=0.1)


def test_a_method_behind_one_that_it_contains_is_a_row(runs: Runs) -> None:
    tune = runs({"adam": [0.5], "momentum": [0.75], "sgd": [0.25]}, stage="tune")
    row = {"family": "adam", "optimizer": "adam", "best": 0.5, "rival": "momentum", "rival_best": 0.75}
    check_rows(outdone(tune, 0.2), [row])
    assert outdone(tune, 0.25).empty  # by the margin, not by more


def test_the_best_family_of_an_optimizer_stands_for_it_on_each_problem(runs: Runs) -> None:
    def tuned(means: dict[str, float], problem: str) -> pd.DataFrame:
        table = runs({f"{name} {problem}": [mean] for name, mean in means.items()}, stage="tune", problem=problem)
        return table.assign(**{"optimizer.name": table["family"].str.split(" ").str[0]})

    moons = tuned({"sgd": 0.9, "adam": 0.7, "momentum": 0.8}, "moons")
    spiral = tuned({"momentum small": 0.5, "momentum large": 0.9, "sgd": 0.8}, "spiral")
    found = outdone(pd.concat([moons, spiral], ignore_index=True), 0.01)
    assert found[["family", "rival"]].to_numpy().tolist() == [
        ["momentum moons", "sgd"],
        ["adam moons", "sgd"],
    ]


def test_the_table_of_a_search_has_a_row_for_each_k_of_each_family(runs: Runs) -> None:
    tune = runs(
        {"sgd|a": [0.5, 0.7], "sgd|b": [0.8, 0.8], "adam|a": [0.9, 0.7], "sgd|c": ["failed"] * 2},
        validation={"sgd|a": [0.8, 1.0], "sgd|b": [0.7, 0.7], "adam|a": [0.6, 0.8], "sgd|c": [0, 0]},
        stage="tune",
    )
    check_rows(
        best_of_k(tune),
        [
            {"family": "sgd", "k": 1, "validation": 0.8, "test": 0.7},  # one of two
            {"family": "sgd", "k": 2, "validation": 0.9, "test": 0.6},
            {"family": "adam", "k": 1, "validation": 0.7, "test": 0.8},
        ],
    )
    nothing = best_of_k(tune[tune["configuration"] == "c"])
    assert nothing.empty
    assert nothing.columns.tolist() == ["family", "k", "validation", "test"]


def test_selection_weights_are_quotients_of_binomial_coefficients() -> None:
    expected = [[comb(j - 1, k - 1) / comb(6, k) for j in range(1, 7)] for k in range(1, 7)]
    found = [selection_weights(6, k) for k in range(1, 7)]
    assert np.array(found) == pytest.approx(np.array(expected))


def test_scores_choices_and_sensitivity_in_full(runs: Runs) -> None:
    tune = runs(
        {
            "sgd|a": [0.5, 0.7],
            "sgd|b": [0.8, "diverged"],
            "sgd|c": [0.4, 0.5],
            "adam|a": [0.9, 0.7],
            "adam|b": ["failed"] * 2,
        },
        validation={
            "sgd|a": [0.8, 0.7],
            "sgd|b": [0.7, 0],
            "sgd|c": [0.75, 0.74],
            "adam|a": [0.6, 0.8],
            "adam|b": [0, 0],
        },
        stage="tune",
    )
    scored = [
        {"family": "sgd", "configuration": "a", "validation_mean": 0.75, "loss": 0.25, "n": 2},
        {"family": "sgd", "configuration": "b", "validation_mean": (0.7 + 1 / 3) / 2, "loss": np.inf, "n": 2},
        {"family": "sgd", "configuration": "c", "validation_mean": 0.745, "loss": 0.255, "n": 2},
        {"family": "adam", "configuration": "a", "validation_mean": 0.7, "loss": 0.3, "n": 2},
        {"family": "adam", "configuration": "b", "validation_mean": np.nan, "loss": np.nan, "n": 0},
    ]
    check_rows(score(tune), scored)
    check_rows(
        choose(tune),
        [
            {"family": "sgd", "configuration": "a", "validation_mean": 0.75, "n": 2},
            {"family": "adam", "configuration": "a", "validation_mean": 0.7, "n": 2},
        ],
    )
    worst = (0.7 + 1 / 3) / 2
    names = ["family", "configurations", "best", "median", "worst", "share"]
    check_rows(
        sensitivity(tune, 0.005),  # c is exactly the margin away
        [
            dict(zip(names, ["sgd", 3, 0.75, 0.745, worst, 2 / 3], strict=True)),
            dict(zip(names, ["adam", 1, 0.7, 0.7, 0.7, 1.0], strict=True)),
        ],
    )


def test_selection_bias_in_full(runs: Runs) -> None:
    tune = runs(
        {"adam|a": [0.92, 0.9], "adam|b": [0.5, 0.5]},
        validation={"adam|a": [0.96, 0.94], "adam|b": [0.5, 0.5]},
        stage="tune",
    )
    confirm = runs(
        {"sgd|a": [0.7, 0.75], "adam|a": [0.88, 0.9]}, validation={"sgd|a": [0.6, 0.7], "adam|a": [0.9, 0.91]}
    )
    check_rows(
        selection_bias(tune, confirm),
        [
            {
                "family": "sgd", "configuration": "a", "tune_validation": np.nan, "tune_test": np.nan,
                "confirm_validation": 0.65, "confirm_test": 0.725, "bias": np.nan,
            },
            {
                "family": "adam", "configuration": "a", "tune_validation": 0.95, "tune_test": 0.91,
                "confirm_validation": 0.905, "confirm_test": 0.89, "bias": 0.045,
            },
        ],
    )  # fmt: skip


def test_sources_of_variance_in_full(runs: Runs) -> None:
    values = {
        "sgd|a": [0.5, 0.7, 0.6, "diverged"],
        "adam|b": [0.5, 0.51],
        "adam|c": [0.8, "failed"],
        "stuck|": [0.25, 0.25],
    }
    names = ["family", "configuration", "n", "sd", "sd_test_set", "sd_seed", "share_test_set"]
    sgd, adam = (0.25 + 0.21 + 0.24) / 3 / 100, (0.25 + 0.2499) / 2 / 100  # mean of a (1 - a) / N
    stuck = sqrt(0.1875 / 100)
    check_rows(
        variance_sources(runs(values, points=100)),
        [
            dict(zip(names, ["sgd", "a", 3, 0.1, sqrt(sgd), sqrt(0.01 - sgd), sgd / 0.01], strict=True)),
            dict(zip(names, ["adam", "b", 2, sqrt(0.00005), sqrt(adam), 0.0, 1.0], strict=True)),
            dict(zip(names, ["adam", "c", 1, np.nan, np.nan, np.nan, np.nan], strict=True)),
            dict(zip(names, ["stuck", "", 2, 0.0, stuck, 0.0, np.nan], strict=True)),
        ],
    )


def test_best_of_k_asks_for_accuracies_and_not_for_losses(runs: Runs) -> None:
    tune = runs({"adam|a": [0.8], "adam|b": [0.6]}, stage="tune").assign(validation_data_loss=[np.nan, 0.4])
    assert best_of_k(tune)["validation"].to_numpy() == pytest.approx([0.7, 0.8])


def test_all_tried_ends_with_the_one_that_is_chosen_also_among_equals(runs: Runs) -> None:
    tune = runs({"adam|a": [0.6], "adam|b": [0.8], "adam|c": [0.7]}, stage="tune")
    tune = tune.assign(validation_accuracy=0.9, validation_data_loss=[0.3, 0.2, 0.2])
    assert choose(tune)["configuration"].tolist() == ["b"]
    assert best_of_k(tune)["test"].to_numpy() == pytest.approx([0.7, (0.8 + 0.8 + 0.7) / 3, 0.8])
