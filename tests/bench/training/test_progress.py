"""How far a campaign is, in words."""

import time

import pytest

from bench.records import Run, Status, Stored
from bench.training.progress import INTERVAL, Best, Complete, progress
from tests.bench.place import Place


def test_a_log_gets_a_line_every_half_minute_also_while_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert INTERVAL == 30.0
    monkeypatch.setattr("bench.training.progress.INTERVAL", 0.01)
    said: list[str] = []
    with progress("tune", 1200) as advance:
        advance(100)
        advance(200, "best so far 80.0 %, adam")
        while len(said) < 2:
            said += capsys.readouterr().err.splitlines()
    ended = capsys.readouterr().err  # what was said while it ended
    assert all(line.startswith("tune:  25% 300/1200 [") for line in said)
    assert all(line.endswith(", best so far 80.0 %, adam]") for line in said)
    time.sleep(0.05)
    assert capsys.readouterr().err == "", ended


def test_nobody_who_closed_stderr_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stderr", None)
    monkeypatch.setattr("bench.training.progress.INTERVAL", 0.01)
    with progress("tune", 10) as advance:
        advance(10)
        time.sleep(0.05)
    assert capsys.readouterr().out == ""


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
