"""One stack: a run's numbers whatever company it is in, divergence beside health, failure beside success."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from bench.records import MEASURES, Result, Run, Stack
from bench.training import building, training
from bench.training.training import train_stack
from nn.streams import Stream, generator
from nn.training import CURVES
from tests.bench.place import Place

ROWS = """
[problem]
train = [5, 8]
validation = 5
test = 7
noise = [0.1, 0.2]
[network]
hidden = [[4], [4, 3], []]
init = ["he", 0.1]
[training]
epochs = 3
checkpoints = 2
batch = ["full", 4]
[regularization]
l1 = [0, 0.01]
l2 = [0, 0.01]
layers = ["all", "first"]
biases = [true, false]
dropout = [0, 0.1, 0.5]
[[optimizer]]
name = "sgd"
lr = [0.1, 0.5]
schedule = ["constant", "inverse"]
[[optimizer]]
name = "momentum"
schedule = "inverse"
decay = [0, 0.1]
[[optimizer]]
name = "adagrad"
[[optimizer]]
name = "adam"
lr = [0.01, 0.1]
beta1 = [0, 0.9]
"""


def _bits(result: Result) -> Any:
    """Everything that was computed for a run, to the bit."""
    measures = np.array([result.measures[name] for name in MEASURES]).tobytes()
    return result.run.id, result.status, result.epochs_run, measures, result.curves.tobytes(), result.digest


@pytest.fixture(scope="module")
def groups(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """Configurations of every kind, in groups that may share stacks."""
    from bench.grid import load

    path = tmp_path_factory.mktemp("grid") / "rows.toml"
    path.write_text(ROWS)
    found: dict[Any, list[Any]] = {}
    for configuration in load(path).configurations():
        found.setdefault(configuration.settings.shape, []).append(configuration)
    return list(found.values())


@settings(max_examples=60)
@given(data=st.data())
def test_a_run_alone_is_the_run_in_any_stack(groups: list[list[Any]], data: st.DataObject) -> None:
    group = data.draw(st.sampled_from(groups))
    seeds = st.sampled_from([0, 1, 7, 1_000_000])
    runs = data.draw(st.lists(st.builds(Run, st.sampled_from(group), seeds), min_size=2, max_size=9))
    together = [_bits(result) for result in train_stack(Stack(tuple(runs)))]
    assert together == [_bits(train_stack(Stack((run,)))[0]) for run in runs]


def test_many_blas_threads_change_no_bit(place: Place) -> None:
    """Products of this size are shared among threads, and then have other bits, wherever they are allowed to."""
    wide = ["problem.train=300", "network.hidden=[64, 64]", "training.epochs=3"]
    [*_, configuration] = place.load(*wide).configurations()
    stack = Stack((Run(configuration, 0),))
    alone = _bits(train_stack(stack)[0])
    with threadpool_limits(4, user_api="blas"):
        assert _bits(train_stack(stack)[0]) == alone


def test_the_measures_are_those_of_the_last_epoch_and_of_the_best(place: Place) -> None:
    [*_, configuration] = place.load("training.epochs=9", "training.checkpoints=3").configurations()
    [result] = train_stack(Stack((Run(configuration, 3),)))
    curves = dict(zip(CURVES, result.curves, strict=True))
    assert result.curves.shape == (6, 3)
    assert {name: result.measures[name] for name in CURVES} == {name: curve[-1] for name, curve in curves.items()}
    assert result.measures["best_validation_accuracy"] == curves["validation_accuracy"].max()
    assert result.measures["best_epoch"] == [3, 6, 9][curves["validation_accuracy"].argmax()]
    assert result.epochs_run == 9
    assert result.seconds > 0
    trained = training.train([Run(configuration, 3)])
    test = building.data_of([Run(configuration, 3)], "test")
    logits = trained.network.forward(test.x)
    assert result.measures["test_accuracy"] == np.mean(logits.argmax(axis=1) == test.labels)
    assert test.samples == 21


def test_the_loss_includes_the_penalty_and_the_data_loss_does_not(place: Place) -> None:
    pair = place.load("regularization.l2=[0, 0.5]", "training.epochs=1").configurations()
    plain, penalized = (train_stack(Stack((Run(c, 0),)))[0].measures for c in list(pair)[:4:2])
    for split in ("train", "validation", "test"):
        assert plain[f"{split}_loss"] == plain[f"{split}_data_loss"]
        assert penalized[f"{split}_loss"] > penalized[f"{split}_data_loss"] + 0.5


def test_runs_are_paired_by_seed(place: Place) -> None:
    """Configurations that share a seed share their data and their initial weights."""
    first, *_, last = place.load("network.init=[0.1, 0.2]").configurations()
    network_a, _ = building.build([Run(first, 5)])
    network_b, _ = building.build([Run(last, 5)])
    np.testing.assert_allclose(network_b.parameters, 2 * network_a.parameters, rtol=1e-6)  # float32
    assert np.any(network_a.parameters)
    splits: tuple[Stream, ...] = ("train", "validation", "test")
    for split in splits:
        data_a, data_b = (building.data_of([Run(c, 5)], split) for c in (first, last))
        assert data_a.x.tobytes() == data_b.x.tobytes()


def test_first_layer_penalties_and_biases_reach_the_network(place: Place) -> None:
    runs = [
        Run(next(place.load("regularization.l1=1", *more).configurations()), 0)
        for more in ([], ['regularization.layers="first"'], ["regularization.biases=true"])
    ]
    everything, first, biased = (building.build([run])[0] for run in runs)
    for network in (everything, first, biased):
        network.parameters[...] = 1
    assert [float(n.penalty()[0]) for n in (everything, first, biased)] == [8 + 12, 8, 8 + 12 + 4 + 3]


DIVERGING = ["optimizer.sgd.lr=[0.1, 1e30, 0.5]", "training.epochs=12", "training.checkpoints=4", "seeds.tune=3"]


def _sgd_runs(place: Place, seeds: Sequence[int] = (0, 1, 2)) -> list[Run]:
    configurations = [c for c in place.load(*DIVERGING).configurations() if c.family == "sgd"]
    return [Run(c, seed) for c in configurations for seed in seeds]


def test_a_diverging_run_is_marked_and_disturbs_no_neighbour(place: Place) -> None:
    runs = _sgd_runs(place)
    results = train_stack(Stack(tuple(runs)))
    healthy = [result for result in results if result.run.settings.flat()["optimizer.lr"] < 1]
    diverged = [result for result in results if result not in healthy]
    assert [result.status for result in diverged] == ["diverged"] * 3
    assert [result.status for result in healthy] == ["ok"] * 6
    for result in diverged:
        assert result.epochs_run in (3, 6, 9)
        assert np.isnan([result.measures[name] for name in MEASURES]).all()
        assert np.isnan(result.curves[:, result.epochs_run // 3 - 1 :]).all()
        assert result.error == ""
    without = train_stack(Stack(tuple(result.run for result in healthy)))
    assert [_bits(result) for result in healthy] == [_bits(result) for result in without]
    assert [_bits(result) for result in diverged] == [_bits(train_stack(Stack((r.run,)))[0]) for r in diverged]


def test_a_run_that_raises_fails_alone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = _sgd_runs(place)
    expected = {result.run.id: _bits(result) for result in train_stack(Stack(tuple(runs)))}
    build = building.build

    def raising(some: Sequence[Run]) -> Any:
        if runs[4] in some:
            raise MemoryError("no room for this one")
        return build(some)

    monkeypatch.setattr(building, "build", raising)
    results = train_stack(Stack(tuple(runs)))
    assert [result.run for result in results] == runs
    failed = results.pop(4)
    assert (failed.status, failed.error, failed.epochs_run) == ("failed", "MemoryError: no room for this one", 0)
    assert failed.curves.size == 0
    for result in results:
        assert _bits(result) == expected[result.run.id]


def test_an_interrupt_is_no_failed_run(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(building, "build", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train_stack(Stack(tuple(_sgd_runs(place))))


def test_mini_batches_and_dropout_draw_from_streams_of_their_own(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    [*_, configuration] = place.load("training.batch=4", "regularization.dropout=0.5").configurations()
    drawn = []

    def recording(*key: Any) -> np.random.Generator:
        drawn.append(key)
        return generator(*key)

    for module in (building, training):
        monkeypatch.setattr(module, "generator", recording)
    train_stack(Stack((Run(configuration, 9),)))
    assert set(drawn) == {(9, "init", 0), (9, "init", 1), (9, "batches")}
