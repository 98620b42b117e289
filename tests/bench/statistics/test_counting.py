"""What no run can have given is refused, and so is a run that is there twice, wherever runs are judged or scored."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.statistics import (
    UntilDecided,
    against_reference,
    best_of_k,
    choose,
    compare,
    compare_times,
    counted_accuracy,
    counted_epochs,
    effects,
    explore,
    generalization_gaps,
    judge,
    rank_families,
    reached_curves,
    selection_bias,
    sensitivity,
    summarize,
    time_to_target,
    variance_sources,
)
from bench.statistics.counting import by_seed, chance_of, questions, require_confirmed, seed_table, tally
from bench.statistics.tuning import score
from tests.bench.statistics.frames import Runs

ASKED = (0.85, 0.05, 0.01)
GOOD = {"adam|lr 1": [0.9, 0.8, 0.85], "sgd|lr 2": [0.7, 0.8, 0.9]}
TIMES = {"adam|lr 1": [20, 40, 60], "sgd|lr 2": [20, 40, 60]}

CONTRASTS = pd.DataFrame(
    [
        {
            "family": "adam",
            "problem": "",
            "axis": "",
            "value": "",
            "against": "",
            "with": "lr 1",
            "without": "lr 2",
            "besides": "",
        }
    ]
)

On = Callable[[pd.DataFrame], Any]
ON_TEST: dict[str, On] = {
    "judge": lambda runs: judge(runs, *ASKED),
    "judge until decided": lambda runs: judge(runs, *ASKED, plan=UntilDecided(100)),
    "explore": lambda runs: explore(runs, *ASKED),
    "summarize": summarize,
    "compare": lambda runs: compare(runs[runs["family"] == "adam"], runs[runs["family"] == "sgd"]),
    "against_reference": lambda runs: against_reference(runs, "adam"),
    "rank_families": rank_families,
    "best_of_k": best_of_k,
    "selection_bias": lambda runs: selection_bias(runs, runs),
    "variance_sources": variance_sources,
    "generalization_gaps": generalization_gaps,
    "effects": lambda runs: effects(runs, CONTRASTS, 0.05, 0.01),
}
ON_VALIDATION: dict[str, On] = {
    "summarize": summarize,
    "choose": choose,
    "best_of_k": best_of_k,
    "sensitivity": lambda runs: sensitivity(runs, 0.01),
    "selection_bias": lambda runs: selection_bias(runs, runs),
}
ON_TRAINING: dict[str, On] = {"generalization_gaps": generalization_gaps}
ON_TIMES: dict[str, On] = {
    "summarize": summarize,
    "time_to_target": time_to_target,
    "reached_curves": reached_curves,
    "compare_times": lambda runs: compare_times(runs[runs["family"] == "adam"], runs[runs["family"] == "sgd"]),
}


@pytest.fixture
def table(runs: Runs) -> pd.DataFrame:
    return runs(GOOD, epochs=TIMES).assign(train_accuracy=0.95)


def change(table: pd.DataFrame, column: str, value: Any) -> pd.DataFrame:
    """The table with another value in sgd's second row."""
    changed = table.copy()
    changed.loc[4, column] = value
    return changed


@pytest.mark.parametrize("value", [1.7, -0.1, np.inf, 1 + 1e-9])
@pytest.mark.parametrize(
    ("column", "function"),
    [("test_accuracy", f) for f in ON_TEST.values()]
    + [("validation_accuracy", f) for f in ON_VALIDATION.values()]
    + [("train_accuracy", f) for f in ON_TRAINING.values()],
    ids=[f"test, {name}" for name in ON_TEST] + [f"validation, {name}" for name in ON_VALIDATION] + ["training"],
)
def test_what_is_no_accuracy_is_refused_by_name(table: pd.DataFrame, column: str, function: On, value: float) -> None:
    function(table)
    named = f"{column} = {value} of family 'sgd', configuration 'lr 2', seed 1000001: expected 0 to 1"
    with pytest.raises(ValueError, match=named):
        function(change(table, column, value))


@pytest.mark.parametrize("value", [-20.0, 1020.0])
@pytest.mark.parametrize("function", ON_TIMES.values(), ids=list(ON_TIMES))
def test_a_time_outside_the_budget_is_refused_by_name(table: pd.DataFrame, function: On, value: float) -> None:
    function(table)
    named = f"epochs_to_target = {value} of family 'sgd', configuration 'lr 2', seed 1000001: expected 0 to 1000"
    with pytest.raises(ValueError, match=named):
        function(change(table, "epochs_to_target", value))


