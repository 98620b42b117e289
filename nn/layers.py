"""The layers: what each computes forward, and the chain rule backward.

Forward passes take and return activations of shape (runs, features + 1, samples), the last row ones;
backward passes take and return the loss's gradient with respect to them, (runs, features, samples), without
that row. Both work in place where they can, so an array given to a layer belongs to it until the next step.
"""

from collections.abc import Sequence

import numpy as np

from nn.arrays import Array, Buffers


class Dense:
    """z = W x + b for every run.

    `weights` and `gradients` are views of shape (runs, outputs, inputs + 1); the last column is b.
    """

    def __init__(self, weights: Array, gradients: Array, *, first: bool = False) -> None:
        self.weights, self.gradients, self.first = weights, gradients, first
        self._transposed = weights[:, :, :-1].mT
        self._outputs, self._input_gradients = Buffers(weights.dtype), Buffers(weights.dtype)

    def forward(self, x: Array, training: bool) -> Array:
        self._x = x
        runs, outputs, _ = self.weights.shape
        z = self._outputs[runs, outputs + 1, x.shape[2]]
        np.matmul(self.weights, x, out=z[:, :-1])
        return z

    def backward(self, g: Array) -> Array:
        """With g = dL/dz: dL/dW = g x^T (the row of ones in x makes its last column dL/db), dL/dx = W^T g.

        The first layer's dL/dx is of no use to anyone; it returns g unchanged.
        """
        np.matmul(g, self._x.mT, out=self.gradients)
        if self.first:
            return g
        runs, inputs, _ = self._transposed.shape
        return np.matmul(self._transposed, g, out=self._input_gradients[runs, inputs, g.shape[2]])


class ReLU:
    """h = max(z, 0), as z times the gate [z > 0], which is also its derivative (0 at z = 0).

    NaN stays NaN. The gate has the dtype of z, because NumPy multiplies floats by floats several times
    faster than by booleans.
    """

    def __init__(self, dtype: type) -> None:
        self._positive, self._gates = Buffers(np.bool_), Buffers(dtype)

    def forward(self, z: Array, training: bool) -> Array:
        self._gate = self._gates[z.shape]
        np.copyto(self._gate, np.greater(z, 0, out=self._positive[z.shape]))
        np.multiply(z, self._gate, out=z)  # the row of ones stays: 1 > 0
        return z

    def backward(self, g: Array) -> Array:
        """dL/dz = dL/dh [z > 0]."""
        return np.multiply(g, self._gate[:, :-1], out=g)


class Dropout:
    """Inverted dropout: in training each unit is kept with probability 1 - rate and divided by it.

    At evaluation it is the identity. (Srivastava et al. 2014, section 10; "inverted" as in CS231n.)
    A unit is kept if its 16 random bits are not below rate * 65,536, so the rate is met to 1 / 131,072, and
    the divisor is the probability actually used. Every step takes whole 64-bit words from each run's stream.

    `rate`: float64 of shape (runs, 1), in [0, 1). `streams`: one bit generator for each run.
    """

    def __init__(self, rate: Array, streams: Sequence[np.random.BitGenerator], dtype: type) -> None:
        if not np.all((rate >= 0) & (rate < 1)):
            raise ValueError(f"dropout rate: expected 0 <= rate < 1, got {rate.ravel()}")
        # At least one of the 65,536 outcomes keeps the unit, so that the divisor is never zero.
        threshold = np.minimum(np.rint(rate * 65_536), 65_535)
        self._threshold = threshold.astype(np.uint16)[:, :, np.newaxis]
        self._scale = (1 / (1 - threshold / 65_536)).astype(dtype)[:, :, np.newaxis]
        self._words = RandomWords(streams)
        self._kept, self._masks = Buffers(np.bool_), Buffers(dtype)

    def forward(self, h: Array, training: bool) -> Array:
        if not training:
            return h
        runs, features, samples = h.shape[0], h.shape[1] - 1, h.shape[2]
        words = self._words.draw(-(-features * samples // 4))
        bits = words.view(np.uint16)[:, : features * samples].reshape(runs, features, samples)
        kept = np.greater_equal(bits, self._threshold, out=self._kept[bits.shape])
        self._mask = np.multiply(kept, self._scale, out=self._masks[bits.shape])
        np.multiply(h[:, :-1], self._mask, out=h[:, :-1])
        return h

    def backward(self, g: Array) -> Array:
        """dL/dx = dL/dh times the same mask."""
        np.multiply(g, self._mask, out=g)
        return g


class RandomWords:
    """64-bit random words of many runs, drawn in bulk because a call costs as much as hundreds of words.

    Run r's words come from its own stream in order, so it makes no difference how many are drawn at once.
    """

    _BULK = 4096

    def __init__(self, streams: Sequence[np.random.BitGenerator]) -> None:
        self._streams = streams
        self._pool = np.empty((len(streams), 0), np.uint64)
        self._used = 0

    def draw(self, count: int) -> Array:
        """The next `count` words of every run, uint64 of shape (runs, count)."""
        if self._used + count > self._pool.shape[1]:
            bulk = max(self._BULK, count)
            fresh = [stream.random_raw(bulk) for stream in self._streams]
            self._pool = np.concatenate([self._pool[:, self._used :], fresh], axis=1)
            self._used = 0
        self._used += count
        words: Array = self._pool[:, self._used - count : self._used]
        return words


Layer = Dense | ReLU | Dropout
