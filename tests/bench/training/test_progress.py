"""How far a campaign is, in words."""

import time

import pytest

from bench.training.progress import progress


def test_a_log_gets_a_line_every_half_minute(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0, 10, 29, 30, 45, 61, 62])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with progress("tune", 1200) as advance:
        for _ in range(6):
            advance(100)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("[")[0] for line in lines] == ["tune:  25% 300/1200 ", "tune:  42% 500/1200 "]
    assert "00:30<01:30" in lines[0]


def test_nothing_is_said_where_that_is_not_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("tune", 10, shown=False) as advance:
        advance(10)
    assert capsys.readouterr().err == ""
