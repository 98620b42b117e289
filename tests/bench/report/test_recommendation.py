"""Which family is recommended, and for which reason: small frames by hand, and the family that one must take."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from bench.grid.grid import Baseline
from bench.report.recommendation import exceeds, recommended
from bench.statistics.claims import KINDS

ABOVE, BELOW, EQUAL, DEGENERATE, FAILED = "above", "below", "practically equal", "degenerate", "failed"
CALLED = {"a": "adam", "b": "sgd", "c": "lion", "d": "tiger"}

Row = tuple[str, str, float, float]  # family, kind of verdict, bounds of its interval
Difference = tuple[str, str, str, float, float]  # family, reference, kind of difference, bounds of its interval


def view(rows: list[Row], order: str, differences: list[Difference], *, tuned: bool = True) -> Any:
    """As much of a view as is read. `order`: the families with runs that ended well, best on tune seeds first."""
    verdicts = pd.DataFrame(rows, columns=["family", "kind", "word_low", "word_high"])
    verdicts = verdicts.assign(n=8, mean=verdicts[["word_low", "word_high"]].mean(axis=1).fillna(0.9), accuracy=0.85)
    compared = pd.DataFrame(differences, columns=["family", "reference", "kind", "low", "high"])
    return SimpleNamespace(
        verdicts=verdicts,
        families=pd.DataFrame({"problem": "noise 0.2"}, index=verdicts["family"]),
        comparable=lambda problem: list(order),
        comparisons={"noise 0.2": compared} if differences else {},
        results=SimpleNamespace(
            tune=pd.DataFrame({"seed": [0, 1] if tuned else []}),
            grid=SimpleNamespace(baseline=Baseline(accuracy=0.85)),
        ),
    )


def taken(rows: list[Row], order: str, differences: list[Difference] | None = None, **more: Any) -> tuple[str, str]:
    verdict, why = recommended(view(rows, order, differences or [], **more), "noise 0.2", CALLED)
    return verdict["family"], why


HIGH, LOW = (0.86, 0.88), (0.80, 0.84)


def test_it_is_the_best_on_tune_seeds_among_those_above_the_claim() -> None:
    rows = [("a", ABOVE, *HIGH), ("b", ABOVE, *HIGH), ("c", BELOW, *LOW)]
    assert taken(rows, "bac") == ("b", "best on tune seeds")
    assert taken(rows, "cba") == ("b", "of those above 85.0 %, best on tune seeds")
    assert taken(rows, "abc", tuned=False) == ("a", "first in the grid")


def test_where_none_is_above_it_is_the_best_of_all() -> None:
    rows = [("a", BELOW, *LOW), ("b", EQUAL, 0.84, 0.855), ("c", BELOW, 0.82, 0.845)]
    assert taken(rows, "bca") == ("b", "best on tune seeds")
    assert taken(rows, "cba") == ("c", "best on tune seeds")  # 0.845 is not below the lower bound of b


def test_a_family_without_a_run_that_ended_well_comes_last() -> None:
    rows = [("a", FAILED, math.nan, math.nan), ("b", BELOW, *LOW)]
    assert taken(rows, "b") == ("b", "best on tune seeds")


def test_a_family_whose_interval_lies_below_that_of_another_is_passed_over() -> None:
    rows = [("a", ABOVE, 0.86, 0.87), ("b", ABOVE, 0.88, 0.90), ("c", ABOVE, 0.89, 0.91)]
    assert taken(rows, "abc") == ("b", "of those that no other exceeds, best on tune seeds")
    assert taken(rows, "abc", tuned=False) == ("b", "of those that no other exceeds, first in the grid")
    touching = [("a", ABOVE, 0.86, 0.88), ("b", ABOVE, 0.88, 0.90)]
    assert taken(touching, "ab") == ("a", "best on tune seeds")
    unknown = [("a", FAILED, math.nan, math.nan), ("b", FAILED, math.nan, math.nan)]
    assert taken(unknown, "") == ("a", "best on tune seeds")


def test_one_that_is_shown_to_be_better_than_the_reference_is_taken_instead_of_it() -> None:
    rows = [("a", ABOVE, *HIGH), ("b", ABOVE, *HIGH), ("c", ABOVE, *HIGH)]
    better: list[Difference] = [("b", "a", ABOVE, 0.015, 0.03), ("c", "a", EQUAL, 0.0, 0.002)]
    assert taken(rows, "abc", better) == ("b", "better than adam by at least 1.5 points")


def test_of_several_that_are_better_it_is_the_one_that_is_better_by_the_most_at_least() -> None:
    """The lower bounds decide, neither the order of rows nor the upper bounds."""
    rows = [("a", ABOVE, *HIGH), ("b", ABOVE, *HIGH), ("c", ABOVE, *HIGH), ("d", ABOVE, *HIGH)]
    better: list[Difference] = [
        ("b", "a", ABOVE, 0.01, 0.09),
        ("c", "a", ABOVE, 0.03, 0.05),
        ("d", "a", ABOVE, 0.02, 0.04),
    ]
    assert taken(rows, "abcd", better) == ("c", "better than adam by at least 3 points")
    alike: list[Difference] = [("d", "a", ABOVE, 0.02, 0.04), ("b", "a", ABOVE, 0.02, 0.04)]
    assert taken(rows, "abcd", alike) == ("d", "better than adam by at least 2 points")  # the higher mean stands first


def test_a_better_one_is_not_taken_if_it_is_not_above_the_claim_and_others_are() -> None:
    rows = [("a", ABOVE, *HIGH), ("b", EQUAL, 0.845, 0.855)]
    better: list[Difference] = [("b", "a", ABOVE, 0.01, 0.03)]
    assert taken(rows, "ab", better) == ("a", "best on tune seeds")


def test_a_better_one_is_taken_that_no_test_can_judge_as_all_its_seeds_exceed_the_claim_alike() -> None:
    rows = [("a", ABOVE, *HIGH), ("b", DEGENERATE, math.nan, math.nan)]  # of mean 0.9
    better: list[Difference] = [("b", "a", ABOVE, 0.01, 0.03)]
    assert taken(rows, "ab", better) == ("b", "better than adam by at least 1 point")


def test_the_reference_is_taken_where_it_is_better_than_the_best_on_tune_seeds() -> None:
    rows = [("a", ABOVE, *HIGH), ("b", ABOVE, *HIGH), ("c", ABOVE, *HIGH)]
    worse: list[Difference] = [("c", "b", BELOW, -0.2, -0.1), ("a", "b", BELOW, -0.05, -0.02)]
    assert taken(rows, "abc", worse) == ("b", "better than adam by at least 2 points")
    not_shown: list[Difference] = [("c", "b", BELOW, -0.2, -0.1), ("a", "b", ABOVE, 0.02, 0.05)]
    assert taken(rows, "abc", not_shown) == ("a", "best on tune seeds")


def test_a_reference_that_is_not_above_the_claim_is_not_taken_where_others_are() -> None:
    rows = [("a", ABOVE, *HIGH), ("b", EQUAL, 0.845, 0.855)]
    assert taken(rows, "ab", [("a", "b", BELOW, -0.05, -0.02)]) == ("a", "best on tune seeds")


@pytest.mark.parametrize("kind", KINDS)
def test_only_several_seeds_that_are_all_alike_exceed_a_claim_without_a_test(kind: str) -> None:
    verdict = {"kind": kind, "n": 2, "mean": 0.9, "accuracy": 0.85}
    assert exceeds(verdict) == (kind == DEGENERATE)
    assert not exceeds(verdict | {"n": 1})
    assert not exceeds(verdict | {"mean": 0.85})
