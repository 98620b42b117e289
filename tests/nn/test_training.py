"""The training loop: checkpoints, batches, evaluation, the best checkpoint."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp

import nn

Array = nn.arrays.Array


class Still(nn.Optimizer):
    """Changes nothing and keeps every gradient it is given."""

    def __init__(self) -> None:
        super().__init__(1.0)
        self.seen: list[Array] = []

    def update(self, p: Array, g: Array, lr: nn.arrays.Real, work: Array) -> None:
        self.seen.append(g.copy())


def batches_seen(samples: int, batch: int | None, epochs: int = 2, runs: int = 3) -> list[list[Array]]:
    """For each step and run, the samples of the batch: their indices, with the size they were averaged over.

    The inputs of a linear network are the unit vectors, one for each sample. All its weights are 0, so column i of
    the gradient is (1/2 - y_i) / size where sample i is in the batch, and 0 where it is not.
    """
    labels = np.random.default_rng(0).integers(2, size=(runs, samples))
    data = nn.Data(np.broadcast_to(np.eye(samples), (runs, samples, samples)), labels, 2, np.float64)
    still, network = Still(), nn.Network([samples, 2], runs=runs, dtype=np.float64)
    streams = [np.random.default_rng(run) for run in range(runs)]
    nn.train(network, still, data, data, epochs=epochs, batch=batch, batch_streams=streams)
    steps = []
    for g in still.seen:
        columns = g.reshape(runs, 2, samples + 1)[:, 0, :-1]  # class 0: (1/2 - [label is 0]) / size
        members = [np.flatnonzero(row) for row in columns]
        for row, run, inside in zip(columns, range(runs), members, strict=True):
            signs = np.where(labels[run, inside] == 0, -1, 1)
            np.testing.assert_allclose(row[inside], signs / 2 / len(inside), rtol=1e-15)  # one rounding
        steps.append(members)
    return steps


@given(samples=st.integers(1, 23), batch=st.one_of(st.none(), st.integers(1, 30)))
def test_every_epoch_takes_each_sample_once_in_batches_of_the_asked_size(samples: int, batch: int | None) -> None:
    size = samples if batch is None else min(batch, samples)
    sizes = [size] * (samples // size) + [samples % size] * (samples % size > 0)
    steps = batches_seen(samples, batch)
    assert len(steps) == 2 * len(sizes)
    for epoch in (steps[: len(sizes)], steps[len(sizes) :]):
        for run in range(3):
            assert [len(members[run]) for members in epoch] == sizes
            assert sorted(np.concatenate([members[run] for members in epoch])) == list(range(samples))


def test_batches_are_shuffled_anew_in_every_epoch_and_for_every_run() -> None:
    steps = batches_seen(samples=40, batch=20, epochs=3)
    firsts = {tuple(steps[2 * epoch][run]) for epoch in range(3) for run in range(3)}
    assert len(firsts) == 9


@pytest.mark.parametrize("features", [2, 15, 16, 40])
@pytest.mark.parametrize("size", [32, 600])
def test_batches_are_the_samples_in_the_streams_order_however_they_lie(features: int, size: int) -> None:
    rng, runs, samples = np.random.default_rng(0), 2, 1000  # more than is moved at once
    x, labels = rng.standard_normal((runs, features, samples)).astype(np.float32), rng.integers(3, size=(runs, samples))
    streams = [np.random.default_rng(run) for run in range(runs)]
    seen = [(x.copy(), y.copy(), n) for x, y, n in nn.Data(x, labels, 3).batches(size, streams)]
    assert [n for _, _, n in seen] == [size] * (samples // size) + [samples % size]
    for run in range(runs):
        order = np.random.default_rng(run).permutation(samples)
        inputs = np.concatenate([own[run] for own, _, _ in seen], axis=1)
        targets = np.concatenate([own[run] for _, own, _ in seen], axis=1)
        np.testing.assert_array_equal(inputs[:-1], x[run][:, order])
        np.testing.assert_array_equal(inputs[-1], np.ones(samples))
        np.testing.assert_array_equal(targets.argmax(axis=0), labels[run, order])


def test_a_batch_as_large_as_the_data_learns_the_same_as_a_full_batch(trained: Any) -> None:
    shape: dict[str, Any] = {"widths": (3, 7, 4), "samples": 25, "epochs": 20, "dtype": np.float64}
    full, shuffled = (trained([{"seed": 0, "lr": 0.01}], **shape, batch=batch)[0] for batch in (None, 25))
    # The same sums in another order: roundings of 1e-16, blown up a little by 20 steps of Adam.
    np.testing.assert_allclose(full.parameters, shuffled.parameters, rtol=1e-9, atol=1e-9)
    assert full.parameters.tobytes() != shuffled.parameters.tobytes()


@pytest.mark.parametrize(
    ("epochs", "checkpoints", "expected"),
    [
        (10, 5, [2, 4, 6, 8, 10]),
        (10, 4, [2, 5, 7, 10]),
        (10, 1, [10]),
        (3, 50, [1, 2, 3]),
        (1, 1, [1]),
        (7, 7, [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_checkpoints_are_evenly_spaced_and_the_last_is_the_last_epoch(
    trained: Any, epochs: int, checkpoints: int, expected: list[int]
) -> None:
    _, history = trained([{"seed": 0}], widths=(2, 3), epochs=epochs, checkpoints=checkpoints)
    assert history.epochs.tolist() == expected
    assert all(curve.shape == (1, len(expected)) for curve in history.curves.values())


@pytest.mark.parametrize(("epochs", "checkpoints"), [(0, 5), (-1, 5), (5, 0)])
def test_without_epochs_or_checkpoints_there_is_nothing_to_do(trained: Any, epochs: int, checkpoints: int) -> None:
    with pytest.raises(ValueError, match=f"epochs >= 1 and checkpoints >= 1, got {epochs} and {checkpoints}"):
        trained([{"seed": 0}], widths=(2, 3), epochs=epochs, checkpoints=checkpoints)


@pytest.mark.parametrize("batch", [None, 4])
def test_looking_more_often_changes_nothing_that_is_learned(trained: Any, batch: int | None) -> None:
    runs = [{"seed": 0, "dropout": 0.2, "l2": 0.01}, {"seed": 1}]
    often, seldom = (
        trained(runs, widths=(3, 6, 4), epochs=12, checkpoints=checkpoints, batch=batch) for checkpoints in (12, 3)
    )
    assert often[0].parameters.tobytes() == seldom[0].parameters.tobytes()
    for name, curve in often[1].curves.items():
        assert curve[:, 3::4].tobytes() == seldom[1].curves[name].tobytes()


def test_curves_are_what_evaluate_says_at_each_checkpoint(trained: Any, data_of: Any) -> None:
    runs, widths = [{"seed": 0, "l1": 0.01}, {"seed": 1, "l2": 0.1, "dropout": 0.3}], (3, 6, 4)
    for epochs in (1, 2, 5):
        network, history = trained(runs, widths=widths, samples=30, epochs=epochs)
        for split, samples in (("train", 30), ("validation", 11)):
            loss, accuracy = nn.evaluate(network, data_of([0, 1], widths, samples, split))
            np.testing.assert_array_equal(history.curves[f"{split}_data_loss"][:, -1], loss)
            np.testing.assert_array_equal(history.curves[f"{split}_accuracy"][:, -1], accuracy)
            np.testing.assert_array_equal(history.curves[f"{split}_loss"][:, -1], loss + network.penalty())
        assert np.all(network.penalty() > 0.01)


@pytest.mark.parametrize("samples", [1, 10, 2500])
def test_evaluation_equals_the_straightforward_computation_for_each_sample(samples: int) -> None:
    rng = np.random.default_rng(samples)
    network = nn.Network([3, 30, 20, 5], runs=2, dtype=np.float64)
    network.parameters[...] = 0.4 * rng.standard_normal(network.parameters.shape)
    x, labels = rng.standard_normal((2, 3, samples)), rng.integers(5, size=(2, samples))
    losses, accuracies = nn.evaluate(network, nn.Data(x, labels, 5, np.float64))
    for run in range(2):
        h = x[run]
        for i, W in enumerate(network.weights):
            z = W[run, :, :-1] @ h + W[run, :, -1:]
            h = np.maximum(z, 0) if i < 2 else z
        of_label = h[labels[run], np.arange(samples)]
        # float64 on both sides; sums of up to 2,500 terms.
        assert losses[run] == pytest.approx(np.mean(logsumexp(h, axis=0) - of_label), rel=1e-12)
        assert accuracies[run] == np.mean(h.argmax(axis=0) == labels[run])


def test_evaluation_of_data_in_several_pieces_counts_all_samples_equally() -> None:
    network = nn.Network([1, 512, 3])
    assert len(network.pieces(1001)) > 1
    labels = np.arange(1001)[np.newaxis] % 7 // 3  # 0 0 0 1 1 1 2 0 0 0 ...
    loss, accuracy = nn.evaluate(network, nn.Data(np.ones((1, 1, 1001)), labels, 3))
    # All logits are 0: the loss is log 3 in each sample, summed 1001 times, and the answer is class 0.
    assert loss[0] == pytest.approx(np.log(3), rel=1e-12)
    assert accuracy[0] == np.count_nonzero(labels == 0) / 1001


def test_the_best_checkpoint_is_the_first_of_the_highest_validation_accuracy(trained: Any, data_of: Any) -> None:
    runs = [{"seed": seed, "lr": 0.3} for seed in range(12)]
    network, history = trained(runs, widths=(3, 8, 4), epochs=40, checkpoints=20)
    curve = history.curves["validation_accuracy"]
    best = curve.max(axis=1)
    np.testing.assert_array_equal(history.best_epoch, history.epochs[curve.argmax(axis=1)])
    np.testing.assert_array_equal(history.best_validation_accuracy, best)
    ties = np.count_nonzero(curve == best[:, np.newaxis], axis=1)
    assert np.any(ties > 1), "no tie: first could be last"
    assert np.any(history.best_epoch < 40), "never before the end: best could be last"
    network.parameters[...] = history.best_parameters
    np.testing.assert_array_equal(nn.evaluate(network, data_of(range(12), (3, 8, 4), 11, "validation"))[1], best)


def test_best_parameters_are_the_weights_of_that_epoch(trained: Any) -> None:
    _, history = trained([{"seed": 3, "lr": 0.3}], widths=(3, 8, 4), epochs=40)
    epochs = int(history.best_epoch[0])
    stopped_there, _ = trained([{"seed": 3, "lr": 0.3}], widths=(3, 8, 4), epochs=epochs)
    assert history.best_parameters.tobytes() == stopped_there.parameters.tobytes()


def test_the_network_ends_with_the_weights_of_the_last_epoch(trained: Any, data_of: Any) -> None:
    network, history = trained([{"seed": 3, "lr": 0.3}], widths=(3, 8, 4), epochs=40)
    assert history.best_epoch[0] < 40
    loss, _ = nn.evaluate(network, data_of([3], (3, 8, 4), 30, "train"))
    assert loss[0] == history.curves["train_data_loss"][0, -1]


def test_training_leaves_the_data_as_it_was(data_of: Any, network_of: Any) -> None:
    data = data_of([0, 1], (3, 6, 4), 30)
    x, y = data.x.copy(), data.y.copy()
    streams = [np.random.default_rng(i) for i in range(2)]
    nn.train(network_of([{"seed": 0}, {"seed": 1}], (3, 6, 4)), nn.SGD(0.1), data, data, epochs=2, batch=7,
             batch_streams=streams)  # fmt: skip
    nn.train(network_of([{"seed": 0}, {"seed": 1}], (3, 6, 4)), nn.SGD(0.1), data, data, epochs=2)
    assert data.x.tobytes() == x.tobytes()
    assert data.y.tobytes() == y.tobytes()


@pytest.mark.parametrize(
    ("x", "labels", "message"),
    [
        ((2, 3), (2, 3), r"expected x \(runs, features, n\) and labels \(runs, n\), got \(2, 3\) and \(2, 3\)"),
        ((2, 3, 5), (2, 4), r"got \(2, 3, 5\) and \(2, 4\)"),
        ((2, 3, 5), (1, 5), r"got \(2, 3, 5\) and \(1, 5\)"),
        ((2, 3, 0), (2, 0), r"labels: expected at least one, each in 0\.\.1"),
    ],
)
def test_data_of_other_shapes_is_refused(x: tuple[int, ...], labels: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nn.Data(np.zeros(x), np.zeros(labels, int), 2)


@pytest.mark.parametrize("label", [-1, 2])
def test_labels_outside_the_classes_are_refused(label: int) -> None:
    with pytest.raises(ValueError, match=r"labels: expected at least one, each in 0\.\.1"):
        nn.Data(np.zeros((1, 2, 2)), np.array([[0, label]]), 2)


@pytest.mark.parametrize("batch", [0, -3])
def test_a_batch_of_nothing_is_refused(trained: Any, batch: int) -> None:
    with pytest.raises(ValueError, match=f"batch: expected None or at least 1, got {batch}"):
        trained([{"seed": 0}], widths=(2, 3), batch=batch)


def test_a_stream_for_each_run_is_asked_for_where_batches_are_drawn(data_of: Any) -> None:
    data = data_of([0, 1], (2, 3), 10)
    with pytest.raises(ValueError, match="batch_streams: expected 2, one for each run, got 1"):
        nn.train(nn.Network([2, 3], runs=2), nn.SGD(0.1), data, data, epochs=1, batch=5,
                 batch_streams=[np.random.default_rng(0)])  # fmt: skip


def test_who_watches_sees_the_network_before_the_first_epoch_and_at_every_checkpoint() -> None:
    network = nn.Network([2, 3], dtype=np.float64)
    data = nn.Data(np.ones((1, 2, 4)), np.array([[0, 1, 2, 0]]), 3, np.float64)
    seen: list[tuple[int, object]] = []
    nn.train(
        network, nn.SGD(0.1), data, None, epochs=4, checkpoints=2, watch=lambda epoch, one: seen.append((epoch, one))
    )
    assert seen == [(0, network), (2, network), (4, network)]
