"""A Dask cluster: the same numbers as here, whatever becomes of its workers and its scheduler."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.errors import WorkersFailed
from bench.records import Result, Run, Stack
from bench.training import futures
from bench.training.executors import InProcess, chosen
from tests.bench.place import TINY, Place

distributed = pytest.importorskip("distributed", reason="Dask's package distributed is not installed")
ROOT = Path(__file__).parents[3]


class Cluster:
    """A scheduler and its workers, each a process on the loopback interface."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.workers: list[subprocess.Popen[bytes]] = []
        self.start_scheduler()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        self.scheduler = _dask("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-show")

    def add_worker(self, folder: Path = ROOT) -> None:
        words = (self.address, "--nthreads", "1", "--no-nanny", "--death-timeout", "60")
        self.workers.append(_dask("worker", *words, folder=folder))

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


def _dask(role: str, *words: str, folder: Path = ROOT) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{role}", *words, "--no-dashboard"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    yield cluster
    cluster.end()


def _runs(place: Place, *overrides: str) -> list[Run]:
    return [Run(c, seed) for c in place.load(*overrides).configurations() for seed in range(12)]


def _about_a_file(place: Place) -> None:
    """Make the tiny grid about a data file."""
    place.write((ROOT / "grids" / "own-data.csv").read_bytes(), "own.csv")
    lines = "path = 'own.csv'\ntarget = 'kind'\ncategorical = ['color']\n"
    place.write(TINY.replace("train = 6\nvalidation = 5\ntest = 7\n", lines))


def _digests(results: list[Result]) -> dict[str, tuple[str, str]]:
    return {result.run.id: (result.status, result.digest) for result in results}


def _expected(runs: list[Run]) -> dict[str, tuple[str, str]]:
    with InProcess() as here:
        return _digests([r for results in here.train([Stack(tuple(runs))]) for r in results])


def _trained(executor: Any, runs: list[Run], meanwhile: Callable[[int], object] = lambda _: None) -> list[Result]:
    """All results, a run in each stack; `meanwhile` is told how many there are."""
    found: list[Result] = []
    for results in executor.train([Stack((run,)) for run in runs]):
        found += results
        meanwhile(len(found))
    return found


def test_workers_that_come_and_are_killed_make_no_difference(place: Place, cluster: Cluster) -> None:
    runs = [run for run in _runs(place, "training.epochs=400") if run.settings.optimizer.label == "adam"]
    cluster.add_worker()
    cluster.add_worker()

    def change(done: int) -> None:
        if done == 3:
            cluster.workers[0].send_signal(signal.SIGKILL)
            cluster.add_worker()

    with chosen("dask", scheduler=cluster.address) as executor:
        executor._client.wait_for_workers(2, timeout=60)  # type: ignore[attr-defined]
        found = _trained(executor, runs, change)
    assert len(found) == len(runs)
    assert _digests(found) == _expected(runs)


def test_a_scheduler_that_is_killed_and_comes_back_makes_no_difference(place: Place, cluster: Cluster) -> None:
    """Also of a data file, which is sent again."""
    _about_a_file(place)
    runs = [run for run in _runs(place, "training.epochs=400") if run.settings.optimizer.label == "adam"]
    cluster.add_worker()

    def come_back() -> None:
        time.sleep(1)
        cluster.start_scheduler()
        cluster.add_worker()

    back = threading.Thread(target=come_back)

    def change(done: int) -> None:
        if done == 3:
            cluster.scheduler.kill()
            cluster.scheduler.wait()
            back.start()

    with chosen("dask", scheduler=cluster.address) as executor:
        executor._client.wait_for_workers(1, timeout=60)  # type: ignore[attr-defined]
        found = _trained(executor, runs, change)
    back.join()
    assert len(found) == len(runs)
    assert _digests(found) == _expected(runs)


def test_a_scheduler_that_stays_away_ends_the_campaign_in_words(
    place: Place, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(futures, "OUTAGE", 1.0)
    runs = _runs(place, "training.epochs=400")
    cluster.add_worker()

    def change(done: int) -> None:
        if done == 3:
            cluster.scheduler.kill()
            cluster.scheduler.wait()

    with chosen("dask", scheduler=cluster.address) as executor:
        executor._client.wait_for_workers(1, timeout=60)  # type: ignore[attr-defined]
        with pytest.raises(WorkersFailed, match="the scheduler is gone; every finished run is stored: start"):
            _trained(executor, runs, change)


def test_workers_elsewhere_train_on_a_data_file_that_they_do_not_have(
    place: Place, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The file is gone from its place as soon as this process has sent it; the first that had it is killed."""
    _about_a_file(place)
    runs = [run for run in _runs(place) if run.settings.optimizer.label == "adam"]
    expected = _expected(runs)
    folder = tmp_path_factory.mktemp("elsewhere")
    cluster.add_worker(folder)

    def change(done: int) -> None:
        if done == 1:
            (place.folder / "own.csv").unlink()
        if done == 4:
            cluster.add_worker(folder)
            executor._client.wait_for_workers(2, timeout=60)  # type: ignore[attr-defined]
            cluster.workers[0].send_signal(signal.SIGKILL)

    with chosen("dask", scheduler=cluster.address) as executor:
        executor._client.wait_for_workers(1, timeout=60)  # type: ignore[attr-defined]
        found = _trained(executor, runs, change)
    assert {result.status for result in found} == {"ok"}
    assert _digests(found) == expected


@pytest.mark.usefixtures("no_report")
def test_a_cluster_is_made_where_none_is_named(place: Place) -> None:
    outcome = place.cli("run", place.grid, "--executor", "dask", "--jobs", "2", "--quiet")
    assert outcome.code == 0, outcome.err
    assert place.cli("verify", place.grid, "--sample", "4").code == 0


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nobody", "gopher://127.0.0.1:8786"])
def test_a_scheduler_that_does_not_answer_is_one_message(
    place: Place, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(futures, "_ANSWER", 1)
    outcome = place.cli("run", place.grid, "--executor", "dask", "--scheduler", address)
    assert outcome.code == 2
    assert outcome.err.startswith(f"bench: scheduler = {address}: ")
    assert "expected the address of a Dask scheduler, such as tcp://127.0.0.1:8786" in outcome.err
    assert place.files() == {"tiny.toml"}


def test_without_the_package_it_says_what_to_install(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    outcome = place.cli("run", place.grid, "--executor", "dask")
    assert outcome.code == 2
    assert 'install the extra: pip install "optimizer-bench[dask]"' in outcome.err
