"""A plug-in from a class that somebody has in hand: in a script, a module, a notebook's cell."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from bench.errors import UsageError
from bench.plugins import files
from bench.plugins.kinds import KINDS
from bench.plugins.plugin import Plugin, PluginError, from_source
from bench.plugins.texts import NoText
from bench.plugins.writing import is_plain, text_of
from bench.text import printable
from nn.components import Component


def load_all(plugins: Iterable[str | Path | type[Component]]) -> list[Plugin]:
    """Plug-ins from files and from classes. Raises UsageError for what is neither."""
    if isinstance(plugins, str | Path | type):
        raise UsageError(f"plugins = {plugins!r}: expected a list of classes and of files, such as [MyRule]")
    return [files.load(one) if isinstance(one, str | Path) else from_class(one) for one in plugins]


def from_class(component: Any) -> Plugin:
    """The class, made anew from its text, as worker processes make it; as it is where it has none.

    Raises UsageError for what is no class of a component.
    """
    parents = ", ".join(kind.parent for kind in KINDS)
    if not isinstance(component, type):
        raise UsageError(f"plugins: {printable(repr(component))} is no class; expected one derived from {parents}")
    if not issubclass(component, tuple(kind.base for kind in KINDS)):
        raise UsageError(f"plugins: {component.__name__} is no component; expected a class derived from {parents}")
    try:
        return _made_anew(cast("type[Component]", component))
    except NoText as error:
        return _as_it_is(cast("Any", component), str(error))


def _made_anew(component: type[Component]) -> Plugin:
    name = component.__name__
    try:
        plugin = from_source(f"<class {name}>", text_of(component))
    except PluginError as error:
        raise NoText(f"its text cannot be executed alone ({error.__cause__ or error})") from error
    [made] = [one for one in plugin.components if one.__name__ == name] or [component]
    was, now = _constants(made), _constants(component)
    changed = [attribute for attribute in now if now[attribute] != was.get(attribute)]
    if changed:
        raise NoText(f"{name}.{changed[0]} is not what the text of {name} gives")
    return replace(plugin, components=(made,))


def _constants(component: type[Component]) -> dict[str, str]:
    """The constants that a class and its bases hold, by name, each as it shows itself."""
    held = {name: value for base in reversed(component.__mro__) for name, value in vars(base).items()}
    return {name: repr(value) for name, value in held.items() if not name.startswith("__") and is_plain(value)}


@cache
def _as_it_is(component: Any, why: str) -> Plugin:
    """A class without a text, whose runs nobody can recognize later: its digest is drawn, once in this process."""
    return Plugin(f"<class {component.__name__}>", "", (component,), uuid.uuid4().hex[:16], why)
