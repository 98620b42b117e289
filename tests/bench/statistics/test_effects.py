"""What each choice does: signs and words on data that were built, and what is paired with what."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.statistics import effects
from bench.statistics.comparisons import judge_differences
from bench.statistics.effects import CONTRASTS, EFFECTS, MOST_FAMILIES
from tests.bench.statistics.frames import Runs

N = 20
ASKED = {"alpha": 0.05, "margin": 0.01}


def around(mean: float, seed: int, sd: float = 0.003) -> list[float]:
    """N accuracies on 3000 points whose large seed effect all share."""
    hard = np.random.default_rng(0).normal(0, 0.03, N)
    return list(np.round((mean + hard + np.random.default_rng(seed).normal(0, sd, N)) * 3000) / 3000)


def contrast(family: str, axis: str, value: str = "on", problem: str = "spiral") -> dict[str, str]:
    """Of the configurations `AXIS on` and `AXIS off`."""
    names = {"with": f"{axis} {value}", "without": f"{axis} off", "besides": ""}
    return {"family": family, "problem": problem, "axis": axis, "value": value, "against": "off"} | names


def asked(*rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=CONTRASTS)


@pytest.fixture
def built(runs: Runs) -> pd.DataFrame:
    """Dropout costs Adam 3 points and gives gradient descent as many; l2 does nothing; momentum helps both by 4."""
    return runs(
        {
            "adam|dropout on": around(0.85, 1),
            "adam|dropout off": around(0.88, 2),
            "adam|l2 on": around(0.88, 3),
            "adam|l2 off": around(0.88, 2),
            "sgd|dropout on": around(0.83, 4),
            "sgd|dropout off": around(0.80, 5),
            "adam|momentum on": around(0.88, 6),
            "adam|momentum off": around(0.84, 7),
            "sgd|momentum on": around(0.82, 8),
            "sgd|momentum off": around(0.78, 9),
        }
    )


ALL = asked(*(contrast(f, a) for a in ("dropout", "momentum") for f in ("adam", "sgd")), contrast("adam", "l2"))


def test_effects_have_the_sign_and_the_word_that_they_were_built_with(built: pd.DataFrame) -> None:
    found = effects(built, ALL, **ASKED)
    assert found.columns.tolist() == EFFECTS
    words = {(row["axis"], row["family"], row["other"]): row["word"] for row in found.to_dict("records")}
    assert words == {
        ("dropout", "adam", ""): "hurts",
        ("dropout", "sgd", ""): "helps",
        ("momentum", "adam", ""): "helps",
        ("momentum", "sgd", ""): "helps",
        ("l2", "adam", ""): "practically nothing",
        ("dropout", "adam", "sgd"): "less favourable",
        ("momentum", "adam", "sgd"): "practically the same",
    }
    own = built.set_index(["family", "configuration"])["test_accuracy"]
    means = own.groupby(level=[0, 1]).mean()
    expected = means["adam", "dropout on"] - means["adam", "dropout off"]
    assert found["difference"].iloc[0] == pytest.approx(expected)
    between = expected - (means["sgd", "dropout on"] - means["sgd", "dropout off"])
    assert found["difference"].iloc[5] == pytest.approx(between)


def test_effects_and_interactions_share_alpha(built: pd.DataFrame) -> None:
    found = effects(built, ALL, **ASKED)
    assert (found["comparisons"] == 5 + 2).all()
    assert (found["confidence"] == 0.95).all()
    alone = effects(built, ALL.iloc[:1], **ASKED)
    assert (alone["high"] - alone["low"]).iloc[0] < (found["high"] - found["low"]).iloc[0]


def test_swapping_with_and_without_mirrors_an_effect(built: pd.DataFrame) -> None:
    swapped = ALL.rename(columns={"with": "without", "without": "with"})
    one, other = effects(built, ALL, **ASKED), effects(built, swapped, **ASKED)
    assert one["low"].tolist() == (-other["high"]).tolist()
    assert other["word"].iloc[:2].tolist() == ["helps", "hurts"]
    assert other["word"].iloc[5] == "more favourable"


def test_an_effect_is_paired_by_seed(built: pd.DataFrame) -> None:
    without_some = built[~((built["configuration"] == "l2 on") & (built["seed"] % 4 == 0))]
    found = effects(without_some, ALL, **ASKED)
    assert found["n"].tolist() == [20, 20, 20, 20, 15, 20, 20]
    # The spread of seeds is .03; that of pairs is sqrt(2) * .003, known to 16 % from 20 of them, times three.
    assert found["sd"].iloc[0] == pytest.approx(np.sqrt(2) * 0.003, rel=0.48)


def test_a_side_without_runs_fails_and_counts_in_the_correction_all_the_same(built: pd.DataFrame) -> None:
    rows = pd.concat([ALL, asked(contrast("adam", "noise"), contrast("sgd", "noise"))], ignore_index=True)
    found = effects(built, rows, **ASKED)
    missing = found[found["axis"] == "noise"]
    assert missing[["family", "other"]].to_numpy().tolist() == [["adam", ""], ["sgd", ""], ["adam", "sgd"]]
    assert missing[["n", "word"]].to_numpy().tolist() == [[0, "nothing to compare"]] * 3
    assert (found["comparisons"] == 7 + 3).all()
    known = found["n"] > 0
    # 7 of 10 have runs, so they have 7 / 10 of alpha.
    expected = effects(built, ALL, 0.05 * 7 / 10, 0.01)
    # rel: sums over other columns; p counts the same signs, as n = 20 is enumerated
    assert found["low"][known].to_numpy() == pytest.approx(expected["low"].to_numpy(), rel=1e-9)


def test_all_sides_missing_is_a_table_of_failures(built: pd.DataFrame) -> None:
    found = effects(built.iloc[:0], ALL, **ASKED)
    assert found["word"].tolist() == ["nothing to compare"] * 7
    assert found[["low", "high", "p_adjusted"]].isna().all(axis=None)


def test_without_contrasts_there_is_nothing(built: pd.DataFrame) -> None:
    found = effects(built, asked(), **ASKED)
    assert found.empty
    assert found.columns.tolist() == EFFECTS


def interactions(found: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(
        found.loc[found["other"] != "", ["axis", "value", "family", "other"]].itertuples(index=False, name=None)
    )


def test_only_the_same_contrast_of_the_same_problem_is_compared_between_families(built: pd.DataFrame) -> None:
    rows = asked(
        contrast("adam", "dropout"),
        contrast("sgd", "dropout"),
        contrast("adam", "dropout", "0.2"),
        contrast("sgd", "momentum"),
        contrast("on moons", "dropout", problem="moons"),
        contrast("sgd on moons", "dropout", problem="moons"),
    )
    assert interactions(effects(built, rows, **ASKED)) == [
        ("dropout", "on", "adam", "sgd"),
        ("dropout", "on", "on moons", "sgd on moons"),
    ]


@pytest.mark.parametrize("extra", [0, 1])
def test_the_effects_of_too_many_families_are_not_compared_with_each_other(built: pd.DataFrame, extra: int) -> None:
    names: Sequence[str] = [f"family {i}" for i in range(MOST_FAMILIES + extra)]
    found = effects(built, asked(*(contrast(name, "dropout") for name in names)), **ASKED)
    pairs = [] if extra else [("dropout", "on", *pair) for pair in combinations(names, 2)]
    assert interactions(found) == pairs
    assert MOST_FAMILIES == 8


def test_a_diverged_side_counts_at_chance_and_a_failed_run_has_no_pair(runs: Runs) -> None:
    table = runs({"adam|dropout on": ["diverged", 0.8, "failed"], "adam|dropout off": [0.9, 0.85, 0.9]})
    found = effects(table, asked(contrast("adam", "dropout")), **ASKED).iloc[0]
    assert (found["n"], found["difference"]) == (2, pytest.approx((1 / 3 - 0.9 - 0.05) / 2))


def test_rows_of_effects_name_both_sides_and_rows_of_interactions_both_families(built: pd.DataFrame) -> None:
    found = effects(built, ALL.iloc[:2], 0.1, 0.02)
    named = ["family", "other", "problem", "axis", "value", "against", "with", "without", "besides"]
    assert EFFECTS[: len(named)] == named
    assert found[named[:-1]].to_numpy().tolist() == [
        ["adam", "", "spiral", "dropout", "on", "off", "dropout on", "dropout off"],
        ["sgd", "", "spiral", "dropout", "on", "off", "dropout on", "dropout off"],
        ["adam", "sgd", "spiral", "dropout", "on", "off", "", ""],
    ]
    own = built.pivot(index="seed", columns=["family", "configuration"], values="test_accuracy")
    adam, sgd = (own[f, "dropout on"] - own[f, "dropout off"] for f in ("adam", "sgd"))
    expected = judge_differences(pd.DataFrame({0: adam, 1: sgd, 2: adam - sgd}), 0.1, 0.02)
    assert expected.pop("word").tolist() == ["worse", "better", "worse"]
    assert found["word"].tolist() == ["hurts", "helps", "less favourable"]
    pd.testing.assert_frame_equal(found[expected.columns], expected)
