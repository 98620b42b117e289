"""Writing beside: what is not whole yet lies in a folder next to its place, for its writer alone, and goes with it.

A writer that is killed leaves its folder behind. Who writes there next takes it away: the folder of a living writer is
locked, where the system has such locks.
"""

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_PREFIX = ".bench-writing-"


def is_beside(path: Path) -> bool:
    """Whether a path has the name of such a folder."""
    return re.fullmatch(rf"{re.escape(_PREFIX)}\w{{8}}", path.name) is not None


@contextmanager
def folder_beside(parent: Path) -> Iterator[Path]:
    """A new folder in `parent`, which is gone, with all that is in it, when the `with` statement ends."""
    clear_abandoned(parent)
    folder, lock = _made(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _unlock(lock)


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """A file to write, which takes the place of `path` when the `with` statement ends well, and else is gone.

    It has the ending of `path`, and the mode of the file that it replaces, or of new files. A link stays one: what it
    leads to is replaced. Raises OSError where that is no file.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "not a file")
    with folder_beside(target.parent) as folder:
        beside = folder / f"new{path.suffix}"
        beside.touch()
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o777)
        yield beside
        beside.replace(target)


def clear_abandoned(parent: Path) -> None:
    """Take away the folders in `parent` whose writers were killed."""
    try:
        left = [*filter(is_beside, parent.iterdir())]
    except OSError:  # it cannot be looked into
        return
    for folder in left:
        lock = _lock(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
        _unlock(lock)


def _made(parent: Path) -> tuple[Path, int | None]:
    """A new folder, locked."""
    while True:
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=_PREFIX))
        lock = _lock(folder, wait=True)
        if folder.exists():  # and was not taken for an abandoned one before it was locked
            return folder, lock
        _unlock(lock)


def _lock(folder: Path, *, wait: bool = False) -> int | None:
    """Lock a folder, until `_unlock` of what this gives. None: it cannot be locked; unless it waits, another has it."""
    if fcntl is None:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:  # a network's file system may have no locks
        os.close(handle)
        return None
    return handle


def _unlock(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)
