"""Small results to report on: a report that is really written, and fabricated results of any shape."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench import report
from bench.figures import style
from bench.grid import load
from bench.records import MEASURES, Result, Run
from bench.results import Results, collect, collect_tune
from bench.results import facts as asked
from bench.statistics import FIXED
from bench.store import questions
from bench.store.sqlite import Store
from nn.training import CURVES, checkpoint_epochs

# Two families of two learning rates, with and without L2: eight configurations.
TWO = """
[training]
epochs = 10
checkpoints = 5
[regularization]
l2 = [0, 1e-3]
[[optimizer]]
name = "adam"
lr = [0.01, 0.1]
[[optimizer]]
name = "sgd"
lr = [0.1, 1]
[seeds]
tune = 2
confirm = 8
"""

Accuracy = Callable[[Run], float]  # nan: diverged, negative: failed


@pytest.fixture(scope="session")
def tiny_report(tiny: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its report, to be read only."""
    return report.write(tiny, tmp_path_factory.mktemp("reports") / "tiny").parent


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures stay empty, where a test looks at words alone: drawing them is most of a report's time."""
    monkeypatch.setattr(style, "svg_of", lambda figure: "<svg></svg>")


@pytest.fixture
def fabricated(tmp_path: Path) -> Callable[[str, Accuracy], Results]:
    """Results of a grid (TOML text) whose runs have the accuracies that a function gives them; no training."""

    def fabricate(text: str, accuracy: Accuracy, name: str = "grid") -> Results:
        path = tmp_path / f"{name}.toml"
        path.write_text(text)
        grid = load(path)
        with Store(tmp_path / f"{name}.sqlite", create=True) as store:
            configurations = tuple(grid.configurations())
            facts = {"id": "e", "commit": "c", "fingerprint": _FINGERPRINT}
            store.add([_result(Run(c, s), accuracy) for c in configurations for s in grid.seeds.for_tuning], facts)
            tuned = collect_tune(grid, store, configurations)
            questions.ask(store, grid, asked(grid, FIXED), grid.seeds.confirm, tuned.roles)
            confirmed = {c.hash: c for c in (*tuned.best.values(), *tuned.sides)}.values()
            store.add([_result(Run(c, s), accuracy) for c in confirmed for s in grid.seeds.for_confirming], facts)
            return collect(grid, store)

    return fabricate


_FINGERPRINT = {
    "python": "3", "implementation": "cpython", "numpy": "2", "blas": [], "system": "Linux", "machine": "x",
    "processor_features": [],
}  # fmt: skip


def _result(run: Run, accuracy: Accuracy) -> Result:
    value, settings = accuracy(run), run.configuration.settings
    if value < 0:
        return Result(run, "failed", 0, error="ValueError: <b>no | luck</b>")
    marks = checkpoint_epochs(settings.training.epochs, settings.training.checkpoints)
    if np.isnan(value):
        nothing = np.full((len(CURVES), len(marks)), np.nan)
        return Result(run, "diverged", marks[0], dict.fromkeys(MEASURES, np.nan), nothing, "0", 0.001)
    curve = value * np.linspace(0.5, 1, len(marks))
    curves = np.stack([1 - curve if "loss" in name else curve for name in CURVES])
    measures = {name: 1 - value if "loss" in name else value for name in MEASURES} | {"best_epoch": float(marks[-1])}
    return Result(run, "ok", marks[-1], measures, curves, "0", 1000.0)  # too slow to be trained again for a picture


def noisy(center: float, run: Run) -> float:
    """An accuracy near `center` that differs from seed to seed."""
    return center + 0.01 * math.sin(12.9898 * (run.seed % 1000) + 1)
