"""The harness: a grid file in, thousands of trained runs, and a judged report out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.errors import RunFailed, UsageError

if TYPE_CHECKING:
    from bench.api import Judged, Results, judge, load, run, write_report

__all__ = ["Judged", "Results", "RunFailed", "UsageError", "judge", "load", "run", "write_report"]


def __getattr__(name: str) -> Any:
    """What needs NumPy and pandas is imported when it is asked for, so that `--help` answers at once."""
    if name not in __all__:
        raise AttributeError(f"module 'bench' has no attribute {name!r}")
    from bench import api

    return getattr(api, name)
