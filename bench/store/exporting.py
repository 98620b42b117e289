"""Writing a frame to a file in the format that the file's ending names."""

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from bench.errors import UsageError

_WRITERS: dict[str, Callable[[pd.DataFrame, str], Any]] = {
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".json": lambda frame, path: Path(path).write_text(_json(frame), encoding="utf-8"),
    ".parquet": lambda frame, path: frame.to_parquet(path, index=False),
}


def _json(frame: pd.DataFrame) -> str:
    """One object a row; every digit of every number (pandas writes 15), null where there is none."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return json.dumps(rows, indent=0, allow_nan=False)


def check_ending(path: Path) -> None:
    """Raise UsageError unless `path` has the ending of a format that `export` writes."""
    if path.suffix.lower() not in _WRITERS:
        raise UsageError(f"--to {path}: expected a file name that ends with .csv, .json or .parquet")


def export(frame: pd.DataFrame, path: Path) -> None:
    """Write `frame` to `path` whole or not at all. Raises UsageError for another ending or an unwritable place."""
    check_ending(path)
    writer = _WRITERS[path.suffix.lower()]
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".export-", suffix=path.suffix)
        os.close(handle)
        try:
            writer(frame, temporary)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except ImportError:
        raise UsageError(f"--to {path}: Parquet needs pyarrow; `pip install pyarrow`, or export .csv") from None
    except OSError as error:
        raise UsageError(f"--to {path}: cannot be written: {error.strerror}") from None
