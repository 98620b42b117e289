"""Runs trained again to see what they learned, since weights are not stored: their decision regions.

A run is bitwise reproducible, so what is drawn is the run that was judged; where the bits differ (another machine),
the map says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

import nn
from bench.problems import Source
from bench.records import Map, Run
from bench.training.building import data_of
from bench.training.stacks import stacks_of
from bench.training.training import digest_of, train
from nn.arrays import Array, with_ones
from nn.training import checkpoint_epochs

SIDE = 160  # pixels of a map
FRAMES = 40  # of an animation
NO_CLASS = -1

Box = tuple[float, float, float, float]  # left, right, bottom, top


def maps(runs: Sequence[Run], weights: str = "last") -> dict[str, Map]:
    """The decision regions of runs that are trained again, by run id.

    `weights`: those of the last epoch, or of the "best" checkpoint; what is compared with the store is always the last.
    """
    drawn: dict[str, Map] = {}
    for stack in stacks_of(runs):
        trained = train(stack.runs)
        digests = [digest_of(last) for last in trained.network.parameters]
        if weights == "best":
            trained.network.parameters[...] = trained.history.best_parameters
        for run, digest, one in zip(stack.runs, digests, maps_of(trained.network, stack.runs), strict=True):
            drawn[run.id] = replace(one, digest=digest)
    return drawn


def maps_of(network: nn.Network, runs: Sequence[Run]) -> Iterator[Map]:
    """What each network of a trained stack says at every pixel, and the Bayes rule beside it."""
    train_sets = [run.settings.problem.draw("train", run.seed) for run in runs]
    box = box_of(runs[0].settings.problem, np.concatenate([x for x, _ in train_sets], axis=1))
    pixels = _pixels(box)
    predicted = predict(network, np.broadcast_to(pixels, (len(runs), *pixels.shape)))
    tests = data_of(runs, "test")
    answers = predict(network, tests.x[:, :-1])
    for i, run in enumerate(runs):
        problem = run.settings.problem
        best, best_on_tests = _best(problem, box), problem.classify(tests.x[i, :-1])
        lost = bool((answers[i] == NO_CLASS).all())
        yield Map(
            seed=run.seed,
            classes=problem.classes,
            box=box,
            predicted=predicted[i].reshape(SIDE, SIDE),
            bayes=None if best is None else best.reshape(SIDE, SIDE),
            points=train_sets[i][0],
            labels=train_sets[i][1],
            accuracy=float("nan") if lost else float((answers[i] == tests.labels[i]).mean()),
            agreement=float("nan") if lost or best_on_tests is None else float((answers[i] == best_on_tests).mean()),
            digest=digest_of(network.parameters[i]),
        )


def _pixels(box: Box) -> Array:
    """The places of all pixels, row by row: (2, SIDE * SIDE)."""
    return np.stack([axis.ravel() for axis in np.meshgrid(np.linspace(*box[:2], SIDE), np.linspace(*box[2:], SIDE))])


@lru_cache(maxsize=16)  # the frames of an animation share it
def _best(problem: Source, box: Box) -> Array | None:
    """The classes that the best possible rule gives to all pixels."""
    return problem.classify(_pixels(box))


def box_of(problem: Source, points: Array) -> Box:
    """What holds the points (2, n), with a margin: a square around 0 where they lie around it."""
    if problem.centred:
        reach = float(np.abs(points).max()) * 1.05
        return -reach, reach, -reach, reach
    low, high = points.min(axis=1), points.max(axis=1)
    margin = 0.05 * (high - low)
    (left, bottom), (right, top) = (low - margin).tolist(), (high + margin).tolist()
    return left, right, bottom, top


def predict(network: nn.Network, x: Array) -> Array:
    """The class that each network gives to each of its points: x (runs, features, n) -> (runs, n).

    `NO_CLASS` from networks that have diverged, whose weights are no numbers.
    """
    inputs = with_ones(x.astype(network.dtype))
    with np.errstate(all="ignore"):  # weights that are about to diverge overflow here as they do in training
        parts = [network.forward(inputs[:, :, part]).argmax(axis=1) for part in network.pieces(inputs.shape[2])]
    classes = np.concatenate(parts, axis=1)
    classes[~np.isfinite(network.parameters).all(axis=1)] = NO_CLASS
    return classes


def portrait(run: Run) -> tuple[Map, pd.DataFrame]:
    """A run's decision regions, and its learning curves: epoch and the columns of `nn.training.CURVES`."""
    trained = train([run])
    history = trained.history
    curves = pd.DataFrame({"epoch": history.epochs} | {name: values[0] for name, values in history.curves.items()})
    return next(maps_of(trained.network, [run])), curves


def film(run: Run) -> list[tuple[int, Map]]:
    """(epoch, decision regions) of a run while it is trained again, at up to `FRAMES` epochs and before the first.

    After a divergence nothing changes any more.
    """
    frames: list[tuple[int, Map]] = []
    more_marks = replace(run.settings.training, checkpoints=FRAMES)  # looking more often changes no weight
    settings = replace(run.settings, training=more_marks)
    watched = Run(replace(run.configuration, settings=settings), run.seed)
    train([watched], lambda epoch, network: frames.append((epoch, next(maps_of(network, [run])))))
    last, still = frames[-1]
    return frames + [(mark, still) for mark in checkpoint_epochs(more_marks.epochs, FRAMES) if mark > last]
