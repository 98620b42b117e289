"""Executors: the same results from any number of workers, whatever becomes of these, and none outlives its use."""

import multiprocessing
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

import bench
from bench.errors import UsageError
from bench.grid.plugging import plugged_in
from bench.plugins import Plugin, load
from bench.records import MEASURES, Result, Run, Stack
from bench.training import workers as working
from bench.training.attempts import Attempt
from bench.training.executors import InProcess, local
from bench.training.stacks import stacks_of
from bench.training.workers import Workers
from tests.bench.place import TINY, Place
from tests.bench.training.pool import first_child, runs_of, trained


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


def test_workers_give_the_bits_that_this_process_gives(place: Place) -> None:
    runs = runs_of(place, "network.hidden=[[4], [8, 8]]", "optimizer.sgd.lr=[0.1, 1e30]", "training.epochs=30")
    with InProcess() as here:
        expected = _bits([result for results in here.train(stacks_of(runs)) for result in results])
    assert {status for status, *_ in expected.values()} == {"ok", "diverged"}
    for jobs in (1, 3):
        with Workers(jobs) as workers:
            found = [result for results in workers.train(stacks_of(runs, jobs)) for result in results]
        assert len(found) == len(runs)
        assert _bits(found) == expected


def test_workers_are_used_again_and_end_with_the_statement(place: Place) -> None:
    runs = runs_of(place)
    with Workers(2) as workers:
        assert multiprocessing.active_children() == []  # none before there is work
        assert sum(len(results) for results in workers.train([Stack((run,)) for run in runs])) == len(runs)
        first = {child.pid for child in multiprocessing.active_children()}
        assert len(first) == 2
        assert sum(len(results) for results in workers.train([Stack((run,)) for run in runs])) == len(runs)
        assert {child.pid for child in multiprocessing.active_children()} == first
    assert multiprocessing.active_children() == []


def test_workers_end_when_what_they_are_used_for_raises(place: Place) -> None:
    quick, endless = runs_of(place)[0], runs_of(place, "training.epochs=10_000_000")[0]

    def use() -> None:
        with Workers(2) as workers:
            for _ in workers.train([Stack((quick,)), Stack((endless,))]):
                assert multiprocessing.active_children()
                raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        use()
    assert multiprocessing.active_children() == []


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
    runs = runs_of(place, "training.epochs=3000")
    killer = threading.Thread(target=lambda: first_child().kill())
    killer.start()
    with Workers(1) as workers:
        found = trained(workers, runs, 3)
    killer.join()
    assert _bits(found) == _bits(_trained_here(runs))
    assert len(found) == len(runs)
    assert "killed, or out of memory); its 3 runs are tried again" in caplog.text


def _trained_here(runs: list[Run]) -> list[Result]:
    with InProcess() as here:
        return [result for results in here.train(stacks_of(runs)) for result in results]


def test_idle_workers_that_are_killed_cost_no_run(place: Place) -> None:
    runs = runs_of(place)
    with Workers(2) as workers:
        assert len(trained(workers, runs[:2], 1)) == 2
        for child in multiprocessing.active_children():
            child.kill()
            child.join()
        assert [result.status for result in trained(workers, runs[2:3], 1)] == ["ok"]  # not tried by two, and failed
    assert multiprocessing.active_children() == []


def test_the_run_that_ends_its_workers_is_found_and_fails_alone(place: Place) -> None:
    with plugged_in([_deadly(place)]):
        place.write(TINY.replace('"sgd"', '"deadly"').replace("[0.1, 0.5]", "[0.1, 0.3, 0.5, 0.75, 0.9]"))
        runs = [Run(c, 0) for c in place.load().configurations() if c.settings.optimizer.label == "deadly"]
        with Workers(2) as workers:
            found = {result.run: result for result in trained(workers, runs, 5)}
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
    runs = runs_of(place)
    with Workers(1) as workers:
        trained(workers, runs[:3], 3)  # its speed is measured
        monkeypatch.setattr(working, "LEAST_PATIENCE", 1.0)
        monkeypatch.setattr(working, "_TICK", 0.1)
        os.kill(first_child().pid, signal.SIGSTOP)
        assert {result.status for result in trained(workers, runs[3:], 3)} == {"ok"}
    assert "and was given up; its 3 runs are tried again" in caplog.text


def test_patience_follows_from_the_slowest_speed_that_was_measured(place: Place) -> None:
    [short, *_], [long, *_] = runs_of(place), runs_of(place, "training.epochs=4_000_000")
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


def test_a_daemonic_process_trains_in_itself(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    assert isinstance(local(2), Workers)
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)  # type: ignore[attr-defined]
    assert isinstance(local(2), InProcess)
    assert "all is trained in it" in caplog.text


def test_no_work_starts_no_worker() -> None:
    with Workers(4) as workers:
        assert list(workers.train([])) == []
        assert multiprocessing.active_children() == []


def test_a_negative_number_of_jobs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="jobs = -1"):
        bench.run("grids/smoke.toml", jobs=-1, store=tmp_path / "s.sqlite")
