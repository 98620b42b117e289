"""What a grid file or a stored run names, nobody knows, and an installed distribution offers: it is plugged in."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from bench.grid.components import BUILT_IN, KNOWN
from bench.grid.plugging import plug_in
from bench.plugins import KINDS, Kind, installed

_RULES, _PROBLEMS, _SCHEDULES, _PENALTIES = KINDS
_NAMING = {"problem": {"name": _PROBLEMS}, "optimizer": {"name": _RULES, "schedule": _SCHEDULES}}
"""The keys of each table that name a component."""


def plug_in_installed(document: Mapping[str, Any]) -> None:
    """Plug in what the tables of a document name. Nothing is loaded for what is known already, or on offer nowhere.

    Raises PluginError, also where what is built in is offered by another under its name: which is meant is not plain.
    """
    on_offer = cache(installed.names)  # asked once, however many names nobody knows
    for kind, name in dict.fromkeys(_named(document)):
        if name in BUILT_IN[kind.base]:
            installed.refuse_clash(kind, name)
        elif name not in KNOWN[kind.base] and name in on_offer(kind):
            found = installed.find(kind, name)
            if found is not None:
                plug_in([found])


def _named(document: Mapping[str, Any]) -> Iterator[tuple[Kind, str]]:
    """The kinds and names of all components that a document names, if it is one."""
    for table, keys in _NAMING.items():
        for own in _tables(document.get(table)):
            for key, kind in keys.items():
                values = own.get(key)
                yield from ((kind, v) for v in (values if isinstance(values, list) else [values]) if isinstance(v, str))
    keys_of_penalties = [key for own in _tables(document.get("regularization")) for key in own]
    yield from ((_PENALTIES, key) for key in keys_of_penalties if key in BUILT_IN[_PENALTIES.base])
    if any(key not in KNOWN[_PENALTIES.base] for key in keys_of_penalties):
        for name in sorted(installed.names(_PENALTIES)):
            if any(key == name or key.startswith(f"{name}_") for key in keys_of_penalties):
                yield _PENALTIES, name


def _tables(given: Any) -> Iterator[Mapping[str, Any]]:
    """A table, or those of a list."""
    yield from (own for own in (given if isinstance(given, list) else [given]) if isinstance(own, dict))
