"""The store: one SQLite file that remembers every run ever trained. Only modules of this folder speak SQL.

Each stack's results are committed as one transaction, so that a run is either stored whole or not at all, whenever
the process ends. Several processes may use one store at the same time.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import quote

import numpy as np

from bench.errors import UsageError
from bench.grid.provenance import Brought, brought, stored
from bench.grid.request import Places, typed
from bench.records import MEASURES, Result
from bench.store import asked, care, seals
from bench.store.asked import Asked
from bench.store.care import Checkup
from bench.store.rows import RUN_COLUMNS, as_curves, as_object, check_row
from bench.text import printable
from nn.arrays import Array

_APPLICATION = 0x0B_E7_C4  # marks a SQLite file as a store of ours (PRAGMA application_id)
_VERSION = 1

_SCHEMA = f"""
CREATE TABLE environments (id TEXT PRIMARY KEY, facts TEXT NOT NULL);
CREATE TABLE configurations (hash TEXT PRIMARY KEY, settings TEXT NOT NULL);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL REFERENCES configurations,
    seed INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('ok', 'diverged', 'failed')),
    epochs_run INTEGER NOT NULL,
    {", ".join(f"{name} REAL" for name in MEASURES)},
    digest TEXT NOT NULL,
    error TEXT NOT NULL,
    seconds REAL NOT NULL,
    environment TEXT NOT NULL REFERENCES environments,
    UNIQUE (hash, seed)
);
CREATE TABLE curves (run INTEGER PRIMARY KEY REFERENCES runs, numbers BLOB NOT NULL);
"""

RESTORE = "restore a copy of it, or save what can be read with SQLite's own `.recover`"
_LATER, _OTHER = "try again when it has let go of it", "name another with --store"
_WRITABLE = f"make the file and its folder writable, or {_OTHER}"
_REMEDIES = {  # by SQLite's result code
    sqlite3.SQLITE_BUSY: f"another program holds it; {_LATER}",
    sqlite3.SQLITE_LOCKED: f"another program holds it; {_LATER}",
    sqlite3.SQLITE_FULL: "make room on the disk; what is stored stays, and the same command goes on from there",
    sqlite3.SQLITE_READONLY: _WRITABLE,
    sqlite3.SQLITE_CANTOPEN: _WRITABLE,
    sqlite3.SQLITE_PERM: _WRITABLE,
}


class StoreError(UsageError):
    """The store cannot be used; `str()` says which file, why, and what to do."""


class StoredRun(NamedTuple):
    """What `replay` and `verify` need of a stored run: its settings by dotted name, and its row by column name."""

    settings: dict[str, Any]
    row: dict[str, Any]


class Store:
    """An open store. Use it in a `with` statement.

    `create`: make the file (and its folder) where there is none; otherwise a missing file is an error.
    """

    def __init__(self, path: str | Path, *, create: bool = False) -> None:
        self.path = Path(path)
        with self._explained():
            self._connection = self._open(create)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def statuses(self, hashes: Iterable[str]) -> dict[tuple[str, int], str]:
        """The status of every stored run of these configurations, by (hash, seed)."""
        return {(name, seed): status for name, seed, status, *_ in self.runs(hashes)}

    def elsewhere(self, hashes: Iterable[str], environments: Collection[str]) -> set[tuple[str, int]]:
        """(hash, seed) of these configurations' runs that were trained in other environments than these."""
        with self._explained(), self._wanted(hashes):
            rows = self._connection.execute("SELECT hash, seed, environment FROM runs JOIN wanted USING (hash)")
            return {(name, seed) for name, seed, where in rows if where not in environments}

    def add(self, results: Sequence[Result], environment: Mapping[str, Any], *, again: bool = False) -> None:
        """Store a stack's results, all or none. A failed run may be stored again; others stay as they are.

        `again`: what is stored of other environments gives way too.
        """
        facts = json.dumps(environment, sort_keys=True)
        settings = {
            result.run.configuration.hash: json.dumps(stored(result.run.settings), sort_keys=True) for result in results
        }
        with self._explained(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._add_texts("environments", {environment["id"]: facts})
            self._add_texts("configurations", settings)
            for result in results:
                self._add(result, environment["id"], again)

    def _add_texts(self, table: str, texts: Mapping[str, str]) -> None:
        for key, text in texts.items():
            if self._connection.execute(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", (key, text)).rowcount:
                seals.seal(self._connection, table, key, text)

    def _add(self, result: Result, environment: str, again: bool) -> None:
        configuration, seed = result.run.configuration.hash, result.run.seed
        measures = [result.measures.get(name) for name in MEASURES]
        values = (configuration, seed, result.status, result.epochs_run, *measures)
        values = (*values, result.digest, result.error, result.seconds, environment)
        self._connection.execute(
            "DELETE FROM runs WHERE hash = ? AND seed = ? AND (status = 'failed' OR (? AND environment <> ?))",
            (configuration, seed, again and result.status != "failed", environment),
        )
        inserted = self._connection.execute(
            f"INSERT INTO runs ({', '.join(RUN_COLUMNS)}) VALUES ({', '.join('?' * len(RUN_COLUMNS))}) "
            "ON CONFLICT (hash, seed) DO NOTHING",
            values,
        )
        if not inserted.rowcount:
            return
        number = inserted.lastrowid
        row = self._connection.execute(f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE id = ?", (number,)).fetchone()
        seals.seal(self._connection, "runs", number, row)
        if result.curves.size:
            blob = result.curves.astype("<f8").tobytes()
            self._connection.execute("INSERT OR REPLACE INTO curves VALUES (?, ?)", (number, blob))
            seals.seal(self._connection, "curves", number, blob)

    def runs(self, hashes: Iterable[str]) -> list[tuple[Any, ...]]:
        """The rows of these configurations' runs, in the order of `RUN_COLUMNS`."""
        with self._explained(), self._wanted(hashes):
            return self._whole_rows("runs JOIN wanted USING (hash)")

    def _whole_rows(self, source: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Runs from a source of SQL's. Raises ValueError where one is not as it was stored."""
        columns = ", ".join(f"runs.{name}" for name in RUN_COLUMNS)
        joined = f"{source} {seals.joined('runs', 'runs.id')}"
        found = []
        for *row, sealed in self._connection.execute(f"SELECT {columns}, seals.digest FROM {joined}", values):
            check_row(tuple(row), sealed)
            found.append(tuple(row))
        return found

    def curves(self, hashes: Iterable[str]) -> Iterator[tuple[str, int, Array]]:
        """(hash, seed, float64 (curves, checkpoints)) of these configurations' runs."""
        with self._explained(), self._wanted(hashes):
            rows = self._connection.execute(
                "SELECT hash, seed, numbers, seals.digest FROM runs JOIN wanted USING (hash) "
                f"LEFT JOIN curves ON curves.run = runs.id {seals.joined('curves', 'runs.id')} "
                "WHERE numbers IS NOT NULL OR seals.digest IS NOT NULL"
            )
            for name, seed, blob, sealed in rows:
                yield name, seed, as_curves((name, seed), blob, sealed)

    def find(self, name: str, seed: int) -> StoredRun | None:
        """One run by hash and seed."""
        with self._explained():
            rows = self._whole_rows("(SELECT * FROM runs WHERE hash = ? AND seed = ?) AS runs", (name, seed))
            flat = self._settings("WHERE hash = ?", name).get(name)
        return None if flat is None or not rows else StoredRun(flat, dict(zip(RUN_COLUMNS, rows[0], strict=True)))

    def _settings(self, where: str, *values: Any) -> dict[str, dict[str, Any]]:
        """Settings by their hash. Raises ValueError where they are not as they were stored."""
        rows = self._connection.execute(
            f"SELECT hash, settings, digest FROM configurations {seals.joined('configurations', 'hash')} {where}",
            values,
        )
        return {name: as_object(text, sealed) for name, text, sealed in rows}

    def find_curves(self, name: str, seed: int) -> Array:
        """One run's curves: float64 (curves, checkpoints), empty if it has none."""
        return next((curves for _, other, curves in self.curves([name]) if other == seed), np.empty((0, 0)))

    def ask(self, question: Asked, seeds: range) -> None:
        """Remember a question; `seeds`: those of its block. What nobody can have looked at yet, it replaces."""
        with self._explained(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            asked.write(self._connection, question, seeds)

    def asked(self) -> list[Asked]:
        """Every question that was asked of confirm seeds, in the order in which each was asked first."""
        with self._explained():
            return asked.read(self._connection)

    def confirmed(self, seeds: range) -> dict[str, dict[str, Any]]:
        """The settings of every configuration that has runs with some of these seeds, by hash."""
        with self._explained():
            return self._settings(
                "WHERE EXISTS (SELECT 1 FROM runs WHERE runs.hash = configurations.hash AND seed BETWEEN ? AND ?)",
                seeds[0],
                seeds[-1],
            )

    def plugins(self) -> set[Brought]:
        """What any stored runs took from plug-ins."""
        with self._explained():
            found = self._settings("WHERE settings LIKE '%\"plugins\": {%'")
            return {one for settings in found.values() for one in brought(settings)}

    def settings_with(self, key: str, value: str) -> list[dict[str, Any]]:
        """The settings of every stored configuration in which this one, by its dotted key, has this value."""
        written = json.dumps({key: value})[1:-1]  # as it stands among the others, see `add`
        with self._explained():
            found = self._settings("WHERE instr(settings, ?)", written)
            return [settings for settings in found.values() if settings.get(key) == value]

    def last_seed(self) -> int:
        """The largest seed that any run has; -1 in an empty store."""
        with self._explained():
            [(largest,)] = self._connection.execute("SELECT coalesce(max(seed), -1) FROM runs")
            return int(largest)

    def environments(self) -> dict[str, dict[str, Any]]:
        """Every environment that runs were trained in, by id."""
        with self._explained():
            rows = self._connection.execute(
                f"SELECT id, facts, digest FROM environments {seals.joined('environments', 'id')}"
            )
            return {name: as_object(facts, sealed) for name, facts, sealed in rows}

    def check(self) -> Checkup:
        """Read all that is stored, and compare it with its digests."""
        with self._explained():
            return care.check(self._connection)

    def forget_damaged(self) -> None:
        """Forget what `check` finds damaged. Raises StoreError where the file itself is."""
        with self._explained(f"it cannot be mended; {RESTORE}"), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            care.forget(self._connection, care.check(self._connection))

    def _open(self, create: bool) -> sqlite3.Connection:
        if not create and not self.path.exists():
            raise StoreError(f"store {self._shown}: no such file; `bench run` makes it, or name another with --store")
        if self.path.exists() and not self.path.is_file():
            raise StoreError(f"store {self._shown}: not a file; name one with --store, such as results/runs.sqlite")
        if create:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        # rw, not ro, also to read: what a killed writer left half done must be rolled back first. SQLite falls back to
        # ro where the file is write-protected.
        uri = f"file:{quote(str(self.path.absolute()))}?mode={'rwc' if create else 'rw'}"
        # autocommit until BEGIN; 60 s for another process that is writing
        connection = sqlite3.connect(uri, uri=True, timeout=60, isolation_level=None)
        try:
            self._check(connection, create)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check(self, connection: sqlite3.Connection, create: bool) -> None:
        """Refuse a file that is not a store of this version, without touching it; lay out a new one."""
        if create:
            connection.execute("BEGIN IMMEDIATE")  # fails now, not after hours, if the file cannot be written
            if _stamp(connection) == (0, 0) and _is_empty(connection):
                for statement in (*_SCHEMA.split(";"), f"PRAGMA application_id = {_APPLICATION}"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_VERSION}")
            if _stamp(connection) == (_APPLICATION, _VERSION):
                asked.lay_out(connection)
                seals.lay_out(connection)
            connection.execute("COMMIT")
        application, version = _stamp(connection)
        if application != _APPLICATION:
            raise StoreError(f"store {self._shown}: a SQLite file, but not a store of runs; name another with --store")
        if version != _VERSION:
            raise StoreError(
                f"store {self._shown}: of version {version}, but this program reads version {_VERSION}; "
                "name another with --store"
            )
        seals.stand_in(connection)

    @contextmanager
    def _wanted(self, hashes: Iterable[str]) -> Iterator[None]:
        """A temporary table `wanted` of these hashes, to join with."""
        self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (hash TEXT PRIMARY KEY)")
        self._connection.execute("DELETE FROM temp.wanted")
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT OR IGNORE INTO temp.wanted VALUES (?)", ((name,) for name in hashes))
        self._connection.execute("COMMIT")
        yield

    @contextmanager
    def _explained(self, mending: str = "") -> Iterator[None]:
        """Turn SQLite's and the system's errors into a message that names the file.

        `mending`: what to do about a damaged file, if not to mend it.
        """
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            undecodable = isinstance(error, sqlite3.OperationalError)  # the one of these that has no code
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT if undecodable else 0) & 0xFF
            remedies = _REMEDIES | {sqlite3.SQLITE_CORRUPT: mending or self._mending}
            what = f"{printable(str(error))}; {remedies.get(code, _OTHER)}"
            raise StoreError(f"store {self._shown}: {what}") from error
        except ValueError as error:
            what = f"damaged: {printable(str(error), 200)}; {mending or self._mending}"
            raise StoreError(f"store {self._shown}: {what}") from error

    @property
    def _mending(self) -> str:
        """What to do about a damaged store."""
        check = typed("store", "check", *Places(str(self.path)).store_option, program=("bench",))
        return f"`{check}` says what else is damaged, and with --repair forgets it, so that `bench run` trains it anew"

    @property
    def _shown(self) -> str:
        return printable(str(self.path), 200)


def _stamp(connection: sqlite3.Connection) -> tuple[int, int]:
    """Which program's file this is, and in which version; 0 and 0 where nobody has said."""
    application, version = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    return application, version


def _is_empty(connection: sqlite3.Connection) -> bool:
    count: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return count == 0
