"""A stack of multi-layer perceptrons: layers in order over one flat parameter array."""

import numbers
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from nn.arrays import Array, Real, aligned, per_run, pieces, realigned
from nn.layers import ACTIVATIONS, Dense, DropoutMask, Layer, activation_layers
from nn.losses import SoftmaxCrossEntropy
from nn.penalties import Penalty, PenaltyTerm

Scale = float | str


class Network:
    """`runs` networks of equal shape: Dense, activation and Dropout for each hidden width, then Dense and softmax.

    `widths`: input features, hidden widths (any number, also none: a linear model), classes. `activation`: "relu",
    "leaky-relu" or "tanh".
    `penalties`: what is added to the loss. `penalize`: the layers that they reach, "all" or "first"; `penalize_biases`:
    whether their biases are penalized too. `dropout`: the rate after each hidden layer, a number or one for each run.
    `dropout_streams`: for each hidden layer one bit generator per run (`nn.streams`); needed if any rate is > 0.

    `parameters` and `gradients` have shape (runs, n_parameters); the layers hold views into them. Copies and pickles
    are whole: they have views of their own, and training goes on as it would have. Only `gradients` begin as zeros.
    """

    def __init__(
        self,
        widths: Sequence[int],
        *,
        runs: int = 1,
        activation: str = "relu",
        penalties: Sequence[Penalty] = (),
        penalize: str = "all",
        penalize_biases: bool = False,
        dropout: Real = 0.0,
        dropout_streams: Sequence[Sequence[np.random.BitGenerator]] | None = None,
        dtype: type = np.float32,
    ) -> None:
        if len(widths) < 2 or min(widths) < 1:
            raise ValueError(f"widths: expected at least input and output, each >= 1, got {list(widths)}")
        if activation not in list(ACTIVATIONS):  # also what has no hash
            raise ValueError(f"activation: expected one of {', '.join(ACTIVATIONS)}, got {activation!r}")
        if np.dtype(dtype) not in (np.float32, np.float64):
            raise ValueError(f"dtype: expected float32 or float64, got {np.dtype(dtype)}")
        if penalize not in ("all", "first"):
            raise ValueError(f'penalize: expected "all" or "first", got {penalize!r}')
        self.widths, self.runs, self.dtype, self.activation = tuple(widths), runs, dtype, activation
        self.parameters = aligned((runs, parameter_count(widths)), dtype)
        rate = per_run(dropout, runs, "dropout")
        drops, hidden, streams = bool(np.any(rate != 0)), len(widths) - 2, dropout_streams or ()
        if drops and [len(own) for own in streams] != [runs] * hidden:
            raise ValueError(
                f"dropout: a rate above 0 needs dropout_streams, {runs} for each of {hidden} hidden layers"
            )
        self._masks = [DropoutMask(rate, own, dtype) for own in streams] if drops else [None] * hidden
        self._given_penalties, self._penalize = tuple(penalties), (penalize, penalize_biases)
        self._lay_out()

    def _lay_out(self) -> None:
        """Make what lies over the parameters, or works beside them: everything that copies must have of their own."""
        self.gradients = aligned(self.parameters.shape, self.dtype)
        self.weights = dense_views(self.parameters, self.widths)
        self.layers = self._make_layers()
        self.loss = SoftmaxCrossEntropy(self.dtype)
        penalized = self._penalized(*self._penalize)
        self.penalties = [PenaltyTerm(own, penalized, self.runs, self.dtype) for own in self._given_penalties]

    def _make_layers(self) -> list[Layer]:
        layers: list[Layer] = []
        for i, (W, dW) in enumerate(zip(self.weights, dense_views(self.gradients, self.widths), strict=True)):
            if i > 0:
                layers += activation_layers(self.activation, self._masks[i - 1], self.dtype)
            layers.append(Dense(W, dW, first=i == 0))
        return layers

    def __getstate__(self) -> dict[str, Any]:
        made = {"gradients", "weights", "layers", "loss", "penalties"}
        return {name: value for name, value in vars(self).items() if name not in made}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self.parameters = realigned(self.parameters)
        self._lay_out()

    def initialize(
        self, streams: Sequence[Sequence[np.random.Generator]], scale: Scale | Sequence[Scale] = "he"
    ) -> None:
        """Draw all weights from normal distributions; biases are 0.

        `streams`: for each layer one generator per run. `scale`: the standard deviation, or "he" for sqrt(2 / inputs)
        (He et al. 2015, equation 10), or "glorot" for sqrt(2 / (inputs + outputs)) (Glorot & Bengio 2010, equation 12);
        or a list of these, one for each run.
        """
        scales = scale if isinstance(scale, Sequence) and not isinstance(scale, str) else [scale] * self.runs
        for one in scales:
            if one not in ("he", "glorot") and not (isinstance(one, numbers.Real) and 0 <= one < np.inf):
                raise ValueError(f'initial weights: expected "he", "glorot" or a standard deviation, got {one!r}')
        if len(scales) != self.runs:
            raise ValueError(
                f"initial weights: expected one scale, or {self.runs} (one for each run), got {len(scales)}"
            )
        for W, generators in zip(self.weights, streams, strict=True):
            outputs, inputs = W.shape[1], W.shape[2] - 1
            named = {"he": np.sqrt(2 / inputs), "glorot": np.sqrt(2 / (inputs + outputs))}
            for weights, generator, one in zip(W, generators, scales, strict=True):
                sd = named[one] if isinstance(one, str) else float(one)
                weights[:, :-1] = sd * generator.standard_normal((outputs, inputs))
                weights[:, -1] = 0

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Logits (runs, classes, samples) of inputs (runs, features + 1, samples) whose last row is ones.

        The result is a buffer that the next call overwrites.
        """
        return _through(self.layers, x, training)

    def evaluator(self) -> Callable[[Array], Array]:
        """`forward` as a function with buffers of its own, so that several threads can evaluate one network at once."""
        layers = self._make_layers()
        return lambda x: _through(layers, x, training=False)

    def backward(self, g: Array) -> None:
        """Write to `gradients` what follows from g = dL/dz for the logits z of the last forward pass."""
        for layer in reversed(self.layers):
            g = layer.backward(g)

    def loss_gradient(self, x: Array, y: Array, samples: int | None = None) -> Array:
        """The gradient of the whole loss, penalties included, for one batch in training: (runs, n_parameters).

        `x` as in `forward`, `y` one-hot (runs, classes, samples). If `samples` is given, only so many columns are
        samples; those behind them are padding, which has no part in the loss. Raises ValueError for another number.
        """
        columns = x.shape[2]
        samples = columns if samples is None else samples
        if not 1 <= samples <= columns:
            raise ValueError(f"samples: expected 1 to {columns}, the columns of x, got {samples}")
        parts = self.pieces(columns)
        if len(parts) == 1:
            self._backpropagate(x, y, 0, samples)
        else:
            total = np.zeros_like(self.gradients)
            for part in parts:
                self._backpropagate(x[:, :, part], y[:, :, part], part.start, samples)
                total += self.gradients
            self.gradients[...] = total
        for penalty in self.penalties:
            penalty.add_gradient(self.parameters, self.gradients)
        return self.gradients

    def _backpropagate(self, x: Array, y: Array, start: int, samples: int) -> None:
        """Write to `gradients` what one piece, from column `start` on, contributes to a batch of so many samples."""
        g = self.loss.gradient(self.forward(x, training=True), y, samples)
        if start + x.shape[2] > samples:  # padding
            g[:, :, max(samples - start, 0) :] = 0
        self.backward(g)

    def penalty(self) -> Array:
        """The penalties' part of the loss: float64 (runs,)."""
        total: Array = sum((penalty.value(self.parameters) for penalty in self.penalties), np.zeros(self.runs))
        return total

    def pieces(self, samples: int) -> tuple[slice, ...]:
        """The pieces in which a batch of so many samples goes through the network."""
        return pieces(samples, self.widths)

    def _penalized(self, layers: str, biases: bool) -> Array:
        """1 for each parameter that the penalties reach, 0 for the others: (n_parameters,)."""
        flags: Array = np.zeros((1, parameter_count(self.widths)))
        for i, W in enumerate(dense_views(flags, self.widths)):
            W[:, :, : None if biases else -1] = i == 0 or layers == "all"
        penalized: Array = flags[0]
        return penalized


