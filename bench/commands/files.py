"""Files that commands write where they are told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bench.errors import UsageError
from bench.text import path_text

PICTURES = (".svg", ".png", ".pdf")


def check_path(path: Path, endings: Sequence[str]) -> None:
    """Refuse a path that could not be written, before any work is done."""
    if path.suffix.lower() not in endings or not path.parent.is_dir():
        raise UsageError(f"{path_text(path)}: expected a file in an existing folder, ending with {', '.join(endings)}")


def write_to(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file, whole or not at all, and say so, or say why it cannot be written."""
    from bench.store.beside import written_beside

    try:
        with written_beside(path) as beside:
            write(beside)
    except OSError as error:
        raise UsageError(f"{path_text(path)}: cannot be written: {error.strerror}") from None
    print(f"written: {path_text(path)}")
