"""PyTorch as the referee, in float64: the rules alone, then whole networks.

Where the conventions differ (see the docstrings of `nn.optimizers`), the difference itself is tested.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

import nn
from tests.nn.rules import REFEREES, made

torch = pytest.importorskip("torch", reason="PyTorch, the referee, is not installed")

STEPS = 60
Array = nn.arrays.Array


@pytest.fixture(autouse=True)
def _one_thread_and_float64() -> Iterator[None]:
    """Small tensors are slower on many threads; NAdam's product of momenta has the default dtype, float32."""
    threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_num_threads(threads)
    torch.set_default_dtype(dtype)


def paths(
    ours: nn.Optimizer, theirs: Callable[[list[Any]], Any], rate: Callable[[int], float] | None = None
) -> tuple[Array, Array]:
    """Where both rules go on one fixed sequence of gradients: (steps, parameters) each.

    `rate`: PyTorch's learning rate of step t, where it changes.
    """
    rng = np.random.default_rng(5)
    start, gradients = 10 + rng.standard_normal(31), rng.standard_normal((STEPS, 31))
    gradients[:, :5] *= 1e-6  # where eps matters
    p, q = start[np.newaxis].copy(), torch.tensor(start.copy(), requires_grad=True)
    optimizer, path = theirs([q]), []
    for t, g in enumerate(gradients):
        ours.step(p, g[np.newaxis])
        q.grad = torch.tensor(g)
        if rate is not None:
            optimizer.param_groups[0]["lr"] = rate(t)
        optimizer.step()
        path.append((p[0].copy(), q.detach().numpy().copy()))
    return np.array([a for a, _ in path]), np.array([b for _, b in path])


def inverse(t: int) -> float:
    return 0.1 / (1 + 0.05 * t)


Case = tuple[Callable[[], nn.Optimizer], Callable[[list[Any]], Any], Callable[[int], float] | None]


def cases() -> Iterator[tuple[str, Case]]:
    """Every rule that PyTorch has, with its own settings and by default, at a constant rate and, where both agree, at a
    falling one."""
    for name, referee in REFEREES.items():
        if referee.pytorch is None:
            continue
        for which, own in (("", referee.settings), (" by default", {})):
            theirs = partial(referee.pytorch, torch, lr=0.1, own=referee.defaults | own)
            yield f"{name}{which}", (partial(made, name, 0.1, **own), theirs, None)
            if referee.rate_acts_alike:
                yield f"{name}{which}, inverse time", (partial(made, name, 0.1, 0.05, **own), theirs, inverse)
    yield (
        "adagrad, inverse time is lr_decay",
        (
            lambda: nn.AdaGrad(nn.InverseTime(0.1, 0.05)),
            lambda p: torch.optim.Adagrad(p, 0.1, lr_decay=0.05, eps=1e-7),
            None,
        ),
    )


CASES = dict(cases())


@pytest.mark.parametrize(("ours", "theirs", "rate"), CASES.values(), ids=list(CASES))
def test_a_rule_alone_takes_the_same_sixty_steps(
    ours: Callable[[], nn.Optimizer], theirs: Callable[[list[Any]], Any], rate: Callable[[int], float] | None
) -> None:
    here, there = paths(ours(), theirs, rate)
    # The formulas are the same; what differs is where they round, a few times 1e-16 in each of 60 steps, and in Adam
    # the rounding of beta2^t, which 1 / (1 - beta2^t) multiplies by 1000 at first.
    np.testing.assert_allclose(here, there, rtol=1e-12)


def test_the_default_eps_differ_as_documented() -> None:
    adam, theirs = paths(nn.Adam(0.1), lambda p: torch.optim.Adam(p, 0.1))
    # Gradients of 1e-6: steps of lr g / (|g| + eps), shorter by a factor of about 1.1 here and 1.01 there.
    assert np.abs(adam - theirs)[0, :5].min() > 1e-3
    adagrad, theirs = paths(nn.AdaGrad(0.1), lambda p: torch.optim.Adagrad(p, 0.1))
    assert np.abs(adagrad - theirs)[0, :5].min() > 1e-3


def test_with_a_decaying_rate_momentum_differs_as_documented() -> None:
    """Ours multiplies a gradient by the rate of its own step, PyTorch by that of the step in which it acts."""
    ours, theirs = paths(
        nn.Momentum(nn.InverseTime(0.1, 0.05), 0.8), lambda p: torch.optim.SGD(p, 0.1, momentum=0.8), inverse
    )
    rng = np.random.default_rng(5)
    rng.standard_normal(31)
    first = rng.standard_normal(31)
    first[:5] *= 1e-6
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-15)  # one step: the same but for one rounding
    # After two steps ours has moved by -mu lr_0 g_0 where PyTorch has moved by -mu lr_1 g_0; roundings of numbers ~10.
    np.testing.assert_allclose((ours - theirs)[1], -0.8 * (inverse(0) - inverse(1)) * first, rtol=0, atol=1e-14)
    assert np.abs(ours[-1] - theirs[-1]).max() > 1e-2


