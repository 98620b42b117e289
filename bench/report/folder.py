"""Writing a report's folder whole or not at all, nothing but that folder, and over no other grid's report."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from bench.errors import UsageError
from bench.grid import Grid
from bench.grid.request import Request
from bench.text import printable

MANIFEST = "files.json"  # what a report consists of, which tells our files from the user's, and what it is about


class ReportError(UsageError):
    """The report cannot be written; `str()` says which folder, why, and what to do."""


def check_name(name: str) -> None:
    """Refuse a grid's name that is not one plain path component."""
    harmless = name.isprintable() and not set(name) & set('/\\:*?"<>|') and name.strip(". ") == name.strip()
    if not harmless or not name.strip() or name.startswith((".", "-", "~")) or len(name.encode()) > 200:
        quoted = ascii(name[:80])
        raise ReportError(f"{quoted} cannot name a report's folder; give a plain name with --name")


@dataclass(frozen=True)
class About:
    """What a report is about: a grid file, as it is found from the report's folder, and the options that changed it.

    An edited file has the same report; `grid` is "" where it is not known, as in reports of version 0.1.0.
    """

    grid: str = ""
    options: tuple[str, ...] = ()

    def seen_from(self, folder: Path) -> str:
        """The same for a message."""
        path = os.path.relpath(os.path.normpath(folder / self.grid))
        return printable(" ".join([path, *self.options]), 200)


@dataclass(frozen=True)
class Manifest:
    """What files.json says: the report's files with their digests, what it is about, and what it was made from."""

    files: dict[str, str]
    about: About
    origin: str


def about(request: Request, folder: Path) -> About:
    """What the report of a grid in this folder is about."""
    if not request.path:
        return About()
    path = os.path.relpath(Path(request.path).resolve(), folder.resolve())
    return About(PurePosixPath(path).as_posix(), request.changes)


def folder_of(grid: Grid, reports: Path) -> Path:
    """The folder of a grid's report among all reports.

    Refuses, before anything is trained for it, a report that could not be written there or would overwrite another's,
    with ReportError.
    """
    request = grid.request
    if request.name is None and request.file_overrides:
        option, *_ = request.changes
        raise ReportError(f"{option} changes the question: name its report with --name, so that it overwrites no other")
    check_folder(grid, reports / grid.name)
    return reports / grid.name


def check_folder(grid: Grid, folder: Path) -> None:
    """Refuse a folder that no report of this grid can be written to. Raises ReportError."""
    check_name(grid.name)
    check_name(folder.name)
    existing = folder.parent
    while not existing.exists():
        existing = existing.parent
    if not (existing.is_dir() and os.access(existing, os.W_OK)):
        raise ReportError(f"--reports: {existing} is not a folder that can be written to; name another")
    folder = folder.resolve()
    _files_to_keep(folder if folder.exists() else _beside(folder, "old"), about(grid.request, folder))


def replace_folder(folder: Path, texts: Mapping[str, str | bytes], subject: About = About(), origin: str = "") -> None:
    """Make `folder` hold these files (relative paths) instead of an earlier report about the same subject.

    `origin`: what the report is made from, to tell whether it would be the same again.

    They are written beside it first; then two renames put them in place, so that a crash leaves the old report or
    the new one. Files of the user's own in an earlier report's folder are kept. Raises ReportError where the folder
    is someone else's, or another grid's.
    """
    files = {name: _encoded(content) for name, content in texts.items()}
    folder = folder.resolve()
    new, old = _beside(folder, "new"), _beside(folder, "old")
    _recover(folder, old)
    theirs = _files_to_keep(folder, subject)
    shutil.rmtree(new, ignore_errors=True)
    try:
        for name, content in sorted({**files, MANIFEST: _manifest(files, subject, origin)}.items()):
            _write(new / name, content)
        for path in theirs:
            if not (new / path).exists():
                (new / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / path, new / path, follow_symlinks=False)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except OSError as error:
        raise ReportError(f"{folder}: cannot be written ({error.strerror or error}); give another --reports") from error
    finally:
        _recover(folder, old)
        shutil.rmtree(new, ignore_errors=True)


def _recover(folder: Path, old: Path) -> None:
    """After an interruption between the two renames: the old report comes back. Otherwise it is superseded."""
    if old.exists() and not folder.exists():
        old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _beside(folder: Path, word: str) -> Path:
    return folder.with_name(f".{folder.name}.{word}")


def _manifest(files: Mapping[str, bytes], subject: About, origin: str) -> bytes:
    digests = {name: digest_of(content) for name, content in sorted(files.items())}
    return (json.dumps({**vars(subject), "origin": origin, "report": digests}, indent=1) + "\n").encode()


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a report's folder; None for what is no manifest, whatever is in it."""
    path = folder / MANIFEST
    try:
        known: Any = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        files, about = known["report"], (known.get("grid", ""), known.get("options", []), known.get("origin", ""))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    files = dict.fromkeys(files, "") if _are_texts(files) else files  # of a program that wrote no digests
    grid, options, origin = about
    texts = isinstance(files, dict) and _are_texts([grid, origin, *files, *files.values()]) and _are_texts(options)
    if not texts or "\0" in grid or any(_leads_out(name) for name in files):
        return None
    return Manifest(files, About(grid, tuple(options)), origin)


def digest_of(content: bytes) -> str:
    """What tells a file as it was written from another."""
    return sha256(content).hexdigest()[:32]


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name)
    return "\0" in name or path.is_absolute() or ".." in path.parts


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _files_to_keep(folder: Path, subject: About) -> list[Path]:
    """The files in the folder that no earlier report wrote.

    Refuses a filled folder without a report, and one with a report about something else.
    """
    if not folder.exists():
        return []
    if not folder.is_dir():
        raise ReportError(f"{folder} is a file; move it, or give another --reports or --name")
    paths = sorted(path.relative_to(folder) for path in _files_and_links(folder))
    if not paths:
        return []
    manifest = read_manifest(folder)
    if manifest is None:
        raise ReportError(f"{folder} holds files that are not a report; move them, or give another --reports or --name")
    earlier = manifest.about
    if earlier != subject:
        whose = f"the report of {earlier.seen_from(folder)}" if earlier.grid else "a report that names no grid"
        raise ReportError(f"{folder} holds {whose}; give this one another --name, so that it overwrites no other")
    return [path for path in paths if str(PurePosixPath(path)) not in {*manifest.files, MANIFEST}]


def _files_and_links(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        yield from (Path(root, name) for name in names)
        yield from (path for name in folders if (path := Path(root, name)).is_symlink())


def _encoded(content: str | bytes) -> bytes:
    return content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
