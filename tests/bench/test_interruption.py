"""`python -m bench run` ended in the middle by Ctrl-C and its like; tests/faults has what nobody can answer to."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import bench
from bench.grid import load
from tests.faults.processes import KNOWN, session, until

ROOT = Path(__file__).parents[2]
in_proc = pytest.mark.skipif(not KNOWN, reason="processes are looked up in /proc")
GRID = """
[problem]
train = 6
validation = 5
test = 7
[network]
hidden = [[4], [5], [6], [7], [8], [9], [10], [11], [12], [13], [14], [15]]
[training]
epochs = 500
checkpoints = 2
[[optimizer]]
name = "sgd"
lr = [0.1, 1e30]
[[optimizer]]
name = "adam"
[seeds]
tune = 4
confirm = 3
"""


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("grid") / "long.toml"
    path.write_text(GRID)
    return path


@pytest.fixture(scope="module")
def uninterrupted(grid: Path) -> Any:
    return bench.run(grid, jobs=1, store=grid.parent / "uninterrupted.sqlite", progress=False)


@pytest.fixture
def start(grid: Path, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `bench run` in a session of its own, with two workers."""
    started = []

    def starting(*more: str) -> subprocess.Popen[str]:
        options = ["--store", str(tmp_path / "runs.sqlite"), "--reports", str(tmp_path / "reports"), "--jobs", "2"]
        command = [sys.executable, "-m", "bench", "run", str(grid), *options, *more]
        started.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True))
        return started[-1]

    yield starting
    for process in started:
        if process.poll() is None or session(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def started(start: Callable[..., subprocess.Popen[str]]) -> subprocess.Popen[str]:
    return start()


def _stored(path: Path) -> dict[tuple[str, int], tuple[int, float]]:
    """Row and seconds of every stored run: a run that is trained again gets others."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        try:
            rows = connection.execute("SELECT hash, seed, id, seconds FROM runs").fetchall()
        except sqlite3.OperationalError:  # not laid out yet
            return {}
    return {(name, seed): (row, seconds) for name, seed, row, seconds in rows}


@in_proc
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda ending: ending.name)
def test_a_run_that_was_ended_goes_on_where_it_was(
    ending: signal.Signals, started: Any, grid: Path, uninterrupted: Any, numbers_of: Any, tmp_path: Path
) -> None:
    path = tmp_path / "runs.sqlite"
    until(lambda: len(_stored(path)) >= 8)
    assert len(session(started.pid)) >= 3  # it and its workers
    os.killpg(started.pid, ending)  # as a terminal or a batch system does: to everyone
    _, errors = started.communicate(timeout=60)
    until(lambda: not session(started.pid), seconds=5)
    before = _stored(path)
    assert 8 <= len(before) < len(uninterrupted.runs), "it was not ended in the middle"
    assert started.returncode == 128 + ending
    assert errors == "interrupted; every finished run is stored, and the same command goes on from there\n"

    resumed = bench.run(grid, jobs=1, store=path, progress=False)
    after = _stored(path)
    assert {key: after[key] for key in before} == before
    assert numbers_of(resumed.runs).equals(numbers_of(uninterrupted.runs))
    assert numbers_of(resumed.curves).equals(numbers_of(uninterrupted.curves))
    assert set(resumed.runs["status"]) == {"ok", "diverged"}


@in_proc
def test_an_interrupt_while_workers_start_is_one_message_too(started: Any) -> None:
    until(lambda: len(session(started.pid)) >= 3)  # the first worker (and a helper of Python's) is starting up
    os.killpg(started.pid, signal.SIGINT)
    _, errors = started.communicate(timeout=60)
    assert started.returncode == 130
    assert errors == "interrupted; every finished run is stored, and the same command goes on from there\n"
    until(lambda: not session(started.pid), seconds=5)


@in_proc
def test_workers_in_the_midst_of_long_training_die_with_a_killed_parent(grid: Path, start: Any) -> None:
    endless = start("--set", "training.epochs=10_000_000", "--name", "endless")
    workers = until(lambda: [pid for pid in session(endless.pid) if _seconds_of_work(pid) > 1 and pid != endless.pid])
    endless.kill()
    until(lambda: not session(endless.pid), seconds=5)
    assert workers


@in_proc
def test_an_interrupt_does_not_wait_for_workers_that_are_stopped(start: Any) -> None:
    endless = start("--set", "training.epochs=10_000_000", "--name", "endless")
    for worker in until(
        lambda: [pid for pid in session(endless.pid) if _seconds_of_work(pid) > 1 and pid != endless.pid]
    ):
        os.kill(worker, signal.SIGSTOP)
    endless.send_signal(signal.SIGINT)
    assert endless.wait(timeout=30) == 130  # it takes a moment; a stopped worker would take for ever
    until(lambda: not session(endless.pid), seconds=5)


@in_proc
def test_an_interrupt_does_not_wait_for_a_program_that_holds_the_store(started: Any, tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    until(lambda: len(_stored(path)) >= 8)
    with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        started.send_signal(signal.SIGINT)
        assert started.wait(timeout=30) == 130  # it takes a moment; the holder would take for ever
    until(lambda: not session(started.pid), seconds=5)


@in_proc
def test_what_is_started_with_nohup_goes_on_when_the_terminal_is_closed(
    grid: Path, uninterrupted: Any, tmp_path: Path
) -> None:
    path = tmp_path / "runs.sqlite"
    command = ["nohup", sys.executable, "-m", "bench", "run", str(grid), "--store", str(path), "--jobs", "2"]
    more = ["--reports", str(tmp_path / "reports"), "--set", "training.epochs=50", "--name", "short"]
    process = subprocess.Popen([*command, *more], cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    until(lambda: _stored(path))
    process.send_signal(signal.SIGHUP)
    assert process.wait(timeout=120) == 0
    assert len(_stored(path)) == len(uninterrupted.runs)


def _seconds_of_work(pid: int) -> float:
    """The processor time that a process has used: more than a second is more than starting takes."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_grid_is_long_enough_to_be_ended_in_the_middle(grid: Path) -> None:
    assert len(load(grid)) == 36
