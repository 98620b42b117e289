"""Rows of the store, as they are read: what is in them can have been changed by anybody."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.records import MEASURES, run_id
from bench.store import seals
from bench.text import printable
from nn.arrays import Array
from nn.training import CURVES

RUN_COLUMNS = ("hash", "seed", "status", "epochs_run", *MEASURES, "digest", "error", "seconds", "environment")
_NUMBER = (float, type(None))
_TYPES: tuple[Any, ...] = (str, int, str, int, *(_NUMBER for _ in MEASURES), str, str, float, str)


def check_row(row: Sequence[Any], sealed: bytes | None) -> None:
    """Raise ValueError unless a run's row is as it was sealed, or could have been written."""
    whole = all(isinstance(value, kind) for value, kind in zip(row, _TYPES, strict=True)) and row[2] in (
        "ok",
        "diverged",
        "failed",
    )
    if not (whole and seals.intact(row, sealed)):
        raise ValueError(f"{_name(row)} is not as it was stored")


def as_curves(row: Sequence[Any], blob: Any, sealed: bytes | None) -> Array:
    """A run's learning curves: float64 (curves, checkpoints). Raises ValueError unless they are as they were sealed.

    `row`: begins with its hash and its seed.
    """
    if not (isinstance(blob, bytes) and seals.intact([blob], sealed)) or len(blob) % (8 * len(CURVES)):
        raise ValueError(f"the learning curves of {_name(row)} are not as they were stored")
    return np.frombuffer(blob, "<f8").reshape(len(CURVES), -1)


def as_object(text: Any, sealed: bytes | None = None) -> dict[str, Any]:
    """A JSON object: settings, or facts. Raises ValueError for anything else, and unless it is as it was sealed."""
    try:
        found = json.loads(text) if isinstance(text, str) and seals.intact([text], sealed) else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"{printable(str(text))} is not as it was stored")
    return found


def _name(row: Sequence[Any]) -> str:
    return f"run {printable(run_id(*row[:2]))}"
