"""A friendly front for one network: fit, predict, predict_proba, with samples as rows."""

import copy
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from nn.arrays import Array, with_ones
from nn.losses import SoftmaxCrossEntropy
from nn.network import Network
from nn.optimizers import Adam, Optimizer
from nn.penalties import L1, L2, Penalty
from nn.streams import bits, generator
from nn.threads import one_blas_thread
from nn.training import Data, History, train


class Classifier:
    """A multi-layer perceptron for classification.

    `hidden`: widths of the hidden layers; `activation`: as in `Network`. `optimizer`: one of `nn.optimizers` (its
    settings are used, not its state). `l1`, `l2`: strengths of these penalties on the weights, and `penalties`: any
    others; `dropout`: rate after each hidden layer, in [0, 1).
    `epochs`, `batch` (None: the whole training set) and `seed` say how to train; `init` as in `Network.initialize`.
    `weights`: those to end with, of the "last" epoch or of the "best" of so many `checkpoints` by validation accuracy
    (early stopping; Prechelt 1998).
    """

    def __init__(
        self,
        hidden: Sequence[int] = (64,),
        optimizer: Optimizer | None = None,
        *,
        activation: str = "relu",
        l1: float = 0.0,
        l2: float = 0.0,
        penalties: Sequence[Penalty] = (),
        dropout: float = 0.0,
        epochs: int = 1000,
        batch: int | None = None,
        init: float | str = "he",
        checkpoints: int = 50,
        weights: str = "last",
        seed: int = 0,
        dtype: type = np.float32,
    ) -> None:
        self.hidden, self.optimizer = tuple(hidden), optimizer if optimizer is not None else Adam(0.05)
        self.l1, self.l2, self.penalties, self.dropout = l1, l2, tuple(penalties), dropout
        self.epochs, self.batch, self.init, self.seed, self.dtype = epochs, batch, init, seed, dtype
        self.activation, self.checkpoints, self.weights = activation, checkpoints, weights
        if weights not in ("last", "best"):
            raise ValueError(f'weights: expected "last" or "best", got {weights!r}')

    def fit(self, X: ArrayLike, y: ArrayLike, validation: tuple[ArrayLike, ArrayLike] | None = None) -> Self:
        """Train on X (samples, features) and y (samples,), labels of any type; returns self.

        `validation`: another such pair, evaluated along the way. Then `history` holds the learning curves (NaN for
        validation, if there is none) and `classes_` the labels in sorted order. Raises ValueError for shapes that do
        not match, values that are not finite, missing labels, fewer than two classes, and for the best weights without
        `validation`.
        """
        if self.weights == "best" and validation is None:
            raise ValueError('weights = "best": expected validation, which tells the best')
        x = self._columns(X)
        labels = _labels(y, x.shape[2])
        try:
            self.classes_, codes = np.unique(labels, return_inverse=True)
        except TypeError as error:  # they cannot be sorted
            raise ValueError("y: expected labels of one type, none of them missing") from error
        if np.any(self.classes_ != self.classes_):
            raise ValueError("y: contains missing labels (NaN)")
        if len(self.classes_) < 2:
            raise ValueError(f"y: expected at least two classes, got only {self.classes_!r}")
        data = Data(x, codes[np.newaxis], len(self.classes_), self.dtype)
        self.network = self._network(x.shape[1])
        optimizer = copy.deepcopy(self.optimizer)
        optimizer.reset()
        self.history: History = train(
            self.network,
            optimizer,
            data,
            None if validation is None else self._validation(*validation, features=x.shape[1]),
            epochs=self.epochs,
            batch=self.batch,
            checkpoints=self.checkpoints,
            batch_streams=[generator(self.seed, "batches")],
        )
        if self.weights == "best":
            self.network.parameters[...] = self.history.best_parameters
        self.network = copy.copy(self.network)  # without the arrays of the steps, the samples among them
        return self

    def predict_proba(self, X: ArrayLike) -> Array:
        """Probabilities (samples, classes), columns in the order of `classes_`; in any number of threads at once."""
        if not hasattr(self, "network"):
            raise ValueError("there is nothing to predict with: call fit first")
        x = self._columns(X, self.network.widths[0])
        forward, loss = self.network.evaluator(), SoftmaxCrossEntropy(self.dtype)
        p: Array = np.empty((x.shape[2], len(self.classes_)), self.dtype)
        with one_blas_thread():
            for part in self.network.pieces(len(p)):
                p[part] = loss.probabilities(forward(with_ones(x[:, :, part])))[0].T
        return p

    def predict(self, X: ArrayLike) -> Array:
        """The most probable label of each row of X: (samples,)."""
        codes = self.predict_proba(X).argmax(axis=1)
        labels: Array = self.classes_[codes]
        return labels

    def score(self, X: ArrayLike, y: ArrayLike) -> float:
        """The accuracy on X and y: a fraction."""
        predicted = self.predict(X)
        return float(np.mean(predicted == _labels(y, len(predicted))))

    def _network(self, features: int) -> Network:
        widths = [features, *self.hidden, len(self.classes_)]
        network = Network(
            widths,
            activation=self.activation,
            penalties=[L1(self.l1), L2(self.l2), *self.penalties],
            dropout=self.dropout,
            dropout_streams=[[bits(self.seed, "dropout", i)] for i in range(len(self.hidden))],
            dtype=self.dtype,
        )
        network.initialize([[generator(self.seed, "init", i)] for i in range(len(widths) - 1)], self.init)
        return network

    def _validation(self, X: ArrayLike, y: ArrayLike, features: int) -> Data:
        x = self._columns(X, features)
        labels = _labels(y, x.shape[2])
        if not np.isin(labels, self.classes_).all():
            raise ValueError("validation: a label that does not occur in y")
        return Data(x, np.searchsorted(self.classes_, labels)[np.newaxis], len(self.classes_), self.dtype)

    def _columns(self, X: ArrayLike, features: int | None = None) -> Array:
        """(samples, features) of any numeric type to (1, features, samples) of the network's."""
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused as such
            x: Array = np.asarray(X, dtype=np.float64).astype(self.dtype)
        if x.ndim != 2 or x.size == 0:
            raise ValueError(f"X: expected shape (samples, features), both >= 1, got {x.shape}")
        if features is not None and x.shape[1] != features:
            raise ValueError(f"X: expected {features} features, as in fit, got {x.shape[1]}")
        if not np.isfinite(x).all():
            raise ValueError(f"X: contains values that are not finite in {np.dtype(self.dtype).name}")
        return x.T[np.newaxis]


def _labels(y: ArrayLike, samples: int) -> Array:
    """One label for each sample, of any type: (samples,)."""
    labels = np.asarray(y)
    if labels.shape != (samples,):
        raise ValueError(f"y: expected {samples} labels, one for each row of X, got shape {labels.shape}")
    return labels
