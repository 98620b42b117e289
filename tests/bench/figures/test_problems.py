"""The picture of problems: a panel for each in the plane, with what is known of it."""

from dataclasses import dataclass

import numpy as np

from bench.figures import problems_picture
from bench.problems import Moons, Problem, Rings, Xor
from nn.arrays import Array


@dataclass(frozen=True)
class Unknown(Problem):
    """A problem whose best rule nobody has written down."""

    name = "unknown"
    features = 2
    classes = 2

    def sample(self, points: int, rng: np.random.Generator) -> tuple[Array, Array]:
        return rng.random((2, 2 * points)), np.repeat([0, 1], points)


def test_a_panel_tells_the_name_and_the_ceiling_and_shows_regions() -> None:
    picture = problems_picture([Moons(), Xor(noise=0.3)])
    shown = [ax for ax in picture.figure.axes if ax.get_visible()]
    assert [ax.get_title("left") for ax in shown] == ["moons, 91.5 %", "xor, 99.9 %"]
    assert [len(ax.images) for ax in shown] == [1, 1]
    assert [sum(np.shape(dots.get_offsets())[0] for dots in ax.collections) for ax in shown] == [200, 200]
    assert picture.alt.endswith(" of that rule. moons, 91.5 % and xor, 99.9 %.")
    assert picture.data["problem"].tolist() == ["moons", "xor"]


def test_where_no_rule_is_known_points_stand_alone() -> None:
    [panel] = [ax for ax in problems_picture([Unknown()]).figure.axes if ax.get_visible()]
    assert (panel.get_title("left"), len(panel.images)) == ("unknown", 0)


def test_what_has_more_features_is_left_out_and_the_title_says_so() -> None:
    picture = problems_picture([Rings(features=3), Xor()])
    assert picture.title.endswith("(1 of 2 problems are drawn)")
    assert [ax.get_title("left") for ax in picture.figure.axes if ax.get_visible()] == ["xor, 93.3 %"]