@pytest.mark.parametrize("status", ["diverged", "failed"])
def test_what_a_run_that_ended_badly_measured_does_not_count_and_is_not_looked_at(
    table: pd.DataFrame, status: str
) -> None:
    for column in ("test_accuracy", "validation_accuracy", "train_accuracy", "epochs_to_target"):
        changed = change(change(table, "status", status), column, -1.0)
        for function in (ON_TEST | ON_VALIDATION | ON_TIMES).values():
            function(changed)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_the_edges_are_accuracies(table: pd.DataFrame, value: float) -> None:
    assert counted_accuracy(change(table, "test_accuracy", value))[4] == value


@pytest.mark.parametrize(
    "function",
    (ON_TEST | ON_VALIDATION | ON_TIMES).values(),
    ids=list(ON_TEST | ON_VALIDATION | ON_TIMES),
)
def test_a_seed_that_is_there_twice_is_refused_by_name(table: pd.DataFrame, function: On) -> None:
    for times, more in ((1, "$"), (3, r" \(and 2 more\)$")):
        pooled = pd.concat([table] + [change(table, "test_accuracy", 0.81).iloc[4:5]] * times)
        with pytest.raises(ValueError, match="twice: family 'sgd', configuration 'lr 2', seed 1000001" + more):
            function(pooled)


@pytest.mark.parametrize(
    "function",
    [choose, score, best_of_k, lambda runs: sensitivity(runs, 0.01), lambda runs: effects(runs, CONTRASTS, 0.05, 0.01)],
    ids=["choose", "score", "best_of_k", "sensitivity", "effects"],
)
def test_tune_and_confirm_runs_are_never_taken_together(runs: Runs, function: On) -> None:
    both = pd.concat([runs(GOOD, stage="tune"), runs(GOOD)], ignore_index=True)
    for stage, own in both.groupby("stage"):
        assert stage == own["stage"].iloc[0]
        function(own)
    with pytest.raises(ValueError, match="runs of one stage are taken together, but there are several: 'tune', 'conf"):
        function(both)


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"configuration": "lr 2"}, "one configuration are .* several: 'lr 1', 'lr 2'"),
        ({"family": "sgd"}, "one family are .* several: 'adam', 'sgd'"),
        ({"stage": "tune"}, "one stage are .* several: 'confirm', 'tune'"),
    ],
    ids=["configurations", "families", "stages"],
)
def test_each_side_of_a_comparison_is_one_configuration(runs: Runs, other: dict[str, str], named: str) -> None:
    one = runs({"adam|lr 1": [0.9, 0.8, 0.85]})
    pooled = pd.concat([one, one.assign(**other, seed=one["seed"] + 3)], ignore_index=True)
    for function in (compare, compare_times):
        function(one, one)
        for sides in ((one, pooled), (pooled, one)):
            with pytest.raises(ValueError, match=named):
                function(*sides)


def test_the_same_seed_of_another_configuration_family_or_stage_is_another_run(runs: Runs) -> None:
    table = runs({"adam|a": [0.9, 0.8], "adam|b": [0.9, 0.8], "sgd|a": [0.9, 0.8]}, stage="tune")
    both = pd.concat([table, table.assign(stage="confirm")], ignore_index=True)
    assert counted_accuracy(both).tolist() == [0.9, 0.8] * 6
    assert counted_epochs(both).tolist() == [np.inf] * 12


def test_an_accuracy_counts_where_the_number_of_test_points_is_not_known(table: pd.DataFrame) -> None:
    table["test_points"] = [3000.0, np.nan, np.nan, 3000.0, np.nan, np.nan]
    assert counted_accuracy(table).tolist() == [0.9, 0.8, 0.85, 0.7, 0.8, 0.9]
    verdict = judge(table, *ASKED).iloc[0]
    assert (verdict["n_ok"], verdict["mean"]) == (3, pytest.approx(0.85))


@pytest.mark.parametrize(("times", "more"), [(1, ""), (2, " (and 1 more)"), (1500, " (and 1,499 more)")])
def test_a_refusal_says_how_many_more_runs_are_refused(runs: Runs, times: int, more: str) -> None:
    table = runs({"adam|lr 1": [0.9] * 5 + [1.5] * times})
    named = f"test_accuracy = 1.5 of family 'adam', configuration 'lr 1', seed 1000005{more}: expected 0 to 1"
    with pytest.raises(ValueError, match=f"^{re.escape(named)}$"):
        counted_accuracy(table)


