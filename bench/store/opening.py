"""Opening a store: how a new one comes to be, how others who hold it are waited for, and what is refused."""

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.store import tables
from bench.store.beside import clear_abandoned, folder_beside
from bench.store.faults import OTHER, fault

SILENCE = 5.0  # seconds until it is said that another program holds the store; twice as many until it is said again
_STEP = 0.5  # seconds within which Ctrl-C ends a wait
_PAGE = 8192  # bytes; SQLite's usual 4,096 hold the learning curves of one run of 50 checkpoints, and much air
_log = logging.getLogger(__name__)


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
    _check_file(path)
    connection = connection_to(path)
    try:
        tables.check(connection, path)
        if create:
            clear_abandoned(Path(os.path.realpath(path)).parent)
            with transaction(connection):  # fails now, not after hours, if the file cannot be written
                tables.add(connection)
        tables.stand_in(connection)
        if not damaged:
            tables.check_indexes(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_pages(path: Path) -> sqlite3.Connection:
    """A connection to read what can be read of a store whose pages are damaged. Raises StoreError for what is none."""
    if not path.exists():
        raise fault(path, "no such file", OTHER)
    _check_file(path)
    connection = connection_to(path)
    try:
        connection.execute("PRAGMA writable_schema = ON")  # else nothing is read of a file that was cut off
        tables.check(connection, path)
        tables.stand_in(connection)
        connection.execute("BEGIN")  # all of it as it is at one moment
    except BaseException:
        connection.close()
        raise
    return connection


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise fault(path, "not a file", "name one with --store, such as results/runs.sqlite")
    if not path.stat().st_size:
        raise fault(path, "an empty file", f"remove it, or {OTHER}")


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
                tables.make(connection)
        try:
            os.link(made, path)
        except FileExistsError:
            pass  # another process was faster, and its store is as good
        except OSError:  # a file system without links
            if not path.exists():
                made.rename(path)


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
