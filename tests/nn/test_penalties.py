"""L1 and L2: their values, their gradients, and which parameters they reach."""

import numpy as np
import pytest

import nn

# Powers of two and small integers: every product and sum below is exact, so equality is asked for.
WEIGHTS = [np.array([[1.0, -2.0, 8.0], [0.0, 4.0, -16.0]]), np.array([[-1.0, 2.0, 32.0], [0.5, 0.0, 64.0]])]


def network(**settings: object) -> nn.Network:
    own = [penalty(settings.pop(name, 0.0)) for name, penalty in (("l1", nn.L1), ("l2", nn.L2))]  # type: ignore[arg-type]
    stack = nn.Network([2, 2, 2], runs=2, dtype=np.float64, penalties=own, **settings)  # type: ignore[arg-type]
    for W, values in zip(stack.weights, WEIGHTS, strict=True):
        W[...] = values
    return stack


def gradients(stack: nn.Network) -> list[nn.arrays.Array]:
    """What the penalties add to the gradient: (2, 2, 3) for each layer."""
    plain = network()
    # All inputs 0: the loss's own gradient is then a multiple of 1/2, and differences are exact.
    stack.weights[0][..., -1] = plain.weights[0][..., -1] = -1
    stack.weights[1][..., -1] = plain.weights[1][..., -1] = 8
    data = nn.Data(np.zeros((2, 2, 1)), np.zeros((2, 1), int), 2, np.float64)
    added = stack.loss_gradient(data.x, data.y) - plain.loss_gradient(data.x, data.y)
    return nn.network.dense_views(added, [2, 2, 2])


def test_l1_adds_the_sum_of_absolute_weights_without_biases() -> None:
    np.testing.assert_array_equal(network(l1=[0.5, 2]).penalty(), [0.5 * 10.5, 2 * 10.5])


def test_l2_adds_the_sum_of_squared_weights_without_biases_and_without_a_half() -> None:
    np.testing.assert_array_equal(network(l2=[0.5, 2]).penalty(), [0.5 * 26.25, 2 * 26.25])


def test_both_together_add_up() -> None:
    np.testing.assert_array_equal(network(l1=[0.5, 0], l2=[0, 2]).penalty(), [0.5 * 10.5, 2 * 26.25])


def test_only_the_first_layer_is_penalized_where_asked_for() -> None:
    np.testing.assert_array_equal(network(l1=1, l2=1, penalize="first").penalty(), [7 + 21, 7 + 21])


def test_biases_are_penalized_where_asked_for() -> None:
    np.testing.assert_array_equal(network(l1=1, penalize="first", penalize_biases=True).penalty(), [31, 31])
    np.testing.assert_array_equal(network(l1=1, penalize_biases=True).penalty(), [130.5, 130.5])


def test_the_gradient_of_l1_is_the_sign_and_zero_at_zero() -> None:
    first, second = gradients(network(l1=[0.5, 2]))
    np.testing.assert_array_equal(first[0], [[0.5, -0.5, 0], [0, 0.5, 0]])
    np.testing.assert_array_equal(second[1], [[-2, 2, 0], [2, 0, 0]])


def test_the_gradient_of_l2_is_twice_the_strength_times_the_weight() -> None:
    first, second = gradients(network(l2=[0.5, 2]))
    np.testing.assert_array_equal(first[0], [[1, -2, 0], [0, 4, 0]])
    np.testing.assert_array_equal(second[1], [[-4, 8, 0], [2, 0, 0]])


def test_the_gradient_reaches_the_first_layer_and_its_biases_where_asked_for() -> None:
    first, second = gradients(network(l2=0.5, penalize="first", penalize_biases=True))
    np.testing.assert_array_equal(first[0], [[1, -2, -1], [0, 4, -1]])
    np.testing.assert_array_equal(second, np.zeros((2, 2, 3)))


@pytest.mark.parametrize("name", ["l1", "l2"])
@pytest.mark.parametrize("strength", [-1e-9, np.nan, np.inf, [0.0, -1.0]])
def test_a_strength_that_is_negative_or_not_finite_is_refused(name: str, strength: object) -> None:
    with pytest.raises(ValueError, match=rf"{name.upper()} strength: expected finite numbers >= 0, got"):
        network(**{name: strength})


def test_as_many_strengths_as_runs_are_asked_for() -> None:
    with pytest.raises(ValueError, match=r"L2: expected one number or 2 \(one for each run\), got shape \(3,\)"):
        network(l2=[0.1, 0.2, 0.3])


def test_layers_other_than_all_or_first_are_refused() -> None:
    with pytest.raises(ValueError, match='penalize: expected "all" or "first", got \'last\''):
        network(penalize="last")
