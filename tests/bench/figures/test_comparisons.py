"""Differences and ranks: titles say what the tests say, and draw no bounds that are none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.figures import Picture, differences_picture, differences_title, effects_picture, effects_title, ranks_picture
from tests.bench.figures.drawn import compared_of, confirm_of, effects_of, families_of, judged, ranking_of

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
    compared = compared_of(NAMES[:2], 0.02, 0.05, "better")
    assert differences_title(compared, {"a": "adam", "b": "sgd"}) == "sgd beats adam, by at least 2 points"
    helps = effects_of(["b"], 0.02, 0.05, "helps")
    assert effects_title(helps, {"b": "sgd"}) == "dropout helps sgd"


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
    assert len(picture.figure.axes[0].get_yticklabels()) == 40


def test_a_choice_is_named_by_its_values() -> None:
    row = {"axis": "network.hidden", "value": "128", "against": "64", **judged(0.02, 0.05, "helps")}
    assert effects_title(pd.DataFrame([{"family": "a", **row}])) == "hidden 128 for 64 helps a"
