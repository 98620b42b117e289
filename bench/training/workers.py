"""A pool of worker processes that train stacks: how they start, work, end, and what becomes of a stack when they do."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process, resource_tracker, spawn
from types import ModuleType, TracebackType
from typing import Any, Self

from bench.errors import ENDING, UsageError, WorkersFailed
from bench.grid.components import PLUGGED_IN
from bench.plugins.plugin import from_source
from bench.records import Result, Stack
from bench.text import counted
from bench.training.attempts import Attempt, Waiting
from bench.training.costs import steps
from bench.training.machine import memory
from bench.training.stacks import multiply_adds
from bench.training.training import train_stack

LEAST_PATIENCE = 60.0  # seconds
PATIENCE = 20  # times what a stack should take, at the slowest speed that was measured
ASSUMED_SPEED = 1e7  # multiplications a second, until one was measured: a hundredth of what a slow machine does
CALL = 20_000  # multiplications that take about as long as what a step does besides its products
_TICK = 5.0  # seconds
_FALSE_STARTS = 3  # of workers that ended before they could start, with nothing trained meanwhile
_FAREWELL = 10.0  # seconds: what closed its pipe is about to end

_starting = threading.Lock()
_log = logging.getLogger(__name__)


class Workers:
    """Trains stacks in up to `jobs` worker processes, started when there is work for them.

    A worker that ends (killed, out of memory), or that says nothing for much longer than its stack should take
    (stopped, swapped out), costs only time: its stack is tried again (`Waiting`), another worker takes its place.
    Workers that cannot even start raise WorkersFailed. All end with the `with` statement, and with this process however
    that ends.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs, self.memory = jobs, memory()
        self._idle: list[_Worker] = []
        self._busy: dict[Any, _Worker] = {}  # by their pipes
        self._speed = ASSUMED_SPEED
        self._measured = False
        self._false_starts = 0

    def train(self, stacks: Iterable[Stack]) -> Iterator[list[Result]]:
        waiting = Waiting(stacks)
        self._start(waiting)
        while self._busy:
            for results in self._finished(waiting):
                self._start(waiting)  # before the results are stored, so that no worker waits for that
                if results:
                    yield results

    def _start(self, waiting: Waiting) -> None:
        """Give every free worker a stack, as long as there are stacks."""
        while len(self._busy) < self.jobs and (attempt := waiting.next()) is not None:
            worker = self._free()
            self._busy[worker.pipe] = worker  # whatever becomes of it, it is known, and ended
            worker.give(attempt)

    def _free(self) -> _Worker:
        """A worker that lives and has nothing to do: those that were killed meanwhile cost no stack an attempt."""
        while self._idle:
            worker = self._idle.pop()
            if worker.process.is_alive():
                return worker
            worker.end()
        return _Worker()

    def _finished(self, waiting: Waiting) -> Iterator[list[Result]]:
        """The results of those who have some to tell after a while; none for a stack that was lost with its worker."""
        began = time.monotonic()
        ready = connection.wait(list(self._busy), timeout=_TICK)
        passed = min(time.monotonic() - began, 2 * _TICK)  # this process may itself have been stopped
        for worker in self._busy.values():
            worker.waited += passed
        for pipe in ready:
            worker = self._busy[pipe]
            try:
                results = worker.take()
            except (EOFError, OSError):
                yield self._lost(worker, waiting)
                continue
            if results is not None:
                self._false_starts = 0
                self._measure(worker)
                del self._busy[pipe]
                self._idle.append(worker)
                yield results
        for worker in [worker for worker in self._busy.values() if worker.waited > self._patience(worker)]:
            yield self._lost(worker, waiting, f"said nothing for {worker.waited:.0f} s and was given up")

    def _lost(self, worker: _Worker, waiting: Waiting, why: str = "") -> list[Result]:
        """A worker is gone, or given up: what becomes of its stack. Raises WorkersFailed where none can start."""
        silent = bool(why)
        code = worker.end(0 if silent else _FAREWELL)
        del self._busy[worker.pipe]  # not before: who interrupts the farewell ends it all the same
        why = why or f"ended with exit code {code} (killed, or out of memory)"
        self._false_starts += not worker.started
        if not worker.started and (code >= 0 or self._false_starts == _FALSE_STARTS):
            raise WorkersFailed(
                f"worker processes cannot start: one ended with exit code {code} before it had anything to do; what it "
                "said stands above; --jobs 1 (jobs=1) trains without them"
            )
        failed = waiting.lost(worker.attempt, f"the worker process {why}", begun=worker.started, silent=silent)
        if not failed:
            count = counted(len(worker.attempt.stack.runs), "run is", "runs are")
            _log.warning("bench: a worker process %s; its %s tried again", why, count)
        return failed

    def _measure(self, worker: _Worker) -> None:
        """Keep the slowest speed."""
        speed = _work_of(worker.attempt.stack) / max(worker.waited, 1e-3)
        self._speed = min(self._speed, speed) if self._measured else speed
        self._measured = True

    def _patience(self, worker: _Worker) -> float:
        """How many seconds a worker may say nothing."""
        usual = max(LEAST_PATIENCE, PATIENCE * _work_of(worker.attempt.stack) / self._speed)
        return usual * worker.attempt.patience

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        workers = [*self._idle, *self._busy.values()]
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.end()


