"""Writing a frame to a file in the format that the file's ending names."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from bench.errors import UsageError

_WRITERS: dict[str, Callable[[pd.DataFrame, str], Any]] = {
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".json": lambda frame, path: frame.to_json(path, orient="records", lines=False, double_precision=15),
    ".parquet": lambda frame, path: frame.to_parquet(path, index=False),
}


def export(frame: pd.DataFrame, path: Path) -> None:
    """Write `frame` to `path` whole or not at all. Raises UsageError for another ending or an unwritable place."""
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UsageError(f"--to {path}: expected a file name that ends with {', '.join(_WRITERS)}")
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
