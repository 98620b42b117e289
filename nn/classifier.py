"""A friendly front for one network: fit, predict, predict_proba, score, with samples as rows, as in scikit-learn."""

import copy
import warnings
from collections.abc import Iterator, Sequence
from numbers import Integral, Real
from os import PathLike
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from nn import optimizers
from nn.arrays import Array, padded, with_ones
from nn.components import components_of
from nn.conventions import Estimator, NotFitted, known_to_sklearn
from nn.inputs import are_names, check_columns, column_names, columns, table
from nn.labels import classes_of, labels
from nn.losses import SoftmaxCrossEntropy
from nn.network import Network
from nn.optimizers import Adam, Optimizer
from nn.penalties import L1, L2, Penalty
from nn.saving import load, save
from nn.streams import bits, generator
from nn.threads import one_blas_thread
from nn.training import Data, History, train

RULES = components_of(optimizers, Optimizer)


class Classifier(Estimator):
    """A multi-layer perceptron for classification.

    `hidden`: widths of the hidden layers; `activation`: as in `Network`. `optimizer`: one of `nn.optimizers`, whose
    settings are used and not its state, or its name, as "adam" for `Adam()`; None is `Adam(0.05)`. `l1`, `l2`:
    strengths of these penalties on the weights, and `penalties`: any others; `dropout`: rate after each hidden layer,
    in [0, 1). `epochs`, `batch` (None: the whole training set) say how to train; `init` as in `Network.initialize`.
    `weights`: those to end with, of the "last" epoch or of the "best" of so many `checkpoints` by validation accuracy
    (early stopping; Prechelt 1998). `seed`: an integer >= 0 that all randomness comes from; `random_state`: the same,
    where it is not None, or what one is drawn from in each fit, as scikit-learn's ensembles set it.

    All of it is checked in `fit`, which starts anew each time, and leaves `network`, `history` (the learning curves;
    NaN for validation, if there is none), `classes_` (the labels in sorted order), `n_features_in_` and, where the
    columns of X have names, `feature_names_in_`. A fitted classifier answers any number of threads at once.
    """

    def __init__(
        self,
        hidden: Sequence[int] | int = (64,),
        optimizer: Optimizer | str | None = None,
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
        random_state: int | np.random.Generator | np.random.RandomState | None = None,
        dtype: type = np.float32,
    ) -> None:
        self.hidden, self.optimizer, self.activation = hidden, optimizer, activation
        self.l1, self.l2, self.penalties, self.dropout = l1, l2, penalties, dropout
        self.epochs, self.batch, self.init, self.dtype = epochs, batch, init, dtype
        self.checkpoints, self.weights, self.seed, self.random_state = checkpoints, weights, seed, random_state

    def fit(self, X: ArrayLike, y: ArrayLike, validation: tuple[ArrayLike, ArrayLike] | None = None) -> Self:
        """Train on X (samples, features) and y (samples,), labels of any type; returns self.

        `validation`: another such pair, evaluated along the way. Raises ValueError for settings that are not allowed,
        shapes that do not match, values that are not finite, missing or continuous labels, fewer than two classes, and
        for the best weights without `validation`. Warns of a training that diverged.
        """
        if self.weights not in ("last", "best"):
            raise ValueError(f'weights: expected "last" or "best", got {self.weights!r}')
        if self.weights == "best" and validation is None:
            raise ValueError('weights = "best": expected validation, which tells the best')
        rows, names = table(X), column_names(X)
        classes, codes = classes_of(labels(y, len(rows)))
        seed = _whole("seed", self.seed, 0) if self.random_state is None else _drawn(self.random_state)
        network, rule = self._untrained(rows.shape[1], len(classes), seed), self._rule()
        data = Data(columns(rows, self.dtype, X), codes[np.newaxis], len(classes), self.dtype)
        held_out = None if validation is None else self._held_out(validation, names, rows.shape[1], classes)
        history = train(
            network,
            rule,
            data,
            held_out,
            epochs=_whole("epochs", self.epochs),
            batch=None if self.batch is None else _whole("batch", self.batch),
            checkpoints=_whole("checkpoints", self.checkpoints),
            batch_streams=[generator(seed, "batches")],
        )
        best = int(history.best_epoch[0]) if self.weights == "best" else 0
        if best:
            network.parameters[...] = history.best_parameters
        if history.diverged_at[0]:
            _warn_of_divergence(int(history.diverged_at[0]), best)
        self._keep(copy.copy(network), history, names, classes)  # without the arrays of the steps, and samples in them
        return self

    def _keep(self, network: Network, history: History, names: list[Any] | None, classes: Array) -> None:
        """Remember what was learned, and nothing of an earlier fit."""
        self._network, self._history, self._names = network, history, names
        self.classes_, self.n_features_in_ = classes, network.widths[0]
        vars(self).pop("feature_names_in_", None)
        if are_names(names):
            self.feature_names_in_ = np.array(names, object)

    @property
    def network(self) -> Network:
        """The trained network, a stack of one."""
        self._check_fitted()
        return self._network

    @property
    def history(self) -> History:
        """What training recorded."""
        self._check_fitted()
        return self._history

    def predict_proba(self, X: ArrayLike) -> Array:
        """Probabilities (samples, classes), columns in the order of `classes_`.

        Raises ValueError for other columns than those of `fit`, for values that are not finite, also in what they
        lead to, and after a training that left no weights.
        """
        rows = self._table(X)
        p: Array = np.empty((len(rows), len(self.classes_)), self.network.dtype)
        for part, own in self._probabilities(rows, X):
            p[part] = own
        return p

    def predict(self, X: ArrayLike) -> Array:
        """The most probable label of each row of X: (samples,). Raises ValueError as `predict_proba`."""
        rows = self._table(X)
        codes = np.empty(len(rows), np.intp)
        for part, own in self._probabilities(rows, X):
            codes[part] = own.argmax(axis=1)
        predicted: Array = self.classes_[codes]
        return predicted

    def score(self, X: ArrayLike, y: ArrayLike) -> float:
        """The accuracy on X and y: a fraction. Raises ValueError also for labels that are none, or of another type."""
        predicted = self.predict(X)
        return float(np.mean(predicted == labels(y, len(predicted), self.classes_)))

    def save(self, path: str | PathLike[str]) -> None:
        """Write an NPZ file with settings, weights and history, which `load` reads and nothing in it can execute.

        Raises ValueError for settings and labels that only a pickle can hold: rules of one's own, functions, say.
        """
        save(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """The classifier that `save` wrote there, with the same predictions; its network holds what these need.

        Raises ValueError for any other file.
        """
        loaded: Self = load(path, cls)
        return loaded

    def _table(self, X: ArrayLike) -> Array:
        """X as a table with the columns of fit, and weights to take it to."""
        self._check_fitted()
        if not np.isfinite(self._network.parameters).all():
            raise ValueError("there is nothing to predict with: training diverged, and the weights are not finite")
        rows = table(X)
        check_columns(rows, column_names(X), self.n_features_in_, self._names)
        return rows

    def _probabilities(self, rows: Array, X: ArrayLike) -> Iterator[tuple[slice, Array]]:
        """Slices of the rows and their probabilities (samples, classes), in an array that the next ones overwrite.

        Padded, small products give a row the same bits whatever is beside it.
        """
        network = self._network
        forward, loss = network.evaluator(), SoftmaxCrossEntropy(network.dtype)
        for part in network.pieces(len(rows)):
            x = columns(rows[part], network.dtype, X, part.start)
            with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
                p = loss.probabilities(forward(padded(with_ones(x))))[0, :, : x.shape[2]].T
            if np.isnan(p).any():
                row = part.start + np.flatnonzero(np.isnan(p).any(axis=1))[0]
                raise ValueError(f"X: row {row} is too large for these weights: its probabilities are not finite")
            yield part, p

    def _check_fitted(self) -> None:
        if not hasattr(self, "classes_"):
            raise known_to_sklearn("NotFittedError", NotFitted)("there is nothing to predict with: call fit first")

    def _component(self, name: str) -> Any:
        value = getattr(self, name)
        if name != "optimizer":
            return value
        return Adam(0.05) if value is None else RULES[value]() if isinstance(value, str) and value in RULES else value

    def _rule(self) -> Optimizer:
        """The optimizer, as before its first step, and no other classifier's."""
        rule = copy.deepcopy(self._component("optimizer"))
        if not isinstance(rule, Optimizer):
            raise ValueError(f"optimizer: expected an nn.Optimizer or a name ({', '.join(RULES)}), got {rule!r}")
        rule.reset()
        return rule

    def _untrained(self, features: int, classes: int, seed: int) -> Network:
        widths = [features, *_widths(self.hidden), classes]
        if not isinstance(self.penalties, (tuple, list)) or not all(isinstance(own, Penalty) for own in self.penalties):
            raise ValueError(f"penalties: expected a list of nn's penalties, as [nn.L2(1e-4)], got {self.penalties!r}")
        for name in ("l1", "l2", "dropout"):
            if not isinstance(getattr(self, name), Real):
                raise ValueError(f"{name}: expected a number, got {getattr(self, name)!r}")
        network = Network(
            widths,
            activation=self.activation,
            penalties=[L1(self.l1), L2(self.l2), *self.penalties],
            dropout=self.dropout,
            dropout_streams=[[bits(seed, "dropout", i)] for i in range(len(widths) - 2)],
            dtype=self.dtype,
        )
        network.initialize([[generator(seed, "init", i)] for i in range(len(widths) - 1)], self.init)
        return network

    def _held_out(self, validation: Any, names: list[Any] | None, features: int, classes: Array) -> Data:
        """The validation set, which must be like the training set."""
        if not isinstance(validation, (tuple, list)) or len(validation) != 2:
            raise ValueError(f"validation: expected a pair (X, y), got {type(validation).__name__}")
        X, y = validation
        rows = table(X)
        check_columns(rows, column_names(X), features, names)
        values = labels(y, len(rows), classes)
        if not np.isin(values, classes).all():
            raise ValueError("validation: a label that does not occur in y")
        codes = np.searchsorted(classes, values)
        return Data(columns(rows, self.dtype, X), codes[np.newaxis], len(classes), self.dtype)


def _widths(hidden: Any) -> list[int]:
    widths = [hidden] if isinstance(hidden, Integral) else list(hidden) if np.ndim(hidden) == 1 else [hidden]
    return [_whole("hidden", width) for width in widths]


def _whole(name: str, value: Any, least: int = 1) -> int:
    if not isinstance(value, Integral) or isinstance(value, bool) or int(value) < least:
        raise ValueError(f"{name}: expected a whole number >= {least}, got {value!r}")
    return int(value)


def _drawn(random_state: Any) -> int:
    """A seed, as scikit-learn has it: the number itself, or the next that a generator draws."""
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    return _whole("random_state", random_state, 0)


def _warn_of_divergence(epoch: int, best: int) -> None:
    kept = f"its weights are those of epoch {best}" if best else "it has no weights to predict with"
    remedy = "a smaller learning rate, standardized features or a weaker penalty may help"
    message = f"training diverged (a loss or a weight was not finite at epoch {epoch}), and {kept}; {remedy}"
    warnings.warn(message, known_to_sklearn("ConvergenceWarning", UserWarning), stacklevel=3)
