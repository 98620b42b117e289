"""Whoever reads a public definition is told what it is: there, or where it was declared first (a base, a protocol)."""

import importlib
import inspect
import pkgutil
from collections.abc import Collection, Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

import bench
import nn


def modules() -> Iterator[ModuleType]:
    for package in (nn, bench):
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def public(where: Any) -> Iterator[tuple[str, Any]]:
    """The public functions and classes of a module, or methods and properties of a class, that are defined there."""
    for name, member in vars(where).items():
        plain = member.func if isinstance(member, cached_property) else getattr(member, "fget", member)
        defined = inspect.isclass(where) or getattr(plain, "__module__", "") == getattr(where, "__name__", "")
        field = inspect.isclass(where) and name in getattr(where, "__dataclass_fields__", {})  # a default of one
        if not name.startswith("_") and defined and not field and (inspect.isclass(plain) or inspect.isroutine(plain)):
            yield name, plain


def undocumented(module: ModuleType, declared: Collection[str] = ()) -> Iterator[str]:
    """What has no docstring. `declared`: names that a protocol documents."""
    for name, member in public(module):
        if not inspect.getdoc(member) and not (name in declared and is_command(module)):
            yield f"{module.__name__}.{name}"
        if inspect.isclass(member):
            bases = member.__mro__[1:]
            for own, method in public(member):
                inherited = any(inspect.getdoc(getattr(base, own)) for base in bases if hasattr(base, own))
                if not (inspect.getdoc(method) or inherited or (own in declared and not is_protocol(member))):
                    yield f"{module.__name__}.{name}.{own}"


def is_protocol(member: Any) -> bool:
    return getattr(member, "_is_protocol", False)


def is_command(module: ModuleType) -> bool:
    """A module that is itself what a protocol declares: `bench.commands.Command`."""
    return module.__name__.startswith("bench.commands.")


def documented_by_protocols() -> set[str]:
    protocols = (member for module in modules() for _, member in public(module) if is_protocol(member))
    return {own for protocol in protocols for own, method in public(protocol) if inspect.getdoc(method)}


def test_every_public_definition_is_documented() -> None:
    declared = documented_by_protocols()
    assert {"canonical", "evidence", "add_arguments"} <= declared
    assert [name for module in modules() for name in undocumented(module, declared)] == []


def test_a_definition_without_a_docstring_would_be_noticed() -> None:
    class Plain:
        def method(self) -> None: ...

        @property
        def value(self) -> int:
            return 1

    module = ModuleType("made")
    Plain.__module__ = "made"
    vars(module).update(Plain=Plain)
    assert list(undocumented(module)) == ["made.Plain", "made.Plain.method", "made.Plain.value"]
