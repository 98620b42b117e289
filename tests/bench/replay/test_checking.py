"""Replaying: a stored run trained again, alone, gives its bits; what was tampered with is found."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from bench.replay import checking as replaying
from bench.store.sqlite import Store
from tests.bench.place import Place

WILD = ["optimizer.sgd.lr=[0.1, 1e30]", "network.hidden=[[4], [9, 5]]", "regularization.dropout=[0, 0.3]"]


@pytest.fixture
def tamper(place: Place) -> Callable[[str], None]:
    def execute(statement: str) -> None:
        connection = sqlite3.connect(place.store)
        assert connection.execute(statement).rowcount > 0
        connection.execute("DELETE FROM seals")  # as if it had been stored like this
        connection.commit()
        connection.close()

    return execute


def test_every_stored_run_is_replayed_bit_for_bit_also_beside_many_blas_threads(place: Place) -> None:
    results = place.train(*WILD, "training.batch=['full', 5]", tune=1)
    assert set(results.runs["status"]) == {"ok", "diverged"}
    with Store(place.store) as store, threadpool_limits(4, user_api="blas"):
        for name in results.runs["run"]:
            done = replaying.replay(store, name)
            assert done.same_fingerprint
            assert done.differences == ()


def test_one_run_has_the_same_numbers_however_it_was_trained(place: Place, numbers_of: Any) -> None:
    """In one process, in workers, from another store with other company, and after a part was there already."""
    wide = ["problem.train=300", "network.hidden=[64, 64]", "training.epochs=3", "regularization.l2=[0, 0.01]"]
    reference = place.train(*wide)
    with threadpool_limits(4, user_api="blas"):
        ways = {
            "many BLAS threads": place.train(*wide, store="a.sqlite"),
            "two workers": place.train(*wide, store="b.sqlite", jobs=2),
        }
    place.train(*wide, "regularization.l2=0.01", store="d.sqlite", tune=1, confirm=2)
    ways["grown"] = place.train(*wide, store="d.sqlite")
    for way, results in ways.items():
        assert numbers_of(results.runs).equals(numbers_of(reference.runs)), way
        assert numbers_of(results.curves).equals(numbers_of(reference.curves)), way


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("UPDATE runs SET test_accuracy = test_accuracy + 1e-15 WHERE status = 'ok'", "test_accuracy: stored"),
        ("UPDATE runs SET train_loss = NULL WHERE status = 'ok'", "train_loss: stored nan"),
        ("UPDATE runs SET digest = 'other'", "digest: stored other"),
        ("UPDATE runs SET epochs_run = 1 WHERE status = 'ok'", "epochs_run: stored 1, now 4"),
        ("UPDATE runs SET status = 'diverged'", "status: stored diverged, now ok"),
        ("UPDATE curves SET numbers = zeroblob(length(numbers))", "learning curves differ"),
    ],
)
def test_a_number_that_was_tampered_with_is_found(
    statement: str, part: str, place: Place, tamper: Callable[[str], None]
) -> None:
    name = place.train().runs["run"][0]
    tamper(statement)
    outcome = place.cli("verify", place.grid, "--sample", "3")
    assert outcome.code == 1
    assert part in outcome.out
    assert "0 of 3 runs agree with the store" in outcome.out
    assert place.cli("replay", name).code == 1


def test_on_another_fingerprint_only_what_is_beyond_tolerance_is_told(
    place: Place, tamper: Callable[[str], None]
) -> None:
    name = place.train().runs["run"][0]
    tamper('UPDATE environments SET facts = replace(facts, \'"machine": "\', \'"machine": "other \')')
    tamper("UPDATE runs SET digest = 'other', train_loss = train_loss * 1.01")
    outcome = place.cli("replay", name)
    assert outcome.code == 0
    assert "another fingerprint" in outcome.out
    tamper("UPDATE runs SET test_accuracy = test_accuracy + 0.2")
    outcome = place.cli("replay", name)
    assert outcome.code == 1
    assert "test_accuracy" in outcome.out


@pytest.mark.parametrize(
    "name", ["", "-", "nothing", "abc-1", "abc--1", "abc-1e3", "abc-" + "9" * 40, "'; DROP", "é-٣"]
)
def test_a_run_that_is_not_there_is_one_message(name: str, place: Place) -> None:
    place.train()
    outcome = place.cli("replay", f"--weights={place.folder / 'w.npz'}", "--", name)
    assert outcome.code == 2
    assert "not in the store" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert not (place.folder / "w.npz").exists()


def test_a_run_of_other_arithmetic_is_not_replayed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    name = place.train().runs["run"][0]
    monkeypatch.setattr("nn.NUMERICS", 99)
    outcome = place.cli("replay", name)
    assert outcome.code == 2
    assert "another version of the arithmetic" in outcome.err


def test_the_weights_of_a_run_can_be_saved(place: Place) -> None:
    name = place.train().runs["run"].iloc[-1]
    path = place.folder / "weights.npz"
    assert place.cli("replay", name, "--weights", path).code == 0
    with np.load(path, allow_pickle=False) as weights:
        assert {key: weights[key].shape for key in weights} == {"W1": (4, 3), "W2": (3, 5)}


@pytest.mark.parametrize("where", ["weights.txt", "missing/w.npz"])
def test_weights_that_cannot_be_saved_are_one_message(where: str, place: Place) -> None:
    name = place.train().runs["run"][0]
    outcome = place.cli("replay", name, "--weights", place.folder / where)
    assert outcome.code == 2
    assert str(place.folder / where) in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert not (place.folder / where).exists()


def test_a_failed_run_is_not_verified(place: Place, tamper: Callable[[str], None]) -> None:
    place.train()
    tamper("UPDATE runs SET status = 'failed', digest = '' WHERE seed = 0")
    outcome = place.cli("verify", place.grid, "--sample", "100")
    assert outcome.code == 0, outcome
    assert "-0:" not in outcome.out


def test_a_store_without_the_grids_runs_cannot_be_verified(place: Place) -> None:
    place.train()
    other = Path(place.write(place.grid.read_text().replace("epochs = 4", "epochs = 5"), "other.toml"))
    outcome = place.cli("verify", other)
    assert outcome.code == 2
    assert "holds no run" in outcome.err
