"""What the page shows, as numbers that its script reads: weights, learning curves, histograms, points.

The page is to stay below 3 MB with four networks, so weights are kept at fewer epochs where there are many of them,
then with half the precision, and then not at all.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Any

import numpy as np

from bench.figures.appearance import appearance_of
from bench.figures.style import CLASS_COLOURS
from bench.problems import Samples, Source
from bench.records import Run
from bench.replay.recording import Frame, Recording
from bench.replay.regions import box_of
from nn.arrays import Array

WEIGHTS = 2_000_000  # characters of all networks' weights; what else there is takes 150,000 for each
FRAMES, FEWEST = 60, 8  # epochs at which weights are kept, at most, and at least
POINTS = 300  # training points that are drawn
UNITS = 12  # of a hidden layer that are shown
BINS = 31  # of a histogram
DECADES = 10  # of the sizes of gradients, at most
DIGITS = 4  # of the numbers that curves are drawn from


@dataclass(frozen=True)
class Shown:
    """A stored run for the page. `name`: what it is called; `why`: why it is this one; `digest`: as it was stored."""

    name: str
    run: Run
    digest: str
    why: str = ""


@dataclass(frozen=True)
class Plan:
    """What of a run fits on the page. `frames`: epochs; `precision`: of weights, None where these are left out."""

    frames: int
    precision: type[np.floating[Any]] | None


def plan_of(run: Run, networks: int) -> Plan:
    """What fits for one of so many networks. Weights are there for decision regions: without a plane, for nothing."""
    count = sum(outputs * (inputs + 1) for inputs, outputs in pairwise(run.settings.widths))
    room = WEIGHTS // networks * 3 // 4 // count  # bytes for each weight: base64 takes 4 characters for 3
    if run.settings.problem.features == 2:
        if room // 4 > FRAMES // 2:  # one more is kept, from before the first epoch
            return Plan(min(room // 4 - 1, FRAMES), np.float32)
        if room // 2 > FEWEST:
            return Plan(min(room // 2 - 1, FRAMES), np.float16)
    return Plan(FRAMES if count < 500_000 else FEWEST, None)  # what is recorded must fit in memory


def of(runs: Sequence[Shown], plans: Sequence[Plan], recordings: Sequence[Recording]) -> dict[str, Any]:
    """Everything that the script reads. The page's slider has the epochs of the training that came furthest."""
    largest, gradients = _largest_weight(recordings), _sizes_of_gradients(recordings)
    furthest = max(recordings, key=lambda recording: (recording.frames[-1].epoch, len(recording.frames)))
    return {
        "epochs": [frame.epoch for frame in furthest.frames],
        "last": max(recording.run.settings.training.epochs for recording in recordings),
        "scales": {"weights": largest, "gradients": gradients, "loss": _top_loss(recordings)},
        "colours": CLASS_COLOURS,
        "networks": [
            _network(one, plan, recording, largest, gradients)
            for one, plan, recording in zip(runs, plans, recordings, strict=True)
        ],
    }


def _network(
    one: Shown, plan: Plan, recording: Recording, largest: float, gradients: tuple[int, int]
) -> dict[str, Any]:
    settings, frames = one.run.settings, recording.frames
    units = shown_units(recording)
    return {
        "name": one.name,
        "colour": appearance_of(settings.optimizer.rule.name).colour,
        "classes": class_names(settings.problem),
        "widths": settings.widths,
        "activation": settings.network.activation,
        "epochs": [frame.epoch for frame in frames],
        "curves": {name: _short(values) for name, values in recording.curves.items() if "data" not in str(name)},
        "test": _short(frame.test_accuracy for frame in frames),
        "units": units,
        "weight_histograms": [[_weights_of(W, largest) for W in recording.layers(frame.weights)] for frame in frames],
        "gradient_histograms": [
            [_gradients_of(W, *gradients) for W in recording.layers(frame.gradients)] for frame in frames
        ],
        **(_plane(one.run, plan.precision, frames) if plan.precision else {"responses": _responses(frames, units)}),
    }


def class_names(problem: Source) -> list[str]:
    """What the classes are called."""
    if isinstance(problem, Samples):
        return list(problem.table.classes)
    return [f"class {label}" for label in range(problem.classes)]


def shown_units(recording: Recording) -> list[list[int]]:
    """For each hidden layer the units that are shown, the strongest first: by their outgoing weights at the end."""
    layers = recording.layers(recording.frames[-1].weights)[1:]
    strengths = [np.abs(W[:, :-1].astype(np.float64)).sum(axis=0) for W in layers]
    return [np.argsort(-strength, kind="stable")[:UNITS].tolist() for strength in strengths]


