"""Steps write into arrays that are made once: what is fast, and bounded, about training."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import nn
from nn.streams import bits, generator
from tests.nn.rules import RULES

RUNS, SAMPLES, WIDTH = 64, 256, 64


@pytest.mark.parametrize("dropout", [0.0, 0.1])
@pytest.mark.parametrize(
    ("rule", "activation"), [*((rule, "relu") for rule in RULES), *(("sgd", name) for name in nn.layers.ACTIVATIONS)]
)
def test_a_step_makes_no_array_as_large_as_what_it_computes_with(rule: str, activation: str, dropout: float) -> None:
    """After the first steps. The smallest array of a step has a number for each sample of each run, 64 KiB here.

    NumPy's own buffers, where it converts numbers, do not grow with arrays: 33 KiB.
    """
    seeds = range(RUNS)
    network = nn.Network(
        [2, WIDTH, 3],
        runs=RUNS,
        activation=activation,
        penalties=[nn.L1(np.full((RUNS, 1), 1e-4)), nn.L2(np.full((RUNS, 1), 1e-4))],
        dropout=dropout,
        dropout_streams=[[bits(seed, "dropout", 0) for seed in seeds]],
        dtype=np.float32,
    )
    network.initialize([[generator(seed, "init", i) for seed in seeds] for i in range(2)], ["he"] * RUNS)
    drawn = np.random.default_rng(0)
    data = nn.Data(drawn.normal(size=(RUNS, 2, SAMPLES)), drawn.integers(0, 3, (RUNS, SAMPLES)), 3, np.float32)
    optimizer = RULES[rule](0.01)

    def step() -> None:
        optimizer.step(network.parameters, network.loss_gradient(data.x, data.y))

    for _ in range(3):
        step()
    tracemalloc.start()
    try:
        step()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < RUNS * SAMPLES * 4


def test_predicting_numbers_of_rows_that_never_came_before_fills_no_memory() -> None:
    """A piece (496 rows at most, of 65 units) and its gate are 0.3 MB at a time; kept for each size it would be 65."""
    X = np.random.default_rng(0).normal(size=(500, 2))
    model = nn.Classifier([64], epochs=1).fit(X, X[:, 0] > 0)
    tracemalloc.start()
    try:
        for rows in range(10, 500):
            model.predict_proba(X[:rows])
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1e6
    assert kept < 1e5


def test_predicting_many_rows_takes_no_more_memory_than_the_numbers_that_come_and_go() -> None:
    X = np.random.default_rng(0).normal(size=(200_000, 20)).astype(np.float32)
    model = nn.Classifier([8], epochs=1).fit(X[:100], X[:100, 0] > 0)
    tracemalloc.start()
    try:
        model.predict(X)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < X.nbytes / 2  # a label and its code for each row: 9 bytes of its 80


def test_buffers_of_ever_new_shapes_are_let_go() -> None:
    network = nn.Network([2, 8, 3])
    tracemalloc.start()
    try:
        for samples in range(1000, 1100):
            network.forward(np.ones((1, 3, samples), np.float32))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 3e6  # 16 shapes of 81 kB, in each of which there are three arrays of nine rows, and one of four
