"""Ends of the search: where a family's best lies at one, and where that is no fault. Dead networks."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.statistics import dead, edges
from tests.bench.statistics.frames import Runs
from tests.bench.statistics.rows import check_rows

THIRDS = np.full((3, 3), 1 / 3)  # the shares of three classes in three sets

LR = "optimizer.lr"


def along(runs: Runs, axis: str, accuracies: Mapping[Any, Sequence[float]], family: str = "adam") -> pd.DataFrame:
    """One configuration for each value of an axis."""
    parts = [runs({f"{family}|{value}": own}, stage="tune", **{axis: value}) for value, own in accuracies.items()]
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize(
    ("means", "edge"),
    [
        ([0.9, 0.8, 0.7], ["smallest"]),
        ([0.7, 0.8, 0.9], ["largest"]),
        ([0.7, 0.9, 0.8], []),
        ([0.8, 0.9], ["largest"]),  # an axis of two values has nothing but ends
        ([0.9, 0.8], ["smallest"]),
        ([0.9], []),
    ],
)
def test_a_best_configuration_at_an_end_of_an_axis_is_found(runs: Runs, means: list[float], edge: list[str]) -> None:
    rates = dict(zip([0.01, 0.1, 1.0], ([mean, mean] for mean in means), strict=False))
    found = edges(along(runs, LR, rates), [LR], 0.01)
    assert found["edge"].tolist() == edge
    assert found.columns.tolist() == ["family", "axis", "value", "edge", "tried"]


def test_each_family_has_its_own_axes_and_rows_are_in_grid_order(runs: Runs) -> None:
    sgd = along(runs, LR, {0.01: [0.7], 0.1: [0.8], 0.5: [0.85], 1.0: [0.9]}, "sgd")
    adam = along(runs, LR, {0.001: [0.95], 0.01: [0.8], 0.1: [0.7]}, "adam")
    check_rows(
        edges(pd.concat([sgd, adam], ignore_index=True), [LR], 0.01),
        [
            {"family": "sgd", "axis": LR, "value": 1.0, "edge": "largest", "tried": 4},
            {"family": "adam", "axis": LR, "value": 0.001, "edge": "smallest", "tried": 3},
        ],
    )


@pytest.mark.parametrize(("second", "found"), [(0.79, 0), (0.78, 1)])
def test_an_axis_that_ends_within_the_margin_is_flat(runs: Runs, second: float, found: int) -> None:
    rates = {0.01: [0.5, 0.5], 0.1: [second, second], 1.0: [0.8, 0.8]}
    assert len(edges(along(runs, LR, rates), [LR], 0.01)) == found


@pytest.mark.parametrize(
    ("best", "found"),
    [
        ([0.82, 0.80, 0.84, 0.90], 1),  # ahead by 4 points on average, with a standard error of 2.2
        ([0.76, 0.78, 0.90, 0.84], 0),  # ahead by 2 points, with a standard error of 3.2
    ],
)
def test_an_end_within_one_standard_error_is_flat(runs: Runs, best: list[float], found: int) -> None:
    assert len(edges(along(runs, LR, {0.1: [0.8] * 4, 1.0: best}), [LR], 0.01)) == found


def test_one_tune_seed_knows_no_error(runs: Runs) -> None:
    assert edges(along(runs, LR, {0.1: [0.8], 1.0: [0.82]}), [LR], 0.01)["edge"].tolist() == ["largest"]


def test_both_sides_of_an_end_are_the_best_of_their_kind(runs: Runs) -> None:
    """With l2 = 0 the neighbour is as good, so that the axis is flat, whatever it is with the best one's own l2."""
    low = along(runs, LR, {0.1: [0.5, 0.5], 1.0: [0.8, 0.8]})
    high = along(runs, LR, {0.1: [0.79, 0.79], 1.0: [0.7, 0.7]})
    high["configuration"] += ", l2 0"
    both = pd.concat([low, high], ignore_index=True)
    assert edges(both, [LR], 0.01).empty
    assert edges(low, [LR], 0.01)["edge"].tolist() == ["largest"]


def test_the_axis_is_that_of_the_best_ones_optimizer(runs: Runs) -> None:
    """Among all values 0.1 would lie in the middle, but it is the largest that adam was tried with."""
    adam = along(runs, LR, {0.01: [0.7, 0.7], 0.1: [0.9, 0.9]}, "both").assign(**{"optimizer.label": "adam"})
    sgd = along(runs, LR, {1.0: [0.6, 0.6]}, "both").assign(**{"optimizer.label": "sgd"})
    check_rows(
        edges(pd.concat([adam, sgd], ignore_index=True), [LR], 0.01),
        [{"family": "both", "axis": LR, "value": 0.1, "edge": "largest", "tried": 2}],
    )


@pytest.mark.parametrize(
    ("values", "edge", "value"),
    [
        (["32", "64"], ["largest"], 64.0),
        (["32", "64-64"], [], None),  # one layer or two: neither is more
        (["none", "32-16"], [], None),
        ([32, "full"], ["largest"], float("inf")),
        (["full", 64], ["smallest"], 64.0),
        (["constant", "inverse"], [], None),
    ],
)
def test_words_have_no_order_but_full_is_above_all_numbers(
    runs: Runs, values: list[Any], edge: list[str], value: Any
) -> None:
    found = edges(along(runs, "network.any", {values[0]: [0.7], values[1]: [0.9]}), ["network.any"], 0.01)
    assert found["edge"].tolist() == edge
    assert found["value"].tolist() == ([value] if edge else [])


@pytest.mark.parametrize(
    ("train", "validation", "test", "expected"),
    [
        (1 / 3, 1 / 3, 1 / 3, True),
        (100 / 300, 100 / 300, 1000 / 3000, True),
        (101 / 300, 1 / 3, 1 / 3, False),
        (1 / 3, 99 / 300, 1 / 3, False),
        (1 / 3, 1 / 3, 1001 / 3000, False),
        (0.5, 0.5, 0.5, False),  # one of two classes, but there are three
    ],
)
def test_a_network_at_exactly_chance_on_all_three_sets_is_dead(
    runs: Runs, train: float, validation: float, test: float, expected: bool
) -> None:
    table = runs({"adam": [test]}, validation={"adam": [validation]}).assign(train_accuracy=train)
    assert dead(table, {"adam": THIRDS}).tolist() == [expected]


@pytest.mark.parametrize(
    ("train", "validation", "test", "expected"),
    [
        (0.6, 0.6, 7 / 12, True),
        (0.4, 0.4, 5 / 12, True),
        (0.6, 0.6, 0.6, False),  # more than there are of it in the test set
        (0.6, 0.6, 5 / 12, False),  # one class here, the other there
        (0.5, 0.5, 0.5, False),
    ],
)
def test_where_classes_differ_in_size_it_is_right_on_one_of_them_in_all_three_sets(
    runs: Runs, train: float, validation: float, test: float, expected: bool
) -> None:
    table = runs({"adam": [test]}, validation={"adam": [validation]}).assign(train_accuracy=train)
    assert dead(table, {"adam": np.array([[0.4, 0.6], [0.4, 0.6], [5 / 12, 7 / 12]])}).tolist() == [expected]


def test_what_diverged_or_failed_is_not_dead_but_diverged_or_failed(runs: Runs) -> None:
    assert not dead(runs({"adam": ["diverged", "failed"]}), {"adam": THIRDS}).any()
    numbers = runs({"adam": [1 / 3] * 2}).assign(status=["diverged", "ok"])
    assert dead(numbers, {"adam": THIRDS}).tolist() == [False, True]