def _plane(run: Run, precision: type[np.floating[Any]], frames: Sequence[Frame]) -> dict[str, Any]:
    """What decision regions are computed from, and the points that are drawn on them."""
    points, labels = run.settings.problem.draw("train", run.seed)
    weights = np.stack([frame.weights for frame in frames])
    scale = 1.0
    if precision is np.float16:  # by a power of 2, which rounds nothing, so that none is out of its range
        scale = float(2.0 ** np.ceil(np.log2(max(float(np.abs(weights).max()), 1e-30))))
    step = -(-points.shape[1] // POINTS)
    drawn = np.concatenate([np.flatnonzero(labels == label)[::step] for label in range(run.settings.problem.classes)])
    return {
        "plane": {
            "weights": encoded((weights / scale).astype(precision)),
            "half": precision is np.float16,
            "scale": scale,
            "box": [float(edge) for edge in box_of(run.settings.problem, points)],
            "points": encoded(points[:, drawn].astype(np.float32)),
            "labels": labels[drawn].tolist(),
        }
    }


def encoded(numbers: Array) -> str:
    """The bytes of an array, little-endian, as base64."""
    return base64.b64encode(numbers.astype(numbers.dtype.newbyteorder("<")).tobytes()).decode()


def _responses(frames: Sequence[Frame], units: Sequence[Sequence[int]]) -> list[Any]:
    """For each frame, hidden layer and shown unit: its mean over the training points of each class."""
    return [
        [[_short(layer[unit]) for unit in own] for layer, own in zip(frame.responses, units, strict=True)]
        for frame in frames
    ]


def _largest_weight(recordings: Sequence[Recording]) -> float:
    """The end of the weights' axis: 99 % of each layer are within it, at each epoch, but where weights grow very large.

    A network whose weights are more than four times as large as another's would leave of that one a single bar.
    """
    ends = [
        max(
            float(np.quantile(np.abs(W[:, :-1]), 0.99))
            for frame in recording.frames
            for W in recording.layers(frame.weights)
        )
        for recording in recordings
    ]
    return float(f"{max(min(max(ends), 4 * min(ends)), 1e-3):.2g}")


def _weights_of(W: Array, largest: float) -> dict[str, Any]:
    """A layer's weights, without biases: how many are in each bin from -largest to largest, and their typical size."""
    weights = W[:, :-1].astype(np.float64).ravel()
    counts, _ = np.histogram(np.clip(weights, -largest, largest), BINS, (-largest, largest))
    return {"bins": counts.tolist(), "typical": _shorter(np.sqrt(np.mean(weights**2)))}


def _sizes_of_gradients(recordings: Sequence[Recording]) -> tuple[int, int]:
    """Powers of ten between which the sizes of gradients lie, but for the smallest 2 %, and for those that explode.

    A network whose gradients grow a hundred times as large as another's, or more, leaves the axis to that one.
    """
    lows, highs = zip(*map(_gradients_between, recordings), strict=True)
    high = ceil(min(max(highs), min(highs) + 2))
    return max(min(floor(min(lows)), high - 1), high - DECADES), high


def _gradients_between(recording: Recording) -> tuple[float, float]:
    """The same for one network, as logarithms."""
    sizes = [np.abs(frame.gradients.astype(np.float64)) for frame in recording.frames]
    sizes = [own[(own > 0) & np.isfinite(own)] for own in sizes]
    ends = [np.log10(np.quantile(own, [0.02, 1])) for own in sizes if own.size]
    return (min(end[0] for end in ends), max(end[1] for end in ends)) if ends else (-8.0, 0.0)


def _gradients_of(W: Array, low: int, high: int) -> dict[str, Any]:
    """A layer's gradients, without biases: their sizes in bins from 10^low to 10^high, and the share that is 0.

    What is not finite, just before a divergence, is left out.
    """
    sizes = np.abs(W[:, :-1].astype(np.float64).ravel())
    sizes = sizes[np.isfinite(sizes)]
    exponents = np.clip(np.log10(sizes[sizes > 0]), low, high)
    counts, _ = np.histogram(exponents, BINS, (low, high))
    typical = np.sqrt(np.mean(sizes**2)) if sizes.size else np.nan
    return {"bins": counts.tolist(), "typical": _shorter(typical), "zero": _shorter(np.mean(sizes == 0))}


def _top_loss(recordings: Sequence[Recording]) -> float:
    """The end of the loss axis: the largest loss, unless that is more than twice that of guessing."""
    values = np.concatenate([r.curves[[f"{s}_loss" for s in ("train", "validation")]].to_numpy() for r in recordings])
    guessing = float(np.log(max(r.run.settings.problem.classes for r in recordings)))
    finite = values[np.isfinite(values)]
    return float(f"{min(float(finite.max()) if finite.size else guessing, 2 * guessing):.3g}")


def _short(values: Any) -> list[float | None]:
    """Numbers of few digits; None where there is none."""
    return [_shorter(value) for value in values]


def _shorter(value: Any) -> float | None:
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
