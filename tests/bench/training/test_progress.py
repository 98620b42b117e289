"""How far a campaign is, in words."""

import time

import pytest

from bench.records import Run, Status, Stored
from bench.training.progress import Best, Complete, progress
from tests.bench.place import Place


def test_a_log_gets_a_line_every_half_minute(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0, 10, 29, 30, 45, 61, 62])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with progress("tune", 1200) as advance:
        for _ in range(6):
            advance(100, "best so far 80.0 %, adam")
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("[")[0] for line in lines] == ["tune:  25% 300/1200 ", "tune:  42% 500/1200 "]
    assert "00:30<01:30" in lines[0]
    assert all(line.endswith(", best so far 80.0 %, adam]") for line in lines)


def test_nothing_is_said_where_that_is_not_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("tune", 10, shown=False) as advance:
        advance(10)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("total", [0, 3])
def test_a_bar_is_shown_of_what_there_is_to_do(
    total: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress("tune", total) as advance:
        advance(total)
    assert ("tune" in capsys.readouterr().err) == (total > 0)


def told(run: Run, accuracy: float | None, status: Status = "ok", row: int = 1) -> list[Stored]:
    return [Stored(row, run.configuration.hash, run.seed, status, accuracy)]


def test_tune_runs_say_which_is_best_so_far(place: Place) -> None:
    sgd, other, adam = place.load().configurations()
    runs = [Run(one, seed) for one in (sgd, other, adam) for seed in range(3)]
    tune = Best(runs, 0, "validation_accuracy", {})
    assert tune.note(told(runs[0], None, "failed")) == ""
    assert tune.note(told(runs[0], 0.5)) == "best so far 50.0 %, sgd"
    assert tune.note(told(runs[6], 0.7)) == "best so far 70.0 %, adam"
    assert tune.note(told(runs[7], 0.1)) == "best so far 50.0 %, sgd"
    assert tune.note(told(runs[3], 0.6)) == "best so far 60.0 %, sgd"
    assert tune.note(told(runs[4], None, "diverged")) == "best so far 50.0 %, sgd"  # 0.6 and chance


def test_what_was_stored_before_counts_and_what_is_not_waited_for_does_not(place: Place) -> None:
    sgd, _, adam = place.load().configurations()
    run = Run(sgd, 2)
    tune = Best([run], 7, "validation_accuracy", {sgd.hash: ("sgd", 0.5, 2), adam.hash: ("adam", 0.55, 1)})
    assert tune.note([]) == "best so far 55.0 %, adam"
    assert tune.note(told(Run(sgd, 3), 1.0, row=8)) == "best so far 55.0 %, adam"
    assert tune.note(told(run, 0.8, row=9)) == "best so far 60.0 %, sgd"  # 0.5, 0.5 and 0.8
    assert tune.note(told(run, 0.8, row=10)) == "best so far 60.0 %, sgd"
    assert tune.row == 10


def test_confirm_runs_say_how_many_families_are_complete_and_not_what_they_reach(place: Place) -> None:
    sgd, other, adam = place.load().configurations()
    runs = [Run(adam, 1_000_000), Run(adam, 1_000_001)]
    confirm = Complete(runs, 0, [sgd, adam])
    assert confirm.note([]) == "1 of 2 families complete"  # of which nothing is lacking
    assert confirm.note(told(runs[0], 0.9)) == "1 of 2 families complete"
    assert confirm.note(told(Run(other, 1_000_001), 0.9)) == "1 of 2 families complete"
    assert confirm.note(told(runs[1], None, "failed")) == "1 of 2 families complete"
    assert confirm.note(told(runs[1], 0.9)) == "2 of 2 families complete"


def test_a_family_is_complete_with_all_that_is_confirmed_of_it(place: Place) -> None:
    sgd, other, _ = place.load().configurations()
    runs = [Run(sgd, 1_000_000), Run(other, 1_000_000)]
    confirm = Complete(runs, 0, [sgd, other])  # as a side of an effect
    assert confirm.note(told(runs[0], 0.9)) == "0 of 1 family complete"
    assert confirm.note(told(runs[1], 0.9)) == "1 of 1 family complete"
