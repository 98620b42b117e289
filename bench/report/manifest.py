"""The manifest of a report's folder: which files are the report's, what it is about, and what it was made from."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from bench.grid.ready import located
from bench.grid.request import Request
from bench.text import printable

MANIFEST = "files.json"  # what a report consists of, which tells our files from the user's, and what it is about


@dataclass(frozen=True)
class About:
    """What a report is about: a grid file or table, as it is found from the report's folder, and the options given.

    An edited file has the same report; `grid` is "" where it is not known, as in reports of version 0.1.0.
    """

    grid: str = ""
    options: tuple[str, ...] = ()

    def seen_from(self, folder: Path) -> str:
        """The report about it, for a message."""
        if not self.grid and not self.options:
            return "a report that names no grid"
        path = [os.path.relpath(os.path.normpath(folder / self.grid))] if self.grid else []
        return f"the report of {printable(' '.join([*path, *self.options]), 200)}"


UNKNOWN = About()


@dataclass(frozen=True)
class Manifest:
    """What files.json says: the report's files with their digests, what it is about, and what it was made from."""

    files: dict[str, str]
    about: About
    origin: str = ""

    def encoded(self) -> bytes:
        """The manifest as a file, which `read_manifest` reads."""
        known = {**vars(self.about), "origin": self.origin, "report": dict(sorted(self.files.items()))}
        return (json.dumps(known, indent=1) + "\n").encode()


def about(request: Request, folder: Path) -> About:
    """What the report of a grid in this folder is about."""
    return about_file(str(located(Path(request.path))) if request.path else "", request.changes, folder)


def about_file(file: str, options: tuple[str, ...], folder: Path) -> About:
    """What the report of a file, with these options, in this folder is about."""
    if not file:
        return UNKNOWN
    path = os.path.relpath(Path(file).resolve(), folder.resolve())
    return About(PurePosixPath(path).as_posix(), options)


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
