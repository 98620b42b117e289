"""A data file as a table, whatever its format; read where it lies, or brought by whoever has read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from bench.data import arrays, delimited, files, parquet
from bench.data.faults import DataError, shown
from bench.data.layout import Layout
from bench.data.table import Table, table_of
from bench.text import path_text

_BROUGHT: list[bytes] = []


def digest_of(folder: str, path: str) -> str:
    """What names the bytes of the file at `path`, relative to `folder`, today. Raises DataError."""
    return files.read(Path(folder), path).digest


@lru_cache(maxsize=4)  # a process reads a file once
def load(folder: str, path: str, layout: Layout, digest: str) -> Table:
    """The table in the file at `path`, relative to `folder`, whose bytes must be those that `digest` names.

    Raises DataError with every fault that was found; reads nothing outside of the folder.
    """
    content = _content(folder, path, digest)
    reader = {".npz": arrays, ".parquet": parquet}.get(content.ending, delimited)
    return table_of(reader.columns_of(content.data, layout), layout)


def bytes_of(folder: str, path: str, digest: str) -> bytes:
    """The bytes of that file. Raises DataError as `load` does where it is gone, or is another."""
    return _content(folder, path, digest).data


@contextmanager
def brought(data: bytes | None) -> Iterator[None]:
    """Within the `with` statement, a file of this content is there, whatever lies in its place here. None: none is."""
    _BROUGHT[:] = [] if data is None else [data]
    try:
        yield
    finally:
        _BROUGHT.clear()


def _content(folder: str, path: str, digest: str) -> files.Content:
    for content in (files.Content(path, data) for data in _BROUGHT):
        if content.digest == digest:
            return content
    try:
        content = files.read(Path(folder), path)
    except DataError as error:
        raise DataError([f"{path_text(path)}, where there was {digest}: {fault}" for fault in error.faults]) from None
    if content.digest != digest:
        change = f"it was {digest}, and is {content.digest}"
        raise DataError([f"the content of {shown(path)} has changed: {change}; put back what it was"])
    return content
