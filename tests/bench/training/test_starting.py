"""How worker processes start: wherever that is, and whatever comes in between."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import spawn
from pathlib import Path

import pytest

import bench
from bench.errors import WorkersFailed
from bench.grid import load as load_grid
from bench.records import Stack
from bench.store.sqlite import Store
from bench.training import workers as working
from bench.training.workers import Workers
from tests.bench.place import TINY, Place
from tests.bench.training.pool import first_child, runs_of, trained


def test_workers_that_are_killed_before_they_start_do_not_add_up_while_others_train(place: Place) -> None:
    runs = runs_of(place)
    with Workers(1) as workers:
        for run in runs[: working._FALSE_STARTS]:
            killer = threading.Thread(target=lambda: first_child().kill())
            killer.start()
            assert [result.status for result in trained(workers, [run], 1)] == ["ok"]
            killer.join()
            child = first_child()
            child.kill()
            child.join()


def test_threads_that_start_workers_at_once_leave_the_script_in_its_place() -> None:
    before, together, started = sys.modules["__main__"], threading.Barrier(4), []

    def start() -> None:
        together.wait()
        started.append(working._Worker())

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for worker in started:
        worker.end()
    assert sys.modules["__main__"] is before
    assert vars(spawn)["get_start_method"] is multiprocessing.get_start_method


def test_workers_that_cannot_start_end_the_campaign_and_nothing_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    grid, store = tmp_path / "tiny.toml", tmp_path / "s.sqlite"
    grid.write_text(TINY)
    text = "import os, sys\nprint('not here', file=sys.stderr, flush=True)\nos._exit(1)"
    monkeypatch.setattr(working, "plugin_sources", lambda: [("bad.py", text)])
    with pytest.raises(WorkersFailed, match="worker processes cannot start: one ended with exit code 1 before"):
        bench.run(grid, jobs=2, store=store, progress=False)
    with Store(store) as opened:
        assert opened.statuses([c.hash for c in load_grid(grid).configurations()]) == {}
    assert capfd.readouterr().err.startswith("not here\n")


def test_workers_that_are_killed_before_they_can_start_end_the_campaign_too(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    monkeypatch.setattr(working, "plugin_sources", lambda: [("bad.py", text)])
    with Workers(1) as workers, pytest.raises(WorkersFailed, match="exit code -9"):
        trained(workers, runs_of(place), 3)


def test_workers_start_in_a_worker_of_joblib(place: Place) -> None:
    pytest.importorskip("joblib")
    done = _python(
        f"""
import joblib, bench
def statuses(jobs):
    results = bench.run({str(place.grid)!r}, jobs=jobs, store={str(place.store)!r}, progress=False)
    return set(results.runs["status"])
print(joblib.Parallel(2)([joblib.delayed(statuses)(2)]))
"""
    )
    assert (done.stdout, done.stderr) == ("[{'ok'}]\n", "")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="signal masks are looked up in /proc")
def test_a_worker_cannot_be_interrupted_from_its_first_moment_on_and_this_process_can(place: Place) -> None:
    quick = runs_of(place)[0]
    masks = []

    def look_and_kill() -> None:
        child = first_child()
        status = Path(f"/proc/{child.pid}/status").read_text()
        masks.append(next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigBlk")))
        child.kill()

    looking = threading.Thread(target=look_and_kill)
    looking.start()
    with Workers(1) as workers:
        list(workers.train([Stack((quick,))]))
    looking.join()
    assert masks[0] & 1 << signal.SIGINT - 1
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, set())


def test_an_interrupt_while_a_worker_starts_waits_until_it_has_started() -> None:
    end, steps = threading.Event(), []
    other = threading.Thread(target=end.wait)  # the kernel may give it the signal that this thread holds back
    other.start()

    def start() -> None:
        with working._interrupts_held():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.1)
            steps.append("started")

    try:
        with pytest.raises(KeyboardInterrupt):
            start()
    finally:
        end.set()
        other.join()
    assert steps == ["started"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_script_without_a_guard_can_use_workers(place: Place) -> None:
    script = place.write(
        f"import bench\nstore = {str(place.store)!r}\n"
        f"results = bench.run({str(place.grid)!r}, jobs=2, store=store, progress=False)\n"
        "print(set(results.runs['status']))\n",
        "script.py",
    )
    done = _python(str(script))
    assert (done.stdout, done.stderr) == ("{'ok'}\n", "")


def _python(text: str) -> subprocess.CompletedProcess[str]:
    """A new Python that runs a script, or a text."""
    root, words = Path(__file__).parents[3], [text] if text.endswith(".py") else ["-c", text]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(
        [sys.executable, *words], cwd=root, env=environment, capture_output=True, text=True, timeout=120
    )
