"""Executors: the same results from any number of workers, whatever becomes of these, and none outlives its use."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import bench
from bench.errors import UsageError, WorkersFailed
from bench.grid import load as load_grid
from bench.grid.plugging import plugged_in
from bench.plugins import Plugin, load
from bench.records import MEASURES, Result, Run, Stack
from bench.store.sqlite import Store
from bench.training import workers as working
from bench.training.attempts import Attempt
from bench.training.executors import InProcess, local
from bench.training.stacks import stacks_of
from bench.training.workers import Workers
from tests.bench.place import TINY, Place


def _runs(place: Place, *overrides: str) -> list[Run]:
    return [Run(c, seed) for c in place.load(*overrides).configurations() for seed in range(3)]


def _bits(results: list[Result]) -> dict[str, Any]:
    return {
        result.run.id: (
            result.status,
            result.epochs_run,
            [result.measures[name].hex() for name in MEASURES],
            result.curves.tobytes(),
            result.digest,
        )
        for result in results
    }


def _first_child() -> Any:
    """The first worker as soon as there is one."""
    end = time.monotonic() + 60
    while not (children := multiprocessing.active_children()):
        assert time.monotonic() < end, "no worker was started"
        time.sleep(0.001)
    return children[0]


def test_workers_give_the_bits_that_this_process_gives(place: Place) -> None:
    runs = _runs(place, "network.hidden=[[4], [8, 8]]", "optimizer.sgd.lr=[0.1, 1e30]", "training.epochs=30")
    with InProcess() as here:
        expected = _bits([result for results in here.train(stacks_of(runs)) for result in results])
    assert {status for status, *_ in expected.values()} == {"ok", "diverged"}
    for jobs in (1, 3):
        with Workers(jobs) as workers:
            found = [result for results in workers.train(stacks_of(runs, jobs)) for result in results]
        assert len(found) == len(runs)
        assert _bits(found) == expected


def test_workers_are_used_again_and_end_with_the_statement(place: Place) -> None:
    runs = _runs(place)
    with Workers(2) as workers:
        assert multiprocessing.active_children() == []  # none before there is work
        assert sum(len(results) for results in workers.train([Stack((run,)) for run in runs])) == len(runs)
        first = {child.pid for child in multiprocessing.active_children()}
        assert len(first) == 2
        assert sum(len(results) for results in workers.train([Stack((run,)) for run in runs])) == len(runs)
        assert {child.pid for child in multiprocessing.active_children()} == first
    assert multiprocessing.active_children() == []


def test_workers_end_when_what_they_are_used_for_raises(place: Place) -> None:
    quick, endless = _runs(place)[0], _runs(place, "training.epochs=10_000_000")[0]

    def use() -> None:
        with Workers(2) as workers:
            for _ in workers.train([Stack((quick,)), Stack((endless,))]):
                assert multiprocessing.active_children()
                raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        use()
    assert multiprocessing.active_children() == []


def _trained(workers: Workers, runs: list[Run], size: int) -> list[Result]:
    stacks = [Stack(tuple(runs[i : i + size])) for i in range(0, len(runs), size)]
    return [result for results in workers.train(stacks) for result in results]


def _deadly(place: Place) -> Plugin:
    """A rule that ends its process where any run of the stack has this learning rate."""
    return load(
        place.write(
            "import os, signal\nfrom dataclasses import dataclass\nimport numpy as np\n"
            "from nn.optimizers.base import Optimizer, learning_rate\nfrom nn.schedules import Rate\n"
            "@dataclass(eq=False)\nclass Deadly(Optimizer):\n    name = 'deadly'\n"
            "    lr: Rate = learning_rate(0.1)\n    def update(self, p, g, lr, work):\n"
            "        if np.any(lr == np.float32(0.75)):\n            os.kill(os.getpid(), signal.SIGKILL)\n"
            "        p -= lr * g\n",
            "deadly.py",
        )
    )


def test_a_worker_that_is_killed_costs_no_run(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    runs = _runs(place, "training.epochs=3000")
    killer = threading.Thread(target=lambda: _first_child().kill())
    killer.start()
    with Workers(1) as workers:
        found = _trained(workers, runs, 3)
    killer.join()
    assert _bits(found) == _bits(_trained_here(runs))
    assert len(found) == len(runs)
    assert "killed, or out of memory); its 3 runs are tried again" in caplog.text


def _trained_here(runs: list[Run]) -> list[Result]:
    with InProcess() as here:
        return [result for results in here.train(stacks_of(runs)) for result in results]


def test_an_idle_worker_that_is_killed_costs_no_run(place: Place) -> None:
    runs = _runs(place)
    with Workers(1) as workers:
        assert len(_trained(workers, runs[:3], 3)) == 3
        _first_child().kill()
        _first_child().join()
        assert {result.status for result in _trained(workers, runs[3:], 3)} == {"ok"}


def test_the_run_that_ends_its_workers_is_found_and_fails_alone(place: Place) -> None:
    with plugged_in([_deadly(place)]):
        place.write(TINY.replace('"sgd"', '"deadly"').replace("[0.1, 0.5]", "[0.1, 0.3, 0.5, 0.75, 0.9]"))
        runs = [Run(c, 0) for c in place.load().configurations() if c.settings.optimizer.label == "deadly"]
        with Workers(2) as workers:
            found = {result.run: result for result in _trained(workers, runs, 5)}
    rates = {run.settings.flat()["optimizer.lr"]: found[run] for run in runs}
    assert {rate: result.status for rate, result in rates.items()} == {
        **dict.fromkeys((0.1, 0.3, 0.5, 0.9), "ok"),
        0.75: "failed",
    }
    assert rates[0.75].error == "the worker process ended with exit code -9 (killed, or out of memory)"


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes are stopped by a signal")
def test_a_worker_that_says_nothing_is_given_up_and_its_runs_are_trained(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    runs = _runs(place)
    with Workers(1) as workers:
        _trained(workers, runs[:3], 3)  # its speed is measured
        monkeypatch.setattr(working, "LEAST_PATIENCE", 1.0)
        monkeypatch.setattr(working, "_TICK", 0.1)
        os.kill(_first_child().pid, signal.SIGSTOP)
        assert {result.status for result in _trained(workers, runs[3:], 3)} == {"ok"}
    assert "and was given up; its 3 runs are tried again" in caplog.text


def test_patience_follows_from_the_slowest_speed_that_was_measured(place: Place) -> None:
    [short, *_], [long, *_] = _runs(place), _runs(place, "training.epochs=4_000_000")
    with Workers(1) as workers:
        worker = working._Worker()
        try:
            patience = {}
            for name, run in (("short", short), ("long", long)):
                worker.attempt = Attempt(Stack((run,)))
                patience[name] = workers._patience(worker)
            # 4 million steps of 18 points, 2 * 4 + 4 * 3 weights, and what a step costs besides
            assert patience == {"short": 60, "long": pytest.approx(20 * 4e6 * (18 * 20 + 20_000) / 1e7)}
            worker.attempt, worker.waited = Attempt(Stack((long,))), 40
            workers._measure(worker)
            assert workers._patience(worker) == pytest.approx(20 * 40)
        finally:
            worker.end()


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
        _trained(workers, _runs(place), 3)


def test_a_daemonic_process_trains_in_itself(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    assert isinstance(local(2), Workers)
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)  # type: ignore[attr-defined]
    assert isinstance(local(2), InProcess)
    assert "all is trained in it" in caplog.text


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
    quick = _runs(place)[0]
    masks = []

    def look_and_kill() -> None:
        child = _first_child()
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


def test_no_work_starts_no_worker() -> None:
    with Workers(4) as workers:
        assert list(workers.train([])) == []
        assert multiprocessing.active_children() == []


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


def test_a_negative_number_of_jobs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="jobs = -1"):
        bench.run("grids/smoke.toml", jobs=-1, store=tmp_path / "s.sqlite")
