"""The analytical gradient against differences of a loss that is computed independently of `nn`'s."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp

import nn
from nn.arrays import pieces
from nn.streams import bits

# Central differences in float64: with steps of 1e-5 the cut-off h^2 f'''/6 is about 1e-10 and the rounding
# 1e-16/h about 1e-11, beside gradients of about 1e-1 to 1e-3. A wrong factor anywhere shows as 1e-2 or more.
STEP = 1e-5
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Problem:
    """A stack at random weights and, above all, random biases: with zero biases a sample at the origin sits on
    ReLU's kink, where there is no derivative to compare with."""

    widths: Sequence[int]
    samples: int
    runs: int = 3
    settings: dict[str, Any] = field(default_factory=dict)

    def network(self) -> nn.Network:
        """Always the same network: its bit streams start anew, so the dropout masks repeat."""
        streams = [[bits(run, "dropout", i) for run in range(self.runs)] for i in range(len(self.widths) - 2)]
        own = {name: value for name, value in self.settings.items() if name not in ("l1", "l2")}
        penalties = [nn.L1(self.settings.get("l1", 0.0)), nn.L2(self.settings.get("l2", 0.0))]
        network = nn.Network(
            self.widths, runs=self.runs, penalties=penalties, dropout_streams=streams, dtype=np.float64, **own
        )
        rng = np.random.default_rng(1)
        network.parameters[...] = 0.5 * rng.standard_normal(network.parameters.shape)
        return network

    def data(self) -> nn.Data:
        rng = np.random.default_rng(2)
        x = rng.standard_normal((self.runs, self.widths[0], self.samples))
        labels = rng.integers(self.widths[-1], size=(self.runs, self.samples))
        return nn.Data(x, labels, self.widths[-1], np.float64)

    def gradient(self) -> nn.arrays.Array:
        data = self.data()
        return self.network().loss_gradient(data.x, data.y).copy()

    def loss(self, change: nn.arrays.Array) -> nn.arrays.Array:
        """The whole training loss (runs,) where the parameters are changed by so much."""
        network, data = self.network(), self.data()
        network.parameters[...] += change
        parts = network.pieces(self.samples)
        logits = np.concatenate([network.forward(data.x[:, :, p], training=True).copy() for p in parts], axis=2)
        of_label = np.take_along_axis(logits, data.labels[:, np.newaxis], axis=1)[:, 0]
        loss: nn.arrays.Array = np.mean(logsumexp(logits, axis=1) - of_label, axis=1) + self.penalty(network)
        return loss

    def penalty(self, network: nn.Network) -> nn.arrays.Array:
        layers = network.weights[:1] if self.settings.get("penalize") == "first" else network.weights
        stop = None if self.settings.get("penalize_biases") else -1
        l1, l2 = (np.asarray(self.settings.get(name, 0.0)) for name in ("l1", "l2"))
        norms = [(np.abs(W[:, :, :stop]).sum((1, 2)), np.square(W[:, :, :stop]).sum((1, 2))) for W in layers]
        return sum((l1 * ones + l2 * twos for ones, twos in norms), start=np.zeros(self.runs))


PER_RUN = {"l1": np.array([0.0, 0.02, 0.05]), "l2": np.array([0.03, 0.0, 0.07])}
DROPOUT = {"dropout": np.array([0.0, 0.2, 0.5])}
SETTINGS: dict[str, dict[str, Any]] = {
    "no penalty": {},
    "L1": {"l1": PER_RUN["l1"]},
    "L2": {"l2": PER_RUN["l2"]},
    "dropout": DROPOUT,
    "all together": PER_RUN | DROPOUT,
    "first layer only": PER_RUN | DROPOUT | {"penalize": "first"},
    "first layer with biases": PER_RUN | DROPOUT | {"penalize": "first", "penalize_biases": True},
    "all layers with biases": PER_RUN | DROPOUT | {"penalize_biases": True},
    "leaky ReLU": {"activation": "leaky-relu"},
    "leaky ReLU, all together": PER_RUN | DROPOUT | {"activation": "leaky-relu"},
    "tanh": {"activation": "tanh"},
    "tanh, all together": PER_RUN | DROPOUT | {"activation": "tanh"},
}


@pytest.mark.parametrize("hidden", [(), (6,), (5, 4), (4, 5, 3)], ids=str)
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=list(SETTINGS))
def test_every_parameter_has_the_gradient_that_differences_of_the_loss_show(
    hidden: tuple[int, ...], settings: dict[str, Any]
) -> None:
    problem = Problem((3, *hidden, 4), samples=17, settings=settings)
    analytical = problem.gradient()
    numerical = np.empty_like(analytical)
    for j in range(analytical.shape[1]):
        change = STEP * (np.arange(analytical.shape[1]) == j)
        numerical[:, j] = (problem.loss(change) - problem.loss(-change)) / (2 * STEP)
    # Each run, layer, and the weights and biases within it by themselves, so that no large gradient hides a small one.
    for ours, theirs in zip(_blocks(analytical, problem), _blocks(numerical, problem), strict=True):
        scale = np.linalg.norm(ours, axis=1) + np.linalg.norm(theirs, axis=1)
        assert np.all(scale > 1e-4), "the gradient of a block vanishes: this would compare nothing"
        assert np.all(np.linalg.norm(ours - theirs, axis=1) < TOLERANCE * scale)


