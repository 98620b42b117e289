"""The front door for one network: fit, predict, predict_proba, score."""

import inspect
from typing import Any

import numpy as np
import pytest

import nn
from nn.streams import bits, generator

Array = nn.arrays.Array


def blobs(samples: int = 120, seed: int = 0) -> tuple[Array, Array]:
    """Three well separated clouds: X (samples, 2), y (samples,)."""
    rng = np.random.default_rng(seed)
    y = np.arange(samples) % 3
    return np.array([[0, 0], [4, 0], [0, 4]])[y] + 0.5 * rng.standard_normal((samples, 2)), y


def rings(samples: int = 200, seed: int = 0) -> tuple[Array, Array]:
    """A disc within a ring, which no linear model separates."""
    X = np.random.default_rng(seed).standard_normal((samples, 2))
    return X, np.where(np.hypot(X[:, 0], X[:, 1]) < 1.1, "disc", "ring")


OPTIMIZERS = {
    "sgd": nn.SGD(0.5),
    "momentum": nn.Momentum(0.1),
    "adagrad": nn.AdaGrad(0.2),
    "adam": nn.Adam(0.05),
    "inverse time": nn.Adam(nn.InverseTime(0.05, 1e-3)),
}


@pytest.mark.parametrize("batch", [None, 32])
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
def test_every_optimizer_learns_what_a_linear_model_cannot(optimizer: nn.Optimizer, batch: int | None) -> None:
    model = nn.Classifier((32,), optimizer, epochs=300, batch=batch).fit(*rings())
    # The boundary is sharp and the 200 samples are few: 0.95 is far above a linear model's 0.55 or so (below).
    assert model.score(*rings(seed=1)) > 0.93


def test_without_hidden_layers_it_is_a_linear_model() -> None:
    assert nn.Classifier((), epochs=300).fit(*blobs()).score(*blobs(seed=1)) > 0.98
    assert nn.Classifier((), epochs=300).fit(*rings()).score(*rings(seed=1)) < 0.7


def test_two_layers_dropout_and_penalties_together_still_learn() -> None:
    model = nn.Classifier((32, 16), l1=1e-5, l2=1e-4, dropout=0.1, epochs=300, batch=50).fit(*rings())
    assert model.score(*rings(seed=1)) > 0.9


def test_fit_returns_the_model_and_the_history_has_its_learning_curves() -> None:
    model = nn.Classifier((8,), epochs=100)
    assert model.fit(*blobs(), validation=blobs(60, seed=1)) is model
    assert model.history.epochs[-1] == 100
    curves = model.history.curves
    assert curves["train_loss"][0, -1] < curves["train_loss"][0, 0]
    assert curves["validation_accuracy"][0, -1] == pytest.approx(model.score(*blobs(60, seed=1)))
    assert curves["train_accuracy"][0, -1] == pytest.approx(model.score(*blobs()))


def test_without_validation_data_nothing_is_said_of_them() -> None:
    history = nn.Classifier((8,), epochs=10).fit(*blobs()).history
    assert np.isfinite(history.curves["train_accuracy"]).all()
    assert np.isnan(history.curves["validation_accuracy"]).all()
    assert history.best_epoch == 0
    assert np.isnan(history.best_validation_accuracy)


def test_probabilities_sum_to_one_and_the_highest_is_predicted() -> None:
    X, y = rings()
    model = nn.Classifier((8,), epochs=50).fit(X, y)
    p = model.predict_proba(X)
    assert p.shape == (200, 2)
    assert p.min() >= 0
    # Two float32 terms.
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=4e-7)
    np.testing.assert_array_equal(model.predict(X), np.array(["disc", "ring"])[p.argmax(axis=1)])


def test_probabilities_belong_to_the_caller() -> None:
    X, y = blobs()
    model = nn.Classifier((8,), epochs=5).fit(X, y)
    first = model.predict_proba(X)
    kept = first.copy()
    model.predict_proba(-X)
    np.testing.assert_array_equal(first, kept)


def test_one_row_is_predicted_as_among_many() -> None:
    X, y = blobs()
    model = nn.Classifier((8,), epochs=50).fit(X, y)
    # One column goes through other routines of BLAS than many, and may round otherwise.
    for i in (0, 50, 119):
        np.testing.assert_allclose(model.predict_proba(X[i : i + 1])[0], model.predict_proba(X)[i], rtol=1e-5)


