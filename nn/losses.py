"""Softmax and categorical cross-entropy as one function, through log-sum-exp, so that no logit overflows."""

import numpy as np

from nn.arrays import Array, Buffers


class SoftmaxCrossEntropy:
    """L = -log softmax(z)_y, averaged over the samples (Goodfellow et al. 2016, section 6.2.2.3).

    Logits z have shape (runs, classes, samples); targets y are one-hot arrays of that shape.
    """

    def __init__(self, dtype: type) -> None:
        self._exp, self._sum = Buffers(dtype), Buffers(dtype)

    def probabilities(self, z: Array) -> Array:
        """softmax(z) = exp(z - max z) / sum exp(z - max z), in a buffer that the next call overwrites."""
        p, row = self._exp[z.shape], self._sum[z.shape[0], 1, z.shape[2]]
        np.subtract(z, np.maximum.reduce(z, axis=1, keepdims=True, out=row), out=p)
        np.exp(p, out=p)
        np.add.reduce(p, axis=1, keepdims=True, out=row)
        return np.divide(p, row, out=p)

    def gradient(self, z: Array, y: Array, samples: int) -> Array:
        """dL/dz = (softmax(z) - y) / samples, where `samples` counts the batch of which z may be a piece."""
        g = self.probabilities(z)
        np.subtract(g, y, out=g)
        return np.divide(g, samples, out=g)

    @staticmethod
    def values(z: Array, y: Array) -> Array:
        """Every sample's loss, log sum exp(z - max z) - (z_y - max z), float64 of shape (runs, samples)."""
        shifted = (z - z.max(axis=1, keepdims=True)).astype(np.float64)
        log_sum = np.log(np.exp(shifted).sum(axis=1))
        losses: Array = log_sum - np.where(y > 0, shifted, 0).sum(axis=1)  # sum(where=...) takes three times as long
        return losses
