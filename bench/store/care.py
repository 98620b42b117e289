"""The full check of a store, and forgetting what is damaged, so that it is trained again."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from bench.records import run_id
from bench.store import rows
from bench.text import printable
from nn.training import CURVES, checkpoint_epochs

_MOST_FAULTS = 20  # of SQLite's


@dataclass(frozen=True)
class Checkup:
    """What a full check has found.

    `runs`: how many there are, `unsealed` of them written by programs that kept no digests. `damaged`: the runs that
    are not as they were stored, by SQLite's row number. `environments`: those of which the facts are damaged. `faults`:
    what SQLite says of the file itself.
    """

    runs: int
    unsealed: int
    damaged: dict[int, str]
    environments: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is damaged."""
        return not (self.damaged or self.environments or self.faults)


def check(connection: sqlite3.Connection) -> Checkup:
    """Read everything, as far as it can be read."""
    # bytes that are no text any more are found by the digest
    connection.text_factory = partial(str, encoding="utf-8", errors="backslashreplace")
    try:
        found = [text for (text,) in connection.execute(f"PRAGMA integrity_check({_MOST_FAULTS})") if text != "ok"]
        return _check(connection, found)
    finally:
        connection.text_factory = str


def _check(connection: sqlite3.Connection, faults: list[str]) -> Checkup:
    damaged: dict[int, str] = {}
    runs = unsealed = 0
    environments: dict[str, dict[str, Any] | None] = {}
    try:
        configurations, environments = (dict(_texts(connection, table)) for table in ("configurations", "environments"))
        for read in rows.every_run(connection):
            runs, unsealed = runs + 1, unsealed + (read.sealed is None)
            settings = configurations.get(read.row[0])
            if settings is None or read.row[-1] not in environments or not _as_stored(read, settings):
                damaged[read.number] = printable(run_id(*read.row[:2]))
    except sqlite3.DatabaseError as error:
        faults = [*faults, str(error)]
    unknown = tuple(name for name, facts in environments.items() if facts is None)
    return Checkup(runs, unsealed, damaged, unknown, tuple(printable(text, 200) for text in dict.fromkeys(faults)))


def _texts(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """The keys of a table of texts, each with what its text says; None where that is not as it was stored."""
    for key, text, sealed in rows.texts(connection, table):
        try:
            yield key, rows.as_object(text, sealed)
        except ValueError:
            yield key, None


def _as_stored(read: rows.Read, flat: dict[str, Any]) -> bool:
    """Whether a run is as it was stored; its learning curves have a number for each checkpoint.

    `flat`: its settings by dotted name.
    """
    try:
        read.check()
        marks = checkpoint_epochs(flat["training.epochs"], flat["training.checkpoints"])
    except (ValueError, KeyError, TypeError):
        return False
    return read.blob is None or len(read.blob) == 8 * len(CURVES) * len(marks)


def forget(connection: sqlite3.Connection, found: Checkup) -> None:
    """Take away the damaged runs, within the caller's transaction, and settings that are damaged.

    Of a damaged environment it is only known from then on that it was one: runs do not depend on what is said of it.
    """
    # what a damaged index did not show was trained again, and is there twice
    connection.execute("DELETE FROM runs WHERE id NOT IN (SELECT min(id) FROM runs NOT INDEXED GROUP BY hash, seed)")
    connection.execute("REINDEX")
    rows.delete(connection, found.damaged)
    for name, settings in [*_texts(connection, "configurations")]:
        if settings is None:
            connection.execute("DELETE FROM configurations WHERE hash = ?", (name,))
            connection.execute("DELETE FROM seals WHERE of = 'configurations' AND key = ?", (name,))
    for name in found.environments:
        connection.execute("DELETE FROM seals WHERE of = 'environments' AND key = ?", (name,))
        unknown = '{"commit": "", "fingerprint": {}}'
        connection.execute("UPDATE environments SET facts = ? WHERE id = ?", (unknown, name))
