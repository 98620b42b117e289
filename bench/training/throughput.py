"""How fast this machine trains: runs alone and in stacks, on one core and on all."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import nn
from bench.grid import Configuration, Settings
from bench.grid.settings import (
    NetworkSettings,
    OptimizerSettings,
    RegularizationSettings,
    TrainingSettings,
)
from bench.problems import Spiral
from bench.records import Run, Stack
from bench.training.stacks import runs_per_stack
from bench.training.training import train_stack
from bench.training.workers import Workers

_REPEATS = 3
_EPOCHS = 200
_STACKS_PER_JOB = 6


@dataclass(frozen=True)
class Throughput:
    """`steps`: run-steps per second, the best of some repeats."""

    how: str
    steps: float


def throughputs(cores: int) -> Iterator[Throughput]:
    """Of the default network (2-64-3, 300 points, full batch, Adam), alone, stacked, and on 1 to `cores` cores.

    Everything counts that a run does: its data, training, evaluation.
    """
    configuration = _default()
    size = runs_per_stack(configuration.settings)
    yield Throughput("alone, 1 core", _best([Stack((Run(configuration, 0),))]))
    yield Throughput(f"stacks of {size}, 1 core", _best([_stack(configuration, size, 0)]))
    for jobs in range(1, cores + 1):
        with Workers(jobs) as workers:
            stacks = [_stack(configuration, size, i) for i in range(jobs * _STACKS_PER_JOB)]
            list(workers.train(stacks[:jobs]))  # starts the processes, which is not what is measured
            started = time.perf_counter()
            list(workers.train(stacks))
            seconds = time.perf_counter() - started
        yield Throughput(f"stacks of {size}, {jobs} worker{'s' if jobs > 1 else ''}", _steps(stacks) / seconds)


def _best(stacks: Sequence[Stack]) -> float:
    """Run-steps per second in this process."""
    return max(_steps(stacks) / _timed(stacks) for _ in range(_REPEATS))


def _timed(stacks: Sequence[Stack]) -> float:
    started = time.perf_counter()
    for stack in stacks:
        train_stack(stack)
    return time.perf_counter() - started


def _steps(stacks: Sequence[Stack]) -> int:
    return sum(len(stack.runs) for stack in stacks) * _EPOCHS


def _stack(configuration: Configuration, size: int, index: int) -> Stack:
    return Stack(tuple(Run(configuration, index * size + i) for i in range(size)))


def _default() -> Configuration:
    settings = Settings(
        Spiral(),
        NetworkSettings(),
        TrainingSettings(epochs=_EPOCHS),
        RegularizationSettings(()),
        OptimizerSettings("adam", nn.Adam(), nn.Constant(0.001), {}),
    )
    return Configuration("speed", "adam", "", settings)
