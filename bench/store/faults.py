"""What can be wrong with a store, as one message: which file, what, and what to do."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import UsageError
from bench.grid.request import Places
from bench.shell import program, typed
from bench.text import path_text, printable

OTHER = "name another with --store"
_WAIT = "another program holds it; try again when it has let go of it"
ROOM = "make room on the disk; what is stored stays, and the same command goes on from there"
_WRITABLE = f"make the file and its folder writable, or {OTHER}"
_REMEDIES = {  # by SQLite's result code
    sqlite3.SQLITE_BUSY: _WAIT,
    sqlite3.SQLITE_LOCKED: _WAIT,
    sqlite3.SQLITE_FULL: ROOM,
    sqlite3.SQLITE_READONLY: _WRITABLE,
    sqlite3.SQLITE_CANTOPEN: _WRITABLE,
    sqlite3.SQLITE_PERM: _WRITABLE,
}
_UNDECODABLE = sqlite3.SQLITE_MISMATCH  # which a store never raises: its columns take what they are given
_REMEDIES_OF_SYSTEM = {errno.ENOSPC: ROOM, errno.EACCES: _WRITABLE, errno.EPERM: _WRITABLE, errno.EROFS: _WRITABLE}


class StoreError(UsageError):
    """The store cannot be used; `str()` says which file, why, and what to do."""


def fault(path: Path, what: str, remedy: str) -> StoreError:
    """The error for what is wrong with a file."""
    return StoreError(f"store {path_text(path)}: {what}; {remedy}")


@contextmanager
def explained(path: Path, remedy: str = "") -> Iterator[None]:
    """Turn SQLite's and the system's errors, and ValueError for what is damaged, into StoreError.

    `remedy`: what to do about a damaged file, if not to check it, or to save what can be read of it.
    """
    try:
        yield
    except sqlite3.Error as error:
        undecodable = isinstance(error, sqlite3.OperationalError)  # the one of these that has no code
        code = getattr(error, "sqlite_errorcode", _UNDECODABLE if undecodable else 0) & 0xFF
        damaged = {_UNDECODABLE: remedy or _check(path), sqlite3.SQLITE_CORRUPT: remedy or rescue(path)}
        raise fault(path, printable(str(error)), (_REMEDIES | damaged).get(code, OTHER)) from error
    except OSError as error:
        what = printable(error.strerror or str(error))
        raise fault(path, what, _REMEDIES_OF_SYSTEM.get(error.errno or 0, OTHER)) from error
    except ValueError as error:
        raise fault(path, f"damaged: {printable(str(error), 200)}", remedy or _check(path)) from error


def rescue(path: Path) -> str:
    """What to do about a file whose pages are damaged, which SQLite cannot mend."""
    beside = path.with_name(f"{path.stem}.rescued{path.suffix}")
    command = typed("store", "check", *Places(str(path)).store_option, "--rescue", str(beside), program=program())
    return f"restore a copy of it, or save what can be read, in a new store: `{command}`"


def _check(path: Path) -> str:
    """What to do about damaged rows."""
    check = typed("store", "check", *Places(str(path)).store_option, program=program())
    return f"`{check}` says what else is damaged, and with --repair forgets it, so that `bench run` trains it anew"
