"""scikit-learn as the referee, in float64: momentum and Adam, with its conventions translated into ours."""

import warnings
from typing import Any

import numpy as np
import pytest

import nn

neural_network = pytest.importorskip("sklearn.neural_network", reason="scikit-learn, the referee, is not installed")
from sklearn.exceptions import ConvergenceWarning  # noqa: E402

SAMPLES, EPOCHS = 60, 50
Array = nn.arrays.Array


def data() -> tuple[Array, Array]:
    """Three classes by distance from the origin: X (samples, 2), y (samples,)."""
    X = np.random.default_rng(8).standard_normal((SAMPLES, 2))
    return X, np.digitize(np.hypot(X[:, 0], X[:, 1]), [0.8, 1.5])


def there(epochs: int = EPOCHS, **settings: Any) -> Any:
    """An MLPClassifier after so many full-batch epochs, from its own initial weights, always the same."""
    model = neural_network.MLPClassifier(
        (12, 7), batch_size=SAMPLES, shuffle=False, max_iter=epochs, tol=0, n_iter_no_change=10_000, random_state=0
    ).set_params(**settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it stops after max_iter epochs, as it should
        return model.fit(*data())


def put(network: nn.Network, model: Any) -> nn.Network:
    """Give the network the model's weights."""
    for W, weights, biases in zip(network.weights, model.coefs_, model.intercepts_, strict=True):
        W[0, :, :-1], W[0, :, -1] = weights.T, biases
    return network


def here(optimizer: nn.Optimizer, epochs: int = EPOCHS, **settings: Any) -> nn.Network:
    """Our network after as many epochs, from scikit-learn's initial weights."""
    untouched = there(1, solver="sgd", learning_rate_init=1e-300)  # steps too short to change any number
    network = put(nn.Network([2, 12, 7, 3], dtype=np.float64, **settings), untouched)
    X, y = data()
    stack = nn.Data(X.T[np.newaxis], y[np.newaxis], 3, np.float64)
    nn.train(network, optimizer, stack, stack, epochs=epochs, checkpoints=1)
    return network


def assert_equal(network: nn.Network, model: Any) -> None:
    theirs = put(nn.Network([2, 12, 7, 3], dtype=np.float64), model)
    # Roundings of 1e-16 in sums of 60 terms, which 50 steps on a curved loss blow up, but not a millionfold.
    np.testing.assert_allclose(network.parameters, theirs.parameters, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("mu", [0.0, 0.9])
def test_momentum_without_look_ahead_is_the_same(mu: float) -> None:
    model = there(solver="sgd", learning_rate_init=0.1, momentum=mu, nesterovs_momentum=False, alpha=0)
    assert_equal(here(nn.Momentum(0.1, mu)), model)


def test_their_default_looks_ahead_and_is_another_rule() -> None:
    plain, ahead = (
        there(solver="sgd", learning_rate_init=0.1, momentum=0.9, nesterovs_momentum=nesterov, alpha=0)
        for nesterov in (False, True)
    )
    assert np.abs(plain.coefs_[0] - ahead.coefs_[0]).max() > 1e-2


@pytest.mark.parametrize("l2", [1e-3, 0.05])
def test_alpha_is_twice_l2_times_the_samples_of_a_batch_and_spares_biases(l2: float) -> None:
    model = there(solver="sgd", learning_rate_init=0.1, momentum=0.5, nesterovs_momentum=False, alpha=2 * l2 * SAMPLES)
    assert_equal(here(nn.Momentum(0.1, 0.5), penalties=[nn.L2(l2)]), model)


def test_adam_is_the_same_where_eps_is_negligible() -> None:
    model = there(solver="adam", learning_rate_init=0.01, beta_1=0.8, beta_2=0.99, epsilon=1e-20, alpha=0.1)
    assert_equal(here(nn.Adam(0.01, 0.8, 0.99, eps=1e-20), penalties=[nn.L2(0.1 / (2 * SAMPLES))]), model)


def test_adams_eps_counts_31_fold_in_their_first_step_because_it_comes_before_the_correction() -> None:
    # An eps as large as the gradients, so that it matters.
    model = there(1, solver="adam", learning_rate_init=0.01, epsilon=1e-3, alpha=0)
    assert_equal(here(nn.Adam(0.01, eps=1e-3 / np.sqrt(1 - 0.999)), epochs=1), model)
    same_eps = here(nn.Adam(0.01, eps=1e-3), epochs=1)
    assert np.abs(same_eps.weights[0][0, :, :-1] - model.coefs_[0].T).max() > 1e-3
