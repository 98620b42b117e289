"""The one list of rules and schedules that the tests go through, and what each is held against.

Every rule of `nn.optimizers` is in it, also one that was written a minute ago: it takes a step downhill, finds two
minima, and gives each run of a stack the bits that it gets alone. A rule with a `Referee` here is also held against its
textbook's formula and PyTorch's arithmetic.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import nn
from nn.components import components_of

RULES = components_of(nn.optimizers, nn.Optimizer)
SCHEDULES = components_of(nn.schedules, nn.Schedule)
PENALTIES = components_of(nn.penalties, nn.Penalty)

Formula = Callable[..., Iterator[float]]  # start, gradients, rate of step t, settings -> the parameter after every step
Rate = Callable[[int], float]


def sgd(p: float, gradients: Sequence[float], rate: Rate) -> Iterator[float]:
    for t, g in enumerate(gradients):
        p = p - rate(t) * g
        yield p


def momentum(p: float, gradients: Sequence[float], rate: Rate, *, momentum: float) -> Iterator[float]:
    v = 0.0
    for t, g in enumerate(gradients):
        v = momentum * v - rate(t) * g
        p = p + v
        yield p


def nesterov(p: float, gradients: Sequence[float], rate: Rate, *, momentum: float) -> Iterator[float]:
    """Sutskever et al. 2013, equations 3 and 4: the gradient is one at x + momentum v, and that is what is called p."""
    x, v = p, 0.0
    for t, g in enumerate(gradients):
        v = momentum * v - rate(t) * g
        x = x + v
        yield x + momentum * v


def adagrad(p: float, gradients: Sequence[float], rate: Rate, *, eps: float) -> Iterator[float]:
    s = 0.0
    for t, g in enumerate(gradients):
        s = s + g**2
        p = p - rate(t) * g / (math.sqrt(s) + eps)
        yield p


def adam(
    p: float, gradients: Sequence[float], rate: Rate, *, beta1: float, beta2: float, eps: float
) -> Iterator[float]:
    m = v = 0.0
    for t, g in enumerate(gradients):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1 ** (t + 1)), v / (1 - beta2 ** (t + 1))
        p = p - rate(t) * m_hat / (math.sqrt(v_hat) + eps)
        yield p


def rmsprop(p: float, gradients: Sequence[float], rate: Rate, *, rho: float, eps: float) -> Iterator[float]:
    v = 0.0
    for t, g in enumerate(gradients):
        v = rho * v + (1 - rho) * g**2
        p = p - rate(t) * g / (math.sqrt(v) + eps)
        yield p


def adadelta(p: float, gradients: Sequence[float], rate: Rate, *, rho: float, eps: float) -> Iterator[float]:
    v = u = 0.0
    for t, g in enumerate(gradients):
        v = rho * v + (1 - rho) * g**2
        step = math.sqrt(u + eps) / math.sqrt(v + eps) * g
        u = rho * u + (1 - rho) * step**2
        p = p - rate(t) * step
        yield p


def adamw(
    p: float, gradients: Sequence[float], rate: Rate, *, weight_decay: float, beta1: float, beta2: float, eps: float
) -> Iterator[float]:
    steps = adam(0.0, gradients, rate, beta1=beta1, beta2=beta2, eps=eps)
    for t, (before, after) in enumerate(pairwise([0.0, *steps])):
        p = p - rate(t) * weight_decay * p + (after - before)
        yield p


def nadam(
    p: float, gradients: Sequence[float], rate: Rate, *, beta1: float, beta2: float, eps: float
) -> Iterator[float]:
    def mu(t: int) -> float:
        return beta1 * (1 - 0.5 * math.pow(0.96, 0.004 * t))

    m = v = 0.0
    for t, g in enumerate(gradients, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        so_far = math.prod(mu(i) for i in range(1, t + 1))
        m_hat = mu(t + 1) * m / (1 - so_far * mu(t + 1)) + (1 - mu(t)) * g / (1 - so_far)
        p = p - rate(t - 1) * m_hat / (math.sqrt(v / (1 - beta2**t)) + eps)
        yield p


def amsgrad(
    p: float, gradients: Sequence[float], rate: Rate, *, beta1: float, beta2: float, eps: float
) -> Iterator[float]:
    m = v = largest = 0.0
    for t, g in enumerate(gradients):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        largest = max(largest, v)
        m_hat, v_hat = m / (1 - beta1 ** (t + 1)), largest / (1 - beta2 ** (t + 1))
        p = p - rate(t) * m_hat / (math.sqrt(v_hat) + eps)
        yield p


def lion(
    p: float, gradients: Sequence[float], rate: Rate, *, weight_decay: float, beta1: float, beta2: float
) -> Iterator[float]:
    m = 0.0
    for t, g in enumerate(gradients):
        direction = beta1 * m + (1 - beta1) * g
        sign = math.copysign(1, direction) if direction else 0.0
        p = p - rate(t) * (sign + weight_decay * p)
        m = beta2 * m + (1 - beta2) * g
        yield p


@dataclass(frozen=True)
class Referee:
    """What a rule is held against.

    `formula`: the textbook's, in Python's own numbers. `settings`: other ones than the defaults. `exact`: settings
    (powers of two, so that every operation is exact), gradients, and where these lead from 1. `pytorch`: its optimizer
    of torch, the parameters, lr and `own` settings; None where it has no such rule. `rate_acts_alike`: whether a
    changing rate acts in it as it does here. `defaults`: those that are documented, written out.
    """

    formula: Formula
    settings: dict[str, float]
    exact: Sequence[tuple[dict[str, float], list[float], list[float]]]
    pytorch: Callable[..., Any] | None
    defaults: dict[str, float]
    rate_acts_alike: bool = True


REFEREES: dict[str, Referee] = {
    "sgd": Referee(
        sgd,
        {},
        [({"lr": 0.25}, [2.0, -4.0], [0.5, 1.5]), ({"lr": 0.5, "decay": 1.0}, [2.0, -4.0], [0.0, 1.0])],
        lambda torch, p, *, lr, own: torch.optim.SGD(p, lr),
        {},
    ),
    "momentum": Referee(
        momentum,
        {"momentum": 0.8},
        [
            ({"lr": 0.25, "momentum": 0.5}, [2.0, -4.0, 0.0], [0.5, 1.25, 1.625]),
            ({"lr": 0.5, "momentum": 0.5, "decay": 1.0}, [2.0, -4.0], [0.0, 0.5]),
        ],
        lambda torch, p, *, lr, own: torch.optim.SGD(p, lr, momentum=own["momentum"]),
        {"momentum": 0.9},
        rate_acts_alike=False,
    ),
    "adagrad": Referee(
        adagrad,
        {"eps": 0.2},
        [({"lr": 0.5, "eps": 1.0}, [3.0, -4.0], [1 - 1.5 / 4, 1 - 1.5 / 4 + 2 / 6])],
        lambda torch, p, *, lr, own: torch.optim.Adagrad(p, lr, eps=own["eps"]),
        {"eps": 1e-7},
    ),
    "adam": Referee(
        adam,
        {"beta1": 0.8, "beta2": 0.9, "eps": 0.2},
        [
            ({"lr": 0.5, "beta1": 0.5, "beta2": 0.75, "eps": 1.0}, [3.0], [1 - 0.5 * 3 / 4]),
            ({"lr": 0.5, "beta1": 0.5, "beta2": 0.75, "eps": 1.0}, [-3.0], [1 + 0.5 * 3 / 4]),
            (
                {"lr": 0.5, "beta1": 0.0, "beta2": 0.0, "eps": 1.0},
                [3.0, -7.0],
                [1 - 1.5 / 4, 1 - 1.5 / 4 + 3.5 / 8],
            ),
        ],
        lambda torch, p, *, lr, own: torch.optim.Adam(p, lr, betas=(own["beta1"], own["beta2"]), eps=own["eps"]),
        {"beta1": 0.9, "beta2": 0.999, "eps": 1e-7},
    ),
    "nesterov": Referee(
        nesterov,
        {"momentum": 0.8},
        [({"lr": 0.25, "momentum": 0.5}, [2.0, -4.0, 0.0], [0.25, 1.625, 1.8125])],
        lambda torch, p, *, lr, own: torch.optim.SGD(p, lr, momentum=own["momentum"], nesterov=True),
        {"momentum": 0.9},
        rate_acts_alike=False,
    ),
    "rmsprop": Referee(
        rmsprop,
        {"rho": 0.7, "eps": 0.2},
        [({"lr": 0.5, "rho": 0.75, "eps": 1.0}, [2.0, 1.0], [0.5, 0.25])],
        lambda torch, p, *, lr, own: torch.optim.RMSprop(p, lr, alpha=own["rho"], eps=own["eps"]),
        {"rho": 0.9, "eps": 1e-7},
    ),
    "adadelta": Referee(
        adadelta,
        {"rho": 0.7, "eps": 0.2},
        [
            ({"lr": 0.5, "rho": 0.25, "eps": 1.0}, [2.0, 0.0], [0.5, 0.5]),
            ({"lr": 0.5, "rho": 0.25, "eps": 1.0}, [-2.0], [1.5]),
        ],
        lambda torch, p, *, lr, own: torch.optim.Adadelta(p, lr, rho=own["rho"], eps=own["eps"]),
        {"rho": 0.9, "eps": 1e-6},
    ),
    "adamw": Referee(
        adamw,
        {"weight_decay": 0.3, "beta1": 0.8, "beta2": 0.9, "eps": 0.2},
        [({"lr": 0.5, "weight_decay": 0.5, "beta1": 0.5, "beta2": 0.75, "eps": 1.0}, [3.0], [0.75 - 0.5 * 3 / 4])],
        lambda torch, p, *, lr, own: torch.optim.AdamW(
            p, lr, betas=(own["beta1"], own["beta2"]), eps=own["eps"], weight_decay=own["weight_decay"]
        ),
        {"weight_decay": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-7},
    ),
    "nadam": Referee(
        nadam,
        {"beta1": 0.8, "beta2": 0.9, "eps": 0.2},
        [
            (
                {"lr": 0.5, "beta1": 0.0, "beta2": 0.0, "eps": 1.0},  # no momentum: 0.96^0.004 is no power of two
                [3.0, -7.0],
                [1 - 1.5 / 4, 1 - 1.5 / 4 + 3.5 / 8],
            )
        ],
        lambda torch, p, *, lr, own: torch.optim.NAdam(p, lr, betas=(own["beta1"], own["beta2"]), eps=own["eps"]),
        {"beta1": 0.9, "beta2": 0.999, "eps": 1e-7},
    ),
    "amsgrad": Referee(
        amsgrad,
        {"beta1": 0.8, "beta2": 0.9, "eps": 0.2},
        [
            (
                {"lr": 0.5, "beta1": 0.0, "beta2": 0.0, "eps": 1.0},
                [3.0, -7.0, 3.0],
                [1 - 1.5 / 4, 1 - 1.5 / 4 + 3.5 / 8, 1 - 1.5 / 4 + 3.5 / 8 - 1.5 / 8],
            )
        ],
        lambda torch, p, *, lr, own: torch.optim.Adam(
            p, lr, betas=(own["beta1"], own["beta2"]), eps=own["eps"], amsgrad=True
        ),
        {"beta1": 0.9, "beta2": 0.999, "eps": 1e-7},
    ),
    "lion": Referee(
        lion,
        {"weight_decay": 0.3, "beta1": 0.8, "beta2": 0.9},
        [
            (
                {"lr": 0.25, "weight_decay": 0.5, "beta1": 0.5, "beta2": 0.75},
                [2.0, -4.0, 0.5],  # in the third step the momentum outweighs the gradient
                [0.625, 0.796875, 0.947265625],
            )
        ],
        None,
        {"weight_decay": 0.0, "beta1": 0.9, "beta2": 0.99},
    ),
}


def made(name: str, lr: Any, decay: Any = None, **own: Any) -> nn.Optimizer:
    """A rule by its name; with the inverse schedule where a decay is given."""
    return RULES[name](lr if decay is None else nn.InverseTime(lr, decay), **own)
