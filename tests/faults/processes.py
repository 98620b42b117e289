"""Processes that a test has started: who belongs to them, and waiting for what becomes of them (by Linux's /proc)."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
KNOWN = Path("/proc/self/stat").exists()
"""Whether processes can be looked up here."""


def until(condition: Callable[[], T], seconds: float = 60, what: str = "what was waited for") -> T:
    """Wait for what must come true, and return it. `what`: its name."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"{what} never came"
        time.sleep(0.01)
    return found


def living(pids: Collection[int]) -> list[int]:
    """Those of these processes that have not ended."""
    return [pid for pid, fields in _all() if pid in pids and fields[0] != "Z"]


def session(leader: int) -> list[int]:
    """The living processes of a session."""
    return [pid for pid, fields in _all() if int(fields[3]) == leader and fields[0] != "Z"]


def workers(leader: int) -> list[int]:
    """The worker processes of the driver that leads a session, in the order in which they were started."""
    return sorted(pid for pid in session(leader) if pid != leader and b"spawn_main" in _command(pid))


def _all() -> Iterator[tuple[int, list[str]]]:
    """Every process, with what follows its name in /proc/PID/stat: state, parent, group, session, ..."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
