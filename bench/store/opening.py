"""Opening a store: what it looks like inside, how a new one comes to be, and what is refused."""

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.records import MEASURES
from bench.store import asked, claims, seals
from bench.store.beside import clear_abandoned, folder_beside
from bench.store.faults import OTHER, fault
from bench.store.rows import RUN_COLUMNS

SILENCE = 5.0  # seconds until it is said that another program holds the store; twice as many until it is said again
_STEP = 0.5  # seconds within which Ctrl-C ends a wait
_APPLICATION = 0x0B_E7_C4  # marks a SQLite file as a store of ours (PRAGMA application_id)
_VERSION = 1
_PAGE = 8192  # bytes; SQLite's usual 4,096 hold the learning curves of one run of 50 checkpoints, and much air
_log = logging.getLogger(__name__)

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
_COLUMNS = {
    "environments": "id, facts",
    "configurations": "hash, settings",
    "runs": ", ".join(("id", *RUN_COLUMNS)),
    "curves": "run, numbers",
}


_ADDED = (
    asked.TABLES | claims.TABLES | seals.TABLES
)  # to stores of version 1, which programs that do not know them can still read


_HIDDEN = """
SELECT 1 FROM {table} AS stored NOT INDEXED WHERE NOT EXISTS (
    SELECT 1 FROM {table} AS shown INDEXED BY sqlite_autoindex_{table}_1
    WHERE {same} AND +shown.rowid = stored.rowid
) LIMIT 1
"""
_LOOKED_UP = {"runs": ("hash", "seed"), "configurations": ("hash",), "environments": ("id",)}


def connect(path: Path, *, create: bool, damaged: bool = False) -> sqlite3.Connection:
    """A connection to the store in a file, which is made where there is none if `create`.

    `damaged`: also to one that does not show all that is in it, so that it can be mended. Raises StoreError for a file
    that is no store, and leaves that as it is; ValueError for one that is damaged.
    """
    if "\0" in str(path):
        raise fault(path, "no path", OTHER)
    if not path.exists():
        if not create:
            raise fault(path, "no such file", f"`bench run` makes it, or {OTHER}")
        _make(Path(os.path.realpath(path)))
    if not path.is_file():
        raise fault(path, "not a file", "name one with --store, such as results/runs.sqlite")
    if not path.stat().st_size:
        raise fault(path, "an empty file", f"remove it, or {OTHER}")
    connection = connection_to(path)
    try:
        _check(connection, path)
        if create:
            clear_abandoned(Path(os.path.realpath(path)).parent)
            with transaction(connection):  # fails now, not after hours, if the file cannot be written
                lay_out(connection)
        if not damaged:
            _refuse_hidden_rows(connection)
        _stand_in(connection)
    except BaseException:
        connection.close()
        raise
    return connection


class _Patient(sqlite3.Connection):
    """Waits for as long as another program holds the file, says so, and can be interrupted meanwhile."""

    path: Path

    def execute(self, *statement: Any) -> sqlite3.Cursor:
        began, silence = time.monotonic(), SILENCE
        while True:
            try:
                return super().execute(*statement)
            except sqlite3.OperationalError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
            if (waited := time.monotonic() - began) > silence:
                _log.warning("bench: store %s: another program holds it, for %.0f s now; waiting", self.path, waited)
                silence *= 2


def connection_to(path: Path, patience: float | None = None) -> sqlite3.Connection:
    """A connection to a file that is there. `patience`: seconds for other programs that hold it; None: no limit."""
    # rw, not ro, also to read: what a killed writer left half done must be rolled back first. SQLite falls back to ro
    # where the file is write-protected. Autocommit until BEGIN.
    uri = f"file://{quote(os.fsencode(path.absolute()))}?mode=rw"
    if patience is not None:
        return sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None)
    connection = sqlite3.connect(uri, uri=True, timeout=_STEP, isolation_level=None, factory=_Patient)
    connection.path = path
    return connection


def _make(path: Path) -> None:
    """A new store, whole from its first moment: others may open it, and this process may end, at any time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with folder_beside(path.parent) as folder:
        made = folder / "store"
        made.touch()  # with the mode that files have here
        with closing(connection_to(made)) as connection:
            connection.execute(f"PRAGMA page_size = {_PAGE}")  # which can be said before the first transaction alone
            with transaction(connection):
                for statement in (*_SCHEMA.split(";"), f"PRAGMA application_id = {_APPLICATION}"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_VERSION}")
        try:
            os.link(made, path)
        except FileExistsError:
            pass  # another process was faster, and its store is as good
        except OSError:  # a file system without links
            if not path.exists():
                made.rename(path)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse what is not a store of this version, or lacks what every store has."""
    application, version = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    if application != _APPLICATION:
        raise fault(path, "a SQLite file, but not a store of runs", OTHER)
    if version != _VERSION:
        newer = "read it with a program that is as new, or " if version > _VERSION else ""
        raise fault(path, f"of version {version}, but this program reads version {_VERSION}", f"{newer}{OTHER}")
    for table, columns in _COLUMNS.items():
        connection.execute(f"SELECT {columns} FROM {table} LIMIT 0")


def _refuse_hidden_rows(connection: sqlite3.Connection) -> None:
    """Raise ValueError where an index, by which rows are looked up, does not show all: they would be trained again.

    The time for this is that of reading every key: 2 s for a million runs.
    """
    for table, keys in _LOOKED_UP.items():
        same = " AND ".join(f"shown.{key} = stored.{key}" for key in keys)
        if connection.execute(_HIDDEN.format(table=table, same=same)).fetchone():
            raise ValueError(f"not all {table} are found")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all that is written in the `with` statement, or nothing of it, when no other program writes."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")  # which waits for those who read; sqlite3's own way would not wait
    except BaseException:
        connection.rollback()
        raise


def lay_out(connection: sqlite3.Connection) -> None:
    """Make what the store of a program before lacks, within the caller's transaction."""
    for table, columns in _ADDED.items():
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
        connection.execute(f"CREATE TABLE IF NOT EXISTS main.{table} {columns}")
    connection.execute(seals.TRIGGER)


def _stand_in(connection: sqlite3.Connection) -> None:
    """Empty tables, for this connection alone, instead of what the store lacks: it may only be read."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    for table, columns in _ADDED.items():
        if table not in there:
            connection.execute(f"CREATE TEMP TABLE {table} {columns}")
