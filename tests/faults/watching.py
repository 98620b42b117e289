"""Trials in processes of their own: one that hangs, dies or fills the memory is found, and no other ends with it."""

import multiprocessing
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import NamedTuple

from tests.faults.trials import Trial

MOST_SECONDS = 5.0  # of processor time, for each command of a trial
MOST_WALL_SECONDS = 120.0  # for one that waits for what never comes, on a machine that others use too
MOST_BYTES = 1 << 30  # that a trial may add to what its process takes
_STEP = 0.25  # seconds

Attack = Callable[[Trial], None]
"""Makes an input in a trial's folder, and runs commands on it."""


class Ended(NamedTuple):
    """A trial by its number, with all that went wrong in it."""

    number: int
    faults: list[str]


def watch(attack: Attack, numbers: Sequence[int], folder: Path, jobs: int) -> Iterator[Ended]:
    """Run trials of these numbers, in any order. `folder`: where each has its own, which stays if it is at fault."""
    queues = [list(numbers[start::jobs]) for start in range(jobs)]
    workers = [_Worker(attack, queue, folder) for queue in queues if queue]
    try:
        while workers:
            wait([worker.channel for worker in workers], _STEP)
            for worker in [*workers]:
                yield from worker.heard()
                if worker.gone:
                    workers.remove(worker)
                    workers += [_Worker(attack, worker.queue, folder)] if worker.queue else []
    finally:
        for worker in workers:
            worker.process.kill()


class _Worker:
    """A process that takes trials from its queue, one after the other."""

    def __init__(self, attack: Attack, queue: list[int], folder: Path) -> None:
        context = multiprocessing.get_context("fork")
        self.channel, other = context.Pipe(duplex=False)
        self.queue, self.gone, self._at = queue, False, queue[0]
        self.process = context.Process(
            target=_work, args=(attack, list(queue), folder, self.channel, other), daemon=True
        )
        self.process.start()
        other.close()
        self._begin()

    def heard(self) -> Iterator[Ended]:
        """The trials that have ended since this was asked last, also by force."""
        try:
            while self.channel.poll():
                ended = Ended(*self.channel.recv())
                self.queue.remove(ended.number)
                yield ended
                self._begin()
        except EOFError:
            yield from self._end(self._death())
            return
        if time.monotonic() - self._since > MOST_WALL_SECONDS:
            yield from self._end(f"no end after {MOST_WALL_SECONDS:g} s")

    def _begin(self) -> None:
        self._since = time.monotonic()

    def _end(self, fault: str) -> Iterator[Ended]:
        self.process.kill()
        self.process.join()
        self.gone = True
        if self.queue:
            yield Ended(self.queue.pop(0), [fault])

    def _death(self) -> str:
        self.process.join()
        if self.process.exitcode == -signal.SIGPROF:
            return f"no end of a command after {MOST_SECONDS:g} s of processor time"
        return f"its process died: exit code {self.process.exitcode}"


def _work(attack: Attack, numbers: Sequence[int], folder: Path, ours: Connection, channel: Connection) -> None:
    ours.close()  # so that this process ends when nobody listens any more
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = _bytes("VmSize") + 4 * MOST_BYTES  # address space, which costs nothing; what is really taken is measured
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    for number in numbers:
        Path("/proc/self/clear_refs").write_text("5")  # proc(5): the peak begins anew
        before = _bytes("VmRSS")
        trial = Trial(folder / str(number), number, seconds=MOST_SECONDS)
        attack(trial)
        taken = _bytes("VmHWM") - before
        if taken > MOST_BYTES:
            trial.blame(f"{taken / 1e6:,.0f} MB of memory")
        if not trial.faults:
            trial.forget()
        channel.send(Ended(number, trial.faults))


def _bytes(name: str) -> int:
    """A figure of /proc/self/status, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith(f"{name}:")]
    return 1024 * int(line.split()[1])
