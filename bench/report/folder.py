"""Writing a report's folder whole or not at all, and nothing but that folder."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from bench.errors import UsageError

MANIFEST = "files.json"  # what a report consists of; it tells our files from the user's


class ReportError(UsageError):
    """The report cannot be written; `str()` says which folder, why, and what to do."""


def check_name(name: str) -> None:
    """Refuse a grid's name that is not one plain path component."""
    harmless = name.isprintable() and not set(name) & set('/\\:*?"<>|') and name.strip(". ") == name.strip()
    if not harmless or not name.strip() or name.startswith((".", "-", "~")) or len(name.encode()) > 200:
        quoted = ascii(name[:80])
        raise ReportError(f"{quoted} cannot name a report's folder; give a plain name with --name")


def replace_folder(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Make `folder` hold these files (relative paths) instead of an earlier report's.

    They are written beside it first; then two renames put them in place, so that a crash leaves the old report or
    the new one. Files of the user's own in an earlier report's folder are kept. Raises ReportError where the folder
    is someone else's.
    """
    folder = folder.resolve()
    new, old = (folder.with_name(f".{folder.name}.{word}") for word in ("new", "old"))
    _recover(folder, old)
    theirs = _foreign_files(folder)
    shutil.rmtree(new, ignore_errors=True)
    try:
        for name, content in sorted({**files, MANIFEST: _manifest(files)}.items()):
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


def _manifest(files: Mapping[str, str | bytes]) -> str:
    return json.dumps({"report": sorted(files)}, indent=1) + "\n"


def _foreign_files(folder: Path) -> list[Path]:
    """The files in the folder that no earlier report wrote; refuses a filled folder without a report."""
    if not folder.exists():
        return []
    if not folder.is_dir():
        raise ReportError(f"{folder} is a file; move it, or give another --reports or --name")
    paths = sorted(Path(root, name).relative_to(folder) for root, _, names in os.walk(folder) for name in names)
    if not paths:
        return []
    try:
        ours = set(json.loads((folder / MANIFEST).read_text())["report"]) | {MANIFEST}
    except (OSError, ValueError, TypeError, KeyError):
        raise ReportError(
            f"{folder} holds files that are not a report; move them, or give another --reports or --name"
        ) from None
    return [path for path in paths if str(PurePosixPath(path)) not in ours]


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)
