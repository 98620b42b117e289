"""Rows of the store: written with their digests, and read with care, because anybody can have changed them."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bench.records import MEASURES, run_id
from bench.store.asked import IS_LOOK, SEEN, remember
from bench.store.seals import as_object, digest, joined, seal
from bench.text import printable
from bench.training import environment
from nn.arrays import Array
from nn.training import CURVES

RUN_COLUMNS = ("hash", "seed", "status", "epochs_run", *MEASURES, "digest", "error", "seconds", "environment")
_STATUS = RUN_COLUMNS.index("status")
_NUMBER = (float, type(None))
_TYPES: tuple[Any, ...] = (str, int, str, int, *(_NUMBER for _ in MEASURES), str, str, float, str)
_SHARES = [place for place, name in enumerate(RUN_COLUMNS) if "accuracy" in name]


_READ = f"""
SELECT {", ".join(f"runs.{name}" for name in RUN_COLUMNS)}, runs.id, r.digest, numbers, c.digest
FROM runs {{which}}
LEFT JOIN curves ON curves.run = runs.id
{joined("runs", "runs.id", "r")}
{joined("curves", "runs.id", "c")}
{{where}}
"""
_TEXTS = {
    "configurations": f"SELECT hash, settings, digest FROM configurations {joined('configurations', 'hash')}",
    "environments": f"SELECT id, facts, digest FROM environments {joined('environments', 'id')}",
}


def _as_facts(text: Any, sealed: bytes | None) -> dict[str, Any]:
    """Facts of an environment. Raises ValueError as `as_object` does."""
    facts = as_object(text, sealed)
    environment.check(facts)
    return facts


AS_STORED = {"configurations": as_object, "environments": _as_facts}
"""What reads the texts of a table, with their digests; raises ValueError for what is not as it was stored."""


class Read(NamedTuple):
    """A run as it is read: its row, SQLite's number of it, its learning curves' bytes, and the digests of both."""

    row: tuple[Any, ...]
    number: int
    sealed: bytes | None
    blob: Any
    curves_sealed: bytes | None

    def check(self) -> None:
        """Raise ValueError as `check_row` and `as_curves` do."""
        check_row(self.row, self.sealed)
        if self.blob is not None or self.curves_sealed is not None or self.row[_STATUS] == "ok":
            as_curves(self.row, self.blob, self.curves_sealed)

    def trained_in(self, known: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        """The facts of its environment, which is among the known. Raises ValueError where it is not."""
        if self.row[-1] not in known:
            raise ValueError(f"what {_name(self.row)} was trained in is gone")
        return known[self.row[-1]]


def every_run(connection: sqlite3.Connection) -> Iterator[Read]:
    """All runs in the order in which they were stored, as they are."""
    for values in connection.execute(_READ.format(which="NOT INDEXED", where="ORDER BY runs.id")):
        yield _read(values)


def find(connection: sqlite3.Connection, name: str, seed: int) -> Read | None:
    """One run by hash and seed. Raises ValueError if it is not as it was stored."""
    where = "WHERE runs.hash = ? AND runs.seed = ?"
    values = connection.execute(_READ.format(which="", where=where), (name, seed)).fetchone()
    if values is None:
        return None
    found = _read(values)
    found.check()
    return found


def _read(values: tuple[Any, ...]) -> Read:
    count = len(RUN_COLUMNS)
    return Read(values[:count], *values[count:])


def texts(connection: sqlite3.Connection, table: str) -> list[tuple[str, Any, bytes | None]]:
    """The keys of a table of texts, each with its text and the digest of that."""
    return connection.execute(_TEXTS[table]).fetchall()


def environments(connection: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """The facts of all environments by id. Raises ValueError where they are not as they were stored."""
    return {name: _as_facts(text, sealed) for name, text, sealed in texts(connection, "environments")}


def newest(connection: sqlite3.Connection) -> int:
    """The number of the row that was stored last; 0 where there is none."""
    [(number,)] = connection.execute("SELECT coalesce(max(id), 0) FROM runs")
    return int(number)


def insert(connection: sqlite3.Connection, row: Sequence[Any], blob: bytes | None, number: int | None = None) -> None:
    """Store a run and its learning curves, within the caller's transaction, unless there is such a run.

    `number`: of the row; None: one more than that of the last.
    """
    columns, marks = ", ".join(RUN_COLUMNS), ", ".join("?" * len(RUN_COLUMNS))
    unless = "ON CONFLICT (hash, seed) DO NOTHING"
    inserted = connection.execute(f"INSERT INTO runs (id, {columns}) VALUES (?, {marks}) {unless}", (number, *row))
    if inserted.rowcount:
        number = inserted.lastrowid
        stored = connection.execute(f"SELECT {columns} FROM runs WHERE id = ?", (number,)).fetchone()
        seal(connection, "runs", number, stored)
        if blob is not None:
            connection.execute("INSERT OR REPLACE INTO curves VALUES (?, ?)", (number, blob))
            seal(connection, "curves", number, blob)


def without_settings(connection: sqlite3.Connection, hashes: Iterable[str]) -> list[str]:
    """Those of the configurations whose settings are not stored yet."""
    there = "SELECT 1 FROM configurations WHERE hash = ?"
    return [name for name in hashes if connection.execute(there, (name,)).fetchone() is None]


def insert_texts(connection: sqlite3.Connection, table: str, texts: Mapping[str, str]) -> None:
    """Store texts by their keys, within the caller's transaction, where there are none yet."""
    for key, text in texts.items():
        if connection.execute(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", (key, text)).rowcount:
            seal(connection, table, key, text)


def delete(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Forget runs, by SQLite's numbers, within the caller's transaction, and the settings that only they had.

    Confirm runs leave behind that they were there: somebody can have looked at them, and that counts.
    """
    for number in numbers:
        there = connection.execute(f"SELECT hash, seed FROM runs WHERE id = ? AND {IS_LOOK}", (number,))
        remember(connection, there.fetchall())
        connection.execute("DELETE FROM runs WHERE id = ?", (number,))
    unused = f"FROM configurations WHERE hash NOT IN (SELECT hash FROM {SEEN})"
    connection.execute(f"DELETE FROM seals WHERE of = 'configurations' AND key IN (SELECT hash {unused})")
    connection.execute(f"DELETE {unused}")


def check_row(row: tuple[Any, ...], sealed: bytes | None) -> None:
    """Raise ValueError unless a run's row is as it was sealed; without a seal, unless it could have been written."""
    if not (_could_have_been_written(row) if sealed is None else sealed == digest(row)):
        raise ValueError(f"{_name(row)} is not as it was stored")


def _could_have_been_written(row: tuple[Any, ...]) -> bool:
    if not all(isinstance(value, kind) for value, kind in zip(row, _TYPES, strict=True)):
        return False
    shares = [row[place] for place in _SHARES if row[place] is not None]
    return all(0 <= share <= 1 for share in shares) and row[_STATUS] in ("ok", "diverged", "failed")


def as_curves(row: Sequence[Any], blob: Any, sealed: bytes | None) -> Array:
    """A run's learning curves: float64 (curves, checkpoints). Raises ValueError as `check_row` does.

    `row`: begins with its hash and its seed.
    """
    whole = isinstance(blob, bytes) and not len(blob) % (8 * len(CURVES)) if sealed is None else sealed == digest(blob)
    if not whole:
        raise ValueError(f"the learning curves of {_name(row)} are not as they were stored")
    return np.frombuffer(blob, "<f8").reshape(len(CURVES), -1)


def _name(row: Sequence[Any]) -> str:
    return f"run {printable(run_id(*row[:2]))}"
