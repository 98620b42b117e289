"""The store: what goes in comes out, other files are left alone, and several processes may use it at once."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bench.campaign import lacking
from bench.grid.table import restored
from bench.records import MEASURES, Result, Run, Status
from bench.store.faults import StoreError
from bench.store.sqlite import Store
from bench.training.environment import environment
from nn.training import CURVES
from tests.bench.place import Place

HERE: dict[str, Any] = {"id": "here", "fingerprint": {}, "commit": ""}


def _result(run: Run, status: Status = "ok", accuracy: float = 0.5, **rest: Any) -> Result:
    measures = {name: accuracy + i for i, name in enumerate(MEASURES)}
    return Result(run, status, 4, measures, np.arange(12.0).reshape(len(CURVES), 2), "digest", 0.25, **rest)


@pytest.fixture
def runs(place: Place) -> list[Run]:
    return [Run(configuration, seed) for configuration in place.load().configurations() for seed in (0, 1_000_000)]


def test_what_goes_in_comes_out_bit_for_bit(store: Store, runs: list[Run]) -> None:
    numbers = np.array([0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0, np.pi])
    curves = np.stack([numbers, np.full(6, np.nan)], axis=1)
    measures = dict(zip(MEASURES, [0.1, 1 / 3, 5e-324, np.pi, 0.0, float("nan")] * 2, strict=True))
    store.add([Result(runs[0], "ok", 4, measures, curves, "abc", 0.125)], HERE)
    found = store.find(runs[0].configuration.hash, 0)
    assert found is not None
    assert restored(found.settings) == runs[0].settings
    for name, value in measures.items():
        assert found.row[name] == value or (np.isnan(value) and found.row[name] is None)
    assert store.find_curves(runs[0].configuration.hash, 0).tobytes() == curves.tobytes()
    assert (found.row["digest"], found.row["seconds"], found.row["environment"]) == ("abc", 0.125, "here")
    assert store.environments() == {"here": HERE}


def test_only_the_runs_that_were_asked_for_are_given(store: Store, runs: list[Run]) -> None:
    store.add([_result(run) for run in runs], HERE)
    name = runs[0].configuration.hash
    assert {row[0] for row in store.runs([name])} == {name}
    assert {(found, seed) for found, seed, _ in store.curves([name])} == {(name, 0), (name, 1_000_000)}
    assert store.statuses([name]) == {(name, 0): "ok", (name, 1_000_000): "ok"}
    assert store.statuses([]) == {}
    assert store.find(name, 7) is None
    assert store.find("nothing", 0) is None
    assert store.find_curves(name, 7).size == 0


@pytest.mark.parametrize("status", ["ok", "diverged"])
def test_a_stored_run_stays_as_it_is(store: Store, runs: list[Run], status: Status) -> None:
    name = runs[0].configuration.hash
    store.add([_result(runs[0], status)], HERE)
    before = [*store.runs([name])]
    assert before[0][2] == status
    for later in (_result(runs[0], "ok", 0.9), _result(runs[0], "failed", error="late")):
        store.add([replace(later, seconds=9.0, digest="x", epochs_run=9)], {"id": "elsewhere"})
        assert [*store.runs([name])] == before


def test_a_failed_run_gives_way_to_a_later_result(store: Store, runs: list[Run]) -> None:
    failed = Result(runs[0], "failed", 0, error="out of memory")
    store.add([failed], HERE)
    store.add([replace(failed, error="again")], HERE)
    assert store.find(runs[0].configuration.hash, 0).row["error"] == "again"  # type: ignore[union-attr]
    assert store.find_curves(runs[0].configuration.hash, 0).size == 0
    assert runs[0] in lacking(store, [runs[0].configuration], [0])
    store.add([_result(runs[0])], HERE)
    assert store.statuses([runs[0].configuration.hash]) == {(runs[0].configuration.hash, 0): "ok"}
    assert store.find_curves(runs[0].configuration.hash, 0).size == 12
    assert not lacking(store, [runs[0].configuration], [0])


def test_a_stack_is_stored_whole_or_not_at_all(store: Store, runs: list[Run]) -> None:
    broken = replace(_result(runs[1]), status="no such status")  # type: ignore[arg-type]  # which is the point
    with pytest.raises(StoreError, match="status"):
        store.add([_result(runs[0]), broken], HERE)
    assert store.statuses(run.configuration.hash for run in runs) == {}
    store.add([_result(runs[0])], HERE)  # and the store can still be used
    assert len(store.statuses([runs[0].configuration.hash])) == 1


@pytest.mark.parametrize("text", ["'; DROP TABLE runs; --", '"', "<script>alert(1)</script>", "../x", "é", "%s?"])
def test_hostile_labels_come_back_as_they_are(text: str, place: Place) -> None:
    place.write(place.grid.read_text().replace('name = "sgd"', f'name = "sgd"\nlabel = {json.dumps(text)}'))
    results = place.train()
    assert set(results.runs["family"]) == {text, "adam"}
    assert len(results.runs) == 18
    with Store(place.store) as store:
        assert store.find(*_key(results.runs["run"][0])).settings["optimizer.label"] == text  # type: ignore[union-attr]


def _key(name: str) -> tuple[str, int]:
    stem, _, seed = name.rpartition("-")
    return stem, int(seed)


def _foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE runs (hash TEXT)")
    connection.close()


def _foreign_and_empty(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA application_id = 77")
    connection.close()


def _of_another_version(path: Path) -> None:
    Store(path, create=True).__exit__(None, None, None)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def _truncated(path: Path) -> None:
    Store(path, create=True).__exit__(None, None, None)
    path.write_bytes(path.read_bytes()[: 4096 + 100])


def _overwritten(path: Path) -> None:
    Store(path, create=True).__exit__(None, None, None)
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xaa" * (len(content) - 100))


def _of_a_later_program(path: Path) -> None:
    """With a table of which a column has another name."""
    Store(path, create=True).__exit__(None, None, None)
    connection = sqlite3.connect(path)
    connection.execute("ALTER TABLE runs RENAME COLUMN test_accuracy TO accuracy")
    connection.close()


def _without_a_table(path: Path) -> None:
    Store(path, create=True).__exit__(None, None, None)
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE curves")
    connection.close()


def _with(statements: str) -> Callable[[Path], object]:
    """A store that somebody else has laid out."""

    def make(path: Path) -> None:
        Store(path, create=True).__exit__(None, None, None)
        connection = sqlite3.connect(path)
        connection.executescript(statements)
        connection.close()

    return make


ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS id, x AS facts FROM c"
UNUSABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "text": (lambda path: path.write_text("run,seed\n" * 200), "not a database"),
    "a grid file": (lambda path: path.write_text('[[optimizer]]\nname = "sgd"\n'), "not a database"),
    "an empty file": (lambda path: path.touch(), "an empty file; remove it, or name another with --store"),
    "a directory": (lambda path: path.mkdir(), "not a file"),
    "another program's database": (_foreign, "not a store of runs"),
    "another program's database without tables": (_foreign_and_empty, "not a store of runs"),
    "a store of another version": (_of_another_version, "version 99"),
    "a store with another column": (_of_a_later_program, "table runs is not as this program makes it"),
    "a store without a table": (_without_a_table, "no such table: curves"),
    "a store with a view that does not end": (
        _with(f"DROP TABLE environments; CREATE VIEW environments AS {ENDLESS}"),
        "view environments is not as this program makes it",
    ),
    "a store with a trigger": (
        _with("CREATE TRIGGER odd AFTER INSERT ON runs BEGIN DELETE FROM runs; END"),
        "trigger odd is not as this program makes it",
    ),
    "a store with columns that are computed": (
        _with("ALTER TABLE curves ADD COLUMN more AS (zeroblob(500000000))"),
        "table curves is not as this program makes it",
    ),
    "a truncated store": (_truncated, "malformed"),
    "a store with its pages overwritten": (_overwritten, "malformed"),
}


@pytest.mark.parametrize(
    "command", ["run", "report", "status", "export", "verify", "run --dry-run", "store check --repair"]
)
@pytest.mark.parametrize(("make", "part"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(
    command: str, make: Callable[[Path], object], part: str, place: Place
) -> None:
    place.store.parent.mkdir()
    make(place.store)
    before = place.store.read_bytes() if place.store.is_file() else None
    files = place.files()
    name, *options = command.split()
    options += ["--to", "x.csv"] if name == "export" else []
    if name == "store":
        outcome = place.run_command([*command.split(), "--store", str(place.store)])
    else:
        outcome = place.cli(name, place.grid, *options)
    assert outcome.code == 2
    assert outcome.err.startswith(f"bench: store {place.store}: ")
    assert part in outcome.err
    assert "Traceback" not in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert (place.store.read_bytes() if place.store.is_file() else None) == before
    assert place.files() == files


@pytest.mark.parametrize("command", ["report", "status", "verify"])
def test_a_missing_store_is_an_error_for_those_who_read(command: str, place: Place) -> None:
    outcome = place.cli(command, place.grid)
    assert outcome.code == 2
    assert "no such file" in outcome.err
    assert place.files() == {"tiny.toml"}


def test_a_store_below_a_file_is_refused(place: Place) -> None:
    outcome = place.run_command(["run", str(place.grid), "--store", str(place.grid / "x" / "runs.sqlite")])
    assert outcome.code == 2
    assert "store" in outcome.err
    assert place.files() == {"tiny.toml"}


def test_a_read_only_store_can_be_read_and_refuses_to_be_written(
    place: Place, unprivileged: Any, tmp_path: Path
) -> None:
    place.train()
    for folder in (tmp_path, *tmp_path.parents[:-2], place.store.parent):
        folder.chmod(0o755)
    place.store.chmod(0o444)
    before = place.store.read_bytes()
    with unprivileged():
        read, written = (
            place.cli("status", place.grid),
            place.cli("run", place.grid, "--tune", "3", "--name", "three", "--jobs", "1"),
        )
    assert read.code == 0
    assert "0 runs to go" in read.out
    assert written.code == 2
    assert "readonly" in written.err
    assert place.store.read_bytes() == before


def test_a_store_in_a_read_only_folder_can_be_read_and_refuses_to_be_written(
    place: Place, unprivileged: Any, tmp_path: Path
) -> None:
    place.train()
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)
    place.store.chmod(0o666)
    place.store.parent.chmod(0o555)
    before = place.store.read_bytes()
    more = ("--tune", "3", "--name", "three", "--jobs", "1")
    with unprivileged():
        read, written = place.cli("status", place.grid), place.cli("run", place.grid, *more)
        new = place.run_command(["run", str(place.grid), "--store", str(place.store.with_name("new.sqlite"))])
    assert read.code == 0
    for refused in (written, new):
        assert refused.code == 2
        assert refused.err.endswith("; make the file and its folder writable, or name another with --store\n")
    assert place.store.read_bytes() == before
    assert [path.name for path in place.store.parent.iterdir()] == ["runs.sqlite"]


def test_a_full_disk_costs_nothing_that_was_stored(store: Store, runs: list[Run]) -> None:
    store.add([_result(runs[0])], HERE)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")  # which SQLite reports as it does a full disk
    many = [_result(run, error="long" * 10_000) for run in runs[1:]]
    with pytest.raises(StoreError, match="disk is full; make room on the disk; what is stored stays"):
        store.add(many, HERE)
    assert store.statuses(run.configuration.hash for run in runs) == {(runs[0].configuration.hash, 0): "ok"}
    store._connection.execute("PRAGMA max_page_count = 1000000")
    store.add(many, HERE)
    assert store.check().whole


def test_a_new_store_has_the_mode_of_new_files(place: Place) -> None:
    before = os.umask(0o027)
    try:
        Store(place.store, create=True).__exit__(None, None, None)
    finally:
        os.umask(before)
    assert place.store.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in place.store.parent.iterdir()] == ["runs.sqlite"]


def test_a_link_to_where_no_store_is_yet_leads_to_the_new_one(place: Place) -> None:
    link = place.folder / "link.sqlite"
    link.symlink_to(place.store)
    Store(link, create=True).__exit__(None, None, None)
    assert link.is_symlink()
    assert place.store.is_file()


def test_damaged_numbers_in_a_store_give_a_message(place: Place) -> None:
    place.train()
    for damage in ("UPDATE curves SET numbers = x'0102'", "UPDATE configurations SET settings = '{'"):
        connection = sqlite3.connect(place.store)
        connection.execute(damage)
        connection.commit()
        connection.close()
        outcome = place.cli("verify", place.grid)
        assert outcome.code == 2
        assert f"store {place.store}: damaged" in outcome.err
        assert f" -m bench store check --store {place.store}`" in outcome.err


def test_reading_leaves_nothing_beside_the_store(place: Place) -> None:
    place.train()
    before, content = place.files(), place.store.read_bytes()
    assert place.cli("status", place.grid).code == 0
    assert place.cli("run", place.grid, "--dry-run").code == 0
    assert place.files() == before
    assert place.store.read_bytes() == content


def test_a_store_is_found_under_any_name(place: Place) -> None:
    names = ("a b?mode=ro#x%41.sqlite", "é.db", "file:x.sqlite", ":memory:", os.fsdecode(b"no \xff UTF-8"))
    for path in (*(place.folder / name for name in names), Path(f"/{place.folder}/two slashes")):
        Store(path, create=True).__exit__(None, None, None)
        assert path.is_file()
        Store(path).__exit__(None, None, None)


WRITER = """
import sys
from bench.training.executors import InProcess
from bench.grid import load
from bench.records import Run
from bench.records import Stack
from bench.store.sqlite import Store
configurations = list(load(sys.argv[1]).configurations())
with Store(sys.argv[2], create=True) as store:
    for seed in map(int, sys.argv[3:]):
        for results in InProcess().train([Stack(tuple(Run(c, seed) for c in configurations[:2]))]):
            store.add(results, {"id": "here"})
