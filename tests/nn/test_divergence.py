"""A run that diverges is recorded as such and disturbs no neighbour."""

from typing import Any

import numpy as np
import pytest

import nn
from nn.streams import generator

Array = nn.arrays.Array
SHAPE: dict[str, Any] = {"widths": (3, 8, 4), "samples": 20, "epochs": 30, "checkpoints": 15}

# Gradient descent on a penalty l2 w^2 multiplies w by 1 - 2 lr l2 = -999 in every step: it overflows soon, not at once.
DIVERGING = {"seed": 7, "lr": 1.0, "l2": 500.0}
HEALTHY = [{"seed": 1, "lr": 0.1}, {"seed": 2, "lr": 0.1, "l2": 0.01}, {"seed": 3, "lr": 0.05, "l1": 0.01}]


def broken_data(data: nn.Data, run: int) -> nn.Data:
    """The same samples, with a NaN among the inputs of one run."""
    x = data.x[:, :-1].copy()
    x[run, 0, 0] = np.nan
    return nn.Data(x, data.labels, data.y.shape[1])


@pytest.mark.parametrize("batch", [None, 6])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_neighbours_of_a_diverging_run_are_bitwise_undisturbed(
    trained: Any, numbers: Any, place: int, optimizer: str, batch: int | None
) -> None:
    runs = [*HEALTHY[:place], DIVERGING, *HEALTHY[place:]]
    shape = SHAPE | {"optimizer": optimizer, "batch": batch}
    network, history = trained(runs, **shape)
    assert history.diverged_at[place] > 0
    for i, run in enumerate(runs):
        if i != place:
            assert numbers(network, history, i) == numbers(*trained([run], **shape), 0)
            assert history.diverged_at[i] == 0
            assert np.isfinite(network.parameters[i]).all()


def test_curves_end_at_the_checkpoint_where_the_divergence_was_found(trained: Any) -> None:
    _, history = trained([HEALTHY[0], DIVERGING], **SHAPE, optimizer="sgd")
    at = history.diverged_at[1]
    assert 2 < at < 30, "it is to diverge on the way, or this shows nothing"
    assert at in history.epochs
    before = history.epochs < at
    for name, curve in history.curves.items():
        assert np.isfinite(curve[0]).all(), name
        assert np.isfinite(curve[1, before]).all(), name
        assert np.isnan(curve[1, ~before]).all(), name


def test_a_run_that_diverges_in_the_first_epoch_stops_everything_and_leaves_no_numbers(trained: Any) -> None:
    hopeless = {"seed": 1, "lr": 1e30}
    network, history = trained([hopeless], **SHAPE | {"checkpoints": 30}, optimizer="sgd")
    assert history.diverged_at.tolist() == [1]
    assert history.diverged_at.dtype == history.best_epoch.dtype == np.int64
    assert np.isnan(network.parameters).all()
    network, history = trained([hopeless, HEALTHY[0]], **SHAPE | {"checkpoints": 30}, optimizer="sgd")
    assert history.diverged_at.tolist() == [1, 0]
    assert np.isnan(network.parameters).all(axis=1).tolist() == [True, False]


