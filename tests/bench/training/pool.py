"""A pool of workers in tests: runs for it, what it makes of them, and the first of its processes."""

import multiprocessing
import time
from typing import Any

from bench.records import Result, Run, Stack
from bench.training.workers import Workers
from tests.bench.place import Place


def runs_of(place: Place, *overrides: str) -> list[Run]:
    return [Run(c, seed) for c in place.load(*overrides).configurations() for seed in range(3)]


def trained(workers: Workers, runs: list[Run], size: int) -> list[Result]:
    stacks = [Stack(tuple(runs[i : i + size])) for i in range(0, len(runs), size)]
    return [result for results in workers.train(stacks) for result in results]


def first_child() -> Any:
    """The first worker as soon as there is one."""
    end = time.monotonic() + 60
    while not (children := multiprocessing.active_children()):
        assert time.monotonic() < end, "no worker was started"
        time.sleep(0.001)
    return children[0]
