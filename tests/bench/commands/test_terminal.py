"""The verdict table in a terminal: aligned, coloured on request, inert, and following the data."""

import pandas as pd
import pytest

from bench.commands.terminal import verdict_lines
from bench.statistics import judge
from bench.statistics.claims import KINDS


def verdicts(**accuracies: list[float]) -> pd.DataFrame:
    """Verdicts against 85 % on these test accuracies by family; None as status would be a failure."""
    rows = [
        {"family": family, "configuration": "lr 0.1", "seed": 1_000_000 + i, "stage": "confirm", "status": "ok",
         "test_accuracy": accuracy, "test_points": 1000, "problem.classes": 3}
        for family, values in accuracies.items()
        for i, accuracy in enumerate(values)
    ]  # fmt: skip
    return judge(pd.DataFrame(rows), 0.85, 0.05, 0.01)


HIGH, LOW = [0.90, 0.91, 0.89, 0.90, 0.92], [0.70, 0.71, 0.69, 0.70, 0.72]


def test_marks_and_words_follow_the_data() -> None:
    one, other = verdict_lines(verdicts(adam=HIGH, sgd=LOW), coloured=False)
    assert one.startswith("▲  adam")
    # (.904 - .85) / (.904 - 1 / 3) of seeds at chance would undo it; five exclude shares above 1 - .05 ** (1 / 5) only.
    assert "above, unless 9.5 % of seeds collapse, claim 85.0 %" in one
    assert other.startswith("▼  sgd")
    assert "below, claim 85.0 %" in other
    flipped = list(verdict_lines(verdicts(adam=LOW, sgd=HIGH), coloured=False))
    assert [line[0] for line in flipped] == ["▼", "▲"]


def test_every_kind_of_verdict_has_a_mark_of_its_own() -> None:
    assert len({kind.mark for kind in KINDS.values()}) == len(KINDS)
    (line,) = verdict_lines(verdicts(adam=[0.851, 0.850, 0.849, 0.850]), coloured=False)
    assert line.startswith(f"{KINDS['practically equal'].mark}  adam")


def test_columns_are_aligned() -> None:
    lines = list(verdict_lines(verdicts(adam=HIGH, a_much_longer_name=LOW), coloured=False))
    assert len({line.index("[") for line in lines}) == 1


def test_colour_doubles_the_mark_and_is_left_out_where_it_is_not_wanted() -> None:
    table = verdicts(adam=HIGH, sgd=LOW)
    assert [line[:5] for line in verdict_lines(table, coloured=True)] == ["\x1b[32m", "\x1b[31m"]
    assert not any("\x1b" in line for line in verdict_lines(table, coloured=False))


@pytest.mark.parametrize("values", [[0.9], [0.9, 0.9, 0.9]])
def test_a_family_without_a_spread_has_no_interval(values: list[float]) -> None:
    (line,) = verdict_lines(verdicts(adam=values), coloured=False)
    assert "no interval" in line
    assert "degenerate" in line


def test_control_characters_of_a_label_do_not_reach_the_terminal() -> None:
    (line,) = verdict_lines(verdicts(**{"evil\x1b[2J": HIGH}), coloured=False)
    assert "\x1b" not in line
