"""The gap between training and test accuracy."""

from __future__ import annotations

import numpy as np
import pytest

from bench.statistics import generalization_gaps
from tests.bench.statistics.frames import Runs


def test_the_gap_is_that_of_the_runs_that_ended_well(runs: Runs) -> None:
    table = runs({"sgd": [0.7, 0.8, "diverged", "failed"], "stuck": ["diverged"], "adam": [0.9]})
    gaps = generalization_gaps(table.assign(train_accuracy=table["test_accuracy"] + 0.05))
    assert gaps["family"].tolist() == ["sgd", "adam"]
    assert gaps["n"].tolist() == [2, 1]
    np.testing.assert_allclose(gaps["train"], [0.8, 0.95])
    np.testing.assert_allclose(gaps["test"], [0.75, 0.9])
    np.testing.assert_allclose(gaps["gap"], 0.05)


def test_a_gap_is_that_of_runs_that_have_both_accuracies(runs: Runs) -> None:
    table = runs({"sgd": [0.7, 0.8, 0.9]}).assign(train_accuracy=[0.8, np.nan, 1.0])
    [gap] = generalization_gaps(table).to_dict("records")
    assert (gap["n"], gap["train"], gap["test"]) == (2, pytest.approx(0.9), pytest.approx(0.8))


def test_without_a_run_that_ended_well_there_is_no_gap(runs: Runs) -> None:
    table = runs({"sgd": ["diverged", "failed"]})
    assert generalization_gaps(table.assign(train_accuracy=np.nan)).empty