def _work_of(stack: Stack) -> float:
    """About how many multiplications it takes to train a stack, calls counted as such."""
    return sum(multiply_adds(run.settings) + CALL * steps(run.settings) for run in stack.runs)


class _Worker:
    """One spawned process and the pipe to it. (Forked ones would inherit threads and locks in unknown states.)

    `started`: it has said that it is ready. `waited`: the seconds that it has had for the stack that it was given last.
    """

    attempt: Attempt

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, plugin_sources()), daemon=True)
        with _interrupts_held(), _nothing_inherited():
            self.process.start()
        theirs.close()  # so that the pipe ends when the worker does
        self.started, self.waited = False, 0.0

    def give(self, attempt: Attempt) -> None:
        self.attempt, self.waited = attempt, 0.0
        try:
            self.pipe.send(attempt.stack)
        except OSError:
            pass  # it is gone; `take` finds that out
        except Exception as error:  # a plug-in's object that cannot be pickled
            remedy = "train in this process (--jobs 1), and see what `bench check` says of the plug-in"
            raise UsageError(f"cannot be sent to worker processes ({error}); {remedy}") from error

    def take(self) -> list[Result] | None:
        """The results of the stack it was given; None: it has only said that it is ready.

        Raises EOFError or OSError if it is gone, and WorkersFailed if it says why it cannot start.
        """
        results: list[Result] | str | None = self.pipe.recv()
        if isinstance(results, str):
            raise WorkersFailed(f"in a worker process: {results}")
        self.started = True
        return results

    def end(self, farewell: float = 0) -> int:
        """End it, unless it ends by itself within so many seconds; its exit code."""
        self.process.join(farewell)
        self.process.kill()  # it owns nothing that could be damaged, and a stopped one would not hear of less
        self.process.join()
        self.pipe.close()
        return self.process.exitcode or 0


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C and its like wait; a process that is started meanwhile cannot be interrupted before it can ignore them."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield  # Windows; or a thread that is never interrupted
        return
    resource_tracker.ensure_running()  # if it were started by the process's start, it would let interrupts through
    came: list[int] = []
    # The mask is for the process that is started. Here it is not enough: another thread may take the signal.
    handlers = {number: signal.signal(number, lambda number, _: came.append(number)) for number in ENDING}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)


@contextmanager
def _nothing_inherited() -> Iterator[None]:
    """Keep a starting process from what it would take over from this one, and should not.

    The user's script would run again there if it is not guarded; and joblib's workers have a way to start processes
    that processes started by others do not know. One thread at a time, for these belong to all.
    """
    with _starting:
        main, way = sys.modules["__main__"], vars(spawn)["get_start_method"]
        sys.modules["__main__"] = ModuleType("__main__")
        vars(spawn)["get_start_method"] = lambda: "spawn"
        try:
            yield
        finally:
            sys.modules["__main__"], vars(spawn)["get_start_method"] = main, way


def plugin_sources() -> list[tuple[str, str]]:
    """The files and texts of what is plugged in, from which workers make the same classes."""
    return [(plugin.path, plugin.source) for plugin in dict.fromkeys(PLUGGED_IN.values()) if plugin.source]


def _work(pipe: connection.Connection, plugins: Iterable[tuple[str, str]]) -> None:
    """A worker's life: train what comes through the pipe until it ends. `plugins`: files and texts."""
    for number in ENDING:  # Ctrl-C and its like reach the whole group; the parent decides
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        for path, source in plugins:
            from_source(path, source)
    except UsageError as error:  # it could be executed where it was named, and not here
        pipe.send(str(error))
        return
    try:
        pipe.send(None)
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
