"""Executors: stacks trained in this process or in a pool of worker processes; results as they complete.

Elsewhere nothing knows that runs are trained in other processes.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process, resource_tracker
from types import ModuleType, TracebackType
from typing import Protocol, Self

from bench.errors import UsageError
from bench.grid.components import PLUGGED_IN
from bench.plugins.plugin import from_source
from bench.records import Result, Stack
from bench.training.training import train_stack


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
    return InProcess() if jobs == 1 else Workers(jobs)


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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


class Workers:
    """Trains stacks in up to `jobs` worker processes, started when there is work for them.

    A worker that dies (killed, out of memory) costs only its stack, whose runs are reported as failed; another
    takes its place. All workers end with the `with` statement, and with this process however that ends.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._idle: list[_Worker] = []
        self._busy: dict[object, _Worker] = {}

    def train(self, stacks: Iterable[Stack]) -> Iterator[list[Result]]:
        waiting = iter(stacks)
        self._start(waiting)
        while self._busy:
            for pipe in connection.wait([worker.pipe for worker in self._busy.values()]):
                worker = self._busy.pop(pipe)
                results = worker.take()
                if worker.alive:
                    self._idle.append(worker)
                self._start(waiting)  # before the results are stored, so that no worker waits for that
                yield results

    def _start(self, waiting: Iterator[Stack]) -> None:
        """Give every free worker a stack, as long as there are stacks."""
        while len(self._busy) < self.jobs and (stack := next(waiting, None)) is not None:
            worker = self._idle.pop() if self._idle else _Worker()
            worker.give(stack)
            self._busy[worker.pipe] = worker

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in [*self._idle, *self._busy.values()]:
            worker.stop()


class _Worker:
    """One spawned process and the pipe to it. (Forked ones would inherit threads and locks in unknown states.)"""

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, _sources()), daemon=True)
        with _interrupts_held(), _main_hidden():
            self.process.start()
        theirs.close()  # so that the pipe ends when the worker does
        self.alive = True

    def give(self, stack: Stack) -> None:
        self.stack = stack
        try:
            self.pipe.send(stack)
        except OSError:
            self.alive = False  # `take` reports it
        except Exception as error:  # a plug-in's object that cannot be pickled
            remedy = "train in this process (--jobs 1), and see what `bench check` says of the plug-in"
            raise UsageError(f"cannot be sent to worker processes ({error}); {remedy}") from error

    def take(self) -> list[Result]:
        """The results of the stack it was given; failures if it died."""
        try:
            results: list[Result] | str = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            results = f"the worker process ended with exit code {self.process.exitcode} (killed, or out of memory)"
        if isinstance(results, str):
            self.alive = False
            return [Result(run, "failed", 0, error=results) for run in self.stack.runs]
        return results

    def stop(self) -> None:
        self.process.terminate()
        self.pipe.close()
        self.process.join()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits; and a process that is started meanwhile cannot be interrupted before it knows to ignore it."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield  # Windows; or a thread that is never interrupted
        return
    resource_tracker.ensure_running()  # if it were started by the process's start, it would let interrupts through
    came: list[int] = []
    # The mask is for the process that is started. Here it is not enough: another thread may take the signal.
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def _main_hidden() -> Iterator[None]:
    """Keep a starting process from importing the user's script, which would run again if it is not guarded."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _sources() -> list[tuple[str, str]]:
    """The files and texts of what is plugged in, from which workers make the same classes."""
    return [(plugin.path, plugin.source) for plugin in dict.fromkeys(PLUGGED_IN.values()) if plugin.source]


def _work(pipe: connection.Connection, plugins: Iterable[tuple[str, str]]) -> None:
    """A worker's life: train what comes through the pipe until it ends. `plugins`: files and texts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        for path, source in plugins:
            from_source(path, source)
    except UsageError as error:  # it could be executed where it was named, and not here
        pipe.send(f"in a worker process: {error}")
        return
    try:
        while True:
            pipe.send(train_stack(pipe.recv()))
    except (EOFError, OSError):
        return


def _die_with_parent() -> None:
    """End this worker when its parent is gone, however that ended; otherwise it would live on unseen."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
