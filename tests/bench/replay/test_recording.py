"""A run that is watched is the stored run: its weights, its curves, and gradients that nothing is dropped from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest

import nn
from bench.records import Run, Stack
from bench.replay.recording import LOOKS, _record, record, spread
from bench.training.building import data_of
from bench.training.training import train_stack
from nn.arrays import Array, Real
from tests.bench.place import Place

DROPPING = ("regularization.dropout=0.2", "regularization.l2=1e-3", "training.batch=4", "training.epochs=30")


def first_run(place: Place, *overrides: str) -> Run:
    return Run(next(place.load(*overrides).configurations()), 1_000_003)


@pytest.mark.parametrize("overrides", [(), DROPPING, ("network.activation='tanh'", "network.hidden=[4, 3]")], ids=str)
def test_watching_changes_no_bit(place: Place, overrides: tuple[str, ...]) -> None:
    run = first_run(place, *overrides)
    [stored] = train_stack(Stack((run,)))
    seen = record(run, 5)
    last = seen.curves.iloc[-1]
    assert seen.digest == stored.digest
    assert last["validation_accuracy"] == stored.measures["validation_accuracy"]
    assert last["train_loss"] == stored.measures["train_loss"]
    assert seen.frames[-1].test_accuracy == stored.measures["test_accuracy"]
    assert (seen.frames[-1].epoch, seen.diverged_at) == (run.settings.training.epochs, 0)


def test_epochs_are_kept_at_squares_from_before_the_first_to_the_last(place: Place) -> None:
    seen = record(first_run(place, "training.epochs=400"), 20)
    assert [frame.epoch for frame in seen.frames] == [0, *(i * i for i in range(1, 21))]
    assert seen.curves["epoch"].tolist()[:4] == [0, 1, 2, 3]
    assert set(seen.curves["epoch"]) >= {frame.epoch for frame in seen.frames}


def test_long_trainings_are_looked_at_no_more_than_so_often() -> None:
    marks = list(range(50, 50 * LOOKS + 1, 50))
    kept = spread(marks, 60)
    assert 50 <= len(kept) <= 60
    assert (kept[0], kept[-1]) == (50, 50 * LOOKS)
    assert all(a < b for a, b in pairwise(kept))
    assert spread([1, 2, 3], 60) == [1, 2, 3]


def test_gradients_are_those_of_the_whole_loss_without_dropout(place: Place) -> None:
    """Against another network, in float64 and without dropout; both round at 1e-7, and sums are of 18 points."""
    run = first_run(place, *DROPPING)
    frame = record(run, 3).frames[-1]
    judge = nn.Network(run.settings.widths, penalties=[nn.L2(1e-3)], dtype=np.float64)
    judge.parameters[...] = frame.weights
    data = data_of([run], "train")
    exact = nn.Data(data.x[:, :-1], data.labels, run.settings.problem.classes, np.float64)
    np.testing.assert_allclose(frame.gradients, judge.loss_gradient(*exact.whole)[0], rtol=1e-4, atol=1e-6)


def test_responses_are_means_over_the_points_of_each_class(place: Place) -> None:
    """In float64 from the weights, by hand; means of 6 numbers that round at 1e-7."""
    run = first_run(place, "network.hidden=[4, 3]", "network.activation='leaky-relu'")
    seen = record(run, 2)
    data = data_of([run], "train")
    h = data.x[0].astype(np.float64)
    for W, response in zip(seen.layers(seen.frames[-1].weights)[:-1], seen.frames[-1].responses, strict=True):
        z = W @ h
        h = np.where(z > 0, z, 0.01 * z)
        expected = np.stack([h[:, data.labels[0] == label].mean(axis=1) for label in range(3)], axis=1)
        np.testing.assert_allclose(response, expected, rtol=1e-5, atol=1e-6)
        h = np.vstack([h, np.ones(h.shape[1])])


def test_of_a_run_that_diverges_the_finite_part_is_kept(place: Place) -> None:
    run = first_run(place, "optimizer.sgd.lr=1e30", "training.epochs=9")
    [stored] = train_stack(Stack((run,)))
    seen = record(run, 5, stored.digest)
    assert (seen.digest, stored.status) == (stored.digest, "diverged")
    assert 0 < seen.diverged_at <= stored.epochs_run
    assert all(np.isfinite(frame.weights).all() for frame in seen.frames)
    assert seen.frames[-1].epoch < seen.diverged_at
    assert np.isnan(seen.curves["train_loss"].iloc[-1])


@dataclass(eq=False)
class Leap(nn.Optimizer):
    """Weights whose products overflow after the first step, and small ones after the next: finite where it ends."""

    name = "leap"

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        p[...] = 1e30 if self.t == 0 else 0.1


def test_what_is_not_finite_for_a_moment_is_no_divergence_where_nobody_looked(place: Place) -> None:
    plain = first_run(place, "training.epochs=3", "training.checkpoints=1")
    settings = replace(plain.settings, optimizer=replace(plain.settings.optimizer, rule=Leap(0.1)))
    run = Run(replace(plain.configuration, settings=settings), 0)
    [stored] = train_stack(Stack((run,)))
    assert stored.status == "ok"
    assert _record(run, 3, 3).diverged_at == 1  # where all is looked at
    seen = record(run, 3, stored.digest)
    assert (seen.diverged_at, seen.digest) == (0, stored.digest)
