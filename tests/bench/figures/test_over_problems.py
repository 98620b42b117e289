"""Critical-difference diagrams and performance profiles: what they say, and what one sees at any number of methods."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from bench.figures import critical_difference_picture, profiles_picture
from bench.figures.over_problems import MOST_GROUPS, MOST_METHODS, critical_difference_title
from bench.statistics import OverProblems, over_problems
from bench.statistics.ranks import critical_difference
from tests.bench.figures.drawn import (
    assert_readable,
    families_of,
    names_in,
    over_problems_of,
    profiles_of,
)
from tests.bench.statistics.published import accuracies, compared


def ends(line: Line2D) -> list[float]:
    """Where a line begins and ends, along the axis."""
    places: list[float] = np.asarray(line.get_xdata(), dtype=float).tolist()
    return [places[0], places[-1]]


def bars(ax: Axes) -> list[list[float]]:
    """Where the bars of groups begin and end, from the top."""
    return [ends(line) for line in ax.lines if line.get_linewidth() == 3.5]


@pytest.mark.parametrize(
    ("found", "title"),
    [
        (over_problems_of("ab"), "Mean ranks over 8 problems; the two methods are not told apart"),
        (over_problems_of("ab", step=0.1), "Mean ranks over 8 problems; the two methods are told apart"),
        (over_problems_of("abc"), "Mean ranks over 8 problems; none of 3 pairs of methods are told apart"),
        (over_problems_of("abc", step=0.1), "Mean ranks over 8 problems; 3 of 3 pairs of methods are told apart"),
        (compared(), "Mean ranks over 85 problems; 32 of 36 pairs of methods are told apart"),
    ],
)
def test_the_title_counts_the_pairs_that_the_tests_tell_apart(found: OverProblems, title: str) -> None:
    assert critical_difference_title(found) == title


def test_a_bar_joins_each_group_that_is_not_told_apart_and_has_a_dot_for_each_member() -> None:
    found = compared()
    picture = critical_difference_picture(found, families_of([*accuracies()]))
    [ax] = picture.figure.axes
    ranks = found.methods.set_index("method")["mean_rank"]
    left, right = ends(ax.lines[0])  # the axis of ranks, from 1 to 9
    dots = [np.asarray(one.get_offsets(), dtype=float)[:, 0].tolist() for one in ax.collections]
    for bar, group in zip(bars(ax), found.cliques, strict=True):
        places = [left + (ranks[method] - 1) / 8 * (right - left) for method in group]
        assert bar == pytest.approx([min(places) - 0.04, max(places) + 0.04])
        assert any(one == pytest.approx(places) for one in dots)
    assert "not told apart: (MLP, Time-CNN and TWIESN); (TWIESN and MCDCNN)." in picture.alt
    assert "Mean ranks: ResNet 2.01; FCN 2.66;" in picture.alt


@pytest.mark.parametrize(("methods", "problems", "drawn"), [(4, 20, True), (8, 6, True), (2, 1, False)])
def test_the_ruler_is_as_long_as_nemenyis_critical_difference_if_ranks_can_differ_so_much(
    methods: int, problems: int, drawn: bool
) -> None:
    names = [*"abcdefgh"[:methods]]
    found = over_problems_of(names, max(problems, 6))
    found = replace(found, nemenyi=critical_difference(problems, methods))
    [ax] = critical_difference_picture(found, families_of(names)).figure.axes
    left, right = ends(ax.lines[0])
    rulers = [ends(line) for line in ax.lines if line.get_marker() == "|"]
    assert rulers == ([[left, pytest.approx(left + found.nemenyi * (right - left) / (methods - 1))]] if drawn else [])
    said = [text.get_text() for text in ax.texts if "Nemenyi" in text.get_text()]
    assert [text.endswith("more than any two ranks can differ") for text in said] == [not drawn]


@pytest.mark.parametrize(("methods", "problems"), [(2, 6), (4, 12), (11, 7), (20, 50)])
def test_any_number_of_methods_is_readable(methods: int, problems: int) -> None:
    names = [f"method {i}" for i in range(methods)]
    for step in (0.0, 0.004):
        picture = critical_difference_picture(over_problems_of(names, problems, step), families_of(names))
        assert_readable(picture)
        assert sorted(names_in(picture.figure)) == sorted(names)
    profile = profiles_picture(profiles_of(names), families_of(names), 2, 0.6)
    assert_readable(profile)


def test_what_is_not_drawn_is_counted_in_the_title() -> None:
    generator = np.random.default_rng(0)
    names = [f"method {i}" for i in range(MOST_METHODS + 5)]
    table = accuracies().head(40).iloc[:, [0] * len(names)] + 0.02 * np.arange(len(names))
    table = (table + generator.normal(0, 0.05, table.shape)).set_axis(names, axis=1)
    found = over_problems(table)
    picture = critical_difference_picture(found, families_of(names))
    assert len(names_in(picture.figure)) == MOST_METHODS
    assert f"({MOST_METHODS} of {len(names)} methods are drawn)" in picture.title
    assert len(bars(picture.figure.axes[0])) == MOST_GROUPS
    assert f"({MOST_GROUPS} of {len(found.cliques)} groups are drawn)" in picture.title
    assert_readable(picture)


def test_a_profile_starts_at_the_share_of_the_fastest_and_ends_where_all_that_get_there_have() -> None:
    picture = profiles_picture(profiles_of("abc"), families_of(["a", "b", "c"]), 2, 0.6)
    assert picture.title == (
        "Time to 60.0 % validation accuracy, as a multiple of the fastest method's, on 2 problems and seeds"
    )
    assert "gets there at all: a 100.0 % and 100.0 %; b 0.0 % and 100.0 %; c 0.0 % and 50.0 %." in picture.alt
    [ax] = picture.figure.axes
    shares = [np.asarray(line.get_ydata(), dtype=float).tolist() for line in ax.lines]
    assert [(own[0], own[-1]) for own in shares] == [(1, 1), (0, 1), (0, 0.5)]


def test_more_methods_than_can_be_told_apart_are_left_out_of_profiles_and_counted() -> None:
    names = [f"method {i}" for i in range(25)]
    picture = profiles_picture(profiles_of(names), families_of(names), 2, 0.6)
    assert picture.title.endswith("(20 of 25 methods are drawn)")
    assert names_in(picture.figure) == names[:20]
