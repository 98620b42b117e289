"""Runs trained again to see what they learned, since weights are not stored: their decision regions.

A run is bitwise reproducible, so what is drawn is the run that was judged; where the bits differ (another machine),
the map says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

import numpy as np
from threadpoolctl import threadpool_limits

import nn
from bench.figures import Map
from bench.grid.grid import Run
from bench.problems.spiral import problem_of, sample
from bench.training.stacks import stacks_of
from bench.training.training import build, data_of, train
from nn.arrays import Array, with_ones
from nn.streams import generator

SIDE = 160  # pixels of a map
FRAMES = 40  # of an animation


def maps(runs: Sequence[Run]) -> dict[str, Map]:
    """The decision regions of runs that are trained again, by run id."""
    drawn: dict[str, Map] = {}
    for stack in stacks_of(runs):
        with threadpool_limits(1):  # as it was trained
            network = train(stack.runs).network
        drawn |= zip((run.id for run in stack.runs), maps_of(network, stack.runs), strict=True)
    return drawn


def maps_of(network: nn.Network, runs: Sequence[Run]) -> Iterator[Map]:
    """What each network of a trained stack says at every pixel, and the Bayes rule beside it."""
    settings = runs[0].configuration.settings
    train_sets = [sample(run.configuration.settings, "train", run.seed) for run in runs]
    reach = max(float(np.abs(x).max()) for x, _ in train_sets) * 1.05
    side = np.linspace(-reach, reach, SIDE)
    pixels = np.stack([axis.ravel() for axis in np.meshgrid(side, side)])
    predicted = predict(network, np.broadcast_to(pixels, (len(runs), *pixels.shape)))
    tests = data_of(runs, "test")
    answers = predict(network, tests.x[:, :-1])
    for i, run in enumerate(runs):
        problem = problem_of(run.configuration.settings)
        rule = getattr(problem, "classify", None)  # a problem whose best rule is not known has none
        yield Map(
            seed=run.seed,
            classes=settings["problem.classes"],
            reach=reach,
            predicted=predicted[i].reshape(SIDE, SIDE),
            bayes=None if rule is None else rule(pixels).reshape(SIDE, SIDE),
            points=train_sets[i][0],
            labels=train_sets[i][1],
            accuracy=float((answers[i] == tests.labels[i]).mean()),
            agreement=float("nan") if rule is None else float((answers[i] == rule(tests.x[i, :-1])).mean()),
            digest=sha256(network.parameters[i].tobytes()).hexdigest()[:16],
        )


def predict(network: nn.Network, x: Array) -> Array:
    """The class that each network gives to each of its points: x (runs, features, n) -> (runs, n)."""
    inputs = with_ones(x.astype(network.dtype))
    parts = [network.forward(inputs[:, :, part]).argmax(axis=1) for part in network.pieces(inputs.shape[2])]
    return np.concatenate(parts, axis=1)


def film(run: Run) -> Iterator[tuple[int, Map]]:
    """(epoch, decision regions) of a run while it is trained again, at up to `FRAMES` epochs and before the first."""
    settings = run.configuration.settings
    batch = settings["training.batch"]
    with threadpool_limits(1):
        network, optimizer = build([run])
        data, validation = data_of([run], "train"), data_of([run], "validation")
        streams = [generator(run.seed, "batches")]
        yield 0, next(maps_of(network, [run]))
        before = 0
        for mark in nn.training.checkpoint_epochs(settings["training.epochs"], FRAMES):
            size = None if batch == "full" else batch
            nn.train(network, optimizer, data, validation, epochs=mark - before, batch=size, checkpoints=1,
                     batch_streams=streams)  # fmt: skip
            before = mark
            yield mark, next(maps_of(network, [run]))
