"""What training costs: seconds, from a short probe, and bytes, from array shapes."""

import math
import time
from collections.abc import Iterable
from dataclasses import replace

from bench.errors import UsageError
from bench.grid import Configuration, Settings
from bench.problems import SIZES
from bench.problems.blobs import Blobs
from bench.records import Run
from bench.training.stacks import bytes_per_run, multiply_adds, runs_per_stack
from bench.training.training import train

_PROBE_SECONDS = 0.1
_PROBE_WORK = 1 << 31  # multiply-adds of an epoch, which take about a second


def seconds_per_run(configuration: Configuration) -> float:
    """What one run costs in a full stack on one core, from training a stack for a few epochs.

    Where an epoch would take long, it is one of fewer points, and the seconds are in proportion.
    """
    settings, seeds = configuration.settings, range(runs_per_stack(configuration.settings))
    probe = _of_fewer_points(settings, len(seeds))
    seconds = _seconds(replace(configuration, settings=probe), seeds)
    return seconds * multiply_adds(settings) / multiply_adds(probe)


def _of_fewer_points(settings: Settings, runs: int) -> Settings:
    """Settings of which so many runs have short epochs: these, or with other data, of as many features and classes."""
    problem, epochs = settings.problem, settings.training.epochs
    most = _PROBE_WORK * epochs * settings.training_samples / multiply_adds(settings) / runs
    if settings.training_samples <= most:
        return settings
    train = max(int(most / problem.classes), 1)
    blobs = Blobs(classes=problem.classes, features=problem.features, train=train, validation=1, test=1)
    return replace(settings, problem=blobs)


def _seconds(configuration: Configuration, seeds: range) -> float:
    """What one run of a stack costs: a few epochs are trained, then four times as many, until they take long enough."""
    total = configuration.settings.training.epochs
    epochs, spent, before = 1, 0.0, 0.0
    while True:
        before, spent = spent, _time(configuration, seeds, epochs)
        if epochs == total:
            return spent / len(seeds)
        if spent > _PROBE_SECONDS and epochs > 1:
            per_epoch = max(spent - before, 0.0) / (epochs - epochs // 4)  # a busy machine may have slowed the first
            return (spent + per_epoch * (total - epochs)) / len(seeds)
        epochs = min(4 * epochs, total)


def _time(configuration: Configuration, seeds: range, epochs: int) -> float:
    shorter = replace(configuration.settings.training, epochs=epochs, checkpoints=1)
    shortened = replace(configuration, settings=replace(configuration.settings, training=shorter))
    started = time.perf_counter()
    train([Run(shortened, seed) for seed in seeds])
    return time.perf_counter() - started


def steps(settings: Settings) -> int:
    """The optimizer steps of one run."""
    batch = settings.training.batch or settings.training_samples
    return settings.training.epochs * math.ceil(settings.training_samples / batch)


def require_memory(runs: Iterable[Run], there: float) -> None:
    """Raise UsageError for a run that alone takes more than the bytes that are `there`."""
    for run in {run.configuration.settings.shape: run for run in runs}.values():
        needed = run_bytes(run.configuration.settings)
        if needed > there:
            raise UsageError(
                f"{run.configuration.family}, {run.configuration.text}: one run takes about {needed / 1e6:,.0f} MB of "
                f"memory, and this machine has {there / 1e6:,.0f}; ask for fewer points or features, or train on "
                "other machines (--executor dask)"
            )


def stack_bytes(settings: Settings) -> int:
    """Roughly the most that a full stack of such runs takes, with its data."""
    return runs_per_stack(settings) * run_bytes(settings)


def run_bytes(settings: Settings) -> int:
    """Roughly the most that a run takes, with its data.

    That is while its largest set is made. Inputs are there as drawn, in float64, and in float32 as stacked, with a row
    of ones, and padded; labels as drawn and stacked; targets as flags, as numbers, and padded. Other sets are there in
    float32, and again where batches are moved from them.
    """
    problem = settings.problem
    *others, largest = sorted(problem.size(split) for split in SIZES)
    made, kept = 20 * problem.features + 9 * problem.classes + 24, 8 * (problem.features + problem.classes + 2)
    data = largest * made + sum(others) * kept
    return bytes_per_run(settings) + data