def _blocks(gradient: nn.arrays.Array, problem: Problem) -> list[nn.arrays.Array]:
    """Weights and biases of every layer: (runs, numbers) each."""
    views = nn.network.dense_views(gradient, problem.widths)
    return [part.reshape(problem.runs, -1) for W in views for part in (W[:, :, :-1], W[:, :, -1])]


@pytest.mark.parametrize(
    ("widths", "samples", "cut"),
    [
        ((20, 64, 64, 10), 150, False),
        ((2, 128, 3), 300, True),
        ((2, 512, 3), 150, True),
        ((2, 1100, 4, 3), 65, True),
        ((5, 40, 30, 20, 10, 7), 100, False),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["no penalty", "all together", "first layer with biases", "tanh, all together"])
def test_the_gradient_of_a_large_net_agrees_along_random_directions(
    widths: tuple[int, ...], samples: int, cut: bool, name: str
) -> None:
    assert (len(pieces(samples, widths)) > 1) == cut
    problem = Problem(widths, samples, settings=SETTINGS[name])
    gradient = problem.gradient()
    rng = np.random.default_rng(3)
    # Shorter steps than above, because among so many units some sample soon steps over a kink of ReLU.
    step = 1e-6
    for _ in range(3):
        # Half along the gradient: a random direction is nearly orthogonal to it, and its slope drowns in rounding.
        direction = rng.standard_normal(gradient.shape)
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        direction += gradient / np.linalg.norm(gradient, axis=1, keepdims=True)
        slope = (problem.loss(step * direction) - problem.loss(-step * direction)) / (2 * step)
        np.testing.assert_allclose((gradient * direction).sum(axis=1), slope, rtol=TOLERANCE)


def test_the_gradient_of_a_batch_is_the_weighted_mean_of_its_parts_gradients() -> None:
    problem = Problem((2, 300, 3), samples=250)
    network, data = problem.network(), problem.data()
    assert len(network.pieces(250)) > 1
    parts = [slice(0, 7), slice(7, 8), slice(8, 90), slice(90, 250)]
    assert all(len(network.pieces(part.stop - part.start)) <= 2 for part in parts)
    total = sum(
        (part.stop - part.start) / 250 * network.loss_gradient(data.x[:, :, part], data.y[:, :, part]) for part in parts
    )
    # Sums over 250 samples in another order: a few hundred roundings of 1e-16.
    np.testing.assert_allclose(network.loss_gradient(data.x, data.y), total, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("samples", [1, 15, 16, 17, 250])
@pytest.mark.parametrize("widths", [(2, 5, 3), (2, 300, 3)])
def test_padding_behind_the_samples_has_no_part_in_the_gradient(widths: tuple[int, ...], samples: int) -> None:
    problem = Problem(widths, samples)
    ((x, y, counted),) = problem.data().batches(None)
    assert counted == samples
    assert x.shape[2] % 16 == 0
    padded = problem.network().loss_gradient(x, y, samples).copy()
    # Sums over other pieces: a few hundred roundings of 1e-16.
    np.testing.assert_allclose(padded, problem.gradient(), rtol=1e-10, atol=1e-14)
    y[:, :, samples:] = 5
    x[:, :, samples:] = 7
    assert problem.network().loss_gradient(x, y, samples).tobytes() == padded.tobytes()


def test_padding_overflows_only_where_a_sample_does() -> None:
    """Zeros for padding would send relu(b) alone through the second layer, where 2 x 1e30 - 1e30 x 1e10 overflows."""
    network = nn.Network([1, 1, 1, 1, 2])
    for W, values in zip(network.weights, ([1, 0], [-1e30, 1e30], [1e10, 0], [[1, 0], [-1, 0]]), strict=True):
        W[...] = values
    data = nn.Data(np.full((1, 1, 3), 2.0), np.zeros((1, 3), int), 2)
    assert np.isfinite(network.loss_gradient(*next(data.batches(None)))).all()


def test_a_penalty_is_added_once_however_many_pieces_a_batch_is_cut_into() -> None:
    plain, penalized = (Problem((2, 300, 3), 250, settings=settings) for settings in ({}, {"l2": 0.5}))
    W = plain.network().parameters.copy()
    for view in nn.network.dense_views(W, (2, 300, 3)):
        view[:, :, -1] = 0
    # 2 l2 w = w, and the rounding of the sum of the two parts.
    np.testing.assert_allclose(penalized.gradient() - plain.gradient(), W, rtol=1e-12, atol=1e-14)


def test_the_gradient_at_the_kink_counts_zero_as_not_positive() -> None:
    network = nn.Network([2, 4, 3], dtype=np.float64)
    network.weights[1][...] = 1 + np.arange(15).reshape(3, 5)
    data = nn.Data(np.zeros((1, 2, 1)), np.zeros((1, 1), int), 3, np.float64)
    dW1, dW2 = nn.network.dense_views(network.loss_gradient(data.x, data.y), [2, 4, 3])
    assert not dW1.any(), "every hidden unit sits at 0, where ReLU's gradient is 0"
    assert not dW2[:, :, :-1].any()
    assert dW2[:, :, -1].all()
