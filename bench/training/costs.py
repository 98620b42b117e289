"""What training costs: seconds, from a short probe, and bytes, from array shapes."""

import math
import time
from dataclasses import replace

from bench.grid import Configuration, Settings
from bench.problems import SIZES
from bench.records import Run
from bench.training.stacks import bytes_per_run, runs_per_stack
from bench.training.training import train

_PROBE_SECONDS = 0.1


def seconds_per_run(configuration: Configuration) -> float:
    """What one run costs in a full stack on one core, from training a stack for a few epochs."""
    seeds = range(runs_per_stack(configuration.settings))
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


def stack_bytes(settings: Settings) -> int:
    """Roughly the most that a full stack of such runs takes, with its data.

    That is while its largest set is made. Inputs are there as drawn, in float64, and in float32 as stacked, with a row
    of ones, and padded; labels as drawn and stacked; targets as flags, as numbers, and padded. Other sets are there in
    float32, and again where batches are moved from them.
    """
    problem = settings.problem
    *others, largest = sorted(problem.size(split) for split in SIZES)
    made, kept = 20 * problem.features + 9 * problem.classes + 24, 8 * (problem.features + problem.classes + 2)
    data = largest * made + sum(others) * kept
    return runs_per_stack(settings) * (bytes_per_run(settings) + data)
