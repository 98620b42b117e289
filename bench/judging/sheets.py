"""Any table of results, from a file or from Python, as columns by name."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bench.data.delimited import Cells
from bench.data.faults import DataError, unreadable
from bench.data.files import bytes_of
from bench.errors import UsageError
from bench.text import path_text, printable

MOST_ROWS = 1_000_000
ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".json", ".jsonl")

Data = str | Path | pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Sheet:
    """A table whose columns are read once it is known which are needed.

    `source`: what it is called in messages. `path`: of its file, "" where it comes from Python. `names`: of all
    columns. `columns`: these columns, values as they stand there ("" or NaN: missing). `place`: says where a row, from
    0, stands. `decimal_comma`: whether numbers that are text may have one. `notes`: what has to be
    said of how it is read. `shape`: what columns there were, where these are made of others.
    """

    source: str
    path: str
    names: tuple[str, ...]
    columns: Callable[[Sequence[str]], pd.DataFrame]
    place: Callable[[int], str]
    decimal_comma: bool = False
    notes: tuple[str, ...] = ()
    shape: str = ""


def sheet_of(data: Data) -> Sheet:
    """The table in a file, or in a frame, a mapping of columns or a list of rows. Raises UsageError."""
    if isinstance(data, str | Path):
        return _of_file(Path(data))
    try:
        frame = data if isinstance(data, pd.DataFrame) else pd.DataFrame(data)
    except (ValueError, TypeError) as error:
        raise UsageError(f"not a table: {printable(str(error))}; give a frame, or the path of a file") from None
    return _of_frame(frame, "the frame", "")


def _of_file(path: Path) -> Sheet:
    source = path_text(path)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(f"{source}: expected a file that ends with {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    if not path.exists():
        raise UsageError(f"{source}: no such file")
    try:
        data = bytes_of(path)
        if ending == ".parquet":
            return _of_frame(_parquet(data), source, str(path))
        if ending in (".json", ".jsonl"):
            return _of_frame(_json_lines(data) if ending == ".jsonl" else _json(data), source, str(path))
        cells = Cells(data)
    except DataError as error:
        raise UsageError("\n".join(f"{source}: {fault}" for fault in error.faults)) from None

    def columns(names: Sequence[str]) -> pd.DataFrame:
        try:
            return pd.DataFrame(cells.columns(names, MOST_ROWS), columns=list(names), dtype=object)
        except DataError as error:
            raise UsageError("\n".join(f"{source}: {fault}" for fault in error.faults)) from None

    return Sheet(source, str(path), cells.names, columns, cells.place, cells.decimal_comma)


def _parquet(data: bytes) -> pd.DataFrame:
    with unreadable("a Parquet file", "write it again"):
        try:
            return pd.read_parquet(io.BytesIO(data))
        except ImportError:
            raise DataError(["Parquet needs pyarrow: `pip install pyarrow`, or save the table as CSV"]) from None


def _json(data: bytes) -> pd.DataFrame:
    """Rows or columns, also where an object holds them as pandas' orient="split" and orient="table" do."""
    with unreadable(
        "a JSON table",
        "expected a list of objects, one for each row, or an object with a list per column; a file with an object on "
        "each line ends with .jsonl",
    ):
        found = json.loads(data)
        if isinstance(found, dict) and {"data"} < found.keys() <= {"data", "columns", "index", "schema"}:
            return pd.DataFrame(found["data"], columns=found.get("columns"))
        return pd.DataFrame(found)


def _json_lines(data: bytes) -> pd.DataFrame:
    with unreadable("a table of JSON lines", "expected an object on each line"):
        return pd.DataFrame([json.loads(line) for line in data.splitlines() if line.strip()])


def _of_frame(frame: pd.DataFrame, source: str, path: str) -> Sheet:
    """A frame; levels of its index that have names are columns too."""
    named = [name for name in frame.index.names if name is not None and name not in frame.columns]
    if named:
        frame = frame.reset_index(level=named)
    if not len(frame):
        raise UsageError(f"{source}: no rows")
    if len(frame) > MOST_ROWS:
        raise UsageError(f"{source}: {len(frame):,} rows; expected at most {MOST_ROWS:,}: take a part of them")
    frame = frame.set_axis([str(name) for name in frame.columns], axis="columns").reset_index(drop=True)

    def columns(names: Sequence[str]) -> pd.DataFrame:
        return frame[list(names)]

    return Sheet(source, path, tuple(frame.columns), columns, lambda row: f"row {row + 1:,}")