def _through(layers: Sequence[Layer], x: Array, training: bool) -> Array:
    for layer in layers:
        x = layer.forward(x, training)
    return x[:, :-1]


def parameter_count(widths: Sequence[int]) -> int:
    """Weights and biases of one network."""
    return sum(outputs * (inputs + 1) for inputs, outputs in pairwise(widths))


def working_set(widths: Sequence[int], samples: int, *, dropout: bool = False, itemsize: int = 4) -> int:
    """Bytes that one run touches in a step with so many samples, as far as they count.

    Training is fastest with as many runs in a stack as the processor's second-level cache holds of these, and with
    at least two. `itemsize`: bytes of a number, 4 in float32.
    """
    piece: int = max(part.stop - part.start for part in pieces(samples, tuple(widths)))
    units = sum(width + 1 for width in widths[1:-1])
    per_unit = 2 * itemsize + 1 + (3 if dropout else 0)  # h, its gate, [z > 0]; what dropout keeps and its random bits
    ends = itemsize * (widths[0] + 1 + 3 * widths[-1])  # of a sample: inputs, logits, probabilities, target
    state = 7 * itemsize  # of a parameter: itself, gradient, two moments, penalty, and work arrays of both
    return piece * (units * per_unit + ends) + parameter_count(widths) * state


def dense_views(flat: Array, widths: Sequence[int]) -> list[Array]:
    """(runs, n_parameters) as one view (runs, outputs, inputs + 1) for each Dense layer."""
    views, start = [], 0
    for inputs, outputs in pairwise(widths):
        stop = start + outputs * (inputs + 1)
        views.append(flat[:, start:stop].reshape(len(flat), outputs, inputs + 1))
        start = stop
    return views
