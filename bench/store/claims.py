"""Claims: which process trains which runs, so that several on one store divide the work.

A claim lasts for a while and is renewed for as long as its owner lives. When it has run out, or its owner is known to
be dead, it is anybody's.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

LEASE = 120.0  # seconds

TABLES = {
    "claims": """(
        hash TEXT NOT NULL,
        seed INTEGER NOT NULL,
        owner TEXT NOT NULL,
        until REAL NOT NULL,
        PRIMARY KEY (hash, seed)
    ) WITHOUT ROWID""",
}

Key = tuple[str, int]
Lasts = Callable[[str, str, int], bool]
"""Whether a stored run stays as it is, by its status, its environment and the number of its row."""


@dataclass
class Taken:
    """What became of a request for runs, by hash and seed.

    `own`: they are the caller's to train. `others`: another process trains them. `settled`: they are stored.
    """

    own: list[Key] = field(default_factory=list)
    others: list[Key] = field(default_factory=list)
    settled: list[Key] = field(default_factory=list)


def new_owner() -> str:
    """A name for this process that no other has, from which others on the same machine see whether it lives."""
    return f"{_machine()} {os.getpid()} {uuid.uuid4().hex[:8]}"


def take(connection: sqlite3.Connection, keys: Iterable[Key], owner: str, lasts: Lasts) -> Taken:
    """Claim runs that nobody else trains and that are not stored to last, within the caller's transaction."""
    now, taken, stored = time.time(), Taken(), "SELECT status, environment, id FROM runs WHERE hash = ? AND seed = ?"
    for key in keys:
        claim = connection.execute("SELECT owner, until FROM claims WHERE hash = ? AND seed = ?", key).fetchone()
        found = connection.execute(stored, key).fetchone()
        if claim is not None and claim[0] != owner and claim[1] > now and _may_live(claim[0]):
            taken.others.append(key)
        elif found is not None and lasts(*found):
            taken.settled.append(key)
        else:
            connection.execute("INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?)", (*key, owner, now + LEASE))
            taken.own.append(key)
    return taken


def release(connection: sqlite3.Connection, owner: str) -> None:
    """Give back all that an owner has claimed."""
    connection.execute("DELETE FROM claims WHERE owner = ?", (owner,))


class Renewal:
    """Renews an owner's claims until the `with` statement ends, from a thread: a stack may take the other for hours."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], owner: str) -> None:
        self._connect, self._owner = connect, owner
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(1.0)  # seconds; it waits for nothing but the store

    def _renew(self) -> None:
        while not self._ended.wait(LEASE / 6):  # five may fail
            with suppress(sqlite3.Error), closing(self._connect()) as connection, connection:
                connection.execute("UPDATE claims SET until = ? WHERE owner = ?", (time.time() + LEASE, self._owner))


def _may_live(owner: str) -> bool:
    """Whether an owner may be at work: it does not, if it was a process of this machine that is gone."""
    machine, _, rest = owner.rpartition(" ")[0].rpartition(" ")
    if machine != _machine() or os.name != "posix" or not rest.isdecimal():
        return True
    try:
        os.kill(int(rest), 0)  # which only asks
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return not _is_zombie(int(rest))


def _is_zombie(process: int) -> bool:
    """Whether a process has ended, and only its parent does not know it: in a container, that can be for ever."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except OSError:  # no system that tells, or gone by now
        return False


@cache
def _machine() -> str:
    """What tells machines, and containers on them, apart: processes are numbered in each by itself.

    Some share a name, and all share the number of their first space of processes; so when they started tells too.
    """
    parts = [platform.node()]
    with suppress(OSError):  # no Linux
        parts += [os.readlink("/proc/self/ns/pid"), Path("/proc/sys/kernel/random/boot_id").read_text().strip()]
    return "-".join(parts)
