"""Writing a report's folder: whole or not at all, nothing that is not the report's, and over no other grid's report."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from bench.errors import UsageError
from bench.grid import Grid
from bench.report.manifest import MANIFEST, UNKNOWN, About, Manifest, about, digest_of, read_manifest
from bench.store.beside import folder_beside, is_beside
from bench.text import path_text

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class ReportError(UsageError):
    """The report cannot be written; `str()` says which folder, why, and what to do."""


def check_name(name: str) -> None:
    """Refuse a grid's name that is not one plain path component."""
    harmless = name.isprintable() and not set(name) & set('/\\:*?"<>|') and name.strip(". ") == name.strip()
    if not harmless or not name.strip() or name.startswith((".", "-", "~")) or len(name.encode()) > 200:
        quoted = ascii(name[:80])
        raise ReportError(f"{quoted} cannot name a report's folder; give a plain name with --name")


def folder_of(grid: Grid, reports: Path) -> Path:
    """The folder of a grid's report among all reports.

    Refuses, before anything is trained for it, a report that could not be written there or would overwrite another's,
    with ReportError.
    """
    request = grid.request
    if request.needs_name:
        option, *_ = request.changes
        raise ReportError(f"{option} changes the question: name its report with --name, so that it overwrites no other")
    check_folder(grid, reports / grid.name)
    return reports / grid.name


def check_folder(grid: Grid, folder: Path) -> None:
    """Refuse a folder that no report of this grid can be written to. Raises ReportError."""
    check_place(grid.name, about(grid.request, folder), folder)


def check_place(name: str, subject: About, folder: Path) -> None:
    """Refuse a folder that no report of this name about this subject can be written to. Raises ReportError."""
    check_name(name)
    check_name(folder.name)
    existing = folder if folder.is_dir() else folder.parent
    while not existing.exists():
        existing = existing.parent
    if not (existing.is_dir() and os.access(existing, os.W_OK)):
        raise ReportError(f"--reports: {existing} is not a folder that can be written to; name another")
    folder = folder.resolve()
    _check_places(folder, (), _earlier(folder, subject))


