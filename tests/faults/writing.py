"""Which files this process changes: Python tells audit hooks of everything that it opens, makes, moves or removes."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {  # event: how many of its first arguments are paths, and where their folders' handles stand
    "os.mkdir": (1, (2,)), "os.rmdir": (1, (1,)), "os.remove": (1, (1,)), "os.rename": (2, (2, 3)),
    "os.link": (2, (2, 3)), "os.symlink": (2, (2, 2)), "os.truncate": (1, ()), "os.chmod": (1, (2,)),
    "os.chown": (1, (3,)), "os.utime": (1, (3,)),
}  # fmt: skip
_OTHERS = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "socket.connect", "socket.bind")

_elsewhere: list[str] = []
_allowed: list[str] = []
_hooked: list[bool] = []


@contextmanager
def watched(folders: Sequence[Path]) -> Iterator[list[str]]:
    """A list of what is changed outside of these folders within the `with` statement, and of what else may do that."""
    if not _hooked:
        sys.addaudithook(_note)  # for as long as the process lives
        _hooked.append(True)
    _elsewhere.clear()
    _allowed[:] = [str(folder.resolve()) + os.sep for folder in folders]
    try:
        yield _elsewhere
    finally:
        _allowed.clear()


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if not _allowed:
        return
    if event in _OTHERS and arguments[0] != "git":  # which is asked for the commit
        _elsewhere.append(f"{event} {arguments}")
    for path in _changed(event, arguments):
        place = os.path.realpath(path)
        if place != os.devnull and not f"{place}{os.sep}".startswith(tuple(_allowed)):
            _elsewhere.append(f"{event} {place}")


def _changed(event: str, arguments: tuple[Any, ...]) -> Iterator[str]:
    """The paths that an event changes."""
    if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike) and arguments[2] & _TO_WRITE:
        yield os.fsdecode(arguments[0])
    elif event == "sqlite3.connect" and arguments[0] != ":memory:":
        text = os.fsdecode(arguments[0])
        yield unquote(urlsplit(text).path) if text.startswith("file:") else text
    elif event in _CHANGES:
        count, handles = _CHANGES[event]
        for i, path in enumerate(arguments[:count]):
            handle = arguments[handles[i]] if handles else -1
            folder = f"/proc/self/fd/{handle}" if isinstance(handle, int) and handle >= 0 else ""
            yield os.path.join(folder, os.fsdecode(path))