def test_divergence_is_found_at_the_first_checkpoint_after_the_numbers_overflow(trained: Any) -> None:
    shape = SHAPE | {"epochs": 60, "optimizer": "sgd"}
    every_epoch, every_twelfth = (trained([DIVERGING], **shape | {"checkpoints": n})[1] for n in (60, 5))
    at = int(every_epoch.diverged_at[0])
    assert 1 < at < 48
    assert every_twelfth.diverged_at[0] == -(-at // 12) * 12


def test_a_diverged_run_keeps_its_best_weights_from_before(trained: Any) -> None:
    _, history = trained([DIVERGING], **SHAPE, optimizer="sgd")
    curve = history.curves["validation_accuracy"][0]
    assert 0 < history.best_epoch[0] < history.diverged_at[0]
    assert history.best_epoch[0] == history.epochs[np.nanargmax(curve)]
    assert np.isfinite(history.best_parameters[0]).all()


def test_a_stack_whose_runs_have_all_diverged_stops_at_that_checkpoint(network_of: Any, data_of: Any) -> None:
    for runs, expected in (([DIVERGING, DIVERGING | {"seed": 8}], None), ([DIVERGING, HEALTHY[0]], 60)):
        network = network_of(runs, (3, 8, 4))
        data = data_of([run["seed"] for run in runs], (3, 8, 4), 20)
        optimizer = nn.SGD(np.array([[run["lr"]] for run in runs]))
        history = nn.train(network, optimizer, data, data, epochs=60, checkpoints=20)
        assert optimizer.t == (history.diverged_at.max() if expected is None else expected)
        assert (optimizer.t < 60) == (expected is None)


@pytest.mark.parametrize("split", ["train", "validation"])
def test_only_the_training_loss_and_the_parameters_decide(data_of: Any, network_of: Any, split: str) -> None:
    """Data is checked where it enters; but should a NaN come through, it stays with its run."""
    runs, widths = [{"seed": 0}, {"seed": 1}], (3, 5, 4)
    sets = {name: data_of([0, 1], widths, 20, name) for name in ("train", "validation")}
    sets[split] = broken_data(sets[split], run=1)
    network = network_of(runs, widths)
    history = nn.train(network, nn.SGD(0.1), sets["train"], sets["validation"], epochs=3)
    assert history.diverged_at.tolist() == [0, 1 if split == "train" else 0]
    assert np.isfinite(history.curves[f"{split}_loss"][0]).all()
    assert np.isnan(history.curves[f"{split}_loss"][1]).all()


def test_a_run_that_diverges_at_once_has_no_best_epoch_and_only_nan_curves(trained: Any) -> None:
    _, history = trained([HEALTHY[0], {"seed": 5, "lr": 1e38, "l2": 10.0}], **SHAPE | {"epochs": 15}, optimizer="sgd")
    assert history.diverged_at.tolist()[1] in (1, 2)
    _, history = trained(
        [HEALTHY[0], {"seed": 5, "lr": 1e38, "l2": 1e30}], **SHAPE | {"checkpoints": 2}, optimizer="sgd"
    )
    assert history.diverged_at.tolist() == [0, 15]
    assert history.best_epoch[1] == 0
    assert all(np.isnan(curve[1]).all() for curve in history.curves.values())


class Setting(nn.Optimizer):
    """Sets one parameter of the second run to a number of the test's choice in its third step."""

    def __init__(self, index: int, value: float) -> None:
        super().__init__(1.0)
        self.index, self.value = index, value

    def update(self, p: Array, g: Array, lr: nn.arrays.Real, work: Array) -> None:
        if self.t == 2:
            p[1, self.index] = self.value


# Two inputs, three classes: parameters 0-2 make the logit of class 0, 3-5 of class 1, 6-8 of class 2, whose bias is 8.
# Class 2 does not occur, so that a bias of -inf only rules out what is wrong; and 3e38 overflows when an input is 10.
LOSS_OR_PARAMETER = {"a finite loss, an infinite parameter": (8, -np.inf), "finite parameters, no loss": (3, 3e38)}


@pytest.mark.parametrize(("index", "value"), LOSS_OR_PARAMETER.values(), ids=list(LOSS_OR_PARAMETER))
def test_either_a_loss_or_a_parameter_that_is_not_finite_is_a_divergence(index: int, value: float) -> None:
    data = nn.Data(np.full((2, 2, 4), 10.0), np.array([[0, 1, 0, 1]] * 2), 3)
    network = nn.Network([2, 3], runs=2)
    history = nn.train(network, Setting(index, value), data, data, epochs=5)
    assert history.diverged_at.tolist() == [0, 3]


def test_a_diverged_run_ends_without_weights_however_long_its_neighbours_go_on() -> None:
    rng = np.random.default_rng(0)
    data = nn.Data(rng.standard_normal((2, 2, 20)), rng.integers(0, 3, (2, 20)), 3)
    network = nn.Network([2, 4, 3], runs=2)
    network.initialize([[generator(seed, "init", layer) for seed in range(2)] for layer in range(2)])
    history = nn.train(network, nn.SGD(np.array([[0.1], [1e25]])), data, data, epochs=10, checkpoints=10)
    assert history.diverged_at[0] == 0 < history.diverged_at[1]
    assert np.isfinite(network.parameters[0]).all()
    assert np.isnan(network.parameters[1]).all()


# Gradient descent on a penalty l2 w^2 multiplies w by 1 - 2 lr l2 = -9 in every step.
POINTS = np.random.default_rng(0).normal(size=(60, 3))
LABELS = np.where(POINTS[:, 0] > 0, "a", "b")


def diverging(**settings: Any) -> nn.Classifier:
    return nn.Classifier([8], nn.SGD(5.0), l2=1.0, epochs=300, **settings)


def test_a_classifier_that_diverges_says_so_and_predicts_nothing() -> None:
    with pytest.warns(
        UserWarning, match=r"training diverged \(.* at epoch \d+\), and it has no weights to predict with"
    ):
        model = diverging().fit(POINTS, LABELS)
    assert model.history.diverged_at[0] > 0
    for predicting in (model.predict, model.predict_proba, lambda X: model.score(X, LABELS)):
        with pytest.raises(ValueError, match="there is nothing to predict with: training diverged"):
            predicting(POINTS)


def test_a_classifier_that_diverges_keeps_the_best_weights_from_before_if_it_is_to() -> None:
    with pytest.warns(UserWarning, match=r"training diverged .*, and its weights are those of epoch \d+"):
        model = diverging(weights="best", checkpoints=300).fit(POINTS, LABELS, validation=(POINTS, LABELS))
    assert model.score(POINTS, LABELS) == model.history.best_validation_accuracy[0]
    with pytest.warns(UserWarning, match="no weights to predict with"):
        model = diverging(weights="best", checkpoints=1).fit(POINTS, LABELS, validation=(POINTS, LABELS))
    with pytest.raises(ValueError, match="training diverged"):
        model.predict(POINTS)


def test_what_no_probability_follows_from_is_refused_and_gets_no_label() -> None:
    """The rows are finite, but sums of their products with the weights are not."""
    model = nn.Classifier([8], epochs=20).fit(POINTS, LABELS)
    model.network.parameters[...] = np.where(np.arange(model.network.parameters.size) % 2, 1e3, -1e3)
    far = np.concatenate([POINTS, np.full((1, 3), 3e38)])
    for predicting in (model.predict, model.predict_proba):
        with pytest.raises(ValueError, match="X: row 60 is too large for these weights"):
            predicting(far)
    assert np.isfinite(model.predict_proba(POINTS)).all()
