"""A run trained again with somebody watching: its weights, gradients and learning curves over epochs.

Epochs are kept at squares, many of them at the beginning, where most happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

import nn
from bench.records import Run
from bench.training.building import build, data_of
from bench.training.training import digest_of, train
from nn.arrays import Array
from nn.layers import Gated
from nn.network import dense_views
from nn.training import CURVES, checkpoint_epochs

LOOKS = 1000  # evaluations of a run that is watched, at most
ON_CURVES = 200  # of these, those that learning curves keep


@dataclass(frozen=True)
class Frame:
    """A network after some epoch.

    `weights`, `gradients`: float32 (n_parameters,), as in `nn.Network`; the gradients are those of the loss of the
    whole training set, penalties included and dropout off. `responses`: for each hidden layer, what its units say on
    average to the training points of each class: (units, classes). `test_accuracy`: of these weights.
    """

    epoch: int
    weights: Array
    gradients: Array
    responses: list[Array]
    test_accuracy: float


@dataclass(frozen=True)
class Recording:
    """A run's training. `frames`: from before the first epoch to the last before a divergence.

    `curves`: epoch (0 for before the first) and the columns of `nn.training.CURVES`, which are NaN from a divergence
    on. `diverged_at`: the epoch at which something was found not to be finite, 0 if never. `digest`: of the weights at
    the end, as stored runs have it.
    """

    run: Run
    frames: tuple[Frame, ...]
    curves: pd.DataFrame
    diverged_at: int
    digest: str

    def layers(self, parameters: Array) -> list[Array]:
        """Weights, or gradients, of each layer: (outputs, inputs + 1), the last column of the biases."""
        return [view[0] for view in dense_views(parameters[np.newaxis], self.run.settings.widths)]


def record(run: Run, frames: int, digest: str = "") -> Recording:
    """Train a run again and keep it at up to so many epochs, besides the one before the first.

    `digest`: of the weights that are stored. A run that ends with others is trained again with no more looks than it
    had: what is not finite for a moment is a divergence only where somebody looks.
    """
    training = run.settings.training
    recording = _record(run, frames, LOOKS)
    if recording.diverged_at and recording.digest != digest:
        recording = _record(run, frames, training.checkpoints)
    return recording


def _record(run: Run, frames: int, looks: int) -> Recording:
    """The same with so many looks; looking changes no weight."""
    marks = checkpoint_epochs(run.settings.training.epochs, looks)
    camera = _Camera(run, {0, *spread(marks, frames)})
    watched = replace(run.settings, training=replace(run.settings.training, checkpoints=looks))
    trained = train([Run(replace(run.configuration, settings=watched), run.seed)], camera)
    curves = pd.DataFrame({"epoch": marks} | {name: trained.history.curves[name][0] for name in CURVES})
    kept = curves[curves["epoch"].isin({*spread(marks, ON_CURVES), *spread(marks, frames)})]
    diverged_at = int(trained.history.diverged_at[0])
    return Recording(
        run=run,
        frames=tuple(frame for frame in camera.frames if not diverged_at or frame.epoch < diverged_at),
        curves=pd.concat([pd.DataFrame([camera.first]), kept], ignore_index=True),
        diverged_at=diverged_at,
        digest=digest_of(trained.network.parameters[0]),
    )


def spread(marks: Sequence[int], count: int) -> list[int]:
    """Up to `count` of the marks, whose square roots are about evenly spaced; the last is among them."""
    wanted = marks[-1] * np.arange(1, count + 1) ** 2 / count**2
    return sorted({marks[i] for i in np.searchsorted(marks, wanted)})


@dataclass
class _Camera:
    """Called by training at each look: keeps what a network is at some epochs.

    It measures another network with the same weights and without dropout, so that training does not notice.
    """

    run: Run
    epochs: set[int]
    frames: list[Frame] = field(default_factory=list)
    first: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        regularization = replace(self.run.settings.regularization, dropout=0.0)
        settings = replace(self.run.settings, regularization=regularization)
        still = [Run(replace(self.run.configuration, settings=settings), self.run.seed)]
        self._network, _ = build(still)
        self._train, self._validation, self._test = (data_of(still, split) for split in ("train", "validation", "test"))

    def __call__(self, epoch: int, network: nn.Network) -> None:
        if epoch not in self.epochs or not np.isfinite(network.parameters).all():
            return
        self._network.parameters[...] = network.parameters
        if epoch == 0:
            self.first = {"epoch": 0} | self._measured()
        self.frames.append(
            Frame(
                epoch=epoch,
                weights=network.parameters[0].copy(),
                gradients=self._network.loss_gradient(*self._train.whole)[0].copy(),
                responses=self._responses(),
                test_accuracy=float(nn.evaluate(self._network, self._test)[1][0]),
            )
        )

    def _measured(self) -> dict[str, float]:
        """What learning curves have of an epoch."""
        measured: dict[str, float] = {}
        penalty = float(self._network.penalty()[0])
        for split, data in (("train", self._train), ("validation", self._validation)):
            loss, accuracy = (float(values[0]) for values in nn.evaluate(self._network, data))
            measured |= {
                f"{split}_loss": loss + penalty, f"{split}_data_loss": loss, f"{split}_accuracy": accuracy,
            }  # fmt: skip
        return measured

    def _responses(self) -> list[Array]:
        """The mean of each hidden unit over the training points of each class: a (units, classes) for each layer."""
        x, y, samples = self._train.whole
        sums: list[Array] = []
        for part in self._network.pieces(x.shape[2]):
            real = slice(samples - part.start)  # what is behind it is padding
            targets = y[0, :, part][:, real]
            hidden = [h[:, real] @ targets.T for h in self._hidden(x[:, :, part])]
            sums = [a + b for a, b in zip(sums, hidden, strict=True)] if sums else hidden
        counts = np.bincount(self._train.labels[0], minlength=y.shape[1])
        return [own / np.maximum(counts, 1) for own in sums]

    def _hidden(self, x: Array) -> list[Array]:
        """The outputs of each hidden layer: (units, samples)."""
        outputs = []
        for layer in self._network.layers:
            x = layer.forward(x, training=False)
            if isinstance(layer, Gated):
                outputs.append(x[0, :-1].copy())
        return outputs
