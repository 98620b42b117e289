"""Softmax and cross-entropy: their values, and logits at which a naive formula overflows.

A network without hidden layers whose weights are the identity passes its inputs on as logits.
"""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

import nn
from nn.losses import SoftmaxCrossEntropy

Array = nn.arrays.Array


def passing_on(runs: int, classes: int, dtype: type) -> nn.Network:
    network = nn.Network([classes, classes], runs=runs, dtype=dtype)
    network.weights[0][:, :, :-1] = np.eye(classes)
    return network


def bias_gradient(logits: Array, labels: Array, dtype: type) -> Array:
    """dL/db = mean over samples of dL/dz: (runs, classes)."""
    runs, classes, _ = logits.shape
    data = nn.Data(logits, labels, classes, dtype)
    gradients = passing_on(runs, classes, dtype).loss_gradient(data.x, data.y)
    return gradients.reshape(runs, classes, classes + 1)[:, :, -1]


def losses(logits: Array, labels: Array, dtype: type) -> Array:
    runs, classes, _ = logits.shape
    return nn.evaluate(passing_on(runs, classes, dtype), nn.Data(logits, labels, classes, dtype))[0]


@pytest.mark.parametrize("classes", [2, 3, 12])
def test_the_loss_is_minus_the_mean_log_probability_of_the_labels(classes: int) -> None:
    rng = np.random.default_rng(classes)
    logits = 3 * rng.standard_normal((4, classes, 50))
    labels = rng.integers(classes, size=(4, 50))
    expected = -np.take_along_axis(log_softmax(logits, axis=1), labels[:, np.newaxis], axis=1)[:, 0].mean(axis=1)
    # float64 on both sides; sums of 50 terms.
    np.testing.assert_allclose(losses(logits, labels, np.float64), expected, rtol=1e-13)


def test_the_gradient_is_softmax_minus_one_hot_over_the_samples() -> None:
    rng = np.random.default_rng(0)
    logits, labels = 3 * rng.standard_normal((4, 5, 50)), rng.integers(5, size=(4, 50))
    one_hot = np.moveaxis(np.eye(5)[labels], 2, 1)
    expected = (softmax(logits, axis=1) - one_hot).sum(axis=2) / 50
    # float64 on both sides; sums of 50 terms of both signs.
    np.testing.assert_allclose(bias_gradient(logits, labels, np.float64), expected, rtol=1e-12, atol=1e-15)


def test_values_and_gradients_are_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch, the referee, is not installed")
    rng = np.random.default_rng(1)
    logits, labels = 20 * rng.standard_normal((1, 4, 30)), rng.integers(4, size=(1, 30))
    z = torch.tensor(logits[0].T.copy(), requires_grad=True)
    loss = torch.nn.functional.cross_entropy(z, torch.tensor(labels[0]))
    loss.backward()
    # float64 on both sides, 30 terms.
    np.testing.assert_allclose(losses(logits, labels, np.float64), loss.item(), rtol=1e-13)
    ours = bias_gradient(logits, labels, np.float64)[0]
    np.testing.assert_allclose(ours, z.grad.numpy().sum(axis=0), rtol=1e-12, atol=1e-15)


EXTREME = {
    "right by far": ([1e4, -1e4, -1e4], 0, 0.0, [0, 0, 0]),
    "wrong by far": ([1e4, -1e4, -1e4], 1, 2e4, [1, -1, 0]),
    "all equally high": ([1e4, 1e4, 1e4], 2, np.log(3), [1 / 3, 1 / 3, -2 / 3]),
    "all equally low": ([-1e4, -1e4, -1e4], 0, np.log(3), [-2 / 3, 1 / 3, 1 / 3]),
    "two tie": ([1e4, 1e4, -1e4], 0, np.log(2), [-1 / 2, 1 / 2, 0]),
    "highest is zero": ([0, -1e4, -1e4], 2, 1e4, [1, 0, -1]),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", EXTREME.values(), ids=list(EXTREME))
def test_logits_of_ten_thousand_give_the_exact_finite_loss_and_gradient(
    case: tuple[list[float], int, float, list[float]], dtype: type
) -> None:
    logits, label, loss, gradient = case
    z, labels = np.array(logits).reshape(1, 3, 1), np.array([[label]])
    # log and division round once each, in the network's own precision.
    tolerance = 4 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(losses(z, labels, dtype), [loss], rtol=tolerance)
    np.testing.assert_allclose(bias_gradient(z, labels, dtype), [gradient], rtol=tolerance)


def test_extreme_logits_of_one_sample_leave_the_others_in_the_mean() -> None:
    z = np.array([[[1e4, 0.0], [-1e4, 0.0]]])
    # (2e4 + log 2) / 2 in float64.
    np.testing.assert_allclose(losses(z, np.array([[1, 0]]), np.float64), 1e4 + np.log(2) / 2, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_are_softmax_and_sum_to_one_also_far_out(dtype: type) -> None:
    rng = np.random.default_rng(2)
    scales = np.array([0.1, 1, 10, 1e4])[:, np.newaxis, np.newaxis]
    z: nn.arrays.Array = (scales * rng.standard_normal((4, 6, 20))).astype(dtype)
    p = SoftmaxCrossEntropy(dtype).probabilities(z)
    # exp turns a rounding of its argument (up to ~90 before it underflows) into as many roundings of its value.
    tolerance = 100 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(p, softmax(z.astype(np.float64), axis=1), rtol=tolerance, atol=1e-37)
    # Six terms, each rounded.
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=6 * float(np.finfo(dtype).eps))


def test_a_constant_added_to_all_logits_changes_neither_loss_nor_gradient() -> None:
    rng = np.random.default_rng(3)
    # Multiples of 1/8 stay exact when 4096 is added, so that even the bits must agree.
    z, labels = rng.integers(-40, 40, (2, 5, 9)) / 8, rng.integers(5, size=(2, 9))
    for of in (losses, bias_gradient):
        np.testing.assert_array_equal(of(z + 4096, labels, np.float64), of(z, labels, np.float64))
