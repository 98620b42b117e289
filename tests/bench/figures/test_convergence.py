"""Learning curves and steps: what is counted, and only of the families that are drawn."""

from __future__ import annotations

import pandas as pd
import pytest

from bench.figures import curves_picture, reached_picture
from tests.bench.figures.drawn import assert_readable, curves_of, families_of, names_in, steps_of, times_of


def several(count: int) -> list[str]:
    return [f"family {i}" for i in range(count)]


def curves_title(names: list[str], times: pd.DataFrame) -> str:
    return curves_picture(curves_of(names), families_of(names), times, 0.6).title


@pytest.mark.parametrize(
    ("count", "reached", "said"),
    [
        (2, 0, "no run reaches 60.0 %"),
        (2, 1, "in 0 of 2 families at least half of the seeds reach 60.0 %"),
        (2, 3, "in 2 of 2 families at least half of the seeds reach 60.0 %"),
        (1, 4, "4 of 6 seeds reach 60.0 %"),
    ],
)
def test_the_title_counts_seeds_and_names_nobody_first(count: int, reached: int, said: str) -> None:
    names = several(count)
    assert curves_title(names, times_of(names, reached)) == f"Validation accuracy over epochs: {said}"


def test_the_titles_count_the_families_that_are_drawn() -> None:
    """Of fourteen only the last two reach the target; twelve have panels and steps."""
    names = several(14)
    times = pd.concat([times_of(names[:12], 0), times_of(names[12:])], ignore_index=True)
    said = "no run reaches 60.0 % (12 of 14 families are drawn)"
    assert curves_title(names, times) == f"Validation accuracy over epochs: {said}"
    steps = reached_picture(steps_of(names), times, families_of(names), 0.6)
    assert steps.title == "No seed reaches 60.0 % validation accuracy by epoch 100 (12 of 14 families are drawn)"


def test_the_rows_below_the_steps_count_who_is_still_on_the_way() -> None:
    names = several(3)
    picture = reached_picture(steps_of(names), times_of(names), families_of(names), 0.6)
    counts = [text.get_text() for text in picture.figure.axes[1].texts]
    assert counts == ["6", "6", "6", "3", "3", "0"] * 3
    assert names_in(picture.figure) == names
    assert_readable(picture)


def test_each_step_and_its_row_look_alike_and_unlike_the_others() -> None:
    names = several(4)
    above, below = reached_picture(steps_of(names), times_of(names), families_of(names), 0.6).figure.axes
    looks = [
        [(line.get_color(), line.get_marker(), line.get_linestyle()) for line in ax.lines] for ax in (above, below)
    ]
    assert looks[0] == looks[1]
    assert len(set(looks[0])) == 4


def test_those_who_cannot_see_them_read_the_last_medians_and_who_reached_the_target() -> None:
    names = several(9)
    curves = curves_picture(curves_of(names), families_of(names), times_of(names), 0.6)
    medians = "; ".join(f"{name} 80.0 %" for name in names[:8])
    assert curves.alt == (
        "Validation accuracy over epochs: in 9 of 9 families at least half of the seeds reach 60.0 %. Lines: median "
        f"and single seeds, band: quartiles. Median of the last epoch: {medians}."
    )
    steps = reached_picture(steps_of(names[:2]), times_of(names[:2]), families_of(names[:2]), 0.6)
    assert steps.alt == (
        "Seeds that have reached 60.0 % validation accuracy by each epoch. A line climbs where seeds reach it. Seeds "
        "that reached it in the end: family 0 6 of 6; family 1 6 of 6."
    )


def test_a_family_without_a_run_has_no_step() -> None:
    names = several(3)
    times = times_of(names).assign(n=[1, 0, 6])
    picture = reached_picture(steps_of(names), times, families_of(names), 0.6)
    assert picture.title == "Seeds that have reached 60.0 % validation accuracy by each epoch"
    assert names_in(picture.figure) == ["family 0", "family 2"]


def test_the_longest_budget_is_the_one_by_which_nobody_reached_the_target() -> None:
    names = several(2)
    times = times_of(names, 0).assign(budget=[100.0, 1500.0])
    title = reached_picture(steps_of(names), times, families_of(names), 0.6).title
    assert title == "No seed reaches 60.0 % validation accuracy by epoch 1,500"
