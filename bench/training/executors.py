"""Executors: who trains stacks. This process, worker processes, or a pool elsewhere; results as they complete.

Elsewhere nothing knows that runs are trained in other processes.
"""

import logging
from collections.abc import Iterable, Iterator
from multiprocessing import current_process
from types import TracebackType
from typing import Protocol, Self

from bench.errors import UsageError
from bench.records import Result, Stack
from bench.training.clusters import Dask, dask
from bench.training.futures import Futures, Pool
from bench.training.machine import cores, memory
from bench.training.training import train_stack
from bench.training.workers import Workers


class Executor(Protocol):
    """Trains stacks and yields each one's results when it is done, in any order."""

    @property
    def jobs(self) -> int:
        """How many stacks are trained at a time."""

    @property
    def memory(self) -> float:
        """Bytes of the machine that trains; infinite where that is not known."""

    def train(self, stacks: Iterable[Stack]) -> Iterator[list[Result]]:
        """The results of stacks as they complete, one or more at a time, from one environment each time."""

    def __enter__(self) -> Self:
        """Executors are used in a `with` statement, which ends what they started."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process that was started."""


def local(jobs: int = 0) -> Executor:
    """The executor for so many worker processes on this machine (0: one for each core; 1: none, all is trained here).

    Raises UsageError for a negative number.
    """
    if jobs < 0:
        raise UsageError(f"jobs = {jobs}: expected a number of worker processes, or 0 for one on each core")
    jobs = jobs or cores()
    if jobs > 1 and current_process().daemon:
        logging.getLogger(__name__).warning("bench: a daemonic process has no worker processes; all is trained in it")
        jobs = 1
    return InProcess() if jobs == 1 else Workers(jobs)


def chosen(executor: str | Pool = "local", *, jobs: int = 0, scheduler: str | None = None) -> Executor:
    """The executor of this name, "local" or "dask", or one around a pool that is there already.

    `executor`: or a `distributed.Client`, or a `concurrent.futures.Executor`, which is left as it is in the end.
    `scheduler`: the address of Dask's. Raises UsageError.
    """
    if scheduler is not None and executor != "dask":
        raise UsageError(f"scheduler = {scheduler}: belongs to executor = dask (--executor dask), not {executor}")
    if executor == "local":
        return local(jobs)
    if executor == "dask":
        return dask(scheduler, jobs)
    if isinstance(executor, str) or not callable(getattr(executor, "submit", None)):
        known = '"local", "dask", a distributed.Client or a concurrent.futures.Executor'
        raise UsageError(f"executor = {executor!r}: expected {known}")
    return Dask(executor, jobs) if hasattr(executor, "scheduler_info") else Futures(executor, jobs)


class InProcess:
    """Trains stacks one after the other, here."""

    jobs = 1

    @property
    def memory(self) -> float:
        return memory()

    def train(self, stacks: Iterable[Stack]) -> Iterator[list[Result]]:
        for stack in stacks:
            yield train_stack(stack)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass
