"""A data file as a table, whatever its format."""

from pathlib import Path

from bench.data import arrays, delimited, files, parquet
from bench.data.layout import Layout
from bench.data.table import Table, table_of


def load(folder: Path, path: str, layout: Layout) -> tuple[Table, str]:
    """The table in the file at `path`, relative to `folder`, and the digest of the file's bytes.

    Raises DataError with every fault that was found; reads nothing outside of the folder.
    """
    content = files.read(folder, path)
    reader = {".npz": arrays, ".parquet": parquet}.get(content.ending, delimited)
    return table_of(reader.columns_of(content.data, layout), layout), content.digest
