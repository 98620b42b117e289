"""Rows of the store, as they are read: what is in them can have been changed by anybody."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.records import MEASURES, run_id
from bench.store.seals import digest
from bench.text import printable
from nn.arrays import Array
from nn.training import CURVES

RUN_COLUMNS = ("hash", "seed", "status", "epochs_run", *MEASURES, "digest", "error", "seconds", "environment")
_NUMBER = (float, type(None))
_TYPES: tuple[Any, ...] = (str, int, str, int, *(_NUMBER for _ in MEASURES), str, str, float, str)


def check_row(row: tuple[Any, ...], sealed: bytes | None) -> None:
    """Raise ValueError unless a run's row is as it was sealed; without a seal, unless it could have been written."""
    if not (_could_have_been_written(row) if sealed is None else sealed == digest(row)):
        raise ValueError(f"{_name(row)} is not as it was stored")


def _could_have_been_written(row: tuple[Any, ...]) -> bool:
    kinds = all(isinstance(value, kind) for value, kind in zip(row, _TYPES, strict=True))
    return kinds and row[2] in ("ok", "diverged", "failed")


def as_curves(row: Sequence[Any], blob: Any, sealed: bytes | None) -> Array:
    """A run's learning curves: float64 (curves, checkpoints). Raises ValueError as `check_row` does.

    `row`: begins with its hash and its seed.
    """
    whole = isinstance(blob, bytes) and not len(blob) % (8 * len(CURVES)) if sealed is None else sealed == digest(blob)
    if not whole:
        raise ValueError(f"the learning curves of {_name(row)} are not as they were stored")
    return np.frombuffer(blob, "<f8").reshape(len(CURVES), -1)


def as_object(text: Any, sealed: bytes | None) -> dict[str, Any]:
    """A JSON object: settings, or facts. Raises ValueError for anything else, and as `check_row` does."""
    try:
        found = json.loads(text) if sealed is None or sealed == digest(text) else None
    except (TypeError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"{printable(str(text))} is not as it was stored")
    return found


def _name(row: Sequence[Any]) -> str:
    return f"run {printable(run_id(*row[:2]))}"
