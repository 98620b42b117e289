"""The network's shape, its first weights and its buffers."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn.arrays import PIECE, VECTOR, Array, pieces
from nn.streams import generator
from tests.nn.rules import RULES


def init_streams(runs: int, layers: int) -> list[list[np.random.Generator]]:
    return [[generator(run, "init", layer) for run in range(runs)] for layer in range(layers)]


@pytest.mark.parametrize("widths", [(2, 3), (2, 64, 3), (20, 128, 128, 10)], ids=str)
def test_a_network_has_a_weight_for_every_pair_of_units_and_a_bias_for_every_output(widths: tuple[int, ...]) -> None:
    network = nn.Network(widths, runs=4)
    assert network.parameters.shape == (4, sum(outputs * (inputs + 1) for inputs, outputs in pairwise(widths)))
    assert [W.shape for W in network.weights] == [(4, outputs, inputs + 1) for inputs, outputs in pairwise(widths)]


@pytest.mark.parametrize("scale", ["he", "glorot", 0.01, 0.5])
def test_initial_weights_have_the_asked_standard_deviation_and_biases_are_zero(scale: float | str) -> None:
    network = nn.Network([50, 400, 30], dtype=np.float64)
    network.initialize(init_streams(1, 2), scale)
    named = {"he": (2 / 50, 2 / 400), "glorot": (2 / (50 + 400), 2 / (400 + 30))}
    variances = named[scale] if isinstance(scale, str) else (scale**2,) * 2
    for W, variance in zip(network.weights, variances, strict=True):
        weights, sd = W[0, :, :-1], np.sqrt(variance)
        # Mean and standard deviation of n normal draws scatter by sd / sqrt(n) and sd / sqrt(2n): six of these.
        assert abs(weights.mean()) < 6 * sd / np.sqrt(weights.size)
        assert abs(weights.std() - sd) < 6 * sd / np.sqrt(2 * weights.size)
        assert not W[0, :, -1].any()


def test_every_run_can_have_an_initial_scale_of_its_own() -> None:
    network, ones, he = (nn.Network([3, 5, 2], runs=2, dtype=np.float64) for _ in range(3))
    network.initialize(init_streams(2, 2), ["he", 1.0])
    ones.initialize(init_streams(2, 2), 1.0)
    he.initialize(init_streams(2, 2))
    np.testing.assert_array_equal(network.parameters, [he.parameters[0], ones.parameters[1]])


def test_initial_weights_are_float64_draws_cast_to_the_networks_type() -> None:
    single, double = (nn.Network([3, 5, 2], dtype=dtype) for dtype in (np.float32, np.float64))
    for network in (single, double):
        network.initialize(init_streams(1, 2))
    np.testing.assert_array_equal(single.parameters, double.parameters.astype(np.float32))


def test_weights_are_views_of_the_parameters() -> None:
    network = nn.Network([2, 3, 2], runs=2)
    network.parameters[...] = np.arange(2 * 17).reshape(2, 17)
    np.testing.assert_array_equal(np.concatenate([W.reshape(2, -1) for W in network.weights], 1), network.parameters)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_everything_stays_in_the_networks_type(trained: Any, dtype: type) -> None:
    for optimizer in RULES:
        runs = [{"seed": 0, "l1": 0.1, "dropout": 0.1}, {"seed": 1, "l2": 0.1}]
        network, history = trained(runs, widths=(2, 4, 3), optimizer=optimizer, dtype=dtype)
        assert network.parameters.dtype == network.gradients.dtype == history.best_parameters.dtype == dtype
        assert network.forward(np.ones((2, 3, 5), dtype)).dtype == dtype
        assert {curve.dtype for curve in history.curves.values()} == {np.dtype(np.float64)}


def test_steps_of_changing_sizes_give_what_a_fresh_network_gives() -> None:
    """Buffers are kept between steps; nothing of an earlier step may remain in a later one."""
    rng = np.random.default_rng(0)
    used = nn.Network([3, 300, 4], dtype=np.float64, penalties=[nn.L1(0.1)])
    used.parameters[...] = rng.standard_normal(used.parameters.shape)
    for samples in (5, 1, 200, 7, 200, 5, 333):
        data = nn.Data(rng.standard_normal((1, 3, samples)), rng.integers(4, size=(1, samples)), 4, np.float64)
        fresh = nn.Network([3, 300, 4], dtype=np.float64, penalties=[nn.L1(0.1)])
        fresh.parameters[...] = used.parameters
        expected = fresh.loss_gradient(data.x, data.y)
        assert used.loss_gradient(data.x, data.y).tobytes() == expected.tobytes()
        assert used.forward(data.x).tobytes() == fresh.forward(data.x).tobytes()


@given(samples=st.integers(1, 20_000), widths=st.lists(st.integers(1, 5000), min_size=2, max_size=4).map(tuple))
def test_pieces_cover_a_batch_once_in_nearly_equal_parts_that_fit_the_cache(
    samples: int, widths: tuple[int, ...]
) -> None:
    cut = pieces(samples, widths)
    np.testing.assert_array_equal(np.concatenate([np.arange(samples)[part] for part in cut]), np.arange(samples))
    sizes = [part.stop - part.start for part in cut]
    assert max(sizes) - min(sizes[:-1], default=0) <= VECTOR or len(sizes) == 1
    assert max(sizes) - sizes[-1] < 2 * VECTOR  # it ends with the batch, not with a whole vector
    assert all(part.start % VECTOR == 0 for part in cut)
    assert max(sizes) <= max(PIECE // max(widths[1:]), 32)  # inputs do not count


@pytest.mark.parametrize("widths", [[], [3], [2, 0, 3], [2, -1, 3]])
def test_impossible_widths_are_refused(widths: list[int]) -> None:
    with pytest.raises(ValueError, match=r"widths: expected at least input and output, each >= 1, got \["):
        nn.Network(widths)


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: np.maximum(z, 0),
    "leaky-relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "tanh": np.tanh,
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", nn.layers.ACTIVATIONS)
def test_hidden_units_make_of_their_sums_what_the_activation_says(name: str, dtype: type) -> None:
    network = nn.Network([1, 4, 3, 2], activation=name, dtype=dtype)
    network.parameters[...] = np.random.default_rng(0).standard_normal(network.parameters.shape)
    x: Array = np.ones((1, 2, 50), dtype)
    x[0, 0] = np.linspace(-3, 3, 50)
    h = x[0]
    for W in network.weights[:-1]:
        h = np.vstack([ACTIVATIONS[name](W[0] @ h), np.ones(50)])
    for training in (True, False, True):  # in the same buffers
        logits = network.forward(x, training=training)[0]
        assert logits.dtype == dtype
        # Sums of five products, in another order, through three layers: some roundings of numbers of about 10.
        np.testing.assert_allclose(logits, network.weights[-1][0] @ h, rtol=0, atol=100 * float(np.finfo(dtype).eps))


@pytest.mark.parametrize("name", nn.layers.ACTIVATIONS)
def test_what_is_not_a_number_stays_visible_behind_every_activation(name: str) -> None:
    network = nn.Network([1, 4, 2], activation=name)
    network.parameters[...] = 1
    assert np.isnan(network.forward(np.full((1, 2, 3), np.nan, np.float32))).all()


def test_an_unknown_activation_is_refused() -> None:
    with pytest.raises(ValueError, match="activation: expected one of relu, leaky-relu, tanh, got 'gelu'"):
        nn.Network([2, 3, 2], activation="gelu")


@pytest.mark.parametrize("scale", ["xavier", np.nan, np.inf, -1.0, None])
def test_an_impossible_scale_of_the_initial_weights_is_refused(scale: Any) -> None:
    network = nn.Network([2, 3])
    for form in scale, [scale]:
        with pytest.raises(ValueError, match='initial weights: expected "he", "glorot" or a standard deviation, got'):
            network.initialize([[np.random.default_rng(0)]], form)
    with pytest.raises(ValueError, match=r"initial weights: expected one scale, or 1 \(one for each run\), got 2"):
        network.initialize([[np.random.default_rng(0)]], ["he", 0.1])


def test_a_scale_of_any_number_type_is_taken() -> None:
    drawn = []
    scales: tuple[Any, ...] = (0.5, np.float32(0.5), np.float64(0.5))
    for scale in scales:
        network = nn.Network([2, 3])
        network.initialize([[np.random.default_rng(0)]], scale)
        drawn.append(network.parameters.tobytes())
    assert len(set(drawn)) == 1


@pytest.mark.parametrize("samples", [0, -3, 17])
def test_a_number_of_samples_that_the_batch_does_not_have_is_refused(samples: int) -> None:
    x, y = np.ones((1, 3, 16), np.float32), np.ones((1, 2, 16), np.float32)
    with pytest.raises(ValueError, match=f"samples: expected 1 to 16, the columns of x, got {samples}"):
        nn.Network([2, 2]).loss_gradient(x, y, samples)
