"""Stores are merged and forgotten without a look at confirm seeds getting lost."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import bench
from bench.results import collect
from bench.store.sqlite import Store
from tests.bench.place import TINY, Outcome, Place


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "tiny.toml").write_text(TINY)
    bench.run(folder / "tiny.toml", jobs=1, store=folder / "runs.sqlite", progress=False)
    return folder / "runs.sqlite"


@pytest.fixture
def stored(place: Place, trained: Path) -> Path:
    place.store.parent.mkdir()
    return Path(shutil.copy(trained, place.store))


@pytest.fixture
def other(place: Place, trained: Path) -> Path:
    return Path(shutil.copy(trained, place.folder / "other.sqlite"))


def merge(place: Place, other: Path) -> Outcome:
    return place.run_command(["store", "merge", str(other), "--store", str(place.store)])


def forget(place: Place, *options: str) -> Outcome:
    return place.run_command(["store", "forget", str(place.grid), "--store", str(place.store), *options])


def change(path: Path, *statements: str) -> None:
    """As a sound program would: digests are those of what is there."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
        connection.execute("DELETE FROM seals")


def test_runs_of_two_machines_are_those_of_one(place: Place, other: Path, numbers_of: Any) -> None:
    place.train(tune=3, confirm=7, name="more")
    place.store.rename(place.folder / "more.sqlite")
    shutil.copy(other, place.store)
    outcome = merge(place, place.folder / "more.sqlite")
    # 3 tune seeds more, by which another sgd is best: 7 confirm runs of that, and one more of adam
    assert (outcome.code, outcome.out) == (0, "11 runs added; 12 were there already\n")
    again = merge(place, place.folder / "more.sqlite")
    assert again.out == "no runs added; 23 were there already\n"
    whole = place.train(tune=3, confirm=7, name="more", store=place.folder / "alone.sqlite")
    with Store(place.store) as store:
        assert store.check().whole
        found = collect(place.load(tune=3, confirm=7), store)
    assert numbers_of(found.runs).equals(numbers_of(whole.runs))
    assert numbers_of(found.curves).equals(numbers_of(whole.curves))
    assert found.lacking == 0


def test_a_store_is_merged_into_one_that_is_not_there_yet(place: Place, other: Path) -> None:
    before = other.read_bytes()
    assert merge(place, other).out == "18 runs added; 0 were there already\n"
    assert other.read_bytes() == before
    with Store(place.store) as store:
        assert (store.check().runs, store.check().unsealed, store.check().whole) == (18, 0, True)
        assert len(store.asked()) == 1


@pytest.mark.usefixtures("stored")
def test_other_bits_on_the_same_fingerprint_are_refused_and_shown(place: Place, other: Path) -> None:
    change(other, "UPDATE runs SET digest = 'x' WHERE id IN (3, 4)", "UPDATE runs SET seed = 50 WHERE id = 1")
    before = place.store.read_bytes()
    outcome = merge(place, other)
    assert outcome.code == 2
    assert outcome.err.startswith(f"bench: store {other}: 2 runs (")
    assert "with other bits than in" in outcome.err
    assert "nothing is merged; `bench replay RUN`" in outcome.err
    with closing(sqlite3.connect(other)) as connection:
        names = [
            f"{name}-{seed}" for name, seed in connection.execute("SELECT hash, seed FROM runs WHERE id IN (3, 4)")
        ]
    assert all(name in outcome.err for name in names)
    assert place.store.read_bytes() == before


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("what", ["fingerprint", "sources"])
def test_other_bits_on_another_fingerprint_or_of_other_sources_stay_out(what: str, place: Place, other: Path) -> None:
    change(
        other,
        "UPDATE curves SET numbers = zeroblob(length(numbers)) WHERE run = 3",
        f"UPDATE environments SET id = 'e', facts = json_set(facts, '$.{what}', json('{{\"python\": \"1\"}}'))",
        "UPDATE runs SET environment = 'e'",
    )
    with Store(place.store) as store:
        rows = [*store.runs(c.hash for c in place.load().configurations())]
        outcome = merge(place, other)
        assert [*store.runs(c.hash for c in place.load().configurations())] == rows
    assert outcome.code == 0
    assert outcome.out.startswith("no runs added; 17 were there already\n1 run has other bits there, ")


@pytest.mark.usefixtures("stored")
def test_a_run_that_failed_here_comes_from_there_and_not_the_other_way_round(place: Place, other: Path) -> None:
    change(other, "UPDATE runs SET status = 'failed' WHERE id = 3")
    assert merge(place, other).out == "no runs added; 18 were there already\n"
    place.store.unlink()
    shutil.copy(other, place.store)
    assert merge(place, other).code == 0
    whole = place.folder / "whole.sqlite"
    place.train(store=whole)
    assert merge(place, whole).out == "1 run added; 17 were there already\n"
    with Store(place.store) as store:
        assert set(collect(place.load(), store).runs["status"]) == {"ok"}


