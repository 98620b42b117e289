"""Whole rows of results against what a test expects of every column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest


def check_row(found: pd.Series[Any], expected: Mapping[str, Any], rel: float = 1e-9) -> None:
    """Exactly these names, in this order; floats to rounding (nan where nan is expected), all else equal."""
    assert [str(name) for name in found.index] == list(expected)
    for name, value in expected.items():
        wanted = pytest.approx(value, rel=rel, nan_ok=True) if isinstance(value, float) else value
        assert found[name] == wanted, name


def check_rows(found: pd.DataFrame, expected: list[dict[str, Any]], rel: float = 1e-9) -> None:
    """The same of every row of a table, whose index counts the rows."""
    assert found.index.tolist() == list(range(len(expected)))
    for (_, row), wanted in zip(found.iterrows(), expected, strict=True):
        check_row(row, wanted, rel)
