"""Pools that somebody else has started: the same numbers, little in flight, and what becomes of failures."""

import pickle
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import cycle
from multiprocessing import get_context
from typing import Any

import pytest

import bench
from bench.errors import UsageError, WorkersFailed
from bench.records import Result, Run, Stack
from bench.store.sqlite import Store
from bench.training.environment import environment
from bench.training.executors import InProcess, chosen, local
from bench.training.futures import AHEAD, Futures, train_sent
from bench.training.stacks import stacks_of
from nn import NUMERICS
from tests.bench.place import Place


def _runs(place: Place) -> list[Run]:
    return [Run(c, seed) for c in place.load().configurations() for seed in range(3)]


def _digests(results: list[Result]) -> dict[str, str]:
    return {result.run.id: result.digest for result in results}


@pytest.mark.parametrize(
    "pool",
    [lambda: ThreadPoolExecutor(3), lambda: ProcessPoolExecutor(2, get_context("spawn"))],
    ids=["threads", "processes"],
)
def test_pools_of_python_give_the_bits_that_this_process_gives(place: Place, pool: Callable[[], Any]) -> None:
    runs = _runs(place)
    with InProcess() as here:
        expected = _digests([r for results in here.train(stacks_of(runs)) for r in results])
    with pool() as running, Futures(running, 2) as executor:
        found = [r for results in executor.train([Stack((run,)) for run in runs]) for r in results]
        assert {r.environment["id"] for r in found} == {environment()["id"]}
        assert running.submit(len, "it goes on").result() == 10
    assert _digests(found) == expected


def test_a_pool_can_be_given_from_python(place: Place) -> None:
    with ThreadPoolExecutor(1) as pool:
        results = bench.run(place.grid, executor=pool, jobs=1, store=place.store, progress=False)
    assert results.runs.equals(bench.load(place.grid, store=place.store).runs)
    assert set(results.runs["status"]) == {"ok"}


def test_runs_are_stored_with_where_their_worker_trained_them(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = environment() | {"id": "elsewhere"}
    monkeypatch.setattr("bench.training.futures.environment", lambda: elsewhere)
    with ThreadPoolExecutor(1) as pool:
        results = bench.run(place.grid, executor=pool, jobs=1, store=place.store, progress=False)
    assert set(results.runs["environment"]) == {"elsewhere"}
    assert results.environments == {"elsewhere": elsewhere}


class Counting:
    """Threads, and how much was submitted to them."""

    def __init__(self) -> None:
        self.pool, self.submitted = ThreadPoolExecutor(1), 0

    def submit(self, fn: Any, /, *sent: Any, **_: Any) -> Future[Any]:
        self.submitted += 1
        return self.pool.submit(fn, *sent)


def test_no_more_is_submitted_than_is_trained_next(place: Place) -> None:
    runs, pool, done = _runs(place), Counting(), 0
    for results in Futures(pool, 2).train([Stack((run,)) for run in runs]):
        assert pool.submitted == min(done + 2 * AHEAD, len(runs))
        done += len(results)
    assert done == len(runs)


class AtOnce:
    """A pool that trains all that is submitted at once; what it is told of, it fails to."""

    def __init__(self, failing: set[int], error: Exception) -> None:
        self.failing, self.error, self.submitted = failing, error, 0

    def submit(self, fn: Any, /, *sent: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.submitted += 1
        if self.submitted in self.failing:
            future.set_exception(self.error)
        else:
            future.set_result(fn(*sent))
        return future


def test_what_is_done_at_the_same_time_is_stored_at_once(place: Place) -> None:
    runs = _runs(place)
    sizes = [len(results) for results in Futures(AtOnce(set(), OSError()), 2).train([Stack((run,)) for run in runs])]
    assert sum(sizes) == len(runs)
    assert max(sizes) == 2 * AHEAD


def test_what_different_environments_have_trained_is_stored_apart(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = cycle([environment() | {"id": "here"}, environment() | {"id": "there"}])
    monkeypatch.setattr("bench.training.futures.environment", lambda: next(two))
    pool = AtOnce(set(), OSError())
    results = bench.run(place.grid, executor=pool, jobs=2, store=place.store, progress=False)
    assert results.runs["environment"].value_counts().to_dict() == {"here": 9, "there": 9}


def test_what_is_done_when_a_pool_breaks_is_stored(place: Place) -> None:
    pool = AtOnce({4}, BrokenProcessPool("a child died"))
    with pytest.raises(WorkersFailed, match="the pool is broken"):
        bench.run(place.grid, executor=pool, jobs=3, store=place.store, progress=False)
    with Store(place.store) as store:
        assert len(store.statuses([c.hash for c in place.load().configurations()])) > 0


class Ready:
    """A pool of which every future is in this state already."""

    def __init__(self, state: Callable[[Future[Any]], object]) -> None:
        self.state = state

    def submit(self, fn: Any, /, *_: Any, **__: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.state(future)
        return future


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BrokenProcessPool("a child died"), "the pool is broken: a child died; every finished run is stored"),
        (RuntimeError("no"), "workers cannot train: RuntimeError: no"),
    ],
)
def test_what_is_wrong_with_a_pool_is_no_result(place: Place, error: Exception, said: str) -> None:
    pool = Ready(lambda future: future.set_exception(error))
    with pytest.raises(WorkersFailed, match=said):
        bench.run(place.grid, executor=pool, jobs=1, store=place.store, progress=False)
    with Store(place.store) as store:
        assert store.statuses([c.hash for c in place.load().configurations()]) == {}


def test_what_was_cancelled_by_the_pool_ends_it(place: Place) -> None:
    with pytest.raises(WorkersFailed, match="the pool has cancelled its work"):
        list(Futures(Ready(Future.cancel), 1).train([Stack(tuple(_runs(place)[:1]))]))


def test_another_version_of_the_arithmetic_is_refused_where_it_would_train(place: Place) -> None:
    sent = pickle.dumps(Stack(tuple(_runs(place)[:1])))
    with pytest.raises(RuntimeError, match=f"nn.NUMERICS is {NUMERICS} there, {NUMERICS + 1} here"):
        train_sent(NUMERICS + 1, [], sent)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"executor": "slurm"}, "executor = 'slurm': expected"),
        ({"executor": 5}, "executor = 5: expected"),
        ({"scheduler": "tcp://127.0.0.1:1"}, r"belongs to executor = dask \(--executor dask\), not local"),
    ],
)
def test_what_is_no_executor_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        chosen(**given)


def test_the_usual_executor_is_that_of_this_machine() -> None:
    assert type(chosen()) is type(local())
    assert isinstance(chosen(jobs=1), InProcess)
