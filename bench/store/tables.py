"""The tables of a store, and whether a file has them."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from bench.records import MEASURES
from bench.store import asked, claims, seals
from bench.store.faults import OTHER, fault
from bench.text import printable

_APPLICATION = 0x0B_E7_C4  # marks a SQLite file as a store of ours (PRAGMA application_id)
_VERSION = 1

_TABLES = {
    "environments": "(id TEXT PRIMARY KEY, facts TEXT NOT NULL)",
    "configurations": "(hash TEXT PRIMARY KEY, settings TEXT NOT NULL)",
    "runs": f"""(
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
    )""",
    "curves": "(run INTEGER PRIMARY KEY REFERENCES runs, numbers BLOB NOT NULL)",
}
_ADDED = asked.TABLES | claims.TABLES | seals.TABLES
"""To stores of version 1, which programs that do not know them can still read."""

KEPT = _TABLES | asked.TABLES | seals.TABLES
"""All but the claims, which mean nothing in another file."""

_HIDDEN = """
SELECT 1 FROM {table} AS stored NOT INDEXED WHERE NOT EXISTS (
    SELECT 1 FROM {table} AS shown INDEXED BY sqlite_autoindex_{table}_1
    WHERE {same} AND +shown.rowid = stored.rowid
) LIMIT 1
"""
_LOOKED_UP = {"runs": ("hash", "seed"), "configurations": ("hash",), "environments": ("id",)}


def make(connection: sqlite3.Connection) -> None:
    """Make an empty store, within the caller's transaction."""
    for table, columns in _TABLES.items():
        connection.execute(f"CREATE TABLE {table} {columns}")
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_VERSION}")


def add(connection: sqlite3.Connection) -> None:
    """Make what the store of a program before lacks, within the caller's transaction."""
    for table, columns in _ADDED.items():
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
        connection.execute(f"CREATE TABLE IF NOT EXISTS main.{table} {columns}")
    connection.execute(seals.TRIGGER)


def stand_in(connection: sqlite3.Connection) -> None:
    """Empty tables, for this connection alone, instead of what the store lacks: it may only be read."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    for table, columns in _ADDED.items():
        if table not in there:
            connection.execute(f"CREATE TEMP TABLE {table} {columns}")


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse what is not a store of this version, lacks what every store has, or is laid out otherwise."""
    application, version = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    if application != _APPLICATION:
        raise fault(path, "a SQLite file, but not a store of runs", OTHER)
    if version != _VERSION:
        newer = "read it with a program that is as new, or " if version > _VERSION else ""
        raise fault(path, f"of version {version}, but this program reads version {_VERSION}", f"{newer}{OTHER}")
    found, expected = _layout(connection), _expected()
    for table in _TABLES:
        if table not in found:
            raise fault(path, f"no such table: {table}", OTHER)
    for name, (kind, text) in found.items():  # a view, or a trigger, could do anything in the place of a table
        if expected.get(name) != (kind, text):
            raise fault(
                path, f"{kind} {printable(name)} is not as this program makes it", f"restore a copy of it, or {OTHER}"
            )


@cache
def _expected() -> dict[str, tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        make(connection)
        add(connection)
        return _layout(connection)


def _layout(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """The kind and the text of all that has to do with the tables of a store, by name."""
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    own = [(kind, name, text) for kind, name, table, text in rows if table.lower() in _TABLES | _ADDED]
    return {name: (kind, " ".join(text.split())) for kind, name, text in own}


def check_indexes(connection: sqlite3.Connection) -> None:
    """Raise ValueError where an index, by which rows are looked up, does not show all: they would be trained again.

    Or where digests are gone, without which any number could be read. The time for this is that of reading every key:
    2 s for a million runs.
    """
    for table, keys in _LOOKED_UP.items():
        same = " AND ".join(f"shown.{key} = stored.{key}" for key in keys)
        if connection.execute(_HIDDEN.format(table=table, same=same)).fetchone():
            raise ValueError(f"not all {table} are found")
    # SQLite takes zeros for NULL, and finds such where a file was cut off.
    if connection.execute("SELECT 1 FROM seals WHERE typeof(of) != 'text' LIMIT 1").fetchone():
        raise ValueError("not all digests are found")