def replace_folder(folder: Path, texts: Mapping[str, str | bytes], subject: About = UNKNOWN, origin: str = "") -> None:
    """Make `folder` hold these files (relative paths) instead of an earlier report about the same subject.

    `origin`: what the report is made from, to tell whether it would be the same again.

    The folder stays what it is, with its mode and with all that no report wrote. Files are written in a folder within
    it, and then moved to their places; what fails meanwhile is undone. Others who would write it wait. Raises
    ReportError where the folder is someone else's, or another grid's.
    """
    files = {name: _encoded(content) for name, content in texts.items()}
    folder = folder.resolve()
    _earlier(folder, subject)
    try:
        with _held(folder):
            earlier = _earlier(folder, subject)
            _check_places(folder, files, earlier)
            _replace(folder, files, earlier, subject, origin)
    except OSError as error:
        why, room = error.strerror or error, "make room on the disk, or " * (error.errno == errno.ENOSPC)
        raise ReportError(f"{path_text(folder)}: cannot be written ({why}); {room}give another --reports") from error


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder, made if need be, for this process alone; one that stays empty is taken away again."""
    made = not folder.exists()
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
        try:
            _lock(handle)
            if folder.exists() and os.path.samestat(os.fstat(handle), folder.stat()):
                break  # and not one that was taken away meanwhile
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
    try:
        yield
    finally:
        if made and not any(folder.iterdir()):
            folder.rmdir()
        os.close(handle)


def _lock(handle: int) -> None:
    """Wait until nobody else holds it, where the system has such locks."""
    if fcntl is not None:
        with suppress(OSError):  # a network's file system may have none
            fcntl.flock(handle, fcntl.LOCK_EX)


def _replace(folder: Path, files: dict[str, bytes], earlier: Manifest | None, subject: About, origin: str) -> None:
    """Write the files beside their places, and move them there; undo all of it if something fails."""
    old = dict(earlier.files) if earlier else {}
    moves: list[tuple[Path, Path | None]] = []
    with folder_beside(folder) as beside:
        try:
            # Whoever ends this process half way leaves a report that is known to be one, and to be unfinished.
            _write(beside / "unfinished", Manifest(dict.fromkeys([*old, *files], ""), subject).encoded())
            for name, content in sorted(files.items()):
                _write(beside / "new" / name, content)
            digests = {name: digest_of(content) for name, content in files.items()}
            _write(beside / "manifest", Manifest(digests, subject, origin).encoded())
            _move(beside / "unfinished", folder / MANIFEST, beside, moves)
            for name in sorted({*old} - {*files}):
                _move(None, folder / name, beside, moves)
            for name in sorted(files):
                _move(beside / "new" / name, folder / name, beside, moves)
            _move(beside / "manifest", folder / MANIFEST, beside, moves)
        except BaseException:
            _undo(moves)
            raise
        finally:
            _remove_empty(folder, {*old, *files})


def _move(new: Path | None, place: Path, beside: Path, moves: list[tuple[Path, Path | None]]) -> None:
    """Put a file where it belongs, or nothing; what is there is kept aside. At no moment is there none of both."""
    aside = beside / f"old-{len(moves)}" if os.path.lexists(place) else None
    if aside is not None:
        _keep(place, aside)
    moves.append((place, aside))
    if new is None:
        place.unlink(missing_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        new.replace(place)


def _keep(place: Path, aside: Path) -> None:
    try:
        os.link(place, aside, follow_symlinks=False)
    except (OSError, NotImplementedError):  # a file system without links
        shutil.copy2(place, aside, follow_symlinks=False)


def _undo(moves: Iterable[tuple[Path, Path | None]]) -> None:
    for place, aside in reversed([*moves]):
        if aside is None:
            place.unlink(missing_ok=True)
        else:
            aside.replace(place)


def _remove_empty(folder: Path, names: Iterable[str]) -> None:
    """Take away folders, such as figures/, that a report's files were in and that are empty."""
    inner = {parent for name in names for parent in PurePosixPath(name).parents if parent.parts}
    for path in sorted(inner, key=lambda path: -len(path.parts)):
        with suppress(OSError):  # it is not empty, or a link
            (folder / path).rmdir()


def _earlier(folder: Path, subject: About) -> Manifest | None:
    """The earlier report in the folder, if it holds one.

    Refuses a filled folder without a report, and one with a report about something else.
    """
    if not folder.exists():
        return None
    if not folder.is_dir():
        raise ReportError(f"{path_text(folder)} is a file; move it, or give another --reports or --name")
    manifest = read_manifest(folder)
    if manifest is None:
        if not all(is_beside(path) for path in folder.iterdir()):
            remedy = "move them, or give another --reports or --name"
            raise ReportError(f"{path_text(folder)} holds files that are not a report; {remedy}")
        return None
    earlier = manifest.about
    if earlier != subject:
        remedy = "give this one another --name, so that it overwrites no other"
        raise ReportError(f"{path_text(folder)} holds {earlier.seen_from(folder)}; {remedy}")
    return manifest


def _check_places(folder: Path, names: Iterable[str], earlier: Manifest | None) -> None:
    """Refuse to write over what no report wrote, or through a link within the folder."""
    old = {*earlier.files} if earlier else set()
    for name in {*names, *old}:
        path = folder / name
        inner = [folder / parent for parent in PurePosixPath(name).parents if parent.parts]
        odd = next((one for one in inner if one.is_symlink() or (one.exists() and not one.is_dir())), None)
        is_folder = path.is_dir() and not path.is_symlink()
        if odd is None and (is_folder or (os.path.lexists(path) and name not in old)):
            odd = path
        if odd is not None:
            raise ReportError(f"{odd} is not the report's, and in its way; move it, or give another --name")


def _encoded(content: str | bytes) -> bytes:
    return content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
