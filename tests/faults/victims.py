"""Those who can be killed in a campaign: each way waits for a random moment, kills -9, and has a command finished."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from bench.records import stage_of
from tests.faults.campaigns import FAREWELL, Campaign, Event
from tests.faults.processes import living, session, until, workers

PATIENCE = 600.0  # seconds for a command that ends by itself


class Missed(Exception):
    """At the moment at which somebody was to be killed, the command had ended, or there was no such process."""


@dataclass(frozen=True)
class Moment:
    """So many seconds after so many events of training: a slow machine gets to the same point later."""

    events: int
    seconds: float

    def wait(self, campaign: Campaign, driver: subprocess.Popen[str]) -> None:
        """Raises Missed."""
        until(lambda: driver.poll() is not None or len(campaign.trained()) >= self.events, PATIENCE)
        time.sleep(self.seconds)
        if driver.poll() is not None:
            raise Missed


@dataclass(frozen=True)
class Reference:
    """An uninterrupted campaign: when it began, when it trained what, when it ended, and what it left."""

    began: float
    trained: list[Event]
    ended: float
    left: dict[str, Any]

    def moment(self, rng: random.Random) -> Moment:
        """Any of its moments, each as likely as any other."""
        return self._moment(rng.uniform(self.began, self.ended))

    def moment_of_training(self, rng: random.Random) -> Moment:
        """The same from the first stack's begin to the last one's end."""
        return self._moment(rng.uniform(self.trained[0].time, self.trained[-1].time))

    def _moment(self, when: float) -> Moment:
        before = [self.began, *(event.time for event in self.trained if event.time <= when)]
        return Moment(len(before) - 1, when - before[-1])


def uninterrupted(campaign: Campaign) -> Reference:
    """Run a campaign to its end."""
    began = time.monotonic()
    finish(campaign.start())
    return Reference(began, campaign.trained(), time.monotonic(), campaign.left())


def finish(driver: subprocess.Popen[str]) -> None:
    """Wait for a command, which must end well."""
    _, errors = driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 0, f"a command ended with code {driver.returncode}: {errors}"


@dataclass(frozen=True)
class Killed:
    """What was known when somebody had been killed: what was trained, and stored, by then, and which processes died."""

    trained: list[Event]
    stored: set[str]
    processes: Collection[int]

    @property
    def reached(self) -> str:
        """The last stage of which anything was stored."""
        stages = {stage_of(int(run.rpartition("-")[2])) for run in self.stored}
        return "confirm" if "confirm" in stages else "tune" if stages else "start"

    @property
    def flying(self) -> set[str]:
        """The runs that they had begun to train and that were not stored."""
        return {run for event in self.trained if event.process in self.processes for run in event.runs} - self.stored


def driver(campaign: Campaign, reference: Reference, rng: random.Random) -> Killed:
    """The driver alone, whose workers are to end by themselves."""
    return _ended(campaign, reference.moment(rng), subprocess.Popen.kill)


def everyone(campaign: Campaign, reference: Reference, rng: random.Random) -> Killed:
    """The driver and its workers, as when a machine loses its power."""
    return _ended(campaign, reference.moment(rng), lambda driver: os.killpg(driver.pid, signal.SIGKILL))


def _ended(campaign: Campaign, moment: Moment, kill: Callable[[subprocess.Popen[str]], object]) -> Killed:
    """End a command, and give it again."""
    started = campaign.start()
    moment.wait(campaign, started)
    kill(started)
    started.wait()
    until(lambda: not session(started.pid), FAREWELL, "the end of the driver's workers")
    trained = campaign.trained()
    killed = Killed(trained, campaign.stored(), {event.process for event in trained})
    finish(campaign.start())
    return killed


def among_others(campaign: Campaign, victims: Collection[int], kill: Callable[[], object]) -> Killed:
    """Kill these processes and no others, which go on: what was stored is asked before they train it again."""
    stored = campaign.stored()
    kill()
    until(lambda: not living(victims), FAREWELL, "the end of who was killed")
    return Killed(campaign.trained(), stored, victims)


def worker(campaign: Campaign, reference: Reference, rng: random.Random) -> Killed:
    """One of the workers, whose driver is to end well all the same."""
    started = campaign.start()
    reference.moment_of_training(rng).wait(campaign, started)
    victims = workers(started.pid)
    if not victims:
        raise Missed
    victim = rng.choice(victims)
    killed = among_others(campaign, [victim], lambda: os.kill(victim, signal.SIGKILL))
    finish(started)
    return killed


def one_of_two_drivers(campaign: Campaign, reference: Reference, rng: random.Random) -> Killed:
    """One of two drivers on the store, and its workers; the other is to take over what it had claimed."""
    victim, other = campaign.start(), campaign.start()
    reference.moment_of_training(rng).wait(campaign, victim)
    killed = among_others(campaign, session(victim.pid), lambda: os.killpg(victim.pid, signal.SIGKILL))
    finish(other)
    return killed


Way = Callable[[Any, Reference, random.Random], Killed]
LOCAL: dict[str, Way] = {
    "driver": driver,
    "everyone": everyone,
    "worker": worker,
    "one of two drivers": one_of_two_drivers,
}
