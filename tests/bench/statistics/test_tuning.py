"""What a search was worth: best of k, sensitivity, edges, sanity, selection bias; where variance comes from."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.statistics import best_of_k, edges, sanity_flags, selection_bias, sensitivity, variance_sources
from bench.statistics.tuning import selection_weights
from tests.bench.statistics.frames import Runs


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
    assert selection_weights(n).sum(axis=1) == pytest.approx(np.ones(n), abs=1e-9)


def test_sensitivity_is_the_share_of_the_grid_within_the_margin_of_its_best(search: Runs) -> None:
    table = sensitivity(search("adam", [0.90, 0.89, 0.88, 0.5], [1, 2, 3, 4]), 0.01).iloc[0]
    assert (table["configurations"], table["best"], table["share"]) == (4, 0.9, 0.5)


@pytest.mark.parametrize(
    ("means", "edge"), [([0.9, 0.8, 0.7], "lowest"), ([0.7, 0.8, 0.9], "highest"), ([0.7, 0.9, 0.8], None)]
)
def test_a_best_configuration_on_the_edge_of_an_axis_is_reported(
    search: Runs, means: Sequence[float], edge: Any
) -> None:
    found = edges(search("adam", means, [0.01, 0.1, 1.0]))
    assert found["edge"].tolist() == ([edge] if edge else [])
    assert found["axis"].tolist() == (["optimizer.lr"] if edge else [])


def test_zero_is_not_an_edge_and_two_values_are_no_axis_to_be_on_the_edge_of(search: Runs) -> None:
    assert edges(search("adam", [0.9, 0.8, 0.7], [0.0, 0.1, 1.0])).empty
    assert edges(search("adam", [0.9, 0.8], [0.01, 0.1])).empty


def test_momentum_losing_to_gradient_descent_by_more_than_the_margin_is_flagged(search: Runs) -> None:
    def flags(momentum: float, **settings: Any) -> list[str]:
        parts = [search("sgd", [0.85, 0.5], [1, 2]), search("momentum", [momentum, 0.4], [1, 2], **settings)]
        return sanity_flags(pd.concat(parts, ignore_index=True), 0.01)

    assert len(flags(0.80)) == 1
    assert flags(0.80)[0].startswith("tuned momentum (80.0 % validation accuracy) loses to sgd (85.0 %)")
    assert flags(0.845) == []
    assert flags(0.90) == []
    assert flags(0.80, problem="moons") == []  # another problem, another ceiling


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