@pytest.mark.usefixtures("stored")
def test_what_cannot_be_merged_is_one_message(place: Place, other: Path) -> None:
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("UPDATE runs SET test_loss = 7 WHERE id = 3")
    before = place.store.read_bytes()
    damaged, itself = merge(place, other), merge(place, place.store)
    missing, foreign = merge(place, place.folder / "none.sqlite"), merge(place, place.grid)
    for outcome, part in (
        (damaged, f"store {other}: damaged: run "),
        (itself, "is the store that it would be merged into"),
        (missing, "no such file"),
        (foreign, "not a database"),
    ):
        assert outcome.code == 2
        assert part in outcome.err
        assert len(outcome.err.splitlines()) == 1
    assert place.store.read_bytes() == before


@pytest.mark.parametrize("damaged", ["here", "there"])
@pytest.mark.parametrize("damage", ["DELETE FROM environments", "UPDATE environments SET facts = '{}'"])
def test_what_is_lost_of_an_environment_is_one_message_and_not_another_machine(
    damage: str, damaged: str, place: Place, other: Path, stored: Path
) -> None:
    change(other, "UPDATE runs SET digest = 'x', environment = 'e'", "UPDATE environments SET id = 'e'")
    path = stored if damaged == "here" else other
    change(path, damage)
    before = stored.read_bytes()
    outcome = merge(place, other)
    assert outcome.code == 2
    assert outcome.err.startswith(f"bench: store {path}: damaged: ")
    assert "--repair" in outcome.err
    assert stored.read_bytes() == before


def test_what_was_asked_there_counts_here(place: Place) -> None:
    """The same seeds, looked at on two machines: two configurations here, and one more there."""
    there = place.train("optimizer.sgd.lr=0.3", store=place.folder / "there.sqlite")
    here = place.train()
    assert (here.history.judged, there.history.judged) == (2, 2)
    assert merge(place, place.folder / "there.sqlite").code == 0
    with Store(place.store) as store:
        assert collect(place.load(), store).history.judged == 3
        [question] = store.asked()
    assert question.roles.keys() == {c.hash for one in (here, there) for c in one.tuned.best.values()}


def test_a_plan_that_was_made_here_stays_when_another_is_merged(place: Place) -> None:
    place.train(until_decided=True, max_seeds=8, store=place.folder / "there.sqlite")
    here = place.train()
    merge(place, place.folder / "there.sqlite")
    with Store(place.store) as store:
        merged = collect(place.load(), store)
        assert len(store.asked()) == 2
    assert (merged.plan, merged.drawn) == (here.plan, here.drawn)


@pytest.mark.usefixtures("stored")
def test_forgetting_a_grid_says_what_it_would_do_and_does_it(place: Place) -> None:
    before = place.store.read_bytes()
    said = forget(place, "--dry-run")
    assert said.code == 0
    assert said.out.startswith("18 runs would be forgotten: 6 tune, 12 confirm\n")
    assert place.store.read_bytes() == before
    assert forget(place).out.startswith("18 runs forgotten: 6 tune, 12 confirm\n")
    with Store(place.store) as store:
        assert store.check().whole
        assert collect(place.load(), store).runs.empty
    assert forget(place).out == "no runs forgotten: 0 tune, 0 confirm\n"


@pytest.mark.usefixtures("stored")
def test_forgotten_confirm_runs_were_looked_at(place: Place) -> None:
    forget(place)
    changed = place.train("optimizer.sgd.lr=0.3")
    assert changed.history.judged == 3  # two of them were judged before they were forgotten
    assert place.train().history.judged == 3
    with Store(place.store) as store:
        assert store.last_seed() >= 1_000_000
        forget(place)
        forget(place, "--set", "optimizer.sgd.lr=0.3")
        assert store.last_seed() == 1_000_005
    assert place.load("seeds.block=1").seeds.of_block[0] > 1_000_005


@pytest.mark.usefixtures("stored")
def test_what_another_grid_has_judged_stays(place: Place) -> None:
    alone = place.write(TINY.split('[[optimizer]]\nname = "sgd"')[0] + '[[optimizer]]\nname = "adam"\nlr = 0.05\n'
                        "[seeds]\ntune = 2\nconfirm = 6\n[baseline]\naccuracy = 0.4\n", "alone.toml")  # fmt: skip
    first = bench.run(alone, jobs=1, store=place.store, progress=False)
    outcome = forget(place)
    assert outcome.out.splitlines()[:2] == [
        "12 runs forgotten: 6 tune, 6 confirm",
        "6 confirm runs stay, which others have judged: alone",
    ]
    with Store(place.store) as store:
        left = store.statuses(configuration.hash for configuration in first.grid.configurations())
    assert {f"{name}-{seed}" for name, seed in left} == set(first.confirm["run"])
