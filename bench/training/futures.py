"""Training by what others have built to run functions elsewhere: pools of concurrent.futures, and clusters by Dask.

They have in common that `submit` gives a future. Nothing of Dask is imported here but to start or reach a cluster.
"""

from __future__ import annotations

import logging
import math
import pickle
import threading
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Protocol, Self

from bench.data import DataError, brought
from bench.errors import UsageError, WorkersFailed
from bench.plugins.plugin import from_source
from bench.problems import DataFile
from bench.records import Result, Stack
from bench.text import listed, printable
from bench.training.attempts import Attempt, Waiting
from bench.training.environment import environment
from bench.training.machine import cores
from bench.training.training import train_stack
from bench.training.workers import plugin_sources
from nn import NUMERICS

AHEAD = 2  # stacks for each worker that are submitted: one is trained, one waits there
OUTAGE = 600.0  # seconds that a scheduler may be gone
_ANSWER = 10  # seconds within which it must answer at first
_TOGETHER = 64  # stacks; workers wait for new ones while their results are fetched
_CERTIFICATES = ("ca-file", "client.cert", "client.key")
_COUNT = 1.0  # seconds after which the workers of a cluster are counted again
_QUIET = {  # a profile every 10 ms and a look at event loops every 20 cost a fifth of a core, and nobody looks at them
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
}

_log = logging.getLogger(__name__)
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
        future: Future = self._pool.submit(train_sent, *_sent(stack))
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


class Dask(Futures):
    """Trains stacks by a Dask client, also by workers that come later.

    `jobs`: how many at a time; 0: as many as its workers have threads. `owned`: whether client and cluster are ended
    with the `with` statement.
    """

    def __init__(self, client: Any, jobs: int = 0, *, owned: bool = False) -> None:
        self._client, self._owned, self._wanted = client, owned, jobs
        self._there, self._counted = 0, -math.inf  # how many threads there were, and when
        self._contents: dict[str, Any] = {}  # of data files

    @property
    def jobs(self) -> int:
        """As many as there are threads of workers now, unless a number was asked for."""
        if not self._wanted and time.monotonic() - self._counted > _COUNT:
            with suppress(OSError):  # nobody knows while the scheduler is away
                threads = sum(self._client.nthreads().values())
                if not threads and not self._there:
                    _log.warning("bench: %s has no workers yet; waiting for some (`dask worker`)", self._scheduler)
                self._there = max(threads, 1)
            self._counted = time.monotonic()
        return self._wanted or self._there or 1

    @property
    def _scheduler(self) -> str:
        return self._client.scheduler_info().get("address") or "the scheduler"

    def submit(self, stack: Stack) -> Future:
        future: Future = self._client.submit(train_sent, *_sent(stack), self._content(stack), pure=False)
        return future

    def _content(self, stack: Stack) -> Any:
        """The content of a stack's data file, in the cluster's memory, so that no worker needs the file; None: no file.

        It is the result of a task, and not scattered, so that Dask has it again where workers that had it are gone.
        """
        problem = stack.runs[0].settings.problem  # runs of different contents are in different stacks
        if not isinstance(problem, DataFile):
            return None
        there = self._contents.get(problem.content)
        if there is None or there.status not in ("pending", "finished"):  # a scheduler that was started again lost it
            with suppress(DataError), warnings.catch_warnings():  # a worker says what is wrong with it today
                warnings.filterwarnings("ignore", "Sending large graph", UserWarning)  # once
                there = self._contents[problem.content] = self._client.submit(bytes, problem.raw)
        return there

    def withdraw(self, futures: list[Any]) -> None:
        if self._client.status == "running":
            self._client.cancel(futures)

    def wait_for_pool(self, error: BaseException) -> None:
        if self._client.status != "running":
            _log.warning("bench: the connection to %s is lost; waiting for it", self._scheduler)
        end = time.monotonic() + OUTAGE
        while self._client.status != "running":
            if self._client.status == "closed" or time.monotonic() > end:
                again = "start the scheduler and its workers, and type the same command"
                raise WorkersFailed(f"the scheduler is gone; every finished run is stored: {again}") from error
            time.sleep(0.2)

    def lost(self, error: Exception, attempt: Attempt, waiting: Waiting) -> list[Result]:
        """A stack that has cost some workers is halved; Dask has tried it again by itself."""
        if type(error).__name__ == "CommClosedError":  # the scheduler went while it was asked for the results
            self.wait_for_pool(error)
            waiting.back(attempt)
            return []
        if type(error).__name__ == "KilledWorker":
            return waiting.lost(Attempt(attempt.stack, again=True), "its Dask workers were killed, or out of memory")
        if isinstance(error, ImportError):
            raise WorkersFailed(f"a Dask worker lacks a package ({error}); install optimizer-bench there") from error
        return super().lost(error, attempt, waiting)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._owned:
            cluster = self._client.cluster
            self._client.close()
            if cluster is not None:
                cluster.close()


def dask(address: str | None = None, jobs: int = 0) -> Dask:
    """The executor for the Dask cluster whose scheduler has this address; None: one on this machine, made for it.

    `jobs`: workers of the latter (0: one for each core). Raises UsageError without Dask, and where nobody answers.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        remedy = 'install the extra: pip install "optimizer-bench[dask]"'
        raise UsageError(f"executor = dask: the package distributed is not installed; {remedy}") from None
    for name in ("distributed.client", "distributed.batched"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # of lost connections is told here, without tracebacks
    try:
        if address is None:
            return Dask(distributed.Client(_cluster_here(distributed, jobs or cores())), owned=True)
        return Dask(distributed.Client(address, timeout=_ANSWER), jobs, owned=True)
    except (OSError, ValueError, TypeError, RuntimeError) as error:  # what Dask raises, also for its own settings
        where = "executor = dask" if address is None else f"scheduler = {printable(address)}"
        raise UsageError(f"{where}: {printable(str(error), 300)}; {_expected(address)}") from None


def _cluster_here(distributed: Any, workers: int) -> Any:
    """A cluster that nobody reaches from another machine, on ports that are free, and that watches itself less."""
    settings: Any = import_module("dask.config")
    free = {"dashboard_address": "127.0.0.1:0"}
    with settings.set(_QUIET):
        return distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, scheduler_kwargs=free
        )


def _expected(address: str | None) -> str:
    """What to do where a cluster does not answer, or cannot be made."""
    if address is None:
        return "see Dask's settings, or train without it (--executor local)"
    if not address.startswith("tls://"):
        return "expected the address of a Dask scheduler, such as tcp://127.0.0.1:8786 from `dask scheduler`"
    settings: Any = import_module("dask.config")
    values = {key: str(settings.get(f"distributed.comm.tls.{key}", "")) for key in _CERTIFICATES}
    given = (f"{key} = {'its text' if '-----BEGIN' in value else value}" for key, value in values.items())
    return (
        "expected in Dask's settings distributed.comm.tls the certificates of whoever signs for this cluster, and one "
        f"signed by them, with its key; there is {printable(listed(given), 1000)}"
    )


def _by_environment(results: Sequence[Result]) -> Iterator[list[Result]]:
    """The results of each environment, since what is stored together has one."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.environment.get("id", ""), []).append(result)
    yield from groups.values()


def _sent(stack: Stack) -> tuple[int, list[tuple[str, str]], bytes]:
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
