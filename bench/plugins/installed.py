"""Plug-ins that installed distributions offer, as entry points; none is loaded before somebody names it."""

import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from bench.plugins.kinds import Kind
from bench.plugins.plugin import Plugin, PluginError
from bench.text import printable
from nn.components import Component


def names(kind: Kind) -> set[str]:
    """The names that are on offer."""
    return set(entry_points(group=kind.group).names)


def refuse_clash(kind: Kind, name: str) -> None:
    """Raise PluginError where a distribution offers a component by the name of a built-in one."""
    distribution = _offered(kind.group, tuple(sys.path)).get(name)
    if distribution is not None:
        remedy = "uninstall it, or ask for a version that calls it otherwise"
        raise PluginError(distribution, f"it offers a {kind.word} {name!r}, which is built in; {remedy}")


@cache  # every grid that is read asks this
def _offered(group: str, _: tuple[str, ...]) -> dict[str, str]:
    """The distributions that offer something, by its name; the path that Python looks for them along is given."""
    return {point.name: _distribution(point) for point in entry_points(group=group)}


def find(kind: Kind, name: str) -> Plugin | None:
    """Import what is on offer under a name; None where nothing is.

    Raises PluginError where several distributions offer it, and where it is no such component.
    """
    offers = {_distribution(point): point for point in entry_points(group=kind.group, name=name)}
    if not offers:
        return None
    (distribution, point), *others = sorted(offers.items())
    if others:
        raise PluginError(distribution, f"{others[0][0]} offers a {kind.word} {name!r} too; uninstall one of them")
    component = _loaded(kind, point, distribution)
    return Plugin(distribution, "", (component,), _digest(component, distribution))


def _distribution(point: EntryPoint) -> str:
    """Name and version, as pip writes them."""
    return f"{point.dist.name}=={point.dist.version}" if point.dist else point.value


def _loaded(kind: Kind, point: EntryPoint, distribution: str) -> type[Component]:
    try:
        component = point.load()
    except Exception as error:
        what = printable(f"{type(error).__name__}: {error}", 300)
        raise PluginError(distribution, f"{point.value} cannot be imported ({what}); repair or uninstall it") from error
    if not (isinstance(component, type) and issubclass(component, kind.base) and component.name == point.name):
        expected = f"a class derived from {kind.parent}, with name = {point.name!r}"
        raise PluginError(distribution, f"{point.value} is not {expected}; repair or uninstall it")
    return component


def _digest(component: type[Component], distribution: str) -> str:
    """A hash of all code that lies in the package that the class is from, and of the distribution's version."""
    digest = hashlib.sha256(distribution.encode())
    for name, file in _files_of(component.__module__):
        digest.update(f"\n{name}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _files_of(module: str) -> Iterator[tuple[str, Path]]:
    """The files of the outermost package around a module that has a file, or the module's own, by their places in it.

    What is compiled when Python first imports it follows from the others.
    """
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        file = getattr(sys.modules.get(".".join(parts[:length])), "__file__", None)
        if file:
            path = Path(file)
            inside = path.parent.rglob("*") if path.stem == "__init__" else [path]
            for own in sorted(inside):
                if own.name.endswith((*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES)) and own.is_file():
                    yield own.relative_to(path.parent).as_posix(), own
            return
