"""The training loop: epochs, batches, evaluation at checkpoints, the best checkpoint, divergence."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from nn.arrays import PIECE, VECTOR, Array, Buffers, as_rows, lie_as_rows, one_hot, padded, with_ones
from nn.network import Network
from nn.optimizers import Optimizer
from nn.schedules.base import over_training
from nn.threads import one_blas_thread

Batch = tuple[Array, Array, int]  # inputs, targets, and how many of their columns are samples and not padding


class Data:
    """Labelled samples of a stack, as training needs them.

    `x`: inputs (runs, features, n). `labels`: integers 0..classes-1 of shape (runs, n).
    `whole`: the batch of all samples, padded to whole cache lines. Copies hold the samples, and lay them out anew.
    """

    def __init__(self, x: Array, labels: Array, classes: int, dtype: type = np.float32) -> None:
        if x.ndim != 3 or labels.shape != (x.shape[0], x.shape[2]):
            raise ValueError(f"expected x (runs, features, n) and labels (runs, n), got {x.shape} and {labels.shape}")
        if labels.size == 0 or labels.min() < 0 or labels.max() >= classes:
            raise ValueError(f"labels: expected at least one, each in 0..{classes - 1}")
        self.labels = labels
        inputs, targets = with_ones(x.astype(dtype)), one_hot(labels, classes, dtype)
        self.whole: Batch = padded(inputs), padded(targets), self.samples

    def __reduce__(self) -> tuple[type["Data"], tuple[Any, ...]]:
        return type(self), (self.x[:, :-1], self.labels, self.y.shape[1], self.x.dtype.type)

    @property
    def samples(self) -> int:
        """The number of samples, n."""
        return int(self.labels.shape[1])

    @property
    def x(self) -> Array:
        """Inputs with their row of ones: (runs, features + 1, n)."""
        return self.whole[0][:, :, : self.samples]

    @property
    def y(self) -> Array:
        """One-hot targets: (runs, classes, n)."""
        return self.whole[1][:, :, : self.samples]

    def batches(self, size: int | None, streams: Sequence[np.random.Generator] = ()) -> Iterator[Batch]:
        """One epoch's batches: all samples at once if `size` is None, else in each run's own random order.

        The last batch is smaller where `size` does not divide n. The next batch may overwrite the one before.
        """
        if size is None:
            yield self.whole
            return
        orders = [stream.permutation(self.samples) for stream in streams]
        (_, rows, _), inputs = self._both.shape, self.whole[0].shape[1]
        at_once = size * max(PIECE // (size * rows), 1)  # whole batches that are used while they are in the cache
        for first in range(0, self.samples, at_once):
            moved = self._in_order([order[first : first + at_once] for order in orders])
            for start in range(0, moved.shape[2], size):
                batch = moved[:, :, start : start + size]
                yield batch[:, :inputs], batch[:, inputs:], batch.shape[2]

    @cached_property
    def _both(self) -> Array:
        """Inputs above targets, so that a shuffle moves both at once: (runs, rows, n).

        Where a sample fills a cache line, samples lie one by one, as rows, and are moved several times faster.
        """
        both = np.concatenate([self.x, self.y], axis=1)
        return as_rows(both) if self.x.shape[1] > VECTOR else both

    @cached_property
    def _moved(self) -> Buffers:
        return Buffers(self._both.dtype)

    def _in_order(self, orders: Sequence[Array]) -> Array:
        """Inputs above targets of each run's samples in its order (m,): (runs, rows, m); overwritten by the next."""
        (runs, rows, _), count = self._both.shape, len(orders[0])
        in_rows = lie_as_rows(self._both)
        moved = self._moved[runs, count, rows].mT if in_rows else self._moved[runs, rows, count]
        for source, target, order in zip(self._both, moved, orders, strict=True):
            if in_rows:
                source, target = source.T, target.T
            np.take(source, order, axis=0 if in_rows else 1, out=target, mode="clip")  # other modes copy once more
        return moved


@dataclass
class History:
    """What training recorded. Curves are float64 of shape (runs, checkpoints), NaN from a divergence on.

    `epochs` (checkpoints,): where it was evaluated. `diverged_at` (runs,): the checkpoint at which a loss or a
    parameter was found not finite, 0 if never. `best_epoch` (runs,): the first checkpoint of the highest
    validation accuracy (0 if none); `best_validation_accuracy` (runs,), NaN if none, and `best_parameters`
    (runs, n_parameters): the accuracy and the weights it had then, or before training if none.
    """

    epochs: Array
    curves: dict[str, Array]
    diverged_at: Array
    best_epoch: Array
    best_validation_accuracy: Array
    best_parameters: Array


