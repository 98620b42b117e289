"""From settings and seeds to what is trained: the networks, the optimizer and the data of a stack."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

import nn
from bench.grid.settings import OptimizerSettings
from bench.problems import Source
from bench.records import Run
from nn.arrays import Array
from nn.components import stacked
from nn.streams import Stream, bits, generator

DTYPE = np.float32
_KEPT = 1 << 18  # numbers of a set: 2 MB, of which 64 are kept


def build(runs: Sequence[Run]) -> tuple[nn.Network, nn.Optimizer]:
    """The untrained network and the optimizer of a stack."""
    shared = runs[0].settings
    seeds = [run.seed for run in runs]
    layers = range(len(shared.widths) - 1)
    network = nn.Network(
        shared.widths,
        runs=len(runs),
        activation=shared.network.activation,
        penalties=[stacked(own) for own in zip(*(run.settings.regularization.penalties for run in runs), strict=True)],
        penalize=shared.regularization.layers,
        penalize_biases=shared.regularization.biases,
        dropout=_column([run.settings.regularization.dropout for run in runs]),
        dropout_streams=[[bits(seed, "dropout", layer) for seed in seeds] for layer in layers[:-1]],
        dtype=DTYPE,
    )
    scales = [run.settings.network.init for run in runs]
    network.initialize([[generator(seed, "init", layer) for seed in seeds] for layer in layers], scales)
    return network, _optimizer([run.settings.optimizer for run in runs])


def _optimizer(settings: Sequence[OptimizerSettings]) -> nn.Optimizer:
    """The rule of a stack, with the settings of each run side by side, and with their schedule and its warm-up."""
    schedule: nn.schedules.Rate = stacked([own.schedule for own in settings])
    warmup = _column([own.warmup for own in settings])
    rate = nn.WarmUp(schedule, warmup) if warmup.any() else schedule
    return replace(stacked([own.rule for own in settings]), lr=rate)


def _column(values: Sequence[Any]) -> Array:
    """One setting of every run: float64 (runs, 1)."""
    return np.array([[value] for value in values], dtype=np.float64)


def data_of(runs: Sequence[Run], split: Stream) -> nn.Data:
    """The train, validation or test sets of a stack."""
    wanted = [(run.settings.problem, run.seed) for run in runs]
    drawn = {(problem, seed): _drawn(problem, split, seed) for problem, seed in dict.fromkeys(wanted)}
    x = np.stack([drawn[own][0] for own in wanted], dtype=DTYPE)
    labels = np.stack([drawn[own][1] for own in wanted])
    return nn.Data(x, labels, runs[0].settings.problem.classes, DTYPE)


def _drawn(problem: Source, split: Stream, seed: int) -> tuple[Array, Array]:
    """A set of points; one that takes little memory is kept for other stacks."""
    small = problem.size(split) * problem.features <= _KEPT
    return (_kept if small else type(problem).draw)(problem, split, seed)


@lru_cache(maxsize=64)  # runs that share a seed share their data, and stand together
def _kept(problem: Source, split: Stream, seed: int) -> tuple[Array, Array]:
    return problem.draw(split, seed)
