"""The store: one SQLite file that remembers every run ever trained. With `asked`, the only module that speaks SQL.

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
from bench.records import MEASURES, Result
from bench.store import asked
from bench.store.asked import Asked
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

RUN_COLUMNS = ("hash", "seed", "status", "epochs_run", *MEASURES, "digest", "error", "seconds", "environment")


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
        with self._explained(), self._wanted(hashes):
            rows = self._connection.execute("SELECT hash, seed, status FROM runs JOIN wanted USING (hash)")
            return {(name, seed): status for name, seed, status in rows}

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
            self._connection.execute("INSERT OR IGNORE INTO environments VALUES (?, ?)", (environment["id"], facts))
            self._connection.executemany("INSERT OR IGNORE INTO configurations VALUES (?, ?)", settings.items())
            for result in results:
                self._add(result, environment["id"], again)

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
        if inserted.rowcount and result.curves.size:
            blob = result.curves.astype("<f8").tobytes()
            self._connection.execute("INSERT OR REPLACE INTO curves VALUES (?, ?)", (inserted.lastrowid, blob))

    def runs(self, hashes: Iterable[str]) -> list[tuple[Any, ...]]:
        """The rows of these configurations' runs, in the order of `RUN_COLUMNS`."""
        columns = ", ".join(RUN_COLUMNS)
        with self._explained(), self._wanted(hashes):
            return self._connection.execute(f"SELECT {columns} FROM runs JOIN wanted USING (hash)").fetchall()

    def curves(self, hashes: Iterable[str]) -> Iterator[tuple[str, int, Array]]:
        """(hash, seed, float64 (curves, checkpoints)) of these configurations' runs."""
        from nn.training import CURVES

        with self._explained(), self._wanted(hashes):
            rows = self._connection.execute(
                "SELECT hash, seed, numbers FROM runs JOIN wanted USING (hash) JOIN curves ON curves.run = runs.id"
            )
            for name, seed, blob in rows:
                yield name, seed, np.frombuffer(blob, "<f8").reshape(len(CURVES), -1)

    def find(self, name: str, seed: int) -> StoredRun | None:
        """One run by hash and seed."""
        with self._explained():
            settings = self._connection.execute(
                "SELECT settings FROM configurations WHERE hash = ?", (name,)
            ).fetchone()
            query = f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE hash = ? AND seed = ?"
            row = self._connection.execute(query, (name, seed)).fetchone()
            if settings is None or row is None:
                return None
            flat = json.loads(settings[0])
        return StoredRun(flat, dict(zip(RUN_COLUMNS, row, strict=True)))

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
            rows = self._connection.execute(
                "SELECT hash, settings FROM configurations WHERE EXISTS "
                "(SELECT 1 FROM runs WHERE runs.hash = configurations.hash AND seed BETWEEN ? AND ?)",
                (seeds[0], seeds[-1]),
            )
            return {name: json.loads(settings) for name, settings in rows}

    def plugins(self) -> set[Brought]:
        """What any stored runs took from plug-ins."""
        with self._explained():
            rows = self._connection.execute(
                "SELECT settings FROM configurations WHERE settings LIKE '%\"plugins\": {%'"
            )
            return {one for (settings,) in rows for one in brought(json.loads(settings))}

    def settings_with(self, key: str, value: str) -> list[dict[str, Any]]:
        """The settings of every stored configuration in which this one, by its dotted key, has this value."""
        written = json.dumps({key: value})[1:-1]  # as it stands among the others, see `add`
        with self._explained():
            rows = self._connection.execute("SELECT settings FROM configurations WHERE instr(settings, ?)", (written,))
            return [settings for (text,) in rows if (settings := json.loads(text)).get(key) == value]

    def last_seed(self) -> int:
        """The largest seed that any run has; -1 in an empty store."""
        with self._explained():
            [(largest,)] = self._connection.execute("SELECT coalesce(max(seed), -1) FROM runs")
            return int(largest)

    def environments(self) -> dict[str, dict[str, Any]]:
        """Every environment that runs were trained in, by id."""
        with self._explained():
            return {name: json.loads(facts) for name, facts in self._connection.execute("SELECT * FROM environments")}

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
            connection.execute("COMMIT")
        application, version = _stamp(connection)
        if application != _APPLICATION:
            raise StoreError(f"store {self._shown}: a SQLite file, but not a store of runs; name another with --store")
        if version != _VERSION:
            raise StoreError(
                f"store {self._shown}: of version {version}, but this program reads version {_VERSION}; "
                "name another with --store"
            )

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
    def _explained(self) -> Iterator[None]:
        """Turn SQLite's and the system's errors into a message that names the file."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"store {self._shown}: {printable(str(error))}; name another with --store") from error
        except ValueError as error:  # what is stored is no JSON, or no curves
            what = printable(str(error))
            raise StoreError(f"store {self._shown}: damaged ({what}); name another with --store") from error

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
