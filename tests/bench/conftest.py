"""A tiny grid, and what most tests do with one: write it, load it, run a command on it, train it, compare frames."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import bench
from bench import campaign
from bench.commands import main
from bench.grid import reading as gridfile
from bench.grid.grid import Grid
from bench.results import Results
from bench.store.sqlite import Store

TINY = """
title = "Which optimizer?"

[problem]
train = 6
validation = 5
test = 7

[network]
hidden = [4]

[training]
epochs = 4
checkpoints = 2

[[optimizer]]
name = "sgd"
lr = [0.1, 0.5]

[[optimizer]]
name = "adam"
lr = 0.05

[seeds]
tune = 2
confirm = 6

[baseline]
accuracy = 0.4
"""


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


@dataclass(frozen=True)
class Outcome:
    """What a command left behind: its exit code and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Place:
    """A folder with a tiny grid in it, and the paths that commands on it use."""

    folder: Path
    run_command: Callable[[Sequence[str]], Outcome]

    @property
    def grid(self) -> Path:
        return self.folder / "tiny.toml"

    @property
    def store(self) -> Path:
        return self.folder / "results" / "runs.sqlite"

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def write(self, text: str | bytes, name: str = "tiny.toml") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def load(self, *overrides: str, **options: Any) -> Grid:
        return gridfile.load(self.grid, overrides, **options)

    def train(self, *overrides: str, **options: Any) -> Results:
        """Run the grid into the store, in this process unless told otherwise."""
        return bench.run(self.grid, **{"jobs": 1, "store": self.store, "overrides": overrides, **options})

    def cli(self, command: str, *arguments: str | Path) -> Outcome:
        """One command, in this process, with this place's store and reports where it takes them."""
        options = [] if command == "schema" else ["--store", self.store]
        options += ["--reports", self.reports] if command in ("run", "report") else []
        return self.run_command([command, *map(str, options), *map(str, arguments)])

    def files(self) -> set[str]:
        """Everything that lies in the folder."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}


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
        return campaign.run(gridfile.load(folder / "tiny.toml"), store, jobs=1, progress=False)


@pytest.fixture
def no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that end with a report write none: figures take longer than everything else here."""
    monkeypatch.setattr(Results, "report", lambda self, folder="reports", **_: Path(folder) / self.grid.name)


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
