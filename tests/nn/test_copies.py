"""Copies are whole: their layers hold views of their own parameters, and training goes on bit for bit."""

import copy
import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn.streams import bits, generator
from tests.nn.rules import RULES

Array = nn.arrays.Array
RUNS, SAMPLES, WIDTHS = 3, 40, (20, 8, 6, 3)  # so many inputs that the samples of batches lie one by one

COPIES: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
    "the oldest pickle": lambda thing: pickle.loads(pickle.dumps(thing, protocol=0)),
    "deepcopy": copy.deepcopy,
}
each_way = pytest.mark.parametrize("copied", COPIES.values(), ids=list(COPIES))


class Training:
    """A stack in training, step by step: what somebody stops, stores and takes up again."""

    def __init__(self, optimizer: nn.Optimizer) -> None:
        seeds = range(RUNS)
        self.network = nn.Network(
            WIDTHS,
            runs=RUNS,
            activation="tanh",
            penalties=[nn.L1(1e-3), nn.L2(np.array([0, 1e-3, 1e-2]))],
            penalize="first",
            penalize_biases=True,
            dropout=0.2,
            dropout_streams=[[bits(seed, "dropout", i) for seed in seeds] for i in range(2)],
        )
        self.network.initialize([[generator(seed, "init", i) for seed in seeds] for i in range(3)])
        drawn = np.random.default_rng(0)
        x, labels = drawn.normal(size=(RUNS, WIDTHS[0], SAMPLES)), drawn.integers(0, 3, (RUNS, SAMPLES))
        self.data = nn.Data(x, labels, 3)
        self.optimizer, self.streams = optimizer, [generator(seed, "batches") for seed in seeds]

    def go_on(self, epochs: int = 3) -> bytes:
        for _ in range(epochs):
            for x, y, samples in self.data.batches(16, self.streams):
                self.optimizer.step(self.network.parameters, self.network.loss_gradient(x, y, samples))
        return self.network.parameters.tobytes()


@each_way
@pytest.mark.parametrize("rule", RULES)
def test_training_goes_on_where_it_was(rule: str, copied: Callable[[Any], Any]) -> None:
    training = Training(RULES[rule](nn.Cosine(0.01, steps=60)))
    training.go_on()
    other = copied(training)
    before = other.network.parameters.tobytes()
    expected = training.go_on()
    assert other.network.parameters.tobytes() == before != expected, "a copy is left alone"
    assert other.go_on() == expected


@each_way
def test_what_is_written_to_the_parameters_of_a_copy_is_what_it_computes_with(copied: Callable[[Any], Any]) -> None:
    training = Training(nn.Adam(0.01))
    network, x = copied(training.network), training.data.x
    expected = network.forward(x).copy()
    network.parameters[...] = 0
    assert not network.forward(x).any()
    assert not network.weights[0].any()
    np.testing.assert_array_equal(training.network.forward(x), expected)
    network.loss_gradient(x, training.data.y)
    assert network.gradients.any()
    assert not training.network.gradients.any()


@each_way
def test_a_copied_classifier_follows_its_parameters_and_its_predictions_are_the_bits(
    copied: Callable[[Any], Any],
) -> None:
    X = np.random.default_rng(0).normal(size=(60, 4))
    model = nn.Classifier([8], nn.Adam(0.1), epochs=30, dropout=0.1).fit(X, X[:, 0] > 0, validation=(X, X[:, 0] > 0))
    other = copied(model)
    assert other.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()
    other.network.parameters[...] = other.history.best_parameters[...] = 0
    assert (other.predict_proba(X) == 0.5).all()
    assert not (model.predict_proba(X) == 0.5).any()
    assert other.fit(X, X[:, 0] > 0).predict_proba(X).tobytes() == model.predict_proba(X).tobytes()


def test_a_shallow_copy_has_the_same_parameters_and_arrays_of_its_own_to_work_in() -> None:
    training = Training(nn.Adam(0.01))
    other = copy.copy(training.network)
    assert other.parameters is training.network.parameters
    assert other.forward(training.data.x) is not training.network.forward(training.data.x)


def test_a_pickle_holds_settings_and_weights_and_nothing_of_what_went_through() -> None:
    """Weights twice (the history has the best ones): 2 x 168 bytes. All else is names, settings and curves."""
    X = np.random.default_rng(0).normal(size=(3000, 2))
    model = nn.Classifier([8], epochs=2).fit(X[:300], X[:300, 0] > 0)
    size = len(pickle.dumps(model))
    assert size < 5_000
    for rows in range(1, 3000, 100):
        model.predict(X[:rows])
    assert len(pickle.dumps(model)) == size


def test_a_pickle_amid_a_training_holds_weights_and_state_once() -> None:
    training = Training(nn.Adam(0.01))
    training.go_on()
    once = training.network.parameters.nbytes
    # 4,096 random words for each run and layer at most, and what is named besides.
    assert len(pickle.dumps(training.network)) < once + 2 * RUNS * 4096 * 8 + 6_000
    assert len(pickle.dumps(training.optimizer)) < 2 * once + 1_000  # m and v


def test_joblib_copies_are_whole_and_predict_from_memory_that_cannot_be_written(tmp_path: Path) -> None:
    joblib = pytest.importorskip("joblib", reason="joblib is not installed")
    X = np.random.default_rng(0).normal(size=(60, 4))
    model = nn.Classifier([8], epochs=5).fit(X, X[:, 0] > 0)
    joblib.dump(model, tmp_path / "model")
    mapped = joblib.load(tmp_path / "model", mmap_mode="r")
    assert not mapped.network.parameters.flags.writeable
    assert mapped.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()
    assert mapped.fit(X, X[:, 0] > 0).predict_proba(X).tobytes() == model.predict_proba(X).tobytes()
    memory = io.BytesIO()
    joblib.dump(model, memory)
    other = joblib.load(memory)
    other.network.parameters[...] = 0
    assert (other.predict_proba(X) == 0.5).all()