SCHEDULERS: dict[str, tuple[nn.schedules.Rate, Callable[[Any], Any]]] = {
    "step": (
        nn.Step(0.1, stages=4, factor=0.3, steps=STEPS),
        lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, STEPS // 4, gamma=0.3),
    ),
    "exponential": (
        nn.Exponential(0.1, final=0.02, steps=STEPS),
        lambda optimizer: torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.02 ** (1 / STEPS)),
    ),
    "cosine": (
        nn.Cosine(0.1, steps=STEPS),
        lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS),
    ),
    "warm-up": (
        nn.WarmUp(0.1, 0.2, steps=STEPS),
        lambda optimizer: torch.optim.lr_scheduler.LinearLR(optimizer, 1 / 12, total_iters=11),
    ),
}


@pytest.mark.parametrize(("rate", "theirs"), SCHEDULERS.values(), ids=list(SCHEDULERS))
def test_a_schedule_asks_for_the_rates_of_pytorch(rate: Any, theirs: Callable[[Any], Any]) -> None:
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], 0.1)
    scheduler, rates = theirs(optimizer), []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    # PyTorch makes each rate from the one before: up to 60 times a few roundings of 1e-16.
    np.testing.assert_allclose([rate(t) for t in range(STEPS)], rates, rtol=1e-13)


WIDTHS = (2, 16, 9, 3)
RUNS, SAMPLES, EPOCHS = 3, 40, 50
LR = np.array([[0.05], [0.02], [0.1]])


def tangled() -> tuple[Array, Array]:
    """Three classes that no line separates: x (runs, 2, samples) and labels (runs, samples)."""
    rng = np.random.default_rng(6)
    x = rng.standard_normal((RUNS, 2, SAMPLES))
    return x, np.digitize(np.hypot(x[:, 0], x[:, 1]), [0.8, 1.5])


def trained_here(optimizer: nn.Optimizer, **settings: Any) -> tuple[nn.Network, list[Array], list[Array]]:
    """A stack of three after 50 epochs, the weights it started from, and the training losses on the way."""
    network = nn.Network(WIDTHS, runs=RUNS, dtype=np.float64, **settings)
    network.parameters[...] = 0.5 * np.random.default_rng(7).standard_normal(network.parameters.shape)
    start = [W.copy() for W in network.weights]
    data = nn.Data(*tangled(), 3, np.float64)
    history = nn.train(network, optimizer, data, data, epochs=EPOCHS, checkpoints=EPOCHS)
    return network, start, list(history.curves["train_loss"])


def trained_there(
    start: list[Array],
    run: int,
    optimizer: Callable[[list[Any]], Any],
    penalty: Callable[[list[Any]], Any],
    activation: str,
) -> tuple[list[Array], list[float]]:
    """One network of the stack, by PyTorch's layers, autograd and optimizer; `penalty` is of weights and biases."""
    linear = []
    for W in start:
        layer = torch.nn.Linear(W.shape[2] - 1, W.shape[1], dtype=torch.float64)
        layer.weight.data, layer.bias.data = torch.tensor(W[run, :, :-1]), torch.tensor(W[run, :, -1])
        linear.append(layer)
    hidden = {"relu": torch.nn.ReLU, "leaky-relu": torch.nn.LeakyReLU, "tanh": torch.nn.Tanh}[activation]
    model = torch.nn.Sequential(linear[0], hidden(), linear[1], hidden(), linear[2])
    x, labels = tangled()
    inputs, targets = torch.tensor(x[run].T.copy()), torch.tensor(labels[run])
    stepper, losses = optimizer(list(model.parameters())), []

    def loss() -> Any:
        return torch.nn.functional.cross_entropy(model(inputs), targets) + penalty(list(model.parameters()))

    for _ in range(EPOCHS):
        stepper.zero_grad()
        loss().backward()
        stepper.step()
        losses.append(float(loss().detach()))
    return [np.column_stack([layer.weight.data, layer.bias.data]) for layer in linear], losses


def nothing(parameters: list[Any]) -> float:
    return 0.0


