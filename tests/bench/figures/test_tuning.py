"""Figures of a search follow their frames and stay readable with hundreds of configurations."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from bench.figures import axes_picture, best_of_k_picture, heatmap_pictures, random_axes_picture
from bench.figures.appearance import appearances_of
from bench.figures.tuning import FAINT, _scatter, in_order
from bench.statistics import trends
from tests.bench.figures.drawn import NAMES, assert_readable, families_of, searched_of


def families(count: int) -> pd.DataFrame:
    return families_of([f"family {i}" for i in range(count)], NAMES)


def searched(count: int, rates: int, strengths: int) -> pd.DataFrame:
    """A row per configuration; the first learning rate is the best by 10 points, in every family."""
    cells = product(families(count).index, range(rates), range(strengths))
    rows = [(f, 10.0 ** (i / 4 - 3), 1e-5 * 2.0**j, 0.8 + 0.1 * (i == 0) - 0.001 * j) for f, i, j in cells]
    table = pd.DataFrame(rows, columns=["family", "optimizer.lr", "regularization.l2", "validation_mean"])
    return table.assign(n_diverged=0, dropped=False)


def test_the_title_of_a_heatmap_says_what_it_shows_and_names_no_winner() -> None:
    one = next(heatmap_pictures(searched(1, 3, 2), families(1)))
    assert one.title == "Mean validation accuracy over learning rate and L2, from 79.9 % to 90.0 %"
    same = searched(1, 3, 2).assign(validation_mean=0.5)
    title = next(heatmap_pictures(same, families(1))).title
    assert title == "Mean validation accuracy over learning rate and L2: 50.0 % wherever it was searched"


def test_what_a_race_dropped_is_marked_and_never_stands_for_what_ran_to_the_end() -> None:
    table = searched(1, 3, 2)
    twice = pd.concat([table, table.assign(validation_mean=0.99, dropped=True)], ignore_index=True)  # luck on one seed
    twice.loc[twice["optimizer.lr"] == 1e-3, "dropped"] = True
    one = next(heatmap_pictures(twice, families(1)))
    assert one.data["dropped"].tolist() == [True] * 2 + [False] * 4
    assert one.data["validation"].tolist() == [0.99, 0.99, 0.8, 0.799, 0.8, 0.799]
    assert "dotted where the race dropped all" in one.alt
    axes = axes_picture(twice, ["optimizer.lr"], families(1))
    assert axes.data["validation"].tolist() == [0.99, 0.8, 0.8]
    assert "crosses: those that the race dropped" in axes.alt
    for picture in (next(heatmap_pictures(table, families(1))), axes_picture(table, ["optimizer.lr"], families(1))):
        assert "race" not in picture.alt


def test_few_configurations_can_be_told_from_crosses_and_many_do_not_hide_each_other() -> None:
    appearance = appearances_of(families(1))["family 0"]
    for count, size in ((FAINT, 16), (FAINT + 1, 8)):
        own = pd.DataFrame({"validation_mean": [0.8] * count, "dropped": [True] + [False] * (count - 1)})
        ax = Figure().subplots()
        _scatter(ax, own["validation_mean"], own, appearance)
        ran, dropped = (some for some in ax.collections if isinstance(some, PathCollection))
        assert [np.shape(some.get_offsets()) for some in (ran, dropped)] == [(count - 1, 2), (1, 2)]
        assert ran.get_sizes() == dropped.get_sizes() == [size]


def test_no_two_heatmaps_have_the_same_title() -> None:
    table = searched(1, 3, 2)
    table = table.assign(**{"regularization.l1": table["regularization.l2"]})
    first, second = heatmap_pictures(table, families(1))
    assert first.title != second.title


def test_the_title_speaks_of_no_family_that_is_not_drawn() -> None:
    """The tenth family has the best and the worst cell, and no panel."""
    table = searched(10, 3, 2)
    table.loc[table["family"] == "family 9", "validation_mean"] = [0.1, 0.99] * 3
    one = next(heatmap_pictures(table, families(10)))
    assert one.title.endswith("from 79.9 % to 90.0 % (9 of 10 families are drawn)")
    assert "family 9" not in set(one.data["family"])


def test_titles_of_settings_and_of_searches_name_no_winner() -> None:
    axes = axes_picture(searched(2, 3, 2), ["regularization.l2", "optimizer.lr"], families(2))
    assert axes.title == "Mean validation accuracy against each setting, all others at their best"
    rows = [(f"family {i}", k, 0.2 + 0.02 * k + 0.05 * i) for i in range(13) for k in range(1, 6)]
    best = best_of_k_picture(pd.DataFrame(rows, columns=["family", "k", "test"]), families(13))
    assert best.title == "Expected test accuracy of the best of k configurations (12 of 13 families are drawn)"
    assert "family 12" not in best.alt


def test_values_of_a_setting_are_in_order_of_size() -> None:
    assert in_order(["128", "8", "64-64", "64", "none", "64-8"]) == ["none", "8", "64", "64-8", "64-64", "128"]
    assert in_order([0.1, "he", 0.01, "zeros"]) == [0.01, 0.1, "he", "zeros"]
    table = pd.DataFrame(
        {
            "family": "family 0",
            "network.hidden": ["64", "8", "128"],
            "validation_mean": [0.5, 0.6, 0.7],
            "dropped": False,
        }
    )
    panel = axes_picture(table, ["network.hidden"], families(1)).figure.axes[0]
    assert [label.get_text() for label in panel.get_xticklabels()] == ["8", "64", "128"]
    assert panel.lines[0].get_ydata() == pytest.approx([0.6, 0.5, 0.7])


def test_seven_learning_rates_are_written_short_and_apart() -> None:
    rates = [0.001, 0.00316228, 0.01, 0.0316228, 0.1, 0.316228, 1.0]
    known, table = families_of(["a", "b", "c"]), searched_of(["a", "b", "c"], rates)
    axes = ["optimizer.lr", "regularization.dropout", "regularization.dropout"]
    for picture in (next(heatmap_pictures(table, known)), axes_picture(table, axes, known)):
        shown = [label.get_text() for label in picture.figure.axes[0].get_xticklabels()]
        assert shown == ["0.001", "0.00316", "0.01", "0.0316", "0.1", "0.316", "1"]
        assert_readable(picture)


def test_cells_with_diverged_runs_are_hatched_white_on_dark_and_black_on_light() -> None:
    svg = next(heatmap_pictures(searched(1, 3, 2).assign(n_diverged=[1, 0] * 3), families(1))).svg
    patterns = re.findall(r"<pattern.*?</pattern>", svg, re.DOTALL)
    assert {colour for pattern in patterns for colour in re.findall(r"stroke: (#\w+)", pattern)} == {
        "#ffffff", "#262626",
    }  # fmt: skip


def test_a_family_keeps_its_colour_whoever_is_beside_it() -> None:
    known, table = families(6), searched(6, 3, 2)
    appearances = appearances_of(known)
    for family, appearance in appearances.items():
        alone = axes_picture(table[table["family"] == family], ["optimizer.lr"], known)
        assert {line.get_color() for line in alone.figure.axes[0].lines} == {appearance.colour}
    beside = axes_picture(table, ["optimizer.lr"], known)
    assert [line.get_color() for line in beside.figure.axes[0].lines] == [
        appearance.colour for appearance in appearances.values()
    ]


def test_equal_frames_give_equal_bytes() -> None:
    one, two = (next(heatmap_pictures(searched(2, 3, 2), families(2))) for _ in range(2))
    assert one.svg == two.svg
    pd.testing.assert_frame_equal(one.data, two.data)


def test_two_hundred_configurations_stay_readable() -> None:
    """20 by 10 cells carry no numbers, at most ten labels an axis; 16 families fill no more than nine panels."""
    one = next(heatmap_pictures(searched(1, 20, 10), families(1)))
    panel = one.figure.axes[0]
    assert [text.get_text() for text in panel.texts] == []
    assert sum(bool(label.get_text()) for label in panel.get_xticklabels()) <= 10
    small = next(heatmap_pictures(searched(1, 4, 3), families(1)))
    assert len(small.figure.axes[0].texts) == 12
    many = next(heatmap_pictures(searched(16, 4, 3), families(16)))
    assert sum(ax.get_visible() and bool(ax.collections) for ax in many.figure.axes) == 9 + 1  # and the colour bar
    assert "9 of 16 families are drawn" in many.title


def test_many_values_of_an_axis_get_few_labels_and_many_families_few_lines() -> None:
    picture = axes_picture(searched(14, 25, 1), ["optimizer.lr"], families(14))
    (panel,) = (ax for ax in picture.figure.axes if ax.get_visible())
    assert len(panel.get_xticks()) <= 10
    assert len(panel.lines) == 12


def test_those_who_cannot_see_them_read_what_is_drawn() -> None:
    table = searched(2, 3, 2)
    heat = next(heatmap_pictures(table, families(2)))
    assert heat.alt == f"{heat.title}. A cell is the highest mean over all other axes."
    diverged = next(heatmap_pictures(table.assign(n_diverged=1), families(2)))
    assert diverged.alt == f"{heat.title}. A cell is the highest mean over all other axes; hatched where runs diverged."
    axes = axes_picture(table, ["optimizer.lr"], families(2))
    assert axes.alt == f"{axes.title}. Lines: the highest mean over all other settings; dots: single configurations."
    rows = [(f"family {i}", k, 0.7 + 0.02 * k + 0.01 * i) for i in range(9) for k in range(1, 6)]
    best = best_of_k_picture(pd.DataFrame(rows, columns=["family", "k", "test"]), families(9))
    last = "; ".join(f"family {i} {80 + i}.0 %" for i in range(8))
    assert best.alt == f"{best.title}. With the whole grid tried: {last}."


def test_random_axes_have_a_curve_for_each_family_on_their_own_scale() -> None:
    table, axes = searched(2, 12, 1), {"optimizer.lr": True}
    curves = trends(table, axes)
    picture = random_axes_picture(table, curves, axes, families(2))
    panel = picture.figure.axes[0]
    assert panel.get_xscale() == "log"
    assert [label.get_text() for label in panel.get_xticklabels() if label.get_visible()]
    assert not any("$" in label.get_text() for label in panel.get_xticklabels())
    assert [line.get_color() for line in panel.lines] == [own.colour for own in appearances_of(families(2)).values()]
    assert picture.title == "Mean validation accuracy against each random setting, whatever the others"
    assert picture.alt.endswith(
        "Lines: local-linear fits to all configurations alike; bands: 95 % of such fits to resampled points, value by "
        "value; dots: single configurations."
    )
    pd.testing.assert_frame_equal(picture.data, curves)
    few = random_axes_picture(table, curves.iloc[:0], axes, families(2))
    assert few.alt == f"{few.title}. Dots: single configurations."
    narrow = random_axes_picture(table, curves.iloc[:0], {"optimizer.lr": False}, families(2))
    assert narrow.figure.axes[0].get_xscale() == "linear"


def test_a_heatmap_is_named_by_what_is_beside_the_learning_rate() -> None:
    table = searched(1, 3, 2)
    table = table.assign(**{"regularization.l1": table["regularization.l2"]})
    assert [picture.name for picture in heatmap_pictures(table, families(1))] == ["heatmap-l1", "heatmap-l2"]
