"""Differences and ranks: titles say what the tests say, and draw no bounds that are none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.figures import (
    Picture,
    differences_picture,
    differences_title,
    effects_picture,
    effects_title,
    ranks_picture,
    verdicts_picture,
)
from bench.figures.comparisons import word_of
from bench.figures.effects import effect_name
from tests.bench.figures.drawn import compared_of, confirm_of, effects_of, families_of, judged, ranking_of, verdicts_of

NAMES = ["a", "b", "c"]


def drawn(compared: pd.DataFrame) -> Picture:
    per_seed = confirm_of(NAMES).pivot(index="seed", columns="family", values="test_accuracy")
    return differences_picture("differences", compared, per_seed, families_of(NAMES), 0.01)


@pytest.mark.parametrize(
    ("low", "high", "word", "title"),
    [
        (0.02, 0.05, "better", "b and c beat a, by at least 2 points"),
        (-0.05, -0.02, "worse", "a beats each of 2 others, by at least 2 points"),
        (-0.02, 0.05, "inconclusive", "No family is shown to differ from a"),
        (-0.001, 0.001, "practically equal", "b and c are practically equal to a"),
    ],
)
def test_the_title_flips_with_the_intervals(low: float, high: float, word: str, title: str) -> None:
    assert differences_title(compared_of(NAMES, low, high, word)) == title


def test_the_title_can_call_families_by_other_names() -> None:
    called = {"a": "adam", "b": "sgd"}
    for low, high, word, title in (
        (0.02, 0.05, "better", "sgd beats adam, by at least 2 points"),
        (-0.05, -0.02, "worse", "adam beats sgd, by at least 2 points"),
        (-0.001, 0.001, "practically equal", "sgd is practically equal to adam"),
        (-0.05, 0.02, "inconclusive", "No family is shown to differ from adam"),
    ):
        assert differences_title(compared_of(NAMES[:2], low, high, word), called) == title
    partly = compared_of(NAMES, 0.02, 0.05, "better")
    assert differences_title(partly, {"c": "lion"}) == "b and lion beat a, by at least 2 points"
    helps = effects_of(["b"], 0.02, 0.05, "helps")
    assert effects_title(helps, {"b": "sgd"}) == "dropout helps sgd"


def test_on_one_problem_of_several_families_are_called_without_it() -> None:
    names, on = ["a, x", "b, x"], ("x", {"a, x": "a", "b, x": "b"})
    per_seed = confirm_of(names).pivot(index="seed", columns="family", values="test_accuracy")
    compared = compared_of(names, 0.02, 0.05, "better")
    pictures = [
        differences_picture("differences", compared, per_seed, families_of(names), 0.01, on=on),
        ranks_picture("ranks", ranking_of(names), families_of(names), on=on),
    ]
    for picture in pictures:
        assert picture.title.startswith("x: ")
        [ax] = picture.figure.axes
        shown = [label.get_text() for label in ax.get_yticklabels()]
        assert ", x" not in "".join([picture.alt, ax.get_xlabel(), *shown])


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (-1.0, 0.2)])
def test_infinite_bounds_are_said_and_not_drawn(low: float, high: float) -> None:
    compared = compared_of(NAMES, low, high)
    effects = effects_of(NAMES[1:], low, high)
    for picture in (drawn(compared), effects_picture(effects, families_of(NAMES), 0.01)):
        [ax] = picture.figure.axes
        assert all(line.get_linewidth() != 3 for line in ax.lines)
        left, right = ax.get_xlim()
        assert left > -1
        assert right < 1
        labels = [label.get_text().split("\n")[-1] for label in ax.get_yticklabels()]
        assert labels == ["○ inconclusive, too few seeds for bounds"] * 2


def test_bounds_that_are_there_are_drawn() -> None:
    [ax] = drawn(compared_of(NAMES, -0.05, 0.05)).figure.axes
    intervals = [np.asarray(line.get_xdata()).tolist() for line in ax.lines if line.get_linewidth() == 3]
    assert intervals == [[-0.05, 0.05]] * 2


@pytest.mark.parametrize(
    ("names", "word", "title"),
    [
        (NAMES, "inconclusive", "Mean ranks over 6 seeds; 0 of 2 pairs of families are shown to differ in accuracy"),
        (NAMES, "better", "Mean ranks over 6 seeds; 2 of 2 pairs of families are shown to differ in accuracy"),
        (NAMES[:2], "better", "Mean ranks over 6 seeds; the two families are shown to differ in accuracy"),
        (
            NAMES[:2],
            "practically equal",
            "Mean ranks over 6 seeds; the two families are not shown to differ in accuracy",
        ),
    ],
)
def test_the_title_of_ranks_says_what_the_pairs_say(names: list[str], word: str, title: str) -> None:
    """All three have ranks that differ by less than the critical difference, whatever the pairs say."""
    assert ranks_picture("ranks", ranking_of(names, word), families_of(names)).title == title


def test_many_effects_are_counted_in_the_title() -> None:
    names = [f"family {i}" for i in range(50)]
    picture = effects_picture(effects_of(names), families_of(names), 0.01)
    assert picture.title == "No choice is shown to help or to hurt (50 effects) (40 of 50 effects are drawn)"
    assert picture.alt.count("with dropout") == 8
    assert len(picture.figure.axes[0].get_yticklabels()) == 40


def test_a_choice_is_named_by_its_values() -> None:
    row = {"axis": "network.hidden", "value": "128", "against": "64", **judged(0.02, 0.05, "helps")}
    assert effects_title(pd.DataFrame([{"family": "a", **row}])) == "hidden 128 for 64 helps a"


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([("b", 0.02, 0.05, "better"), ("c", 0.01, 0.09, "better")], "b and c beat a, by at least 1 point"),
        ([("b", -0.05, -0.02, "worse")], "a beats b, by at least 2 points"),
        ([("b", -0.05, -0.02, "worse"), ("c", -0.09, -0.01, "worse")], "a beats each of 2 others, by at least 1 point"),
        (
            [("b", 0.02, 0.05, "better"), ("c", -0.05, -0.03, "worse"), ("d", -0.001, 0.001, "practically equal")],
            "b beats a, by at least 2 points; a beats c, by at least 3 points; d is practically equal to a",
        ),
        (
            [("b", -0.05, -0.02, "worse"), ("c", -0.06, -0.03, "worse"), ("d", -0.05, 0.02, "inconclusive")],
            "a beats b and c, by at least 2 points",
        ),
    ],
)
def test_the_title_says_each_side_of_the_reference_with_the_least_of_its_differences(
    rows: list[tuple[str, float, float, str]], title: str
) -> None:
    compared = pd.DataFrame([{"family": f, "reference": "a", **judged(low, high, word)} for f, low, high, word in rows])
    assert differences_title(compared) == title


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"kind": "above", "word": "better", "low": 0.01, "high": 0.03}, "▲ better"),
        ({"kind": "failed", "word": "nothing to compare", "low": np.nan, "high": np.nan}, "✕ nothing to compare"),
        (
            {"kind": "inconclusive", "word": "inconclusive", "low": -0.2, "high": 1.0},
            "○ inconclusive, too few seeds for bounds",
        ),
        (
            {"kind": "inconclusive", "word": "inconclusive", "low": -1.0, "high": 0.2},
            "○ inconclusive, too few seeds for bounds",
        ),
    ],
)
def test_a_difference_is_labelled_by_its_word_and_by_what_it_lacks(row: dict[str, object], said: str) -> None:
    assert word_of(row) == said


def test_those_who_cannot_see_them_read_the_first_eight_differences_and_all_ranks() -> None:
    names = list("abcdefghij")
    compared = compared_of(names, 0.02, 0.04, "better")
    per_seed = confirm_of(names).pivot(index="seed", columns="family", values="test_accuracy")
    picture = differences_picture("differences", compared, per_seed, families_of(names), 0.01)
    numbers = "; ".join(f"{name} +3.00 (▲ better)" for name in names[1:9])
    assert picture.alt == (
        "b, c, d and 6 others beat a, by at least 2 points. Mean differences from a in points, and what is judged: "
        f"{numbers}."
    )
    ranks = ranks_picture("ranks", ranking_of(NAMES), families_of(NAMES))
    assert ranks.alt == f"{ranks.title}. Mean ranks: a 1.00; b 2.00; c 3.00."


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("helps helps helps hurts", "dropout helps a, b and c; dropout hurts d"),
        ("helps helps helps helps", "dropout helps 4 of 4 families"),
        ("helps hurts hurts inconclusive inconclusive", "dropout helps 1 of 5 families; dropout hurts 2 of 5 families"),
        ("helps none none none", "dropout helps a; 3 of 4 effects practically nothing"),
        ("none", "1 of 1 effect practically nothing"),
        ("inconclusive", "No choice is shown to help or to hurt (1 effect)"),
    ],
)
def test_the_title_of_effects_names_few_families_and_counts_many(words: str, title: str) -> None:
    said = {
        "helps": (0.02, 0.05, "helps"),
        "hurts": (-0.05, -0.02, "hurts"),
        "inconclusive": (-0.05, 0.05, "inconclusive"),
    }
    said["none"] = (-0.001, 0.001, "practically equal")
    rows = [
        {
            "family": family,
            "axis": "regularization.dropout",
            "value": "with",
            "against": "without",
            **judged(*said[word]),
        }
        for family, word in zip("abcde", words.split(), strict=False)
    ]
    assert effects_title(pd.DataFrame(rows)) == title


def test_each_choice_has_a_part_of_the_title_and_its_effects_a_name() -> None:
    hidden = {"axis": "network.hidden", "value": "128", "against": "64"}
    l2 = {"axis": "regularization.l2", "value": "with", "against": "without"}
    rows = [{"family": "a", **l2}, {"family": "a", **hidden}, {"family": "b", **l2}]
    kinds = [judged(0.02, 0.05, "helps"), judged(0.02, 0.05, "helps"), judged(-0.05, -0.02, "hurts")]
    effects = pd.DataFrame([{**row, **kind} for row, kind in zip(rows, kinds, strict=True)])
    assert effects_title(effects) == "L2 helps a; L2 hurts b; hidden 128 for 64 helps a"
    assert effects_title(effects[1:]) == "hidden 128 for 64 helps a; L2 hurts b"
    assert [effect_name(row) for row in rows] == ["a: with L2", "a: hidden 128 for 64", "b: with L2"]
    assert effect_name(rows[0], {"a": "adam"}) == "adam: with L2"
    picture = effects_picture(effects, families_of(["a", "b"]), 0.01)
    assert picture.alt == (
        "L2 helps a; L2 hurts b; hidden 128 for 64 helps a. Mean differences in points: a: with L2 +3.50 (▲ helps); "
        "a: hidden 128 for 64 +3.50 (▲ helps); b: with L2 -3.50 (▼ hurts)."
    )


def test_effects_without_a_run_are_not_drawn() -> None:
    effects = effects_of(["a", "b"], 0.02, 0.05, "helps")
    effects.loc[1, "kind"] = "failed"
    picture = effects_picture(effects, families_of(["a", "b"]), 0.01)
    assert picture.title == "dropout helps a (1 of 2 effects are drawn)"
    assert [label.get_text() for label in picture.figure.axes[0].get_yticklabels()] == ["a: with dropout\n▲ helps"]


def test_pictures_call_families_by_what_they_do_not_share() -> None:
    names = ["adam, hidden 64", "sgd, hidden 64"]
    per_seed = confirm_of(names).pivot(index="seed", columns="family", values="test_accuracy")
    compared = compared_of(names, 0.02, 0.05, "better")
    differences = differences_picture("differences", compared, per_seed, families_of(names), 0.01)
    assert differences.title == "sgd beats adam, by at least 2 points"
    effects = effects_picture(effects_of(names, 0.02, 0.05, "helps"), families_of(names), 0.01)
    assert effects.title == "dropout helps adam and sgd"
    verdicts = verdicts_picture(verdicts_of(names, "above"), confirm_of(names), families_of(names))
    assert verdicts.title == "adam and sgd beat 85.0 % test accuracy"
    shown = [
        [label.get_text() for label in p.figure.axes[0].get_yticklabels()] for p in (differences, effects, verdicts)
    ]
    assert shown == [
        ["sgd\n▲ better"],
        ["adam: with dropout\n▲ helps", "sgd: with dropout\n▲ helps"],
        ["adam\n▲ above", "sgd\n▲ above"],
    ]