"""


def test_processes_that_write_one_store_at_once_lose_nothing(place: Place) -> None:
    place.store.parent.mkdir()
    seeds = {name: [str(seed) for seed in range(first, first + 40)] for name, first in [("a", 0), ("b", 20), ("c", 0)]}
    command = [sys.executable, "-c", WRITER, str(place.grid), str(place.store)]
    root = Path(__file__).parents[3]
    writers = [subprocess.Popen([*command, *own], cwd=root) for own in seeds.values()]
    assert [writer.wait(timeout=100) for writer in writers] == [0, 0, 0]
    names = [configuration.hash for configuration in place.load().configurations()][:2]
    with Store(place.store) as store:
        assert set(store.statuses(names)) == {(name, seed) for name in names for seed in range(60)}
        assert len([*store.runs(names)]) == 120
        assert sum(1 for _ in store.curves(names)) == 120


@pytest.mark.parametrize(("inside", "commit"), [("bench/", "0123456789ab+"), ("lib/site-packages/bench/", "")])
def test_the_environment_names_the_commit_of_its_own_checkout_only(
    inside: str, commit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(command: list[str], **_: Any) -> SimpleNamespace:
        said = f"{inside}\n0123456789ab\n" if "rev-parse" in command else " M README.md\n"
        return SimpleNamespace(returncode=0, stdout=said)

    monkeypatch.setattr(subprocess, "run", git)
    assert environment.__wrapped__()["commit"] == commit


def test_the_environment_says_what_bits_may_depend_on() -> None:
    facts = environment()
    assert set(facts["fingerprint"]) >= {"python", "numpy", "blas", "machine", "processor_features"}
    assert facts["fingerprint"]["blas"]
    json.dumps(facts)
