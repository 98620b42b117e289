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
        nn.Classifier(weights="first").fit([[0.0], [1.0]], [0, 1])


SETTINGS: dict[str, tuple[dict[str, Any], str]] = {
    "no widths": ({"hidden": "64"}, "hidden: expected a whole number >= 1, got '64'"),
    "half a width": ({"hidden": [1.5]}, "hidden: expected a whole number >= 1, got 1.5"),
    "a width of 0": ({"hidden": 0}, "hidden: expected a whole number >= 1, got 0"),
    "half an epoch": ({"epochs": 0.5}, "epochs: expected a whole number >= 1, got 0.5"),
    "no batch": ({"batch": 0}, "batch: expected a whole number >= 1, got 0"),
    "no seed": ({"seed": -1}, "seed: expected a whole number >= 0, got -1"),
    "no state": ({"random_state": "now"}, "random_state: expected a whole number >= 0, got 'now'"),
    "an unknown rule": (
        {"optimizer": "adamm"},
        r"optimizer: expected an nn.Optimizer or a name \(sgd, .*\), got 'adamm'",
    ),
    "no rule": ({"optimizer": nn.Adam}, "optimizer: expected an nn.Optimizer or a name"),
    "no penalty": (
        {"penalties": [0.1]},
        r"penalties: expected a list of nn's penalties, as \[nn.L2\(1e-4\)\], got \[0.1\]",
    ),
    "one penalty": ({"penalties": nn.L2(0.1)}, "penalties: expected a list of nn's penalties"),
    "text for a number": ({"l2": "0.1"}, "l2: expected a number, got '0.1'"),
    "a list of activations": ({"activation": ["relu"]}, "activation: expected one of relu"),
    "no activation": ({"activation": "sin"}, "activation: expected one of relu"),
    "no type": ({"dtype": np.int32}, "dtype: expected float32 or float64"),
}


@pytest.mark.parametrize(("settings", "message"), SETTINGS.values(), ids=list(SETTINGS))
def test_settings_are_checked_when_it_is_fitted_and_not_before(settings: dict[str, Any], message: str) -> None:
    model = nn.Classifier(**settings)
    with pytest.raises(ValueError, match=message):
        model.fit(*blobs())
    assert vars(model).keys() == vars(nn.Classifier()).keys(), "nothing is left of a fit that failed"


def test_one_width_is_one_hidden_layer() -> None:
    given: list[Any] = [16, [16], np.array([16])]
    one, same, also = (nn.Classifier(hidden, epochs=3).fit(*blobs()) for hidden in given)
    assert one.predict_proba(blobs()[0]).tobytes() == same.predict_proba(blobs()[0]).tobytes()
    assert also.network.widths == one.network.widths == (2, 16, 3)


def test_a_rule_may_be_given_by_its_name() -> None:
    named, made = (nn.Classifier([8], rule, epochs=20).fit(*blobs()) for rule in ("adam", nn.Adam()))
    assert named.predict_proba(blobs()[0]).tobytes() == made.predict_proba(blobs()[0]).tobytes()


def test_a_random_state_goes_before_the_seed_and_a_generator_draws_one_for_each_fit() -> None:
    X, y = blobs()

    def fitted(state: Any, seed: int = 0) -> bytes:
        return nn.Classifier([8], epochs=3, random_state=state, seed=seed).fit(X, y).predict_proba(X).tobytes()

    assert fitted(7) == fitted(None, 7) == fitted(7, 3) != fitted(None)
    for made in (np.random.default_rng, np.random.RandomState):
        state = made(0)
        assert fitted(made(0)) == fitted(state) != fitted(state)


def test_a_fit_that_fails_leaves_the_one_before() -> None:
    X, y = blobs()
    model = nn.Classifier([8], epochs=3).fit(X, y)
    before = model.predict_proba(X).tobytes()
    with pytest.raises(ValueError, match="at least two classes"):
        model.fit(X, np.zeros(len(X)))
    assert model.predict_proba(X).tobytes() == before


def test_parameters_are_what_was_given_and_those_of_components_have_paths() -> None:
    adam, hidden = nn.Adam(nn.Cosine(0.1)), [8]
    model = nn.Classifier(hidden, adam)
    params = model.get_params()
    assert params["hidden"] is hidden
    assert params["optimizer"] is adam
    assert (params["optimizer__beta1"], params["optimizer__lr__lr"]) == (0.9, 0.1)
    assert set(model.get_params(deep=False)) == {name for name in params if "__" not in name}
    changed = model.set_params(optimizer__lr__lr=0.2, epochs=5)
    assert changed is model
    assert isinstance(model.optimizer, nn.Adam)
    assert (model.epochs, model.optimizer.lr) == (5, nn.Cosine(0.2))
    assert adam.lr == nn.Cosine(0.1), "it may belong to others too"


def test_settings_of_a_rule_that_is_named_or_left_out_can_be_set() -> None:
    assert nn.Classifier().get_params()["optimizer__lr"] == 0.05
    assert repr(nn.Classifier().set_params(optimizer__lr=0.1).optimizer) == repr(nn.Adam(0.1))
    assert repr(nn.Classifier().set_params(optimizer__lr=0.1, optimizer="sgd").optimizer) == repr(nn.SGD(0.1))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"momentum": 0.9},
            r"Invalid parameter 'momentum' for Classifier\(\). Valid parameters are: \['hidden', 'optim",
        ),
        (
            {"optimizer__momentum": 0.9},
            r"Invalid parameter 'momentum' for Adam\(lr=0.05\). Valid parameters are: \['lr',",
        ),
        ({"epochs__lr": 0.9}, r"Invalid parameter 'lr' for 1000"),
        ({"optimizer__lr": -1}, "lr: expected 0 < lr < inf, got -1"),
    ],
)
def test_a_parameter_that_does_not_exist_or_cannot_be_is_refused(params: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nn.Classifier().set_params(**params)


def test_it_introduces_itself_by_what_is_not_left_out() -> None:
    assert repr(nn.Classifier()) == "Classifier()"
    model = nn.Classifier([8], nn.Adam(nn.Step(0.1, 4)), penalties=[nn.L1(0.1)], batch=20, dtype=np.float64)
    expected = (
        "hidden=[8], optimizer=Adam(lr=Step(lr=0.1, stages=4)), penalties=[L1(strength=0.1)], batch=20, dtype=float64"
    )
    assert repr(model) == f"Classifier({expected})"
