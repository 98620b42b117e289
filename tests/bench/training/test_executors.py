"""Executors: the same results from any number of workers, and no worker that outlives its use."""

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
from bench.errors import UsageError
from bench.records import MEASURES, Result, Run, Stack
from bench.training import executors as execution
from bench.training.executors import InProcess, Workers
from bench.training.stacks import stacks_of
from tests.bench.place import Place


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


def test_a_worker_that_is_killed_costs_only_its_stack(place: Place) -> None:
    endless, quick = _runs(place, "training.epochs=10_000_000")[:2], _runs(place)

    def kill_the_first() -> None:
        _first_child().kill()

    killer = threading.Thread(target=kill_the_first)
    killer.start()
    with Workers(1) as workers:
        found = list(workers.train([Stack(tuple(endless)), *(Stack((run,)) for run in quick)]))
    killer.join()
    assert [(result.run, result.status) for result in found[0]] == [(run, "failed") for run in endless]
    assert all("killed" in result.error for result in found[0])
    assert [(result.run, result.status) for results in found[1:] for result in results] == [(r, "ok") for r in quick]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="signal masks are looked up in /proc")
def test_a_worker_cannot_be_interrupted_from_its_first_moment_on_and_this_process_can(place: Place) -> None:
    endless = _runs(place, "training.epochs=10_000_000")[0]
    masks = []

    def look_and_kill() -> None:
        child = _first_child()
        status = Path(f"/proc/{child.pid}/status").read_text()
        masks.append(next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigBlk")))
        child.kill()

    looking = threading.Thread(target=look_and_kill)
    looking.start()
    with Workers(1) as workers:
        list(workers.train([Stack((endless,))]))
    looking.join()
    assert masks[0] & 1 << signal.SIGINT - 1
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, set())


def test_an_interrupt_while_a_worker_starts_waits_until_it_has_started() -> None:
    end, steps = threading.Event(), []
    other = threading.Thread(target=end.wait)  # the kernel may give it the signal that this thread holds back
    other.start()

    def start() -> None:
        with execution._interrupts_held():
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


def test_a_script_without_a_guard_can_use_workers(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    grid = tmp_path / "tiny.toml"
    grid.write_text(
        "[problem]\ntrain = 5\nvalidation = 5\ntest = 5\n[network]\nhidden = [4]\n[training]\nepochs = 2\n"
        '[[optimizer]]\nname = "sgd"\nlr = 0.1\n[seeds]\ntune = 2\nconfirm = 3\n'
    )
    script.write_text(
        f"import bench\nstore = {str(tmp_path / 's.sqlite')!r}\n"
        f"results = bench.run({str(grid)!r}, jobs=2, store=store, progress=False)\n"
        "print(results.runs['status'].tolist())\n"
    )
    root = Path(__file__).parents[3]
    path = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, script], cwd=root, env=path, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == (f"{['ok'] * 5}\n", "")


def test_a_negative_number_of_jobs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="jobs = -1"):
        bench.run("grids/smoke.toml", jobs=-1, store=tmp_path / "s.sqlite")
