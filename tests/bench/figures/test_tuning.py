"""Figures of a search follow their frames and stay readable with hundreds of configurations."""

from __future__ import annotations

import re
from itertools import product

import pandas as pd
import pytest

from bench.figures import axes_picture, best_of_k_picture, heatmap_pictures, style

NAMES = ("sgd", "momentum", "adagrad", "adam")


def families(count: int) -> pd.DataFrame:
    names = [f"family {i}" for i in range(count)]
    optimizers = [NAMES[i % len(NAMES)] for i in range(count)]
    return pd.DataFrame({"optimizer": optimizers, "ceiling": 0.91}, index=pd.Index(names, name="family"))


def searched(count: int, rates: int, strengths: int, best: int = 0) -> pd.DataFrame:
    """A row per configuration; the learning rate in place `best` is the best by 10 points, in every family."""
    cells = product(families(count).index, range(rates), range(strengths))
    rows = [(f, 10.0 ** (i / 4 - 3), 1e-5 * 2.0**j, 0.8 + 0.1 * (i == best) - 0.001 * j) for f, i, j in cells]
    table = pd.DataFrame(rows, columns=["family", "optimizer.lr", "regularization.l2", "validation_mean"])
    return table.assign(n=2, n_diverged=0)


def test_the_title_of_a_heatmap_follows_the_data() -> None:
    first, last = (next(heatmap_pictures(searched(1, 3, 2, best), families(1))) for best in (0, 2))
    assert first.title == "The best validation accuracy, 90.0 %, is at learning rate 0.001 and l2 1e-05"
    assert last.title == "The best validation accuracy, 90.0 %, is at learning rate 0.00316228 and l2 1e-05"
    same = searched(1, 3, 2).assign(validation_mean=0.5)
    assert "wherever it was searched" in next(heatmap_pictures(same, families(1))).title


def test_the_title_names_the_axis_that_matters() -> None:
    table = searched(2, 3, 2)
    axes = ["regularization.l2", "optimizer.lr"]
    assert axes_picture(table, axes, families(2)).title.startswith("optimizer.lr matters most")
    swapped = table.rename(columns=dict(zip(axes, reversed(axes), strict=True)))
    assert axes_picture(swapped, axes, families(2)).title.startswith("regularization.l2 matters most")
    assert axes_picture(table.assign(validation_mean=0.5), axes, families(2)).title.startswith("No axis matters")


@pytest.mark.parametrize("leader", [0, 1])
def test_the_title_names_the_best_choice(leader: int) -> None:
    rows = [(f"family {i}", k, 0.7 + 0.02 * k + 0.1 * (i == leader)) for i in range(2) for k in range(1, 6)]
    best = pd.DataFrame(rows, columns=["family", "k", "test"])
    title = best_of_k_picture(best, families(2)).title
    assert title == f"family {leader} is the best choice for 3 configurations tried, and for 5"


def test_cells_with_diverged_runs_are_hatched_white_on_dark_and_black_on_light() -> None:
    svg = next(heatmap_pictures(searched(1, 3, 2).assign(n_diverged=[1, 0] * 3), families(1))).svg
    patterns = re.findall(r"<pattern.*?</pattern>", svg, re.DOTALL)
    assert {colour for pattern in patterns for colour in re.findall(r"stroke: (#\w+)", pattern)} == {
        "#ffffff", "#262626",
    }  # fmt: skip


def test_a_family_keeps_its_colour_whoever_is_beside_it() -> None:
    known = families(4)
    table = searched(4, 3, 2)
    alone = axes_picture(table[table["family"] == "family 3"], ["optimizer.lr"], known)
    beside = axes_picture(table, ["optimizer.lr"], known)
    assert style.colour_of("adam") in alone.svg
    assert style.colour_of("sgd") not in alone.svg
    assert all(colour in beside.svg for colour in map(style.colour_of, known["optimizer"]))


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
    assert "9 of 16 families are drawn" in many.alt


def test_many_values_of_an_axis_get_few_labels_and_many_families_few_lines() -> None:
    picture = axes_picture(searched(12, 25, 1), ["optimizer.lr"], families(12))
    (panel,) = (ax for ax in picture.figure.axes if ax.get_visible())
    assert len(panel.get_xticks()) <= 8
    assert len(panel.lines) == 8
