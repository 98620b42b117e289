"""How far a campaign is, in words."""

import time

import pytest

from bench.records import Result, Run
from bench.training.progress import SoFar, progress
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


def test_tune_runs_say_which_is_best_so_far_and_confirm_runs_how_many_families_are_complete(place: Place) -> None:
    sgd, other, adam = place.load().configurations()
    tune = SoFar("tune", [])

    def note(so_far: SoFar, configuration: object, accuracy: float, status: str = "ok") -> str:
        run = Run(configuration, 0)  # type: ignore[arg-type]
        return so_far.note([Result(run, status, 1, {"validation_accuracy": accuracy})])  # type: ignore[arg-type]

    assert note(tune, sgd, float("nan"), "failed") == ""
    assert note(tune, sgd, 0.5) == "best so far 50.0 %, sgd"
    assert note(tune, adam, 0.7) == "best so far 70.0 %, adam"
    assert note(tune, adam, 0.1) == "best so far 50.0 %, sgd"
    assert note(tune, other, 0.6) == "best so far 60.0 %, sgd"
    assert note(tune, other, float("nan"), "diverged") == "best so far 50.0 %, sgd"  # 0.6 and chance
    confirm = SoFar("confirm", [Run(sgd, 0), Run(adam, 0), Run(adam, 1)])
    assert note(confirm, adam, 0.9) == "0 of 2 families complete"
    assert note(confirm, adam, 0.9) == "1 of 2 families complete"
