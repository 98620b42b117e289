"""Plugging components in: from then on, in this process, grid files can name them beside the built-in ones."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.grid.components import KNOWN, PLUGGED_IN
from bench.grid.declarations import faults_of
from bench.plugins import Plugin, kind_of
from bench.plugins.plugin import PluginError
from nn.components import Component


def plug_in(plugins: Iterable[Plugin]) -> None:
    """Plug in all of them, or none. What was plugged in before under the name of one of their components gives way.

    Raises PluginError where a declaration is at fault, and where two of them bring a component of one name.
    """
    before = _state()
    try:
        _plug_in(dict.fromkeys(plugins))
    except BaseException:
        _restore(before)
        raise


@contextmanager
def plugged_in(plugins: Iterable[Plugin]) -> Iterator[None]:
    """Plug in for a `with` block."""
    before = _state()
    plug_in(plugins)
    try:
        yield
    finally:
        _restore(before)


def _plug_in(plugins: Iterable[Plugin]) -> None:
    brought: dict[tuple[str, str], Plugin] = {}
    for plugin in plugins:
        faults = [fault for component in plugin.components for fault in _faults_of(component)]
        if faults:
            raise PluginError(plugin.path, "; ".join(faults))
        for component in plugin.components:
            word = kind_of(component).word
            other = brought.setdefault((word, component.name), plugin)
            if other is not plugin:
                remedy = "leave one out, or rename one"
                raise PluginError(plugin.path, f"{other.path} brings a {word} {component.name!r} too; {remedy}")
            KNOWN[kind_of(component).base][component.name] = component
            PLUGGED_IN[component] = plugin


def _faults_of(component: type[Component]) -> list[str]:
    """The faults of a component's declaration, once an earlier one of its name has given way."""
    known = KNOWN[kind_of(component).base]
    if isinstance(component.name, str) and known.get(component.name) in PLUGGED_IN:
        del PLUGGED_IN[known.pop(component.name)]
    return [f"{component.__name__}: {fault}" for fault in faults_of(component)]


def _changed() -> list[dict[Any, Any]]:
    """What plugging in changes."""
    return [*KNOWN.values(), PLUGGED_IN]


def _state() -> list[dict[Any, Any]]:
    return [dict(known) for known in _changed()]


def _restore(before: list[dict[Any, Any]]) -> None:
    for known, state in zip(_changed(), before, strict=True):
        known.clear()
        known.update(state)
