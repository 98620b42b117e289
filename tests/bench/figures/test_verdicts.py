"""The accuracy figure keeps claim and intervals readable, and draws nothing that looks like a result and is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.figures import Picture, verdicts_picture
from bench.figures.verdicts import row_label, verdicts_title
from tests.bench.figures.drawn import assert_readable, confirm_of, families_of, verdicts_of

NAMES = ["a", "b"]


def drawn(verdicts: pd.DataFrame, center: float = 0.8, ceiling: float = 0.91) -> Picture:
    names = verdicts["family"].tolist()
    return verdicts_picture(verdicts, confirm_of(names, center), families_of(names, ceiling=ceiling))


def texts_of(picture: Picture) -> list[str]:
    return [text.get_text() for text in picture.figure.axes[0].texts]


def intervals_of(picture: Picture) -> list[list[float]]:
    """The horizontal lines at whole heights."""
    lines: Any = [line for line in picture.figure.axes[0].lines if line.get_linewidth() == 3]
    return [list(map(float, line.get_xdata())) for line in lines]


def test_a_near_ceiling_is_a_line() -> None:
    picture = drawn(verdicts_of(NAMES), ceiling=0.86)
    dotted: Any = [line for line in picture.figure.axes[0].lines if line.get_linestyle() == ":"]
    assert [list(line.get_xdata()) for line in dotted] == [[0.86, 0.86]]
    assert picture.figure.axes[0].get_xlim()[1] > 0.86
    assert "claim 85.0 % (dashed), ceiling (dotted)" in texts_of(picture)


def test_a_far_ceiling_is_named_at_the_edge_and_does_not_stretch_the_axis() -> None:
    verdicts = verdicts_of(NAMES, mean=0.41, word_low=0.40, word_high=0.42, accuracy=0.43)
    picture = drawn(verdicts, 0.41)
    low, high = picture.figure.axes[0].get_xlim()
    assert low < 0.40 and 0.43 < high < 0.45  # noqa: PT018
    assert texts_of(picture) == ["ceiling 91.0 % ▶", "claim 43.0 % (dashed)"]
    assert_readable(picture)


def test_the_axis_holds_every_interval_whole() -> None:
    picture = drawn(verdicts_of(NAMES, word_low=[0.6, 0.79], word_high=[0.99, 0.81]))
    low, high = picture.figure.axes[0].get_xlim()
    assert low < 0.6
    assert high > 0.99
    assert intervals_of(picture) == [[0.6, 0.99], [0.79, 0.81]]


def test_bounds_that_leave_all_open_are_said_and_not_drawn() -> None:
    picture = drawn(verdicts_of(NAMES, "inconclusive", word_low=[0.0, 0.79], word_high=[1.0, 0.81]))
    assert intervals_of(picture) == [[0.79, 0.81]]
    assert picture.figure.axes[0].get_xlim()[0] > 0.7
    labels = [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]
    assert labels == ["a\n○ inconclusive, too few seeds for bounds", "b\n○ inconclusive"]


@pytest.mark.parametrize(("kind", "word"), [("degenerate", "degenerate"), ("failed", "no run ended well")])
def test_a_family_without_an_interval_shows_its_mean(kind: str, word: str) -> None:
    """Seeds that are all equal; runs that all diverged, and count at chance."""
    verdicts = verdicts_of(["a"], kind, mean=1 / 3, word_low=np.nan, word_high=np.nan)
    confirm = confirm_of(["a"]).assign(test_accuracy=1 / 3, status="ok" if kind == "degenerate" else "diverged")
    picture = verdicts_picture(verdicts, confirm, families_of(["a"]))
    [ax] = picture.figure.axes
    mean = np.asarray(ax.collections[-1].get_offsets())
    assert mean == pytest.approx(np.array([[1 / 3, 0]]))
    assert intervals_of(picture) == []
    assert [label.get_text().split(" ", 1)[1] for label in ax.get_yticklabels()] == [word]
    assert f"a 33.3 % ({word})" in picture.alt


def test_a_family_that_ran_nothing_has_no_row() -> None:
    verdicts = verdicts_of(NAMES, mean=[0.8, np.nan])
    picture = verdicts_picture(verdicts, confirm_of(["a"]), families_of(NAMES))
    assert [label.get_text() for label in picture.figure.axes[0].get_yticklabels()] == ["a\n▼ below"]


def test_the_title_says_how_many_families_are_drawn() -> None:
    names = [f"family {i}" for i in range(30)]
    assert drawn(verdicts_of(names)).title == "All 30 families stay below 85.0 % (24 of 30 families are drawn)"


def test_failed_means_failed_runs_alone() -> None:
    verdicts = pd.concat([verdicts_of(["a"], "above"), verdicts_of(["b"], "failed")], ignore_index=True)
    assert drawn(verdicts).title == "a beats 85.0 % test accuracy; 1 without a run that ended well"


EQUAL = "practically equal"


@pytest.mark.parametrize(
    ("kinds", "title"),
    [
        (["above"], "a beats 85.0 % test accuracy"),
        (["above", "above"], "a and b beat 85.0 % test accuracy"),
        (["below", "above", "degenerate", "inconclusive", "below"],
         "b beats 85.0 % test accuracy; 1 inconclusive; 2 below; 1 degenerate"),
        (["below"], "The family stays below 85.0 %"),
        (["below", "below"], "Both families stay below 85.0 %"),
        ([EQUAL], "a: practically equal to 85.0 %"),
        ([EQUAL, EQUAL], "a and b: practically equal to 85.0 %"),
        ([EQUAL, "below"], "No family is shown to beat 85.0 % test accuracy; 1 of 2 stays below"),
        (["below", "inconclusive", "below"], "No family is shown to beat 85.0 % test accuracy; 2 of 3 stay below"),
        (["inconclusive"], "No family is shown to beat 85.0 % test accuracy or to stay below"),
    ],
)  # fmt: skip
def test_the_title_says_what_the_verdicts_say(kinds: list[str], title: str) -> None:
    verdicts = verdicts_of(list("abcde")[: len(kinds)]).assign(kind=kinds)
    assert verdicts_title(verdicts) == title


def test_the_title_speaks_of_collapse_where_an_above_depends_on_it() -> None:
    unless = ", unless seeds collapse more often than is excluded"
    verdicts = verdicts_of(["a", "b", "c"]).assign(kind=["above", "above", "below"])
    assert verdicts_title(verdicts.assign(fragile=[False, True, False])).endswith(f"test accuracy{unless}; 1 below")
    assert unless not in verdicts_title(verdicts.assign(fragile=[False, False, True]))


def test_the_title_can_call_families_by_other_names() -> None:
    above, equal = verdicts_of(NAMES, "above"), verdicts_of(NAMES, EQUAL)
    assert verdicts_title(above, {"b": "sgd"}) == "a and sgd beat 85.0 % test accuracy"
    assert verdicts_title(equal, {"a": "adam", "b": "sgd"}) == "adam and sgd: practically equal to 85.0 %"


@pytest.mark.parametrize(
    ("changed", "label"),
    [
        ({}, "▲ above"),
        ({"fragile": True, "breakdown": 0.008}, "▲ above,\n0.8 % collapsing undo it"),
        ({"kind": "failed"}, "✕ no run ended well"),
        ({"kind": "inconclusive", "word_low": 0.0, "word_high": 1.0}, "○ inconclusive, too few seeds for bounds"),
        ({"kind": "inconclusive", "word_low": 0.0, "word_high": 0.99}, "○ inconclusive"),
        ({"kind": "inconclusive", "word_low": 0.01, "word_high": 1.0}, "○ inconclusive"),
        ({"kind": "degenerate", "word_low": np.nan, "word_high": np.nan}, "■ degenerate"),
    ],
)
def test_the_label_of_a_row_says_its_verdict_and_what_it_depends_on(changed: dict[str, Any], label: str) -> None:
    row = {"kind": "above", "word_low": 0.86, "word_high": 0.9, "fragile": False, "breakdown": np.nan}
    assert row_label(row | changed) == label


def test_those_who_cannot_see_it_read_the_first_eight_means() -> None:
    names = list("abcdefghi")
    picture = drawn(verdicts_of(names, mean=[0.8, *[0.81] * 8]))
    means = "; ".join(f"{name} {'80.0' if name == 'a' else '81.0'} % (below)" for name in names[:8])
    assert picture.alt == f"All 9 families stay below 85.0 %. Mean test accuracy per family: {means}."


def test_its_numbers_are_those_of_every_verdict_and_its_ceiling() -> None:
    verdicts = verdicts_of(NAMES, mean=[0.8, np.nan])
    data = verdicts_picture(verdicts, confirm_of(["a"]), families_of(NAMES)).data
    assert data["family"].tolist() == NAMES
    assert data["ceiling"].tolist() == [0.91, 0.91]
    assert data["word_low"].tolist() == [0.79, 0.79]
