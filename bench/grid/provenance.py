"""Which plug-ins settings rest on: what the store writes down of them, and what is said where they are not there."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bench.grid.components import PENALTIES, PLUGGED_IN, plugin_behind
from bench.grid.grid import Grid
from bench.grid.identity import line
from bench.grid.installed import plug_in_installed
from bench.grid.settings import Settings, penalty_key
from bench.plugins import Plugin
from bench.text import path_text, printable
from nn.components import settings_of

_WORDS = {"problem.name": "problem", "optimizer.name": "rule", "optimizer.schedule": "schedule"}
_PLUGINS = "plugins"  # the key, among those of settings, that has a dictionary of plug-ins


class Brought(NamedTuple):
    """A component that stored runs took from a plug-in: the setting that names it, and it in words.

    `path`, `source`: the file, and the digest of its source.
    """

    key: str
    component: str
    path: str
    source: str


def plugins_of(grid: Grid) -> dict[Plugin, list[str]]:
    """The plug-ins that a grid rests on, each with what it brings to it, such as "rule my-adam"."""
    found: dict[Plugin, list[str]] = {}
    for axes in grid.tables:
        for key, values in axes.items():
            for value in values:
                plugin = plugin_behind(key, value)
                if plugin is not None:
                    found.setdefault(plugin, []).append(component_at(key, value))
    return {plugin: list(dict.fromkeys(texts)) for plugin, texts in found.items()}


def component_at(key: str, value: object) -> str:
    """What a setting takes from a plug-in, in words; a penalty's name is the name of its setting."""
    return f"{_WORDS[key]} {value}" if key in _WORDS else f"penalty {key.partition('.')[2]}"


def needed(settings: Settings) -> dict[str, Any]:
    """Settings by dotted name, without penalties of plug-ins that are off: they mean the same where there are none."""
    off = set(_plugged_penalties())
    return {key: value for key, value in settings.flat().items() if key not in off or line(key, value)}


def stored(settings: Settings) -> dict[str, Any]:
    """Settings as the store keeps them: by dotted name, and behind them the plug-ins that they rest on."""
    flat = needed(settings)
    behind = {key: plugin_behind(key, value) for key, value in flat.items()}
    plugins = {key: {"path": p.path, "source": p.digest} for key, p in behind.items() if p is not None}
    return flat | ({_PLUGINS: plugins} if plugins else {})


def flat_of(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by dotted name, of what the store keeps.

    Raises ValueError, with what to do, where a plug-in that they rest on is not plugged in, or is another one today.
    """
    flat = dict(stored)
    if flat.pop(_PLUGINS, None):
        plug_in_installed(_tables_of(flat))
    for needed in brought(stored):
        plugin, path = plugin_behind(needed.key, flat[needed.key]), path_text(needed.path)
        if plugin is None:
            what = printable(needed.component)
            raise ValueError(f"rests on the plug-in {path}, which brings the {what}; {_remedy(path)}")
        if plugin.digest != needed.source:
            sources = f"its source was {printable(needed.source)}, is {plugin.digest}"
            which = f"another version of the plug-in {path}: {sources}"
            raise ValueError(f"rests on {which}; {_remedy(path)}, as it was then")
    return flat


def _tables_of(flat: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Settings by table and name, of settings by dotted name."""
    tables: dict[str, dict[str, Any]] = {}
    for key, value in flat.items():
        table, _, name = key.partition(".")
        tables.setdefault(table, {})[name] = value
    return tables


def _remedy(path: str) -> str:
    """How to have a plug-in that is missing, by where it came from."""
    if path.endswith(".py"):
        return f"add --plugin {shlex.quote(path)}"
    return "give the class to bench.run, in plugins" if path.startswith("<") else "install that"


def brought(stored: Mapping[str, Any]) -> Iterator[Brought]:
    """What stored settings take from plug-ins, as far as that is written down as it should be."""
    plugins = stored.get(_PLUGINS)
    for key, plugin in plugins.items() if isinstance(plugins, dict) else ():
        if key in stored and isinstance(plugin, dict):
            yield Brought(key, component_at(key, stored[key]), str(plugin.get("path")), str(plugin.get("source")))


def _plugged_penalties() -> Iterator[str]:
    """The dotted names of the settings of penalties that plug-ins brought."""
    for name, penalty in PENALTIES.items():
        for declared in settings_of(penalty) if penalty in PLUGGED_IN else ():
            yield f"regularization.{penalty_key(name, declared.name)}"
