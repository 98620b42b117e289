"""What [[problem]] and [[optimizer]] tables are called where nobody says it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.problems import DataFile


def usual_name(kind: str, table: Mapping[str, Any]) -> str | None:
    """The name of a table that has none: that of data files, where one is named."""
    return DataFile.name if kind == "problem" and "path" in table else None


def usual_label(name: str, table: Mapping[str, Any]) -> str:
    """The label of a table that has none: its name; of a data file, what that is called."""
    path = table.get("path")
    return (Path(path).stem if name == DataFile.name and isinstance(path, str) else "") or name


def label_of(kind: str, table: Mapping[str, Any]) -> str:
    """What a table of a list is called, whatever is wrong with it."""
    name = table.get("name", usual_name(kind, table) or "")
    return str(table.get("label", usual_label(str(name), table)))
