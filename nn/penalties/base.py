"""What all penalties share: strength times a sum over the penalized parameters, and its gradient."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from nn.arrays import Array, Real, per_run
from nn.components import NOT_NEGATIVE, Component, setting, settings_of


@dataclass(frozen=True)
class Penalty(Component):
    """strength * sum of f(w) over the penalized parameters.

    `strength`: a finite number >= 0, or one for each run, as an array of shape (runs,) or (runs, 1). To write a penalty
    of your own, subclass this and write f and f'.
    """

    strength: Real = setting(0.0, NOT_NEGATIVE, "strength")
    constant: ClassVar[float] = 1  # the factor in f'(w) that does not depend on w

    def __post_init__(self) -> None:
        self.check("strength")  # which may also have the shape (runs,)
        if not NOT_NEGATIVE.contains(self.strength):
            who = type(self).__name__
            raise ValueError(f"{who} strength: expected finite numbers >= 0, got {np.ravel(self.strength)}")

    def terms(self, w: Array) -> Array:
        """f(w)."""
        raise NotImplementedError

    def slopes(self, w: Array, work: Array) -> Array:
        """f'(w) without its constant factor; `work` is an array of the same shape to write it into."""
        raise NotImplementedError


class PenaltyTerm:
    """A penalty as a part of one network's loss, each run with its own strength.

    `penalized`: 1 where a parameter takes part and 0 elsewhere, shape (n_parameters,).
    """

    def __init__(self, penalty: Penalty, penalized: Array, runs: int, dtype: type) -> None:
        strengths = per_run(penalty.strength, runs, type(penalty).__name__)
        self._strengths = strengths
        self._penalized = penalized.astype(bool)
        # Runs without this penalty are left alone: adding their zeros would turn -0.0 into 0.0.
        self._runs: slice | Array = slice(None) if np.all(strengths > 0) else np.flatnonzero(strengths)
        self.penalty = _of_runs(penalty, self._runs)
        self._factors: Array = (penalty.constant * strengths * penalized).astype(dtype)[self._runs]
        self._work: Array = np.empty_like(self._factors)

    def value(self, parameters: Array) -> Array:
        """Its part of the loss, float64 of shape (runs,)."""
        # In C order: a boolean index may lay the runs out side by side, and sums along them round differently.
        w = parameters[self._runs][:, self._penalized].astype(np.float64, order="C")
        total = np.zeros(len(parameters))
        total[self._runs] = self._strengths[self._runs, 0] * self.penalty.terms(w).sum(axis=1)
        return total

    def add_gradient(self, parameters: Array, gradients: Array) -> None:
        """Add its part of the gradient to `gradients`; both arrays have shape (runs, n_parameters)."""
        if not len(self._factors):
            return
        slopes = self.penalty.slopes(parameters[self._runs], self._work)
        np.multiply(slopes, self._factors, out=self._work)
        if isinstance(self._runs, slice):
            np.add(gradients, self._work, out=gradients)
        else:
            gradients[self._runs] += self._work


def _of_runs(penalty: Penalty, runs: slice | Array) -> Penalty:
    """The penalty with the settings of these runs, where it has one for each run of a stack."""
    own = {declared.name: getattr(penalty, declared.name) for declared in settings_of(type(penalty))}
    return replace(penalty, **{name: value[runs] for name, value in own.items() if np.ndim(value) == 2})
