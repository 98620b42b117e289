"""A Dask cluster: the same numbers as here, whatever becomes of it (see tests/faults too)."""

import importlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from bench.errors import WorkersFailed
from bench.records import Result, Run, Stack
from bench.training import clusters
from bench.training.executors import InProcess, chosen
from tests.bench.place import TINY, Outcome, Place
from tests.faults.clusters import Cluster

distributed = pytest.importorskip("distributed", reason="Dask's package distributed is not installed")
dask = pytest.importorskip("dask")
ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text()


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


class Interrupted:
    """A client whose first future loses the connection when it is asked for its result, and is connected again soon."""

    def __init__(self) -> None:
        self.status, self.submitted = "running", 0

    def scheduler_info(self) -> dict[str, str]:
        return {}

    def submit(self, fn: Any, /, *sent: Any, **_: Any) -> Future[Any]:
        self.submitted += 1
        future: Future[Any] = Future()
        if self.submitted == 1:
            self.status = "connecting"
            threading.Timer(0.3, lambda: setattr(self, "status", "running")).start()
            future.set_exception(distributed.comm.CommClosedError("Stream is closed"))
        else:
            future.set_result(fn(*sent))
        return future

    def cancel(self, futures: list[Any]) -> None:
        assert futures == []


def test_a_connection_that_is_lost_amid_a_result_makes_no_difference(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    runs = _runs(place)[:3]
    client = Interrupted()
    assert _digests(_trained(clusters.Dask(client, 1), runs)) == _expected(runs)
    assert client.submitted == len(runs) + 1
    assert caplog.text.count("the connection to the scheduler is lost; waiting for it") == 1


def test_a_scheduler_that_stays_away_ends_the_campaign_in_words(
    place: Place, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "OUTAGE", 1.0)
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
    place: Place, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor are there workers at first; the file is gone once it was sent, and then the worker that had it."""
    _about_a_file(place)
    runs = [run for run in _runs(place) if run.settings.optimizer.label == "adam"]
    expected = _expected(runs)
    folder = tmp_path_factory.mktemp("elsewhere")

    def change(done: int) -> None:
        if done == 1:
            (place.folder / "own.csv").unlink()
        if done == 4:
            cluster.add_worker(folder)
            executor._client.wait_for_workers(2, timeout=60)  # type: ignore[attr-defined]
            cluster.workers[0].send_signal(signal.SIGKILL)

    with chosen("dask", scheduler=cluster.address) as executor:
        assert executor.jobs == 1
        assert f"{cluster.address} has no workers yet; waiting for some" in caplog.text
        cluster.add_worker(folder)
        found = _trained(executor, runs, change)
    assert {result.status for result in found} == {"ok"}
    assert _digests(found) == expected


@pytest.mark.usefixtures("no_report")
def test_a_cluster_is_made_where_none_is_named(place: Place) -> None:
    outcome = place.cli("run", place.grid, "--executor", "dask", "--jobs", "2", "--quiet")
    assert outcome.code == 0, outcome.err
    assert place.cli("verify", place.grid, "--sample", "4").code == 0


def test_a_cluster_that_is_made_watches_itself_less_and_leaves_the_settings_of_others_alone() -> None:
    before = [dask.config.get(key) for key in clusters.QUIET]
    with clusters.dask(jobs=1) as executor:
        inside = executor._client.run(lambda: [dask.config.get(key) for key in clusters.QUIET])
    assert list(inside.values()) == [[*clusters.QUIET.values()]]
    assert [dask.config.get(key) for key in clusters.QUIET] == before
    assert before != [*clusters.QUIET.values()]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nobody", "gopher://127.0.0.1:8786"])
def test_a_scheduler_that_does_not_answer_is_one_message(
    place: Place, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "_ANSWER", 1)
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


@pytest.fixture
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the README's lines make there, and with a certificate that nobody signed."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    lines = re.findall("^openssl (.+)$", README, re.MULTILINE)
    assert len(lines) == 3
    for line in (*lines, "req -x509 -newkey rsa:2048 -nodes -subj /CN=other -keyout other-key.pem -out other.pem"):
        subprocess.run(["openssl", *line.split()], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.mark.usefixtures("no_report")
def test_with_tls_only_who_has_a_certificate_is_let_in(
    place: Place, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = importlib.import_module("dask.config")
    [words] = re.findall("^.venv/bin/dask scheduler --protocol tls (.+)$", README, re.MULTILINE)
    assert README.count(words) == 2  # scheduler and worker
    cluster = Cluster("tls", *(str(certificates / word) if word.endswith(".pem") else word for word in words.split()))

    def run(authority: str, certificate: str, key: str) -> Outcome:
        files = {"CA_FILE": authority, "CLIENT__CERT": certificate, "CLIENT__KEY": key}
        for name, file in files.items():
            assert f"DASK_DISTRIBUTED__COMM__TLS__{name}=" in README
            monkeypatch.setenv(f"DASK_DISTRIBUTED__COMM__TLS__{name}", str(certificates / file) if file else "")
        config.refresh()
        return place.cli("run", place.grid, "--executor", "dask", "--scheduler", cluster.address, "--quiet")

    try:
        cluster.add_worker()
        monkeypatch.setattr(clusters, "_ANSWER", 60)
        trained = run("ca.pem", "cert.pem", "key.pem")
        assert trained.code == 0, trained.err
        before = place.files()
        monkeypatch.setattr(clusters, "_ANSWER", 2)
        for given in (
            ("ca.pem", "other.pem", "other-key.pem"),
            ("other.pem", "cert.pem", "key.pem"),
            ("ca.pem", "cert.pem", "other-key.pem"),
            ("ca.pem", "cert.pem", "gone.pem"),
            ("", "", ""),
        ):
            refused = run(*given)
            assert refused.code == 2, refused
            assert refused.err.startswith(f"bench: scheduler = {cluster.address}: ")
            assert refused.err.count("\n") == 1
            assert given[2] in refused.err
            assert place.files() == before
        assert "BEGIN" not in run((certificates / "ca.pem").read_text(), "cert.pem", "gone.pem").err
    finally:
        cluster.end()
        monkeypatch.undo()
        config.refresh()


@pytest.mark.usefixtures("no_report")
def test_settings_of_dask_that_forbid_a_cluster_are_one_message(place: Place) -> None:
    config = importlib.import_module("dask.config")
    with config.set({"distributed.comm.require-encryption": True}):
        outcome = place.cli("run", place.grid, "--executor", "dask", "--scheduler", "tcp://127.0.0.1:1")
        assert outcome.code == 2
        assert "encryption required by Dask configuration" in outcome.err