def test_what_counts_is_the_own_number_chance_or_nothing(runs: Runs) -> None:
    table = runs({"adam": [0.9, "diverged", "failed", np.nan]}, points=7, epochs={"adam": [20, 30, 40, np.nan]})
    # .9 of 7 points is 6.3 points
    assert counted_accuracy(table).tolist() == pytest.approx([6 / 7, 1 / 3, np.nan, np.nan], nan_ok=True)
    assert counted_accuracy(table, "validation_accuracy").tolist()[0] == 0.9
    ended_badly = table.assign(test_accuracy=[0.9, -1, -1, np.nan], epochs_to_target=[20.0, -1, -1, np.nan])
    assert counted_accuracy(ended_badly).tolist() == pytest.approx([6 / 7, 1 / 3, np.nan, np.nan], nan_ok=True)
    assert counted_epochs(ended_badly).tolist() == pytest.approx([20, np.inf, np.nan, np.inf], nan_ok=True)
    assert counted_epochs(table).tolist() == pytest.approx([20, np.inf, np.nan, np.inf], nan_ok=True)
    assert counted_epochs(table.drop(columns="training.epochs")).tolist()[0] == 20
    assert chance_of(table) == 1 / 3


def test_a_time_is_refused_with_the_budget_of_its_own_run(runs: Runs) -> None:
    table = runs({"adam": [0.9, 0.9]}, epochs={"adam": [20, 400]}).assign(**{"training.epochs": [1000, 300]})
    named = "= 400.0 of family 'adam', configuration '', seed 1000001: expected 0 to 300"
    with pytest.raises(ValueError, match=f"{named}$"):
        counted_epochs(table)


def test_runs_are_tallied_by_how_they_ended_in_order_of_appearance(runs: Runs) -> None:
    table = runs({"sgd|b": [0.9, "diverged", "failed", np.nan, 0.8], "adam|a": ["failed"], "sgd|a": ["diverged"]})
    found = tally(table, ["family", "configuration"])
    assert found.index.tolist() == [("sgd", "b"), ("adam", "a"), ("sgd", "a")]
    assert found.to_dict("list") == {
        "n": [5, 1, 1], "n_ok": [2, 0, 0], "n_diverged": [1, 0, 1], "n_failed": [2, 1, 0],
    }  # fmt: skip
    assert tally(table, ["family"])["n"].to_dict() == {"sgd": 6, "adam": 1}


def test_a_question_is_every_setting_of_the_problem(runs: Runs) -> None:
    moons = runs({"sgd": [0.9, 0.8]}, problem="moons", **{"problem.noise": 0.1})
    spiral = runs({"adam|a": [0.9], "adam|b": [0.9]}, **{"problem.noise": 0.2})
    assert questions(pd.concat([moons, spiral])) == {
        "sgd": "problem.classes = 3, problem.name = moons, problem.noise = 0.1",
        "adam": "problem.classes = 3, problem.name = spiral, problem.noise = 0.2",
    }


def test_a_table_of_seeds_has_a_row_per_seed_and_a_column_per_family_in_grid_order(runs: Runs) -> None:
    table = runs({"sgd": [0.9, 0.8, 0.7], "adam": [0.6, 0.5]}).iloc[[4, 2, 3, 0, 1]]
    assert seed_table(table, table["test_accuracy"]).columns.tolist() == ["adam", "sgd"]
    table = table.iloc[[1, 0, 2, 3, 4]]
    found = seed_table(table, table["test_accuracy"])
    assert found.columns.tolist() == ["sgd", "adam"]
    assert found.index.tolist() == [1_000_000, 1_000_001, 1_000_002]
    assert found["sgd"].tolist() == [0.9, 0.8, 0.7]
    assert found["adam"].tolist() == pytest.approx([0.6, 0.5, np.nan], nan_ok=True)
    adam = table[table["family"] == "adam"]
    assert by_seed(adam["test_accuracy"], adam).tolist() == [0.6, 0.5]
    assert by_seed(adam["test_accuracy"].replace(0.6, np.nan), adam).tolist() == [0.5]


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        (
            [{"stage": "confirm"}, {"stage": "tune"}],
            "only confirm runs are judged: what was chosen on some seeds is judged on others",
        ),
        (
            [{"configuration": "a"}, {"configuration": "b"}],
            "family 'adam' has confirm runs of several configurations: pass its best only",
        ),
        (
            [{"configuration": "a"}] * 2,
            "runs that are there twice: family 'adam', configuration 'a', seed 1000000 (and 1 more)",
        ),
    ],
    ids=["stages", "configurations", "twice"],
)
def test_what_is_not_judged_is_refused_with_the_reason(runs: Runs, frames: list[dict[str, str]], said: str) -> None:
    one = runs({"adam|a": [0.9, 0.8]})
    pooled = pd.concat([one.assign(**changed) for changed in frames], ignore_index=True)
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        require_confirmed(pooled)
    require_confirmed(one)
