"""Saving what can be read of a store whose pages are damaged: each row that SQLite still finds goes to a new store."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.store import care, tables
from bench.store.beside import folder_beside
from bench.store.care import Checkup
from bench.store.faults import explained, fault
from bench.store.opening import connect, connect_to_pages, transaction

_GIVEN_UP = 100_000  # numbers in turn without a row; a page of the tree leads to no more than 1,000 pages of 50 runs

_Reader = Callable[[sqlite3.Connection, str], Iterator[tuple[Any, ...]]]
_COPY = "restore a copy of it"


def rescue(path: Path, into: Path) -> Checkup:
    """Copy the rows of a damaged store, but for those that are not as they were stored, to a new one; what that holds.

    The damaged file stays as it is. Raises StoreError where nothing can be read of it, or the new one is there already.
    """
    if into.exists():
        raise fault(into, "is there already", "name a new file with --rescue")
    with explained(path, f"nothing can be saved; {_COPY}"):
        connection = connect_to_pages(path)
    with closing(connection) as damaged, explained(into):
        into.parent.mkdir(parents=True, exist_ok=True)
        with folder_beside(into.parent) as folder:
            made = folder / into.name
            with closing(connect(made, create=True)) as new, transaction(new):
                for table, layout in tables.KEPT.items():
                    _copy(table, _keyed if "WITHOUT ROWID" in layout else _numbered, damaged, new)
                care.forget(new, care.check(new))
                saved = care.check(new)
            if not saved.runs:
                raise fault(path, "no run can be read", _COPY)
            made.rename(into)
            return saved


def _copy(table: str, rows: _Reader, damaged: sqlite3.Connection, new: sqlite3.Connection) -> None:
    for row in rows(damaged, table):
        new.execute(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def _numbered(damaged: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a table by their numbers, past every page that cannot be read."""
    start, lost = 0, 0
    while lost < _GIVEN_UP:
        try:
            for number, *row in damaged.execute(
                f"SELECT rowid, * FROM {table} NOT INDEXED WHERE rowid >= ? ORDER BY rowid", (start,)
            ):
                yield tuple(row)
                start, lost = number + 1, 0
            return
        except sqlite3.DatabaseError:
            start, lost = start + 1, lost + 1


def _keyed(damaged: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a table without numbers: from its first on, and from its last back, to a page that cannot be read."""
    for order in ("ASC", "DESC"):
        try:
            yield from damaged.execute(f"SELECT * FROM {table} ORDER BY 1 {order}, 2 {order}")
            return
        except sqlite3.DatabaseError:
            continue
