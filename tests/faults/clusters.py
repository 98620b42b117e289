"""Dask clusters on the loopback interface, campaigns that they train, and who of them can be killed."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.faults.campaigns import ROOT, Campaign
from tests.faults.processes import until
from tests.faults.victims import Killed, Reference, Way, among_others, finish


class Cluster:
    """A scheduler and its workers, each a process. `words`: options of both. `environment`: variables for both."""

    def __init__(self, protocol: str = "tcp", *words: str, environment: Mapping[str, str] = {}) -> None:
        self.protocol, self.words = protocol, words
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", **environment}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.workers: list[subprocess.Popen[bytes]] = []
        self.start_scheduler()

    @property
    def address(self) -> str:
        return f"{self.protocol}://127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        words = ("--host", "127.0.0.1", "--port", str(self.port), "--protocol", self.protocol, "--no-show")
        self.scheduler = self._start("scheduler", *words)

    def add_worker(self, folder: Path = ROOT) -> None:
        words = (self.address, "--nthreads", "1", "--no-nanny", "--death-timeout", "60")
        self.workers.append(self._start("worker", *words, folder=folder))

    def _start(self, role: str, *words: str, folder: Path = ROOT) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{role}", *words, *self.words, "--no-dashboard"]
        nothing = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=folder, env=self.environment, stdout=nothing, stderr=nothing)

    @property
    def idle(self) -> bool:
        """Whether nothing is left, on the scheduler and on workers, of what anybody had sent."""
        distributed: Any = import_module("distributed")
        with distributed.Client(self.address, timeout=60) as client:
            left = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
            return not left and not any(client.run(lambda dask_worker: len(dask_worker.state.tasks)).values())

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


class OnCluster(Campaign):
    """A campaign that is trained by a scheduler and two workers of its own, which end with the `with` statement."""

    def __init__(self, folder: Path, *, epochs: int = 500, report: bool = False) -> None:
        super().__init__(folder, {}, epochs=epochs, report=report)
        elsewhere = folder.with_name(f"{folder.name}.cluster")
        elsewhere.mkdir()
        self.cluster = Cluster(environment={**self.environment, "TMPDIR": str(elsewhere)})
        self.options |= {"executor": "dask", "scheduler": self.cluster.address}
        for _ in range(2):
            self.cluster.add_worker()
        distributed: Any = import_module("distributed")
        with distributed.Client(self.cluster.address, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self.cluster.end()


def driver(campaign: OnCluster, reference: Reference, rng: random.Random) -> Killed:
    """The driver; what it had sent its workers train to the end, for nobody, also what they begin a moment later."""
    started = campaign.start()
    reference.moment(rng).wait(campaign, started)
    started.kill()
    started.wait()
    stored = campaign.stored()
    until(lambda: campaign.cluster.idle and not campaign.training, what="the end of what had been sent")
    trained = campaign.trained()
    finish(campaign.start())
    return Killed(trained, stored, {event.process for event in trained})


def worker(campaign: OnCluster, reference: Reference, rng: random.Random) -> Killed:
    """One of the workers, in whose place another comes; the driver is to end well all the same."""
    started = campaign.start()
    reference.moment_of_training(rng).wait(campaign, started)
    victim = rng.choice(campaign.cluster.workers)
    killed = among_others(campaign, [victim.pid], victim.kill)
    campaign.cluster.add_worker()
    finish(started)
    return killed


def scheduler(campaign: OnCluster, reference: Reference, rng: random.Random) -> Killed:
    """The scheduler, with which its workers end; it is started again, with others. The driver is to end well."""
    started = campaign.start()
    reference.moment_of_training(rng).wait(campaign, started)
    cluster = campaign.cluster
    cluster.scheduler.kill()
    cluster.scheduler.wait()
    for old in cluster.workers:
        old.wait(timeout=60)
    trained = campaign.trained()
    killed = Killed(trained, campaign.stored(), {event.process for event in trained})
    cluster.start_scheduler()
    for _ in range(2):
        cluster.add_worker()
    finish(started)
    return killed


DASK: dict[str, Way] = {"Dask driver": driver, "Dask worker": worker, "Dask scheduler": scheduler}
