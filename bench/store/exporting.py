"""Writing a frame to a file in the format that the file's ending names."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from bench.errors import UsageError
from bench.store.beside import written_beside
from bench.text import path_text

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of one

_WRITERS: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
    ".csv": lambda frame, path: path.write_text(as_csv(frame), encoding="utf-8", newline=""),
    ".json": lambda frame, path: path.write_text(_json(frame), encoding="utf-8"),
    ".parquet": lambda frame, path: frame.to_parquet(path, index=False),
}


def as_csv(frame: pd.DataFrame) -> str:
    """A frame as CSV, in which no text is a formula to a spreadsheet: an apostrophe stands before what would be."""
    texts = frame.select_dtypes(exclude=["number", "bool"])
    inert = frame.assign(**{str(name): texts[name].map(_inert) for name in texts})
    return inert.to_csv(index=False, lineterminator="\n")


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value) else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _json(frame: pd.DataFrame) -> str:
    """One object a row; every digit of every number (pandas writes 15), null where there is none."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return json.dumps(rows, indent=0, allow_nan=False)


def check_ending(path: Path) -> None:
    """Raise UsageError unless `path` has the ending of a format that `export` writes."""
    if path.suffix.lower() not in _WRITERS:
        raise UsageError(f"--to {path_text(path)}: expected a file name that ends with {', '.join(_WRITERS)}")


def export(frame: pd.DataFrame, path: Path) -> None:
    """Write `frame` to `path` whole or not at all. Raises UsageError for another ending or an unwritable place."""
    check_ending(path)
    try:
        with written_beside(path) as beside:
            _WRITERS[path.suffix.lower()](frame, beside)
    except ImportError:
        remedy = "`pip install pyarrow`, or export .csv"
        raise UsageError(f"--to {path_text(path)}: Parquet needs pyarrow; {remedy}") from None
    except OSError as error:
        raise UsageError(f"--to {path_text(path)}: cannot be written: {error.strerror}") from None
