"""Dropout, seen from outside: which units a network drops, how it scales the others, and which bits it draws.

In `masks`, the hidden units are all 1 and the output weights the identity: the logits are the mask.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import nn
from nn.streams import bits, generator

Array = nn.arrays.Array


def showing_masks(
    rates: Sequence[float], units: int, streams: Sequence[Sequence[np.random.BitGenerator]], **settings: Any
) -> nn.Network:
    network = nn.Network(
        [1, units, units],
        runs=len(rates),
        dropout=np.array(rates),
        dropout_streams=streams,
        dtype=np.float64,
        **settings,
    )
    network.weights[0][:, :, -1] = 1
    network.weights[1][:, :, :-1] = np.eye(units)
    return network


def masks(network: nn.Network, samples: int) -> Array:
    """(runs, units, samples) of the next training step."""
    return network.forward(np.ones((network.runs, 2, samples)), training=True).copy()


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.3, 0.5, 0.9, 0.99])
def test_units_are_dropped_at_the_rate_and_the_others_scaled_so_that_the_mean_stays(rate: float) -> None:
    mask = masks(showing_masks([rate], 100, [[bits(0, "dropout")]]), 2000)
    dropped = np.mean(mask == 0)
    # 200,000 independent draws; six standard errors happen by chance once in 5e8 tests.
    assert abs(dropped - rate) < 6 * np.sqrt(rate * (1 - rate) / mask.size)
    kept = np.unique(mask[mask > 0])
    assert len(kept) == 1
    # The divisor is the probability actually used, which meets the rate to one half of 2^-16.
    np.testing.assert_allclose(1 / kept, 1 - rate, rtol=0, atol=2**-17)
    assert abs(mask.mean() - 1) < 6 * np.sqrt(rate / (1 - rate) / mask.size)


@pytest.mark.parametrize("activation", nn.layers.ACTIVATIONS)
def test_every_activation_is_followed_by_the_same_masks_which_spare_the_row_of_ones(activation: str) -> None:
    def network(activation: str) -> nn.Network:
        made = showing_masks([0.3, 0.0], 8, [[bits(run, "dropout") for run in range(2)]], activation=activation)
        made.weights[1][:, :, -1] = 3  # output biases, which show what the row of ones has become
        return made

    ours, expected = network(activation), network("relu")
    height = np.tanh(1) if activation == "tanh" else 1.0
    for _ in range(3):
        # The heights are multiplied in another order: two roundings of numbers of about 1, and one of a sum of about 4.
        np.testing.assert_allclose(masks(ours, 30) - 3, height * (masks(expected, 30) - 3), rtol=0, atol=2e-15)
        ours.backward(np.ones((2, 8, 30)))  # which works in the memory of the forward pass
    np.testing.assert_allclose(ours.forward(np.ones((2, 2, 30))), height + 3, rtol=1e-15)  # evaluation drops nothing


def test_the_output_is_unbiased_where_the_network_is_linear() -> None:
    rng = np.random.default_rng(0)
    network = nn.Network([3, 40, 2], dropout=0.4, dropout_streams=[[bits(1, "dropout")]], dtype=np.float64)
    network.weights[0][...] = rng.uniform(0, 1, network.weights[0].shape)  # all units positive: ReLU is linear
    network.weights[1][...] = rng.standard_normal(network.weights[1].shape)
    x = np.ones((1, 4, 1)) * rng.uniform(0, 1, (1, 4, 1))
    x[:, -1] = 1
    exact = network.forward(x)[0, :, 0].copy()
    tries = network.forward(np.repeat(x, 20_000, axis=2), training=True)[0]
    assert tries.std() > 0.1
    # Six standard errors of the mean of 20,000 independent masks.
    assert np.all(np.abs(tries.mean(axis=1) - exact) < 6 * tries.std(axis=1) / np.sqrt(20_000))


def test_evaluation_drops_nothing_and_draws_nothing() -> None:
    rng = np.random.default_rng(1)
    settings: dict[str, Any] = {"runs": 2, "dtype": np.float64}
    plain = nn.Network([3, 8, 8, 2], **settings)
    dropping, untouched = (
        nn.Network(
            [3, 8, 8, 2],
            dropout=0.5,
            dropout_streams=[[bits(run, "dropout", i) for run in range(2)] for i in range(2)],
            **settings,
        )
        for _ in range(2)
    )
    for network in (plain, dropping, untouched):
        network.parameters[...] = np.random.default_rng(2).standard_normal(plain.parameters.shape)
    data = nn.Data(rng.standard_normal((2, 3, 25)), rng.integers(2, size=(2, 25)), 2, np.float64)
    assert dropping.forward(data.x).tobytes() == plain.forward(data.x).tobytes()
    for ours, theirs in zip(nn.evaluate(dropping, data), nn.evaluate(plain, data), strict=True):
        assert ours.tobytes() == theirs.tobytes()
    first = dropping.loss_gradient(data.x, data.y)
    assert first.tobytes() == untouched.loss_gradient(data.x, data.y).tobytes(), "evaluation took bits of training"
    assert first.tobytes() != plain.loss_gradient(data.x, data.y).tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_run_without_dropout_is_not_touched_by_its_neighbours_dropout(
    trained: Any, numbers: Any, dtype: type
) -> None:
    shape: dict[str, Any] = {"widths": (3, 9, 6, 4), "batch": 7, "epochs": 5, "dtype": dtype}
    runs = [{"seed": 1, "dropout": 0.3}, {"seed": 2}, {"seed": 3, "dropout": 0.7}]
    mixed, without = trained(runs, **shape), trained([{"seed": 1}, {"seed": 2}, {"seed": 3}], **shape)
    assert numbers(*mixed, 1) == numbers(*without, 1)
    assert numbers(*mixed, 0) != numbers(*without, 0)


@pytest.mark.parametrize("units", [1, 3, 50])
def test_steps_of_any_sizes_take_whole_words_so_drawing_in_bulk_changes_nothing(units: int) -> None:
    # Enough words to use up whatever is drawn at once, several times, also within one step.
    sizes = [1, 7, 2, 1000, 3, 333, 3000 // units, 1, 2500, 12]
    network = showing_masks([0.5, 0.25], units, [[bits(3, "dropout"), bits(4, "dropout")]])
    steps = [masks(network, samples) for samples in sizes]
    for i, samples in enumerate(sizes):
        streams = [bits(3, "dropout"), bits(4, "dropout")]
        for stream in streams:
            for size in sizes[:i]:
                stream.random_raw(-(-units * size // 4))  # four units for each 64-bit word
        # A fresh network whose streams stand where those words end goes on with the same mask.
        np.testing.assert_array_equal(masks(showing_masks([0.5, 0.25], units, [streams]), samples), steps[i])


def test_every_step_run_and_layer_has_masks_of_its_own() -> None:
    streams = [[bits(seed, "dropout", layer) for seed in (0, 1)] for layer in (0, 1)]
    one, two = (showing_masks([0.5, 0.5], 20, [streams[i]]) for i in (0, 1))
    drawn = [mask.tobytes() for network in (one, two) for _ in range(3) for mask in masks(network, 30)]
    assert len(set(drawn)) == 12


def test_the_mask_of_a_layer_is_drawn_from_the_stream_of_that_layer() -> None:
    two = nn.Network(
        [1, 50, 50, 50], dropout=0.3, dropout_streams=[[bits(1, "dropout")], [bits(2, "dropout")]], dtype=np.float64
    )
    two.weights[0][:, :, -1] = 1
    two.weights[1][:, :, -1] = 1  # whatever the first layer drops
    two.weights[2][:, :, :-1] = np.eye(50)
    second_alone = showing_masks([0.3], 50, [[bits(2, "dropout")]])
    np.testing.assert_array_equal(masks(two, 40), masks(second_alone, 40))


def test_dropout_follows_hidden_layers_only() -> None:
    rng = np.random.default_rng(3)
    linear = nn.Network([4, 3], dropout=0.9, dropout_streams=[], dtype=np.float64)
    linear.parameters[...] = rng.standard_normal(linear.parameters.shape)
    x = np.ones((1, 5, 6))
    np.testing.assert_array_equal(linear.forward(x, training=True).copy(), linear.forward(x))
    # Of two hidden layers of equal units both are dropped: what remains is scaled twice.
    deep = nn.Network(
        [1, 50, 50, 50], dropout=0.5, dropout_streams=[[bits(0, "dropout", i)] for i in (0, 1)], dtype=np.float64
    )
    deep.weights[0][:, :, -1] = 1
    for W in deep.weights[1:]:
        W[:, :, :-1] = np.eye(50)
    assert set(np.unique(deep.forward(np.ones((1, 2, 40)), training=True))) == {0.0, 4.0}


@pytest.mark.parametrize("rate", [0.99999, 1 - 2**-20, np.nextafter(1, 0)])
def test_a_rate_near_one_still_keeps_some_unit_now_and_then_and_stays_finite(rate: float) -> None:
    mask = masks(showing_masks([rate], 100, [[bits(5, "dropout")]]), 10_000)
    assert set(np.unique(mask)) == {0.0, 65_536.0}  # one of the 65,536 values of 16 bits keeps the unit
    network = nn.Network([2, 30, 3], dropout=rate, dropout_streams=[[bits(6, "dropout")]])
    network.initialize([[np.random.default_rng(i)] for i in range(2)])
    data = nn.Data(np.ones((1, 2, 50)), np.zeros((1, 50), int), 3)
    assert np.isfinite(network.loss_gradient(data.x, data.y)).all()


@pytest.mark.parametrize("rate", [1.0, -0.1, np.nan, [0.1, 1.5]])
def test_a_rate_outside_zero_to_one_is_refused(rate: Any) -> None:
    with pytest.raises(ValueError, match="dropout rate: expected 0 <= rate < 1, got"):
        nn.Network([2, 3, 2], runs=2, dropout=rate, dropout_streams=[[bits(0, "dropout"), bits(1, "dropout")]])


@pytest.mark.parametrize("streams", [None, [], [[]], [[bits(0, "dropout")] * 2], [[bits(0, "dropout")]] * 2])
def test_dropout_without_a_stream_for_each_run_and_layer_is_refused(streams: Any) -> None:
    with pytest.raises(ValueError, match="needs dropout_streams, 1 for each of 1 hidden layers"):
        nn.Network([2, 3, 2], dropout=0.1, dropout_streams=streams)


@pytest.mark.parametrize("samples", [7, 20, 700])
@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_training_with_dropout_leaves_nothing_behind_in_an_evaluation_of_the_same_shape(
    samples: int, rate: float
) -> None:
    def network() -> nn.Network:
        streams = [[bits(seed, "dropout", 0) for seed in range(3)]]
        return nn.Network([2, 64, 3], runs=3, dropout=rate, dropout_streams=streams)

    rng = np.random.default_rng(0)
    data = nn.Data(rng.standard_normal((3, 2, samples)), rng.integers(0, 3, (3, samples)), 3)
    used, fresh = network(), network()
    used.initialize([[generator(seed, "init", layer) for seed in range(3)] for layer in range(2)])
    optimizer = nn.SGD(0.1)
    for _ in range(3):
        optimizer.step(used.parameters, used.loss_gradient(data.x, data.y))
    fresh.parameters[...] = used.parameters
    for ours, theirs in zip(nn.evaluate(used, data), nn.evaluate(fresh, data), strict=True):
        assert ours.tobytes() == theirs.tobytes()
