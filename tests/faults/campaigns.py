"""A campaign in a folder of its own: the command that runs it, what was trained for it, and all that it leaves."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, Self

import pandas as pd

from bench.records import run_id
from bench.store.sqlite import Store
from tests.faults.processes import session

ROOT = Path(__file__).parents[2]
FAREWELL = 5.0  # seconds in which all that a driver has started ends after it
RECORDING = str(Path(__file__).with_name("recording.py"))
GRID = """
[problem]
train = 6
validation = 5
test = 7
[network]
hidden = [[4], [5], [6], [7], [8], [9], [10], [11]]
[training]
epochs = {epochs}
checkpoints = 2
[regularization]
dropout = [0, 0.1]
[[optimizer]]
name = "sgd"
lr = [0.1, 1e30]
[[optimizer]]
name = "adam"
[seeds]
tune = 4
confirm = 3
[baseline]
accuracy = 0.4
"""
"""64 stacks for two workers, some of which diverge, and then a few that confirm."""

FROM_PYTHON = "import json, sys, bench; bench.run('grid.toml', progress=False, **json.loads(sys.argv[1]))"


class Event(NamedTuple):
    """A line of the record of what was trained (see `recording`)."""

    time: float
    process: int
    what: str
    runs: frozenset[str]


class Campaign:
    """Makes `folder`, in which everything of the campaign is, temporary files too.

    `options`: of `bench.run`, as the command line names them. `report`: run the whole command, which writes a report in
    the end, and not only `bench.run`. The processes of commands end with the `with` statement.
    """

    def __init__(self, folder: Path, options: dict[str, Any], *, epochs: int = 500, report: bool = False) -> None:
        self.folder, self.options, self._report = folder, options, report
        self.store = folder / "results" / "runs.sqlite"
        self._record = folder.with_name(f"{folder.name}.trained")
        self._started: list[subprocess.Popen[str]] = []
        (folder / "tmp").mkdir(parents=True)
        (folder / "grid.toml").write_text(GRID.format(epochs=epochs))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for driver in self._started:
            if session(driver.pid):
                os.killpg(driver.pid, signal.SIGKILL)
            driver.wait()
            if driver.stderr:
                driver.stderr.close()

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of every process that trains for this campaign."""
        return {**os.environ, "PYTHONPATH": str(ROOT), "TRAINED": str(self._record), "TMPDIR": str(self.folder / "tmp")}

    def start(self) -> subprocess.Popen[str]:
        """The command, as the leader of a session; what it complains of goes to a pipe."""
        if self._report:
            options = [word for key, value in self.options.items() for word in (f"--{key}", str(value))]
            words = ["-m", "bench", "run", "grid.toml", "--plugin", RECORDING, "--quiet", *options]
        else:
            words = ["-c", FROM_PYTHON, json.dumps({**self.options, "plugins": [RECORDING]})]
        nothing = subprocess.DEVNULL
        driver = subprocess.Popen(
            [sys.executable, *words], cwd=self.folder, env=self.environment, start_new_session=True,
            stdin=nothing, stdout=nothing, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._started.append(driver)
        return driver

    def trained(self) -> list[Event]:
        """What has been trained up to now, in this order."""
        lines = self._record.read_text().splitlines() if self._record.exists() else []
        words = [line.split() for line in lines]
        return [Event(float(time), int(process), what, frozenset(runs)) for time, process, what, *runs in words]

    @property
    def training(self) -> bool:
        """Whether any stack has begun and not ended."""
        trained = self.trained()
        return sum(event.what == "began" for event in trained) > sum(event.what == "ended" for event in trained)

    def stored(self) -> set[str]:
        """The ids of the stored runs."""
        if not self.store.exists():
            return set()
        with closing(sqlite3.connect(self.store, timeout=60)) as connection:
            return {run_id(*key) for key in connection.execute("SELECT hash, seed FROM runs")}

    def left(self) -> dict[str, Any]:
        """All that is there after a command and must not depend on what happened to it, by a name.

        Not the seconds that runs took, where they were trained, and how often questions were asked.
        """
        with Store(self.store) as store:
            checkup = store.check()
            runs = {read.row[:2]: (*read.row[2:-2], read.blob) for read in store.contents()}
            questions = [vars(question) | {"asked": ...} for question in store.asked()]
        with closing(sqlite3.connect(self.store)) as connection:
            claims = connection.execute("SELECT hash, seed, owner FROM claims").fetchall()
        return {
            "damaged rows": checkup if not checkup.whole else "none",
            "runs and curves": runs,
            "questions": questions,
            "claims": claims,
            "report": self._reported(),
            "files": {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")},
            "processes": self._survivors(),
        }

    def _survivors(self) -> list[int]:
        """The processes that have not ended with their drivers, nor soon after."""
        end = time.monotonic() + FAREWELL
        while (left := [pid for driver in self._started for pid in session(driver.pid)]) and time.monotonic() < end:
            time.sleep(0.05)
        return left

    def _reported(self) -> dict[str, Any]:
        """The report's files by name, without the seconds that runs took."""
        folder = self.folder / "reports" / "grid"
        found: dict[str, Any] = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        if self._report:
            del found["files.json"]  # digests of the others
            found["runs.csv"] = pd.read_csv(folder / "runs.csv").drop(columns="seconds").to_csv()
        return found
