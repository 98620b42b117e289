"""L1 and L2 added to the loss: l1 sum |w| + l2 sum w^2, without 1/2 and without 1/N.

PyTorch's `weight_decay` is 2 l2 and reaches biases too; scikit-learn's `alpha` is 2 l2 times the batch size.
"""

import numpy as np

from nn.arrays import Array, per_run


class Penalty:
    """strength * sum of f(w) over the penalized parameters, each run with its own strength.

    `strength`: a number >= 0 or one for each run. `penalized`: 1 where a parameter takes part and 0 elsewhere,
    shape (n_parameters,).
    """

    constant = 1  # the factor in f'(w) that does not depend on w

    def __init__(self, strength: Array | float, penalized: Array, runs: int, dtype: type) -> None:
        strengths = per_run(strength, runs, type(self).__name__)
        if not np.all((strengths >= 0) & np.isfinite(strengths)):
            raise ValueError(f"{type(self).__name__} strength: expected finite numbers >= 0, got {strengths.ravel()}")
        self._strengths = strengths
        self._penalized = penalized.astype(bool)
        # Runs without this penalty are left alone: adding their zeros would turn -0.0 into 0.0.
        self._runs: slice | Array = slice(None) if np.all(strengths > 0) else np.flatnonzero(strengths)
        self._factors: Array = (self.constant * strengths * penalized).astype(dtype)[self._runs]
        self._work: Array = np.empty_like(self._factors)

    def value(self, parameters: Array) -> Array:
        """Its part of the loss, float64 of shape (runs,)."""
        # In C order: a boolean index may lay the runs out side by side, and sums along them round differently.
        w = parameters[self._runs][:, self._penalized].astype(np.float64, order="C")
        total = np.zeros(len(parameters))
        total[self._runs] = self._strengths[self._runs, 0] * self.terms(w).sum(axis=1)
        return total

    def add_gradient(self, parameters: Array, gradients: Array) -> None:
        """Add its part of the gradient to `gradients`; both arrays have shape (runs, n_parameters)."""
        if not len(self._factors):
            return
        slopes = self.slopes(parameters[self._runs], self._work)
        np.multiply(slopes, self._factors, out=self._work)
        if isinstance(self._runs, slice):
            np.add(gradients, self._work, out=gradients)
        else:
            gradients[self._runs] += self._work

    def terms(self, w: Array) -> Array:
        """f(w)."""
        raise NotImplementedError

    def slopes(self, w: Array, work: Array) -> Array:
        """f'(w) without its constant factor; `work` is an array of the same shape to write it into."""
        raise NotImplementedError


class L1(Penalty):
    """l1 sum |w|, with gradient l1 sign(w), which is 0 at 0."""

    def terms(self, w: Array) -> Array:
        return np.abs(w)

    def slopes(self, w: Array, work: Array) -> Array:
        return np.sign(w, out=work)


class L2(Penalty):
    """l2 sum w^2, with gradient 2 l2 w."""

    constant = 2

    def terms(self, w: Array) -> Array:
        return np.square(w)

    def slopes(self, w: Array, work: Array) -> Array:
        return w