@one_blas_thread()
def train(
    network: Network,
    optimizer: Optimizer,
    data: Data,
    validation: Data | None,
    *,
    epochs: int,
    batch: int | None = None,
    checkpoints: int = 50,
    batch_streams: Sequence[np.random.Generator] = (),
    watch: Callable[[int, Network], object] | None = None,
) -> History:
    """Train every run of the stack for `epochs` epochs, in batches of `batch` samples (None: all of them).

    Without `validation`, its curves are NaN and no checkpoint is the best. The network ends with the weights of the
    last epoch. A run whose loss or parameters are not finite at a checkpoint has diverged and ends with NaN for
    weights, however long its neighbours, which it does not disturb, go on; training stops early only when all have
    diverged. `watch` is called with the epoch and the network, before the first epoch and at every checkpoint.
    A schedule over the whole training is over this one, if it does not know of another number of steps.
    Raises ValueError for a batch below 1, and where batches lack a stream for each run to draw their order from.
    """
    if batch is not None and batch < 1:
        raise ValueError(f"batch: expected None or at least 1, got {batch}")
    if batch is not None and len(batch_streams) != network.runs:
        raise ValueError(f"batch_streams: expected {network.runs}, one for each run, got {len(batch_streams)}")
    marks = checkpoint_epochs(epochs, checkpoints)
    history = _empty_history(network, marks)
    steps = epochs * -(-data.samples // (batch or data.samples))
    if watch is not None:
        watch(0, network)
    with _scheduled(optimizer, steps), np.errstate(all="ignore"):  # a diverging run overflows; that is recorded
        for i, (start, mark) in enumerate(pairwise([0, *marks])):
            for _ in range(start, mark):
                for x, y, samples in data.batches(batch, batch_streams):
                    optimizer.step(network.parameters, network.loss_gradient(x, y, samples))
            _record(history, i, network, data, validation)
            if watch is not None:
                watch(mark, network)
            if np.all(history.diverged_at > 0):
                break
    network.parameters[history.diverged_at > 0] = np.nan
    return history


@contextmanager
def _scheduled(optimizer: Optimizer, steps: int) -> Iterator[None]:
    """The optimizer's schedule over a training of so many steps; afterwards, for another, it is as it was given."""
    given = optimizer.lr
    optimizer.lr = over_training(given, steps)
    try:
        yield
    finally:
        optimizer.lr = given


def checkpoint_epochs(epochs: int, checkpoints: int) -> list[int]:
    """Where the validation set is evaluated: `checkpoints` epochs evenly spaced, the last of them `epochs`.

    With fewer epochs than checkpoints, every epoch.
    """
    if epochs < 1 or checkpoints < 1:
        raise ValueError(f"expected epochs >= 1 and checkpoints >= 1, got {epochs} and {checkpoints}")
    count = min(epochs, checkpoints)
    return [epochs * (i + 1) // count for i in range(count)]


@one_blas_thread()
def evaluate(network: Network, data: Data) -> tuple[Array, Array]:
    """Mean cross-entropy without penalty, and accuracy, both float64 of shape (runs,); dropout is off.

    Several threads can evaluate one network at once.
    """
    return _evaluate(network, network.evaluator(), data)


def _evaluate(network: Network, forward: Callable[[Array], Array], data: Data) -> tuple[Array, Array]:
    """`evaluate`, by a forward pass of one's own; in training it works in the arrays of the steps, which are warm."""
    loss, correct = np.zeros(network.runs), np.zeros(network.runs)
    x, y, samples = data.whole
    for part in network.pieces(x.shape[2]):
        real = slice(samples - part.start)  # columns of this piece that are not padding
        logits = forward(x[:, :, part])[:, :, real]
        loss += network.loss.values(logits, y[:, :, part][:, :, real]).sum(axis=1)
        correct += np.count_nonzero(logits.argmax(axis=1) == data.labels[:, part], axis=1)
    return loss / samples, correct / samples


CURVES = tuple(f"{split}_{what}" for split in ("train", "validation") for what in ("loss", "data_loss", "accuracy"))


def _empty_history(network: Network, marks: Sequence[int]) -> History:
    runs = network.runs
    return History(
        epochs=np.array(marks),
        curves={name: np.full((runs, len(marks)), np.nan) for name in CURVES},
        diverged_at=np.zeros(runs, np.int64),
        best_epoch=np.zeros(runs, np.int64),
        best_validation_accuracy=np.full(runs, np.nan),
        best_parameters=network.parameters.copy(),
    )


def _record(history: History, i: int, network: Network, data: Data, validation: Data | None) -> None:
    """Evaluate checkpoint i: mark what has diverged, write the curves of the others, keep the best weights."""
    penalty = network.penalty()
    measured: dict[str, Array] = {}
    for split, samples in (("train", data), ("validation", validation)):
        if samples is None:
            continue
        data_loss, accuracy = _evaluate(network, network.forward, samples)
        measured |= {
            f"{split}_loss": data_loss + penalty,
            f"{split}_data_loss": data_loss,
            f"{split}_accuracy": accuracy,
        }
    finite = np.isfinite(measured["train_loss"]) & np.isfinite(network.parameters).all(axis=1)
    history.diverged_at[(history.diverged_at == 0) & ~finite] = history.epochs[i]
    alive = history.diverged_at == 0
    for name, values in measured.items():
        history.curves[name][alive, i] = values[alive]
    if validation is None:
        return
    accuracy = measured["validation_accuracy"]
    better = alive & ~(accuracy <= history.best_validation_accuracy)  # also when there is none yet
    history.best_epoch[better] = history.epochs[i]
    history.best_validation_accuracy[better] = accuracy[better]
    history.best_parameters[better] = network.parameters[better]
