"""Changed bytes are never taken for results: they are found where they are read, and can be forgotten."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import bench
from bench.grid import Grid
from bench.results import collect
from bench.store import frames
from bench.store.asked import Asked
from bench.store.faults import StoreError
from bench.store.rows import RUN_COLUMNS
from bench.store.seals import joined
from bench.store.sqlite import Store
from tests.bench.place import TINY, Place

BLOCK = range(1_000_000, 2_000_000)
EARLIER = Path(__file__).parents[1] / "earlier" / "runs.sqlite"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "tiny.toml").write_text(TINY)
    bench.run(folder / "tiny.toml", jobs=1, store=folder / "runs.sqlite", progress=False)
    return folder / "runs.sqlite"


@pytest.fixture
def stored(place: Place, trained: Path) -> Path:
    """A copy of the store, where commands of the place find it."""
    place.store.parent.mkdir()
    return Path(shutil.copy(trained, place.store))


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def exported(grid: Grid, path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    with Store(path) as store:
        runs = collect(grid, store).runs
        return runs.set_index("run"), frames.curves_frame(store, runs).set_index(["run", "epoch"])


def looked_at_and_forgotten(place: Place) -> None:
    """Confirm runs that were there once, and what was asked of them."""
    other = place.train("optimizer.adam.lr=0.1", name="other").tuned.best["adam"]
    with Store(place.store) as store:
        store.forget(store.statuses([other.hash]))


def record(path: Path) -> tuple[list[Asked], list[tuple[str, int]], set[str]]:
    """What was asked of confirm seeds, and which configurations were ever confirmed."""
    with Store(path) as store:
        return store.asked(), store.forgotten(), {*store.confirmed(BLOCK)}


def test_flipped_bytes_are_never_exported_as_numbers(place: Place, stored: Path) -> None:
    """100 stores with a byte each that is another: refused, or all that is read is as it was written."""
    looked_at_and_forgotten(place)
    whole, grid, rng = stored.read_bytes(), place.load(), random.Random(0)
    expected, asked = exported(grid, stored), record(stored)
    assert (len(asked[0]), len(asked[1])) == (2, 6)
    used = [place for place, byte in enumerate(whole) if byte]  # most pages of so small a store are empty
    outcomes = {"refused": 0, "as before": 0}
    for _ in range(100):
        flipped = bytearray(whole)
        flipped[rng.choice(used)] ^= 1 << rng.randrange(8)
        stored.write_bytes(flipped)
        try:
            found, known = exported(grid, stored), record(stored)
        except StoreError:
            outcomes["refused"] += 1
            assert not is_whole(stored)
            continue
        for one, other in zip(found, expected, strict=True):
            pd.testing.assert_frame_equal(one, other, check_exact=True, check_dtype=False)
        assert known == asked
        outcomes["as before"] += 1
    assert outcomes["refused"] > 40, outcomes
    assert outcomes["as before"] > 5, outcomes


def is_whole(path: Path) -> bool:
    try:
        with Store(path, damaged=True) as store:
            return store.check().whole
    except StoreError:
        return False


CHANGES = {
    "a number": "UPDATE runs SET test_accuracy = test_accuracy + 1e-9 WHERE id = 3",
    "a number that is text": "UPDATE runs SET test_loss = 'x' WHERE id = 3",
    "a number that is missing": "UPDATE runs SET train_loss = NULL WHERE id = 3",
    "a seed": "UPDATE runs SET seed = 77 WHERE id = 3",
    "the status": "UPDATE runs SET status = 'diverged' WHERE id = 3",
    "the seconds": "UPDATE runs SET seconds = 1 WHERE id = 3",
    "curves": "UPDATE curves SET numbers = zeroblob(length(numbers)) WHERE run = 3",
    "shorter curves": "UPDATE curves SET numbers = substr(numbers, 1, 48) WHERE run = 3",
    "curves that are text": "UPDATE curves SET numbers = 'x' WHERE run = 3",
    "curves that are gone": "DELETE FROM curves WHERE run = 3",
    "curves of another run": "UPDATE curves SET run = 99 WHERE run = 3",
    "text that is none": "UPDATE runs SET error = CAST(x'ff' AS TEXT) WHERE id = 3",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_run_is_refused_named_forgotten_and_trained_anew(
    change: str, place: Place, stored: Path, trained: Path, numbers_of: Any
) -> None:
    execute(stored, "PRAGMA ignore_check_constraints = on", change)
    refused = place.cli("export", place.grid, "--to", place.folder / "x.csv", "--what", "curves")
    assert refused.code == 2
    assert refused.err.startswith(f"bench: store {stored}: ")
    assert f" -m bench store check --store {stored}` says" in refused.err
    assert len(refused.err.splitlines()) == 1
    checked = check(place)
    assert checked.code == 1
    assert "18 runs, 18 of them with a digest\n  damaged: run " in checked.out
    repaired = check(place, "--repair")
    assert (repaired.code, repaired.err) == (0, "")
    assert repaired.out.endswith("forgotten: 1 run; the next `bench run` trains it anew\n")
    assert check(place).code == 0
    place.train()
    one, other = (exported(place.load(), path) for path in (stored, trained))
    assert numbers_of(one[0].reset_index()).equals(numbers_of(other[0].reset_index()))
    assert numbers_of(one[1].reset_index()).equals(numbers_of(other[1].reset_index()))


def check(place: Place, *options: str) -> Any:
    return place.run_command(["store", "check", "--store", str(place.store), *options])


def test_a_store_that_is_whole_is_said_to_be(place: Place, stored: Path) -> None:
    before = stored.read_bytes()
    outcome = check(place)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == f"{stored}: 18 runs, 18 of them with a digest\nnothing is damaged\n"
    assert check(place, "--repair").code == 0
    assert stored.read_bytes() == before


SETTINGS = {
    "another value": "UPDATE configurations SET settings = replace(settings, '4', '5')",
    "no JSON": "UPDATE configurations SET settings = '{'",
    "no object": "UPDATE configurations SET settings = '[]'",
    "nested too deeply": "UPDATE configurations SET settings = replace(hex(zeroblob(100000)), '0', '[')",
}


@pytest.mark.parametrize("change", SETTINGS.values(), ids=SETTINGS)
def test_changed_settings_take_their_runs_with_them(change: str, place: Place, stored: Path) -> None:
    execute(stored, change)
    assert place.cli("run", place.grid, "--jobs", "1").code == 2
    assert check(place, "--repair").code == 0
    assert set(place.train().runs["status"]) == {"ok"}
    assert check(place).code == 0


def test_an_environment_that_is_changed_becomes_unknown_and_its_runs_stay(place: Place, stored: Path) -> None:
    execute(stored, "UPDATE environments SET facts = replace(facts, 'x86', 'x87') || ' '")
    assert "environment" in check(place).out
    assert check(place, "--repair").code == 0
    assert is_whole(stored)
    assert len(exported(place.load(), stored)[0]) == 18
    assert place.cli("report", place.grid).code == 0
    assert (
        "18 runs trained in an environment that is not known any more."
        in (place.reports / "tiny/report.md").read_text()
    )


@pytest.mark.parametrize("name", ["NULL", "x'00'", "CAST(x'ff' AS TEXT)"])
@pytest.mark.parametrize("what", ["environments SET id", "configurations SET hash"])
def test_runs_of_what_has_lost_its_name_are_trained_anew(what: str, name: str, place: Place, stored: Path) -> None:
    execute(stored, f"UPDATE {what} = {name} WHERE rowid = 1")
    assert "18 runs, 18 of them with a digest\n  damaged: run " in check(place).out
    assert check(place, "--repair").code == 0
    assert set(place.train().runs["status"]) == {"ok"}
    assert check(place).code == 0


RECORD = {  # what is changed: (how, what the check says, whether the question is lost)
    "the claim": ("UPDATE questions SET facts = replace(facts, '0.4', '0.5')", "a question of grid tiny of block 0", 1),
    "the number of seeds": ("UPDATE questions SET seeds = 7", "a question of grid tiny of block 0", 1),
    "who asked": ("UPDATE questions SET grid = 'tinz'", "a question of grid tinz of block 0", 1),
    "facts that are no text": ("UPDATE questions SET facts = x'00'", "a question of grid tiny of block 0", 1),
    "facts that are no object": ("UPDATE questions SET facts = '[]'", "a question of grid tiny of block 0", 1),
    "a family that becomes an effect": ("UPDATE judged SET role = 'effect'", "a question of grid tiny of block 0", 1),
    "another configuration": ("UPDATE judged SET hash = hash || 'x'", "a question of grid tiny of block 0", 1),
    "what was judged": ("DELETE FROM judged", "a question of grid tiny of block 0", 1),
    "the question": ("DELETE FROM questions", "1 digest is of nothing that is there", 1),
    "a look": ("UPDATE forgotten SET seed = seed + 1000000", "that run ", 0),
    "a look at no seed": ("UPDATE forgotten SET seed = 'x' WHERE seed = 1000003", "that run ", 0),
    "a look at no text": ("UPDATE forgotten SET hash = CAST(x'ff' AS TEXT) WHERE seed = 1000003", "that run ", 0),
    "a look that is gone": ("DELETE FROM forgotten WHERE seed = 1000003", "that run ", 0),
}


@pytest.mark.parametrize(("change", "said", "lost"), RECORD.values(), ids=RECORD)
def test_a_changed_record_of_looks_is_refused_and_mended_without_making_any_verdict_surer(
    change: str, said: str, lost: int, place: Place, stored: Path
) -> None:
    looked_at_and_forgotten(place)
    execute(stored, *(f"DELETE FROM {where}" for where in ("judged WHERE question > 1", "questions WHERE id > 1",
                                                          "seals WHERE of = 'questions' AND key > 1")))  # fmt: skip
    before, (_, looks, _) = place.train().history.judged, record(stored)
    execute(stored, change)
    refused = place.cli("report", place.grid)
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert f" -m bench store check --store {stored}` says" in refused.err
    assert f"  damaged: {said}" in check(place).out
    repaired = check(place, "--repair")
    assert (repaired.code, repaired.err) == (0, "")
    assert ("counts as judged, for a claim that is not known" in repaired.out) == ("question" in said)
    assert is_whole(stored)
    questions, left, _ = record(stored)
    assert len(questions) == 1 - lost
    assert {*left} >= {*looks}
    assert place.train().history.judged >= before


def test_a_run_that_a_damaged_index_let_in_twice_is_there_once_again(place: Place, stored: Path) -> None:
    with closing(sqlite3.connect(stored)) as connection:
        [(root,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_runs_1'")
        [(size,)] = connection.execute("PRAGMA page_size")
    with stored.open("r+b") as file:  # a leaf of an index without entries (sqlite.org/fileformat2.html, 1.6)
        file.seek((root - 1) * size)
        file.write(bytes([10, 0, 0, 0, 0, size // 256, size % 256, 0]))
    execute(stored, "INSERT INTO runs SELECT 99, " + ", ".join(RUN_COLUMNS) + " FROM runs WHERE id = 3")
    refused = place.cli("status", place.grid)
    assert refused.code == 2
    assert "damaged: not all runs are found; `" in refused.err
    assert " -m bench store check --store " in refused.err
    assert check(place).out.count("SQLite: ") > 17
    assert check(place, "--repair").code == 0
    assert is_whole(stored)
    assert len(exported(place.load(), stored)[0]) == 18
    with closing(sqlite3.connect(stored)) as connection:
        assert connection.execute("SELECT count(*) FROM runs NOT INDEXED").fetchone() == (18,)


def test_a_store_of_an_earlier_program_has_no_digests_and_is_read_as_before(place: Place) -> None:
    place.store.parent.mkdir()
    shutil.copy(EARLIER, place.store)
    before = place.store.read_bytes()
    outcome = check(place)
    assert outcome.out == f"{place.store}: 100 runs, 0 of them with a digest\nnothing is damaged\n"
    assert place.store.read_bytes() == before
    execute(place.store, "UPDATE runs SET seed = 'x' WHERE id = 3")  # which nobody can have written
    assert check(place).code == 1


@pytest.mark.parametrize("numbers", ["substr(numbers, 1, 48)", "x''", "CAST(numbers || numbers AS BLOB)"])
def test_curves_without_a_digest_have_a_number_for_each_checkpoint(numbers: str, place: Place, stored: Path) -> None:
    execute(stored, f"UPDATE curves SET numbers = {numbers} WHERE run = 3", "DELETE FROM seals")
    refused = place.cli("export", place.grid, "--to", place.folder / "x.csv", "--what", "curves")
    assert refused.code == 2
    assert "damaged: the learning curves of run " in refused.err
    assert check(place, "--repair").code == 0
    assert place.cli("export", place.grid, "--to", place.folder / "x.csv", "--what", "curves").code == 0


def _by_an_earlier_program(path: Path) -> None:
    """What a program without digests does with a failed run: it takes it away and stores another with its number."""
    execute(
        path,
        "CREATE TEMP TABLE kept AS SELECT * FROM runs WHERE id = 18",
        "CREATE TEMP TABLE drawn AS SELECT * FROM curves WHERE run = 18",
        "DELETE FROM runs WHERE id = 18",
        "UPDATE kept SET seconds = 99",
        "INSERT INTO runs SELECT * FROM kept",
        "INSERT INTO curves SELECT * FROM drawn",
    )


def test_what_an_earlier_program_stores_instead_has_no_digest_and_is_not_damaged(place: Place, stored: Path) -> None:
    _by_an_earlier_program(stored)
    outcome = check(place)
    assert outcome.code == 0
    assert "18 runs, 17 of them with a digest" in outcome.out


@pytest.mark.parametrize(
    ("damage", "part"),
    [
        (lambda content: content[:100] + b"\xaa" * (len(content) - 100), "malformed"),
        (lambda content: content[: len(content) // 2], "malformed"),
        (lambda content: content[: len(content) // 2] + b"\xaa" * (len(content) // 2), ""),
    ],
    ids=["overwritten", "truncated", "half overwritten"],
)
def test_a_file_that_cannot_be_mended_says_so_and_stays(
    damage: Callable[[bytes], bytes], part: str, place: Place, stored: Path
) -> None:
    stored.write_bytes(damage(stored.read_bytes()))
    before = stored.read_bytes()
    outcome = check(place, "--repair")
    assert outcome.code in (1, 2)
    assert part in outcome.err + outcome.out
    assert "Traceback" not in outcome.err
    assert stored.read_bytes() == before


@pytest.mark.parametrize(("table", "key"), [("runs", "id"), ("configurations", "hash"), ("environments", "id")])
def test_a_digest_is_looked_up_and_not_searched_for(table: str, key: str, stored: Path) -> None:
    """Otherwise the time to read a store would grow with the square of its size."""
    with closing(sqlite3.connect(stored)) as connection:
        query = f"EXPLAIN QUERY PLAN SELECT seals.digest FROM {table} {joined(table, f'{table}.{key}')}"
        steps = [step for *_, step in connection.execute(query)]
    assert any("seals" in step and "(of=? AND key=?)" in step for step in steps)


@pytest.mark.parametrize("share", ["1.5", "-0.1", "4.6e18"])
def test_an_accuracy_that_none_can_be_is_not_read_without_a_digest_either(
    share: str, place: Place, stored: Path
) -> None:
    execute(stored, f"UPDATE runs SET test_accuracy = {share} WHERE id = 3", "DELETE FROM seals")
    refused = place.cli("compare", place.grid, "sgd", "adam")
    assert refused.code == 2
    assert "is not as it was stored" in refused.err


def test_digests_that_are_cut_off_are_missed(place: Place, stored: Path) -> None:
    """SQLite reads zeros where a page is not there, and these as NULL; without digests any number could be read."""
    with closing(sqlite3.connect(stored)) as connection:
        [(root,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'seals'")
        [(size,)] = connection.execute("PRAGMA page_size")
    with stored.open("r+b") as file:
        file.seek((root - 1) * size + 200)
        file.write(bytes(size - 200))
    refused = place.cli("export", place.grid, "--to", place.folder / "x.csv")
    assert refused.code == 2
    assert "damaged: not all digests are found; `" in refused.err