def test_more_rows_than_are_evaluated_at_once_come_out_whole_and_in_order() -> None:
    X, y = blobs()
    model = nn.Classifier((64,), epochs=5).fit(X, y)
    many = np.tile(X, (100, 1))
    assert len(model.network.pieces(len(many))) > 1, "or this shows nothing"
    p = model.predict_proba(many)
    assert p.shape == (len(many), 3)
    np.testing.assert_allclose(p, np.tile(model.predict_proba(X), (100, 1)), rtol=1e-5)  # pieces may round otherwise


def test_a_validation_set_that_is_the_training_set_has_the_same_curves() -> None:
    curves = nn.Classifier((8,), epochs=5).fit(*rings(), validation=rings()).history.curves
    for name in ("loss", "accuracy"):
        np.testing.assert_array_equal(curves[f"validation_{name}"], curves[f"train_{name}"])


def test_the_same_seed_gives_the_same_bits_and_another_seed_others() -> None:
    settings = {"hidden": (8,), "epochs": 5, "batch": 7, "dropout": 0.2}
    one, same, other = (nn.Classifier(**settings, seed=seed).fit(*blobs()) for seed in (4, 4, 5))  # type: ignore[arg-type]
    assert one.predict_proba(blobs()[0]).tobytes() == same.predict_proba(blobs()[0]).tobytes()
    assert one.predict_proba(blobs()[0]).tobytes() != other.predict_proba(blobs()[0]).tobytes()


def test_it_is_a_stack_of_one_with_the_streams_of_its_seed() -> None:
    X, y = blobs()
    network = nn.Network([2, 8, 5, 3], dropout=0.2, dropout_streams=[[bits(6, "dropout", i)] for i in range(2)])
    network.initialize([[generator(6, "init", i)] for i in range(3)])
    data = nn.Data(X.T[np.newaxis], y[np.newaxis], 3)
    nn.train(network, nn.Adam(0.05), data, data, epochs=5, batch=7, batch_streams=[generator(6, "batches")])
    model = nn.Classifier((8, 5), dropout=0.2, epochs=5, batch=7, seed=6).fit(X, y)
    assert model.network.parameters.tobytes() == network.parameters.tobytes()


def test_fitting_again_starts_anew_and_leaves_the_given_optimizer_alone() -> None:
    adam = nn.Adam(0.05)
    model = nn.Classifier((8,), adam, epochs=20, dropout=0.1)
    first = model.fit(*blobs()).network.parameters.copy()
    model.fit(*rings())
    assert adam.t == 0
    assert model.fit(*blobs()).network.parameters.tobytes() == first.tobytes()


def test_each_fit_has_an_optimizer_of_its_own_down_to_what_it_holds() -> None:
    class Counting(nn.SGD):
        """Counts its steps in a list, which a shallow copy would share."""

        def __init__(self) -> None:
            super().__init__(0.1)
            self.steps: list[int] = []

        def update(self, p: Any, g: Any, lr: Any, work: Any) -> None:
            self.steps.append(self.t)
            super().update(p, g, lr, work)

    counting = Counting()
    nn.Classifier((4,), counting, epochs=2, batch=None).fit(*blobs())
    assert counting.steps == []


def test_what_is_not_said_is_what_the_documentation_says() -> None:
    defaults = {name: p.default for name, p in inspect.signature(nn.Classifier).parameters.items()}
    assert {name: defaults[name] for name in ("hidden", "epochs", "batch", "init")} == {
        "hidden": (64,), "epochs": 1000, "batch": None, "init": "he",
    }  # fmt: skip
    x, y = blobs()
    assert len(nn.Classifier(epochs=60).fit(x, y).history.epochs) == 50


def test_every_setting_makes_a_difference() -> None:
    base: dict[str, Any] = {"hidden": (8,), "epochs": 5, "batch": 20}
    changes: list[dict[str, Any]] = [
        {}, {"hidden": (9,)}, {"optimizer": nn.SGD(0.1)}, {"l1": 0.1}, {"l2": 0.1}, {"penalties": [nn.L1(0.2)]},
        {"dropout": 0.3}, {"epochs": 6}, {"batch": None}, {"init": 0.01}, {"seed": 1}, {"dtype": np.float64},
    ]  # fmt: skip
    fitted = [nn.Classifier(**(base | change)).fit(*blobs()) for change in changes]
    assert len({model.predict_proba(blobs()[0]).tobytes() for model in fitted}) == len(changes)


def test_predicting_before_fitting_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"^there is nothing to predict with: call fit first$"):
        nn.Classifier().predict([[0.0, 1.0]])


def test_the_best_weights_need_validation_to_be_told_by() -> None:
    with pytest.raises(ValueError, match="expected validation"):
        nn.Classifier(weights="best").fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(ValueError, match='expected "last" or "best"'):
        nn.Classifier(weights="first")
