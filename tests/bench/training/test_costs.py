"""What a run is predicted to cost, from the time of a few epochs."""

from pathlib import Path

import pytest

from bench.grid import load
from bench.training import costs
from bench.training.stacks import runs_per_stack


@pytest.mark.parametrize(
    ("times", "total"),
    [
        ([0.02, 0.05, 0.2], 0.2 + 0.15 / 12 * (1000 - 16)),  # after 1, 4 and 16 epochs: 12 epochs took .15 s
        ([5.0, 0.2], 0.2),  # the first was slow for reasons of its own: not a negative time for each epoch
    ],
)
def test_a_run_costs_what_more_epochs_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: list[float], total: float
) -> None:
    (tmp_path / "g.toml").write_text('[[optimizer]]\nname = "sgd"\n[seeds]\ntune = 0\nconfirm = 2\n')
    [one] = load(tmp_path / "g.toml").configurations()
    spent = iter(times)
    monkeypatch.setattr(costs, "_time", lambda configuration, seeds, epochs: next(spent))
    assert costs.seconds_per_run(one) == pytest.approx(total / runs_per_stack(one.settings))
