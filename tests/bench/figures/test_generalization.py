"""The gap between training and test accuracy, as the figure shows it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from bench.figures import Picture, gap_picture
from bench.figures.appearance import appearances_of
from tests.bench.figures.drawn import confirm_of, families_of, names_in


def gaps_of(count: int) -> pd.DataFrame:
    names = [f"family {i}" for i in range(count)]
    return pd.DataFrame({"family": names, "train": 0.9, "test": [0.8 - 0.01 * i for i in range(count)], "gap": 0.1})


def drawn(gaps: pd.DataFrame) -> Picture:
    names = gaps["family"].tolist()
    return gap_picture(gaps, confirm_of(names), families_of(names), "of the last epoch")


def test_the_title_names_no_family_since_gaps_are_not_tested() -> None:
    gaps = gaps_of(2)
    picture = drawn(gaps)
    assert picture.title == "Training against test accuracy of the last epoch"


def test_the_title_says_how_many_families_are_drawn_where_it_is_not_all() -> None:
    """The last two have the largest gaps."""
    gaps = gaps_of(14)
    picture = drawn(gaps)
    assert picture.title.endswith("(12 of 14 families are drawn)")
    assert "family 13" not in picture.title + picture.alt
    assert names_in(picture.figure) == [f"family {i}" for i in range(12)]


def test_families_of_one_optimizer_are_drawn_in_their_own_colours() -> None:
    gaps = gaps_of(3)
    [ax] = drawn(gaps).figure.axes
    seen = [to_hex(np.asarray(dots.get_facecolor())[0]) for dots in ax.collections]
    assert seen == [
        appearance.colour
        for appearance in appearances_of(families_of(gaps["family"].tolist())).values()
        for _ in range(2)
    ]


def test_those_who_cannot_see_it_read_the_first_eight_means() -> None:
    numbers = "; ".join(f"family {i} 90.0 % and {80 - i}.0 %" for i in range(8))
    alt = drawn(gaps_of(9)).alt
    assert alt == f"Training against test accuracy of the last epoch. Mean training and test accuracy: {numbers}."


def test_each_problem_has_a_panel_with_its_families_and_its_ceiling() -> None:
    gaps = gaps_of(3)
    names = gaps["family"].tolist()
    families = families_of(names).assign(problem=["moons", "rings", "moons"], ceiling=[0.9, 0.95, 0.9])
    picture = gap_picture(gaps, confirm_of(names), families, "of the last epoch")
    panels = [ax for ax in picture.figure.axes if ax.get_visible()]
    assert [ax.get_title("left") for ax in panels] == ["moons", "rings"]
    assert [len(ax.collections) for ax in panels] == [4, 2]  # the seeds of a family, and their mean
    dotted = [{np.asarray(line.get_ydata())[0] for line in ax.lines if line.get_linestyle() == ":"} for ax in panels]
    assert [0.9 in levels and 0.95 not in levels for levels in dotted] == [True, False]
    assert picture.figure.axes[0].get_xlabel() == ""  # said once, for all


def test_one_problem_is_not_named() -> None:
    assert [ax.get_title("left") for ax in drawn(gaps_of(2)).figure.axes] == [""]
