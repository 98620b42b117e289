"""The frames: one row per run with every setting and measure, one row per checkpoint, and the time to target."""

import numpy as np
import pandas as pd
import pytest

import bench
from bench.grid.table import all_settings
from bench.records import MEASURES
from bench.store import frames as tables
from bench.store.sqlite import Store
from nn.training import CURVES
from tests.bench.place import Place

PROMISED = [
    "run", "stage", "family", "configuration", "seed", "status", "epochs_run", "train_loss", "train_data_loss",
    "train_accuracy", "validation_loss", "validation_data_loss", "validation_accuracy", "test_loss", "test_data_loss",
    "test_accuracy", "best_validation_accuracy", "best_epoch", "test_accuracy_at_best", "epochs_to_target", "seconds",
    "environment",
]  # fmt: skip


def test_the_runs_frame_has_the_promised_columns_and_every_setting(place: Place) -> None:
    runs = place.train().runs
    assert set(PROMISED) <= set(runs.columns)
    assert {setting.key for setting in all_settings()} <= set(runs.columns)
    first, last = runs.iloc[0], runs.iloc[-1]
    assert (first["run"], first["stage"], first["seed"]) == (first["run"].split("-")[0] + "-0", "tune", 0)
    assert (last["stage"], last["seed"], last["optimizer.name"]) == ("confirm", 1_000_005, "adam")
    assert (first["network.hidden"], first["problem.train"], first["optimizer.lr"]) == ("4", 6, 0.1)
    assert pd.isna(first["optimizer.beta1"])
    assert last["optimizer.beta1"] == 0.9
    assert runs["run"].is_unique
    assert not runs[[*MEASURES]].isna().any(axis=None)
    assert set(runs.dtypes[[*MEASURES, "seconds", "epochs_to_target"]]) == {np.dtype(float)}


def test_the_frame_is_the_same_read_in_parts(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = place.train("optimizer.sgd.lr=[0.1, 1e30]").runs
    assert set(whole["status"]) == {"ok", "diverged"}
    monkeypatch.setattr(tables, "_AT_ONCE", 1)
    assert bench.load(place.grid, store=place.store, overrides=["optimizer.sgd.lr=[0.1, 1e30]"]).runs.equals(whole)


def test_the_rows_are_those_of_the_store_in_grid_order(place: Place) -> None:
    results = place.train(tune=3)
    assert results.tune["seed"].tolist() == [0, 1, 2] * 3
    assert results.tune["configuration"].tolist() == ["lr 0.1"] * 3 + ["lr 0.5"] * 3 + ["lr 0.05"] * 3
    with Store(place.store) as store:
        for _, row in results.runs.iterrows():
            stem, _, seed = row["run"].partition("-")
            found = store.find(stem, int(seed))
            assert found is not None
            assert [row[name] for name in MEASURES] == [found.row[name] for name in MEASURES]
            assert row["environment"] in store.environments()


def test_the_curves_frame_has_a_row_for_every_checkpoint(place: Place) -> None:
    results = place.train("training.epochs=10", "training.checkpoints=4")
    curves = results.curves
    assert list(curves.columns) == ["run", "family", "configuration", "seed", "epoch", *CURVES]
    assert set(curves["run"]) == set(results.confirm["run"])
    assert curves.groupby("run")["epoch"].apply(list).tolist() == [[2, 5, 7, 10]] * 12
    final = curves[curves["epoch"] == 10].set_index("run").sort_index()
    runs = results.confirm.set_index("run").sort_index()
    for name in CURVES:
        assert (final[name] == runs[name]).all()


def test_the_target_is_reached_at_the_first_checkpoint_that_reaches_it(place: Place) -> None:
    long = ["training.epochs=40", "training.checkpoints=20", "optimizer.sgd.lr=[0.1, 1e30]"]
    target = float(place.train(*long).tune["best_validation_accuracy"].median())  # some reach it, and some do not
    results = place.train(*long, f"baseline.target={target!r}")
    with Store(place.store) as store:
        curves = tables.curves_frame(store, results.runs)
    seen = {"reached": 0, "never": 0, "diverged": 0}
    for _, row in results.runs.iterrows():
        own = curves[curves["run"] == row["run"]]
        hits = own.loc[own["validation_accuracy"] >= target, "epoch"]
        if row["status"] == "diverged" or hits.empty:
            seen["diverged" if row["status"] == "diverged" else "never"] += 1
            assert np.isnan(row["epochs_to_target"])
        else:
            seen["reached"] += 1
            assert row["epochs_to_target"] == hits.iloc[0]
    assert min(seen.values()) > 0, seen  # otherwise this test shows less than it says


def test_a_target_that_is_met_exactly_is_reached(place: Place) -> None:
    results = place.train()
    accuracy = float(results.tune["best_validation_accuracy"].iloc[0])
    again = place.train(f"baseline.target={accuracy!r}")
    assert not np.isnan(again.tune["epochs_to_target"].iloc[0])


def test_without_a_target_the_accuracy_asked_for_is_it(place: Place) -> None:
    assert place.load().baseline.target == 0.4
    assert place.load("baseline.target=0.3").baseline.target == 0.3


def test_with_the_best_weights_every_measure_is_that_of_the_best_checkpoint(place: Place) -> None:
    long = ["training.epochs=40", "training.checkpoints=20", "optimizer.sgd.lr=[0.1, 1e30]"]
    last = place.train(*long)
    best = place.train(*long, "baseline.weights='best'")
    pd.testing.assert_frame_equal(best.tune[last.tune.columns].iloc[:, :5], last.tune.iloc[:, :5])  # nothing is trained
    pd.testing.assert_frame_equal(best.runs[best.runs["stage"] == "tune"], last.runs[last.runs["stage"] == "tune"])
    with Store(place.store) as store:
        curves = tables.curves_frame(store, best.tune).set_index(["run", "epoch"])
    ended = best.tune[best.tune["status"] == "ok"]
    assert ended["best_epoch"].min() < 40  # otherwise best and last are the same
    for _, row in ended.iterrows():
        assert row["test_accuracy"] == row["test_accuracy_at_best"]
        assert row["validation_accuracy"] == row["best_validation_accuracy"]
        at_best = curves.xs((row["run"], row["best_epoch"]))
        assert [row[name] for name in CURVES] == [at_best[name] for name in CURVES]
    assert best.tune.loc[best.tune["status"] == "diverged", "test_accuracy"].isna().all()


def test_the_best_weights_choose_and_are_judged(place: Place) -> None:
    results = place.train("training.epochs=40", "training.checkpoints=20", "baseline.weights='best'")
    means = results.runs.groupby(["stage", "family", "configuration"])[
        ["best_validation_accuracy", "test_accuracy_at_best"]
    ].mean()
    for row in results.verdicts.to_dict("records"):
        own = means.loc[("tune", row["family"]), "best_validation_accuracy"]
        assert own[row["configuration"]] == own.max()
        judged = means.loc[("confirm", row["family"], row["configuration"]), "test_accuracy_at_best"]
        assert row["mean"] == pytest.approx(judged, abs=1e-12)  # sums in another order
