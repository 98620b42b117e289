"""A data file as a table, whatever its format."""

from functools import lru_cache
from pathlib import Path

from bench.data import arrays, delimited, files, parquet
from bench.data.faults import DataError, shown
from bench.data.layout import Layout
from bench.data.table import Table, table_of
from bench.text import printable


def digest_of(folder: str, path: str) -> str:
    """What names the bytes of the file at `path`, relative to `folder`, today. Raises DataError."""
    return files.read(Path(folder), path).digest


@lru_cache(maxsize=4)  # a process reads a file once
def load(folder: str, path: str, layout: Layout, digest: str) -> Table:
    """The table in the file at `path`, relative to `folder`, whose bytes must be those that `digest` names.

    Raises DataError with every fault that was found; reads nothing outside of the folder.
    """
    try:
        content = files.read(Path(folder), path)
    except DataError as error:
        place = printable(str(Path(folder, path).absolute()), 300)  # a folder is told from where its grid was read
        raise DataError([f"{place}, where there was {digest}: {fault}" for fault in error.faults]) from None
    if content.digest != digest:
        change = f"it was {digest}, and is {content.digest}"
        raise DataError([f"the content of {shown(path)} has changed: {change}; put back what it was"])
    reader = {".npz": arrays, ".parquet": parquet}.get(content.ending, delimited)
    return table_of(reader.columns_of(content.data, layout), layout)
