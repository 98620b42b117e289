"""Executors: who trains stacks. This process, or a pool of worker processes; results as they complete.

Elsewhere nothing knows that runs are trained in other processes.
"""

import logging
from collections.abc import Iterable, Iterator
from multiprocessing import current_process
from types import TracebackType
from typing import Protocol, Self

from bench.errors import UsageError
from bench.records import Result, Stack
from bench.training.cores import cores
from bench.training.training import train_stack
from bench.training.workers import Workers


class Executor(Protocol):
    """Trains stacks and yields each one's results when it is done, in any order. `jobs`: how many at a time."""

    jobs: int

    def train(self, stacks: Iterable[Stack]) -> Iterator[list[Result]]:
        """The results of each stack, as they complete."""

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


class InProcess:
    """Trains stacks one after the other, here."""

    jobs = 1

    def train(self, stacks: Iterable[Stack]) -> Iterator[list[Result]]:
        for stack in stacks:
            yield train_stack(stack)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass
