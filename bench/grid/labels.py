"""What [[problem]] and [[optimizer]] tables are called where nobody says it, and what they cannot be called."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.grid.faults import quoted
from bench.grid.table import all_settings
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


def label_faults(labels: Collection[str]) -> Iterator[tuple[str, str]]:
    """Labels and what is expected there, where those of one list are such as `a` and `a, momentum 0.5`: the second
    could also be a configuration of the first."""
    words = {setting.name for setting in all_settings()}
    for label in labels:
        for comma in re.finditer(", ", label):
            other, word = label[: comma.start()], label[comma.end() :].split(" ")[0]
            if other in labels and word in words:
                yield label, f"one that cannot be taken for a configuration of {quoted(other)}"
