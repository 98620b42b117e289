"""The layers: what each computes forward, and the chain rule backward.

Forward passes take and return activations of shape (runs, features + 1, samples), the last row ones. Backward
passes take and return the loss's gradient with respect to them, in arrays of the same shape whose last row means
nothing. Both work in place where they can, so an array given to a layer belongs to it until the next step; and on
whole arrays, last row included, because NumPy is several times faster where memory has no gaps.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.arrays import Array, Buffers, lie_as_rows
from nn.products import GROUP, multiply, multiply_by_transpose


class Dense:
    """z = W x + b for every run.

    `weights` and `gradients` are views of shape (runs, outputs, inputs + 1); the last column is b.
    """

    def __init__(self, weights: Array, gradients: Array, *, first: bool = False) -> None:
        self.weights, self.gradients, self.first = weights, gradients, first
        self._transposed = weights[:, :, :-1].mT
        self._outputs = Buffers(weights.dtype)

    def forward(self, x: Array, training: bool) -> Array:
        """z, with x kept for the way back."""
        self._x = x
        runs, outputs, _ = self.weights.shape
        z = self._outputs[runs, outputs + 1, x.shape[2]]
        if self.first and lie_as_rows(x):
            multiply_by_transpose(self.weights, x.mT, z[:, :-1], GROUP)
        else:
            multiply(self.weights, x, out=z[:, :-1])
        return z

    def backward(self, g: Array) -> Array:
        """With g = dL/dz: dL/dW = g x^T (the row of ones in x makes its last column dL/db), dL/dx = W^T g.

        After dL/dW nobody needs x, so dL/dx takes its place: less memory is touched, more of it stays in the cache.
        The first layer's dL/dx is of no use to anyone; it returns x.
        """
        g = g[:, : self.weights.shape[1]]
        if self.first and lie_as_rows(self._x):
            multiply(g, self._x.mT, self.gradients, GROUP)
        else:
            multiply_by_transpose(g, self._x, out=self.gradients)
        if not self.first:
            multiply(self._transposed, g, out=self._x[:, :-1])
        return self._x


class Gated:
    """Base of what multiplies each unit's gradient by a number of its own, which its forward pass has left in a gate.

    A gate has the dtype of z, because NumPy multiplies floats by floats several times faster than by booleans. Its last
    row is 1: so the row of ones stays, in z now and through backward, which shares z's memory.
    """

    _gate: Array

    def __init__(self, dtype: type) -> None:
        self._gates, self._open = Buffers(dtype), Buffers(np.bool_)

    def forward(self, z: Array, training: bool) -> Array:
        """h, with the gate left for the way back. `training`: whether units are dropped, where a layer does that."""
        raise NotImplementedError

    def backward(self, g: Array) -> Array:
        """dL/dz = dL/dh times the gate."""
        return np.multiply(g, self._gate, out=g)


class ReLU(Gated):
    """h = max(z, 0), as z times the gate [z > 0], which is also its derivative (0 at z = 0). NaN stays NaN."""

    def forward(self, z: Array, training: bool) -> Array:
        self._gate = self._gates[z.shape]
        np.copyto(self._gate, np.greater(z, 0, out=self._open[z.shape]))
        return np.multiply(z, self._gate, out=z)  # the row of ones stays: 1 > 0


class LeakyReLU(Gated):
    """h = z where z > 0, else 0.01 z (Maas, Hannun & Ng 2013; PyTorch's slope too, Keras has another)."""

    def forward(self, z: Array, training: bool) -> Array:
        self._gate = self._gates[z.shape]
        np.copyto(self._gate, np.greater(z, 0, out=self._open[z.shape]))
        np.maximum(self._gate, 0.01, out=self._gate)
        return np.multiply(z, self._gate, out=z)


class Tanh(Gated):
    """h = tanh(z), with derivative 1 - h^2 (LeCun et al. 1998, section 4.4, without their 1.7159 and 2/3)."""

    def forward(self, z: Array, training: bool) -> Array:
        np.tanh(z, out=z)
        z[:, -1] = 1
        if training:
            self._gate = self._gates[z.shape]
            np.multiply(z, z, out=self._gate)
            np.subtract(1, self._gate, out=self._gate)
            self._gate[:, -1] = 1
        return z


ACTIVATIONS: dict[str, type[Gated]] = {"relu": ReLU, "leaky-relu": LeakyReLU, "tanh": Tanh}


class DropoutMask:
    """Inverted dropout: in training each unit is kept with probability 1 - rate and divided by it.

    (Srivastava et al. 2014, section 10; "inverted" as in CS231n.)
    A unit is kept if its 16 random bits are not below rate * 65,536, so the rate is met to 1 / 131,072, and
    the divisor is the probability actually used. Every step takes whole 64-bit words from each run's stream.

    `rate`: float64 of shape (runs, 1), in [0, 1). `streams`: one bit generator for each run.
    `scale`: what kept units are multiplied by, (runs, 1, 1).
    """

    def __init__(self, rate: Array, streams: Sequence[np.random.BitGenerator], dtype: type) -> None:
        if not np.all((rate >= 0) & (rate < 1)):
            raise ValueError(f"dropout rate: expected 0 <= rate < 1, got {rate.ravel()}")
        # At least one of the 65,536 outcomes keeps the unit, so that the divisor is never zero.
        threshold = np.minimum(np.rint(rate * 65_536), 65_535)
        self._threshold = threshold.astype(np.uint16)[:, :, np.newaxis]
        self.scale = (1 / (1 - threshold / 65_536)).astype(dtype)[:, :, np.newaxis]
        self._words, self._kept = RandomWords(streams), Buffers(np.bool_)

    def draw(self, runs: int, features: int, samples: int) -> Array:
        """Whether each unit is kept in this step, in a buffer that the next call overwrites."""
        words = self._words.draw(-(-features * samples // 4))
        bits = words.view(np.uint16)[:, : features * samples].reshape(runs, features, samples)
        kept: Array = np.greater_equal(bits, self._threshold, out=self._kept[bits.shape])
        return kept


class ReLUDropout(ReLU):
    """ReLU and then dropout. Both are products with a mask, so their masks are one gate: [z > 0] [kept] / (1 - rate).

    At evaluation it is ReLU.
    """

    def __init__(self, mask: DropoutMask, dtype: type) -> None:
        super().__init__(dtype)
        self._mask = mask

    def forward(self, z: Array, training: bool) -> Array:
        if not training:
            return super().forward(z, training)
        kept = self._mask.draw(z.shape[0], z.shape[1] - 1, z.shape[2])
        is_open = np.greater(z, 0, out=self._open[z.shape])
        np.logical_and(is_open[:, :-1], kept, out=is_open[:, :-1])
        self._gate = self._gates[z.shape]
        np.copyto(self._gate, is_open)
        np.multiply(self._gate, self._mask.scale, out=self._gate)
        self._gate[:, -1] = 1
        return np.multiply(z, self._gate, out=z)


class Dropout(Gated):
    """Dropout behind any activation; at evaluation, nothing."""

    def __init__(self, mask: DropoutMask, dtype: type) -> None:
        super().__init__(dtype)
        self._mask = mask

    def forward(self, z: Array, training: bool) -> Array:
        if not training:
            return z
        self._gate = self._gates[z.shape]
        np.copyto(self._gate[:, :-1], self._mask.draw(z.shape[0], z.shape[1] - 1, z.shape[2]))
        np.multiply(self._gate, self._mask.scale, out=self._gate)
        self._gate[:, -1] = 1
        return np.multiply(z, self._gate, out=z)


class RandomWords:
    """64-bit random words of many runs, drawn in bulk because a call costs as much as hundreds of words.

    Run r's words come from its own stream in order, so it makes no difference how many are drawn at once. Copies go on
    with the words that are left.
    """

    _BULK = 4096

    def __init__(self, streams: Sequence[np.random.BitGenerator]) -> None:
        self._streams = streams
        self._pool = np.empty((len(streams), self._BULK), np.uint64)
        self._used = self._BULK

    def draw(self, count: int) -> Array:
        """The next `count` words of every run, uint64 of shape (runs, count); the next call overwrites them."""
        if self._used + count > self._pool.shape[1]:
            self._refill(count)
        self._used += count
        words: Array = self._pool[:, self._used - count : self._used]
        return words

    def _refill(self, count: int) -> None:
        """Move the words that are left to the front and draw new ones behind them."""
        left = self._pool[:, self._used :]
        if (size := max(count, self._BULK)) > self._pool.shape[1]:
            self._pool = np.empty((len(self._streams), size), np.uint64)
        self._pool[:, : left.shape[1]] = left
        for words, stream in zip(self._pool[:, left.shape[1] :], self._streams, strict=True):
            words[:] = stream.random_raw(len(words))
        self._used = 0

    def __getstate__(self) -> dict[str, Any]:
        return {"_streams": self._streams, "_pool": self._pool[:, self._used :].copy(), "_used": 0}


Layer = Dense | Gated


def activation_layers(name: str, mask: DropoutMask | None, dtype: type) -> list[Layer]:
    """What follows a hidden Dense layer: an activation, and dropout where there is a mask."""
    if mask is None:
        return [ACTIVATIONS[name](dtype)]
    return [ReLUDropout(mask, dtype)] if name == "relu" else [ACTIVATIONS[name](dtype), Dropout(mask, dtype)]
