"""What most tests need: a place with a tiny grid, a store, results that were really trained, frames to compare."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench import campaign, report
from bench.commands import main
from bench.grid import load
from bench.report.sections import answer
from bench.report.view import View
from bench.results import Results
from bench.store.sqlite import Store
from bench.training.executors import InProcess
from tests.bench import chromium
from tests.bench.place import TINY, Outcome, Place

REPORTED = """
title = "Tiny"
[problem]
train = 20
validation = 20
test = 50
[network]
hidden = [8]
[training]
epochs = 20
checkpoints = 10
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
confirm = 5
[baseline]
accuracy = 0.4
"""


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Place:
    def run_command(arguments: Sequence[str]) -> Outcome:
        capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as usage:  # argparse's way
            code = int(usage.code or 0)
        return Outcome(code, *capsys.readouterr())

    monkeypatch.chdir(tmp_path)  # so that a default path that is used by mistake is seen, and harms nothing
    place = Place(tmp_path, run_command)
    place.write(TINY)
    return place


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with Store(place.store, create=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A grid of 8 configurations in 2 families, really trained."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "tiny.toml").write_text(REPORTED)
    with Store(folder / "runs.sqlite", create=True) as store:
        return campaign.run(load(folder / "tiny.toml"), store, InProcess(), progress=False)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A browser without a screen, for `tests.bench.chromium.open_alone`."""
    with chromium.started(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that end with a report write none: figures take longer than everything else here."""

    def unwritten(view: View, folder: Path) -> report.Written:
        return report.Written(folder / "report.md", unchanged=False, answer=answer.section(view))

    monkeypatch.setattr(report, "write_view", unwritten)


@pytest.fixture(scope="session")
def numbers_of() -> Callable[[pd.DataFrame], pd.DataFrame]:
    """A frame as it must be whatever order, process or interruption it came from: sorted, all numbers exact."""

    def sorted_numbers(frame: pd.DataFrame) -> pd.DataFrame:
        kept = frame.drop(columns=["seconds", "environment"], errors="ignore")
        by = [key for key in ("family", "run", "epoch") if key in kept]
        return kept.sort_values(by, ignore_index=True)

    return sorted_numbers


@pytest.fixture(scope="session")
def unprivileged() -> Callable[[], AbstractContextManager[None]]:
    """`with unprivileged():` file permissions bind, also where tests run as root."""

    @contextmanager
    def without_privileges() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)

    return without_privileges
