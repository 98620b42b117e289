"""Decision regions: the title and the description say which networks are drawn, and how good they are."""

from __future__ import annotations

import numpy as np
import pytest

from bench.figures import Picture, regions_picture
from bench.records import Map
from tests.bench.figures.drawn import assert_readable, families_of

NAMES = ["a", "b"]


def map_of(family: str, which: str, accuracy: float, *, bayes: bool) -> Map:
    pixels, points = np.arange(16).reshape(4, 4) % 3, np.array([[0.1, 0.2, -0.3], [0.0, 0.4, -0.1]])
    return Map(
        7,
        3,
        (-1.0, 1.0, -1.0, 1.0),
        pixels,
        pixels if bayes else None,
        points,
        np.arange(3),
        accuracy,
        0.9,
        "0",
        family=family,
        which=which,
    )


def drawn(names: list[str], *, bayes: bool = True) -> Picture:
    seeds = [("median seed", 0.8), ("worst seed", 0.75)]
    maps = [map_of(name, which, accuracy, bayes=bayes) for name in names for which, accuracy in seeds]
    return regions_picture(maps, families_of(NAMES))


@pytest.mark.parametrize(
    ("names", "bayes", "title"),
    [
        (NAMES, True, "Decision regions of the median and of the worst seed beside the best possible"),
        (NAMES, False, "Decision regions of the median and of the worst seed"),
        (["b"], False, "Decision regions of the median and of the worst seed (1 of 2 families are drawn)"),
    ],
)
def test_the_title_says_what_is_drawn_of_whom(names: list[str], bayes: bool, title: str) -> None:
    assert drawn(names, bayes=bayes).title == title


def test_each_row_is_a_family_with_the_best_possible_its_median_and_its_worst_seed() -> None:
    picture = drawn(NAMES)
    row = ["best possible: 91.0 %", "median seed: 80.0 %", "worst seed: 75.0 %"]
    assert [ax.get_title("left") for ax in picture.figure.axes] == row * 2
    assert_readable(picture)


def test_those_who_cannot_see_it_read_how_good_each_network_is() -> None:
    picture = drawn(["a"])
    assert picture.alt == (
        f"{picture.title}. Dots: training points. Test accuracy: a, median seed 80.0 %; a, worst seed 75.0 %."
    )
    assert picture.data.to_dict("records")[1] == {
        "family": "a", "which": "worst seed", "seed": 7, "test_accuracy": 0.75, "agreement_with_bayes": 0.9,
    }  # fmt: skip