Theirs = Callable[[int], tuple[Callable[[list[Any]], Any], Callable[[list[Any]], Any]]]  # run -> optimizer, penalty
L1, L2 = np.array([0.003, 0.0, 0.02]), np.array([0.0, 0.01, 0.05])

NETWORKS: dict[str, tuple[Callable[[], nn.Optimizer], dict[str, Any], Theirs]] = {
    "sgd": (lambda: nn.SGD(LR), {}, lambda r: (lambda p: torch.optim.SGD(p, LR[r, 0]), nothing)),
    "momentum": (
        lambda: nn.Momentum(LR, 0.9),
        {},
        lambda r: (lambda p: torch.optim.SGD(p, LR[r, 0], momentum=0.9), nothing),
    ),
    "adagrad with lr_decay": (
        lambda: nn.AdaGrad(nn.InverseTime(LR, 0.02)),
        {},
        lambda r: (lambda p: torch.optim.Adagrad(p, LR[r, 0], lr_decay=0.02, eps=1e-7), nothing),
    ),
    "adam": (lambda: nn.Adam(LR), {}, lambda r: (lambda p: torch.optim.Adam(p, LR[r, 0], eps=1e-7), nothing)),
    "leaky ReLU": (
        lambda: nn.Momentum(LR, 0.9),
        {"activation": "leaky-relu"},
        lambda r: (lambda p: torch.optim.SGD(p, LR[r, 0], momentum=0.9), nothing),
    ),
    "tanh": (
        lambda: nn.Momentum(LR, 0.9),
        {"activation": "tanh"},
        lambda r: (lambda p: torch.optim.SGD(p, LR[r, 0], momentum=0.9), nothing),
    ),
    "adamw decays biases too": (
        lambda: nn.AdamW(LR, weight_decay=0.5),
        {},
        lambda r: (lambda p: torch.optim.AdamW(p, LR[r, 0], eps=1e-7, weight_decay=0.5), nothing),
    ),
    "adam, L2 on weights and biases is half of weight_decay": (
        lambda: nn.Adam(LR),
        {"penalties": [nn.L2(L2)], "penalize_biases": True},
        lambda r: (
            lambda p: torch.optim.Adam(p, LR[r, 0], eps=1e-7, weight_decay=2 * L2[r]),
            # weight_decay is in the gradients already: the loss is to show it, not to add it once more
            lambda p: L2[r] * sum((w.detach() ** 2).sum() for w in p),
        ),
    ),
    "momentum, L2 on weights": (
        lambda: nn.Momentum(LR, 0.9),
        {"penalties": [nn.L2(L2)]},
        lambda r: (
            lambda p: torch.optim.SGD(
                [{"params": p[0::2], "weight_decay": 2 * L2[r]}, {"params": p[1::2]}], LR[r, 0], momentum=0.9
            ),
            lambda p: L2[r] * sum((w.detach() ** 2).sum() for w in p[0::2]),
        ),
    ),
    "adam, L1 through autograd": (
        lambda: nn.Adam(LR),
        {"penalties": [nn.L1(L1)]},
        lambda r: (
            lambda p: torch.optim.Adam(p, LR[r, 0], eps=1e-7),
            lambda p: L1[r] * sum(w.abs().sum() for w in p[0::2]),
        ),
    ),
    "sgd, L1 and L2 on the first layer and its biases": (
        lambda: nn.SGD(LR),
        {"penalties": [nn.L1(L1), nn.L2(L2)], "penalize": "first", "penalize_biases": True},
        lambda r: (
            lambda p: torch.optim.SGD(p, LR[r, 0]),
            lambda p: sum(L1[r] * w.abs().sum() + L2[r] * (w**2).sum() for w in p[:2]),
        ),
    ),
}


@pytest.mark.parametrize(("ours", "settings", "theirs"), NETWORKS.values(), ids=list(NETWORKS))
def test_a_stack_of_networks_goes_where_pytorch_goes_one_by_one(
    ours: Callable[[], nn.Optimizer], settings: dict[str, Any], theirs: Theirs
) -> None:
    network, start, losses = trained_here(ours(), **settings)
    for run in range(RUNS):
        weights, their_losses = trained_there(start, run, *theirs(run), settings.get("activation", "relu"))
        # Roundings of 1e-16 in sums of up to 40 terms, which 50 steps on a curved loss blow up, but not a millionfold.
        np.testing.assert_allclose(losses[run], their_losses, rtol=1e-8)
        for W, V, before in zip(network.weights, weights, start, strict=True):
            np.testing.assert_allclose(W[run], V, rtol=1e-8, atol=1e-8)
            assert np.abs(W[run] - before[run]).max() > 1e-3, "nothing was learned: this would compare the start"
