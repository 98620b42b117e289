"""What all update rules share: the learning rate of the step, the step count, and work arrays made once."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.arrays import Array, Real, aligned, realigned
from nn.components import NOT_NEGATIVE, POSITIVE, Component, setting
from nn.schedules import Rate


def learning_rate(default: float) -> Any:
    """The setting that every rule has."""
    return setting(default, POSITIVE, "learning rate")


def epsilon(default: float) -> Any:
    """What keeps the denominators of adaptive rules away from 0."""
    return setting(default, POSITIVE, "added to the root in the denominator")


def weight_decay(default: float) -> Any:
    """The setting of rules that decay weights themselves (see `decay_weights`)."""
    return setting(default, NOT_NEGATIVE, "decoupled weight decay: lr times this share of a parameter goes in a step")


def state() -> Any:
    """A dataclass field for an array that a rule remembers from step to step; zeros before the first.

    Also for one more array to work in, which it need not remember.
    """
    return dataclasses.field(init=False, repr=False, compare=False, metadata={"state": True})


@dataclass(eq=False)
class Optimizer(Component):
    """A rule that changes the parameters in place, given their gradients; both arrays have shape (runs, n_parameters).

    Every setting is a number, or an array of shape (runs, 1) with one for each run of a stack. `lr`: a learning rate
    above 0, or any callable that takes the step, counted from 0, and gives its rate.

    To write a rule of your own, subclass this, declare its settings and the arrays that it remembers, and write
    `update`; it then works on one network and on a stack of a thousand.
    """

    lr: Rate = setting(dataclasses.MISSING, POSITIVE, "learning rate")  # each rule has a default of its own

    def __post_init__(self) -> None:
        scheduled = callable(self.lr) and not isinstance(self.lr, type)
        self.check(*(["lr"] if scheduled else []))  # a schedule answers for its rates itself
        self.reset()

    def reset(self) -> None:
        """Forget everything but the settings, as before the first step."""
        self.t = 0
        self._work: Array | None = None
        for name in self._state():
            if hasattr(self, name):
                delattr(self, name)

    def step(self, parameters: Array, gradients: Array) -> None:
        """Take step t, with the learning rate of step t."""
        if self._work is None:
            self._work = aligned(parameters.shape, parameters.dtype)
            for name in self._state():
                if not hasattr(self, name):
                    setattr(self, name, aligned(parameters.shape, parameters.dtype))
        rate = self.lr(self.t) if callable(self.lr) else self.lr
        self.update(parameters, gradients, cast(rate, parameters), self._work)
        self.t += 1
        if self.t % 100 == 0:
            flush(parameters, *(getattr(self, name) for name in self._state()))

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        """Change `p` in place; `work` is an array of the same shape to write intermediate results into."""
        raise NotImplementedError

    def _state(self) -> list[str]:
        return [field.name for field in dataclasses.fields(self) if "state" in field.metadata]

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_work": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():  # one by one: where Python has made a dict of them, each access takes longer
            setattr(self, name, realigned(value) if name in self._state() else value)


def cast(value: Real, like: Array) -> Array:
    """A hyperparameter in the parameters' dtype: float64 beside float32 would turn whole products into float64."""
    return np.asarray(value, like.dtype)


def moving_average(mean: Array, share: Real, new: Array, work: Array) -> None:
    """mean <- share mean + (1 - share) new, in place; `new` may be `work`, which is written into."""
    np.multiply(mean, cast(share, mean), out=mean)
    np.multiply(new, cast(1 - share, mean), out=work)
    np.add(mean, work, out=mean)


def decay_weights(p: Array, decay: Real, lr: Real, work: Array) -> None:
    """p <- p - lr decay p: what L2 does to gradient descent (lr 2 l2 = lr decay), whatever the rule does besides."""
    np.multiply(p, lr * cast(decay, p), out=work)
    np.subtract(p, work, out=p)


def flush(*arrays: Array) -> None:
    """Set what is negligibly small to zero, NaN excepted: below 1e-30 in float32, 1e-300 in float64.

    A penalty lets the weights of a dead unit, and their moments, shrink for ever. Left alone they would become
    subnormal, and processors take a hundred times as long over subnormal numbers.
    """
    for array in arrays:
        array[np.abs(array) < 1e8 * np.finfo(array.dtype).tiny] = 0
