"""Grids and overrides that Python code gives as dicts, as the texts that a grid file and a command line would have."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.text import path_text, printable, quoted

FIRST_LINE = "# Written from Python, and again whenever that is run: change the dict there, not this file."


def as_file(grid: Mapping[str, Any], name: str | None) -> tuple[Path, str]:
    """The file that a grid is to be written to, `name`.toml in the working directory, and its text.

    Raises UsageError without a name, for values that no grid file has, and where somebody else wrote that file.
    """
    if not name or Path(name).name != name:
        raise UsageError('a grid that is a dict needs a plain name: bench.run({...}, name="mine") writes mine.toml')
    file = Path(f"{name}.toml")
    if file.exists() and not file.read_text("utf-8", errors="replace").startswith(FIRST_LINE):
        raise UsageError(f"{path_text(file)} is a grid file of its own; give the dict another name")
    return file, f"{FIRST_LINE}\n{as_toml(grid)}"


def as_texts(overrides: Sequence[str] | Mapping[str, Any]) -> Sequence[str]:
    """Overrides as texts KEY=VALUE."""
    if isinstance(overrides, str):
        raise UsageError(f"overrides = {quoted(overrides)}: expected a dict, or a list of such texts")
    if not isinstance(overrides, Mapping):
        return overrides
    return [f"{key}={_value(str(key), value)}" for key, value in overrides.items()]


def as_toml(grid: Mapping[str, Any]) -> str:
    """A grid file with these keys and tables. Raises UsageError for values that TOML does not have."""
    lines = [f"{_key(key)} = {_value(key, value)}" for key, value in grid.items() if not _tables(value)]
    for key, value in grid.items():
        for table in _tables(value):
            lines += ["", f"[[{_key(key)}]]" if isinstance(value, Sequence) else f"[{_key(key)}]"]
            lines += [f"{_key(name)} = {_value(f'{key}.{name}', own)}" for name, own in table.items()]
    return "\n".join(lines) + "\n"


def _tables(value: Any) -> list[Mapping[str, Any]]:
    """The tables that a key of a grid has: one, or a list of them; none where it has a value."""
    if isinstance(value, Mapping):
        return [value]
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return list(value) if is_list and all(isinstance(item, Mapping) for item in value) else []


def _value(place: str, value: Any) -> str:
    """A value on one line."""
    if hasattr(value, "tolist"):  # of NumPy
        value = value.tolist()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):  # and True and False
        return str(value).lower()
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(key)} = {_value(place, own)}' for key, own in value.items())} }}"
    if isinstance(value, Sequence | range):
        return f"[{', '.join(_value(place, item) for item in value)}]"
    raise UsageError(
        f"{printable(place)} = {quoted(value)}: expected a text, a number, True or False, a list or a dict"
    )


def _key(key: object) -> str:
    return str(key) if str(key).isascii() and str(key).isidentifier() else _text(str(key))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # which TOML has escaped alone
