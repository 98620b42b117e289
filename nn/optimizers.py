"""The update rules: gradient descent, momentum, AdaGrad, Adam.

A rule changes the parameters in place, given their gradients; both are arrays of shape (runs, n_parameters). Each
hyperparameter is a number, or an array of shape (runs, 1) with one for each run of a stack. Conventions
are those of Kinsley & Kukiela, *Neural Networks from Scratch in Python* (2020), chapter 10; each docstring says
where PyTorch, scikit-learn or optax differ.
"""

import numpy as np

from nn.arrays import Array, Real, aligned, checked
from nn.schedules import Constant, Schedule


class Optimizer:
    """What all rules share: the learning rate of the step, the step count, and work arrays made once.

    `lr` is a learning rate > 0, or a schedule. To write a rule of your own, subclass this, name the arrays it
    remembers in `state`, and write `update`; it then works on one network and on a stack of a thousand.
    """

    state: tuple[str, ...] = ()

    def __init__(self, lr: Real | Schedule) -> None:
        self.schedule: Schedule = lr if isinstance(lr, Schedule) else Constant(lr)
        self.reset()

    def reset(self) -> None:
        """Forget everything but the settings, as before the first step."""
        self.t = 0
        self._work: Array | None = None

    def step(self, parameters: Array, gradients: Array) -> None:
        """Take step t, with the learning rate of step t."""
        if self._work is None:
            self._work = aligned(parameters.shape, parameters.dtype)
            for name in self.state:
                setattr(self, name, aligned(parameters.shape, parameters.dtype))
        self.update(parameters, gradients, _cast(self.schedule(self.t), parameters), self._work)
        self.t += 1
        if self.t % 100 == 0:
            flush(parameters, *(getattr(self, name) for name in self.state))

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        """Change `p` in place; `work` is an array of the same shape to write intermediate results into."""
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent: p <- p - lr g (stochastic when batches are; Robbins & Monro 1951)."""

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        np.multiply(g, lr, out=work)
        np.subtract(p, work, out=p)


class Momentum(Optimizer):
    """v <- mu v - lr g;  p <- p + v (Polyak 1964, as in Sutskever et al. 2013, equations 1 and 2).

    PyTorch and optax keep v without lr, b <- mu b + g, p <- p - lr b: the same while lr is constant, not when
    it changes. scikit-learn has this form, with Nesterov's look-ahead by default.
    """

    state = ("v",)
    v: Array

    def __init__(self, lr: Real | Schedule, momentum: Real = 0.9) -> None:
        super().__init__(lr)
        self.momentum = checked("momentum", momentum, 0, 1)

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        np.multiply(self.v, _cast(self.momentum, p), out=self.v)
        np.multiply(g, lr, out=work)
        np.subtract(self.v, work, out=self.v)
        np.add(p, self.v, out=p)


class AdaGrad(Optimizer):
    """s <- s + g^2;  p <- p - lr g / (sqrt(s) + eps) (Duchi, Hazan & Singer 2011, section 1.3, diagonal form).

    PyTorch's eps is 1e-10; optax starts s at 0.1 and has eps inside the root.
    """

    state = ("s",)
    s: Array

    def __init__(self, lr: Real | Schedule, eps: Real = 1e-7) -> None:
        super().__init__(lr)
        self.eps = checked("eps", eps, 0, np.inf, open_low=True)

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        np.multiply(g, g, out=work)
        np.add(self.s, work, out=self.s)
        np.sqrt(self.s, out=work)
        np.add(work, _cast(self.eps, p), out=work)
        np.divide(g, work, out=work)
        np.multiply(work, lr, out=work)
        np.subtract(p, work, out=p)


class Adam(Optimizer):
    """m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;  p <- p - lr m^ / (sqrt(v^) + eps).

    (Kingma & Ba 2015, algorithm 1.) The hats: m^ = m / (1 - b1^t) and v^ = v / (1 - b2^t), t from 1.
    `m` and `v` are kept without their factors 1 - b1 and 1 - b2, which join the bias corrections: with
    c1 = (1 - b1) / (1 - b1^t) and c2 = sqrt((1 - b2) / (1 - b2^t)), the step is
    lr c1/c2 m / (sqrt(v) + eps/c2), the same in fewer passes.

    eps is 1e-7 (the book's; PyTorch, optax 1e-8), added after the bias correction (scikit-learn: before).
    """

    state = ("m", "v")
    m: Array
    v: Array

    def __init__(self, lr: Real | Schedule, beta1: Real = 0.9, beta2: Real = 0.999, eps: Real = 1e-7) -> None:
        super().__init__(lr)
        self.beta1, self.beta2 = checked("beta1", beta1, 0, 1), checked("beta2", beta2, 0, 1)
        self.eps = checked("eps", eps, 0, np.inf, open_low=True)

    def reset(self) -> None:
        super().reset()
        self._beta1_t: Real = 1.0  # beta1^t: products, which are exact to rounding on every processor; powers are not
        self._beta2_t: Real = 1.0

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        self._beta1_t = self._beta1_t * self.beta1
        self._beta2_t = self._beta2_t * self.beta2
        c1 = (1 - self.beta1) / (1 - self._beta1_t)
        c2 = np.sqrt((1 - self.beta2) / (1 - self._beta2_t))
        np.multiply(self.m, _cast(self.beta1, p), out=self.m)
        np.add(self.m, g, out=self.m)
        np.multiply(self.v, _cast(self.beta2, p), out=self.v)
        np.multiply(g, g, out=work)
        np.add(self.v, work, out=self.v)
        np.sqrt(self.v, out=work)
        np.add(work, _cast(self.eps / c2, p), out=work)
        np.divide(self.m, work, out=work)
        np.multiply(work, lr * _cast(c1 / c2, p), out=work)
        np.subtract(p, work, out=p)


def flush(*arrays: Array) -> None:
    """Set what is negligibly small to zero, NaN excepted: below 1e-30 in float32, 1e-300 in float64.

    A penalty lets the weights of a dead unit, and their moments, shrink for ever. Left alone they would become
    subnormal, and processors take a hundred times as long over subnormal numbers.
    """
    for array in arrays:
        array[np.abs(array) < 1e8 * np.finfo(array.dtype).tiny] = 0


def _cast(value: Real, like: Array) -> Array:
    """A hyperparameter in the parameters' dtype: float64 beside float32 would turn whole products into float64."""
    return np.asarray(value, like.dtype)
