"""Training by what others have built to run functions elsewhere: anything whose `submit` gives a future."""

from __future__ import annotations

import math
import pickle
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError
from dataclasses import replace
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Protocol, Self

from bench.data import brought
from bench.errors import WorkersFailed
from bench.plugins.plugin import from_source
from bench.records import Result, Stack
from bench.training.attempts import Attempt, Waiting
from bench.training.environment import environment
from bench.training.machine import cores
from bench.training.training import train_stack
from bench.training.workers import plugin_sources
from nn import NUMERICS

AHEAD = 2  # stacks for each worker that are submitted: one is trained, one waits there
_TOGETHER = 64  # stacks; workers wait for new ones while their results are fetched

_training = threading.Lock()


class Future(Protocol):
    """What is known of a future, whoever made it."""

    def result(self) -> Any:
        """What the function returned; raises what it raised."""

    def add_done_callback(self, fn: Any, /) -> Any:
        """Have a function called with this future once it is done."""


class Pool(Protocol):
    """A `concurrent.futures.Executor`, or a `distributed.Client`."""

    def submit(self, fn: Any, /, *args: Any, **options: Any) -> Any:
        """Run a function elsewhere; a future of what it returns."""


class Futures:
    """Trains stacks in a pool that somebody else has started, and ends. `jobs`: how many it trains at a time, 0: cores.

    A run is a pure function of what it is sent, and only what is trained next is ever submitted, so that a pool need
    not hold a grid. A stack that costs its worker's life is tried again (`Waiting`).
    """

    memory = math.inf  # nobody knows where a pool trains

    def __init__(self, pool: Pool, jobs: int = 0) -> None:
        self._pool, self._jobs = pool, jobs or cores()

    @property
    def jobs(self) -> int:
        """How many stacks are trained at a time."""
        return self._jobs

    def train(self, stacks: Iterable[Stack]) -> Iterator[list[Result]]:
        waiting, done = Waiting(stacks), SimpleQueue[Future]()
        flying: dict[int, tuple[Future, Attempt]] = {}
        try:
            while True:
                most = AHEAD * self.jobs
                while len(flying) < most and (attempt := waiting.next()) is not None:
                    future = self.submit(attempt.stack)
                    flying[id(future)] = future, attempt
                    future.add_done_callback(done.put)
                if not flying:
                    return
                yield from self._finished(flying, done, waiting)
        finally:
            self.withdraw([future for future, _ in flying.values()])

    def _finished(
        self, flying: dict[int, tuple[Future, Attempt]], done: SimpleQueue[Future], waiting: Waiting
    ) -> Iterator[list[Result]]:
        """The results of the stacks that are done, at least one, up to the first whose future failed.

        Together, since what comes together is stored together: many workers finish a stack while one is stored.
        """
        results: list[Result] = []
        for _ in range(min(max(done.qsize(), 1), _TOGETHER)):
            future, attempt = flying.pop(id(done.get()))
            try:
                results += future.result()
            except Exception as error:
                yield from _by_environment(results)  # what follows may raise, or wait for long
                yield from _by_environment(self._failed(error, attempt, waiting))
                return
        yield from _by_environment(results)

    def _failed(self, error: Exception, attempt: Attempt, waiting: Waiting) -> list[Result]:
        """What becomes of a stack whose future raised this; nothing where it is to be tried again."""
        if isinstance(error, BrokenExecutor):
            raise WorkersFailed(f"the pool is broken: {error}; every finished run is stored") from error
        if not isinstance(error, CancelledError):
            return self.lost(error, attempt, waiting)
        self.wait_for_pool(error)
        waiting.back(attempt)
        return []

    def submit(self, stack: Stack) -> Future:
        """Send a stack."""
        future: Future = self._pool.submit(train_sent, *sent(stack))
        return future

    def withdraw(self, futures: list[Any]) -> None:
        """Give up what has not begun."""
        for future in futures:
            future.cancel()

    def wait_for_pool(self, error: BaseException) -> None:
        """Wait until the pool takes work again, after it has cancelled what it had. Raises WorkersFailed."""
        raise WorkersFailed("the pool has cancelled its work; every finished run is stored") from error

    def lost(self, error: Exception, attempt: Attempt, waiting: Waiting) -> list[Result]:
        """What becomes of a stack whose function raised, which training never does: WorkersFailed."""
        raise WorkersFailed(f"workers cannot train: {type(error).__name__}: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


def _by_environment(results: Sequence[Result]) -> Iterator[list[Result]]:
    """The results of each environment, since what is stored together has one."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.environment.get("id", ""), []).append(result)
    yield from groups.values()


def sent(stack: Stack) -> tuple[int, list[tuple[str, str]], bytes]:
    """What a worker elsewhere needs; the stack as bytes, since it can be read once plug-ins are there."""
    return NUMERICS, plugin_sources(), pickle.dumps(stack)


def train_sent(
    numerics: int, plugins: list[tuple[str, str]], stack: bytes, content: bytes | None = None
) -> list[Result]:
    """Train a stack that was sent here, in a thread or a process that is not ours.

    `content`: of its data file; None: it has none, or that is to be read where it lies.
    One at a time in each process: the number of BLAS threads, which bits depend on, is set for all of it.
    Raises RuntimeError where another version of `nn` is installed here.
    """
    if numerics != NUMERICS:
        raise RuntimeError(f"a worker has another version: nn.NUMERICS is {NUMERICS} there, {numerics} here")
    with _training, brought(content):
        for path, source in plugins:
            from_source(path, source)
        return [replace(result, environment=environment()) for result in train_stack(pickle.loads(stack))]
