"""Seals: digests of stored rows, by which changed bytes are told from what was written.

SQLite finds a broken tree of pages, and not a changed digit. Rows that programs before wrote have no seal; they are
read as they are.
"""

import json
import sqlite3
from hashlib import blake2b
from typing import Any

from bench.text import printable

_KEYS = {"runs": "id", "curves": "run", "configurations": "hash", "environments": "id", "questions": "id"}
_ORPHANS = " OR ".join(
    f"(of = '{table}' AND key NOT IN (SELECT {key} FROM {table} NOT INDEXED))" for table, key in _KEYS.items()
)

Content = tuple[Any, ...] | str | bytes

TABLES = {
    "seals": "(of TEXT NOT NULL, key NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (of, key)) WITHOUT ROWID",
}
TRIGGER = """CREATE TRIGGER IF NOT EXISTS taken_away AFTER DELETE ON runs BEGIN
    DELETE FROM curves WHERE run = old.id;
    DELETE FROM seals WHERE of IN ('runs', 'curves') AND key = old.id;
END"""
"""Programs that know nothing of seals may take rows away, and store others with the same key."""


def seal(connection: sqlite3.Connection, table: str, key: int | str | None, content: Content) -> None:
    """Seal a row, within the caller's transaction. `content`: its values, or the one that matters, as read back."""
    connection.execute("INSERT OR REPLACE INTO seals VALUES (?, ?, ?)", (table, key, digest(content)))


def joined(table: str, key: str, alias: str = "seals") -> str:
    """SQL that joins the seals of a table's rows, by a column that is their key.

    The plus takes the column's type away: `key` has none, and SQLite would not look a typed one up in it.
    """
    return f"LEFT JOIN seals AS {alias} ON {alias}.of = '{table}' AND {alias}.key = +{key}"


def orphans(connection: sqlite3.Connection) -> int:
    """How many seals are of rows that are not there."""
    [(count,)] = connection.execute(f"SELECT count(*) FROM seals WHERE {_ORPHANS}")
    return int(count)


def forget_orphans(connection: sqlite3.Connection) -> None:
    """Take them away, within the caller's transaction."""
    connection.execute(f"DELETE FROM seals WHERE {_ORPHANS}")


def digest(content: Content) -> bytes:
    """16 bytes that stand for a row's values; Python's texts of numbers are exact."""
    plain = content if isinstance(content, bytes) else repr(content).encode("utf-8", "backslashreplace")
    return blake2b(plain, digest_size=16).digest()


def as_object(text: Any, sealed: bytes | None) -> dict[str, Any]:
    """A JSON object: settings, or facts. Raises ValueError for anything else, and unless it is as it was sealed."""
    try:
        found = json.loads(text) if sealed is None or sealed == digest(text) else None
    except (TypeError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"{printable(str(text))} is not as it was stored")
    return found
