"""Training by a cluster of Dask's, of which nothing is imported but to start or reach one."""

from __future__ import annotations

import logging
import math
import time
import warnings
from contextlib import suppress
from importlib import import_module
from types import TracebackType
from typing import Any

from bench.data import DataError
from bench.errors import UsageError, WorkersFailed
from bench.problems import DataFile
from bench.records import Result, Stack
from bench.text import listed, printable
from bench.training.attempts import Attempt, Waiting
from bench.training.futures import Future, Futures, sent, train_sent
from bench.training.machine import cores

OUTAGE = 600.0  # seconds that a scheduler may be gone
_ANSWER = 10  # seconds within which it must answer at first
_CERTIFICATES = ("ca-file", "client.cert", "client.key")
_COUNT = 1.0  # seconds after which the workers of a cluster are counted again
QUIET = {  # a profile every 10 ms and a look at event loops every 20 cost a fifth of a core, and nobody looks at them
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
}

_log = logging.getLogger(__name__)


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
        future: Future = self._client.submit(train_sent, *sent(stack), self._content(stack), pure=False)
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
    with settings.set(QUIET):
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
