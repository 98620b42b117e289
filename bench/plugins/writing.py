"""The text of a class that lives in a script, a module or a notebook's cell, with all that it names."""

from __future__ import annotations
import __future__

import builtins
import math
import symtable
import sys
from collections.abc import Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any

from bench.plugins.texts import NoText, codes_of, definition_of

_HOMES = (
    "nn.arrays", "nn.components", "nn.schedules", "nn.optimizers.base", "nn", "bench.problems",
    "typing", "collections.abc", "numpy.typing", "numpy", "math",
)  # fmt: skip
"""Where the home of what has none written on it, such as a type or an interval, is looked for: always in this order,
because a plug-in's digest is that of its text."""


def text_of(component: type) -> str:
    """Python from which the class can be made anew: imports, what it names of its own module, and its own text.

    Raises NoText.
    """
    writer = _Writer()
    writer.define(component)
    return writer.text


class _Writer:
    """Collects what a class needs: lines that import, and definitions, each behind those that it rests on."""

    def __init__(self) -> None:
        self._imports: set[str] = set()
        self._definitions: dict[str, str] = {}
        self._future = False

    @property
    def text(self) -> str:
        future = ["from __future__ import annotations"] if self._future else []
        return "\n\n\n".join(["\n".join([*future, *sorted(self._imports)]), *self._definitions.values()]) + "\n"

    def define(self, thing: type | FunctionType) -> None:
        """Write a class or a function, behind all that it names."""
        text = definition_of(thing)
        self._future |= any(code.co_flags & __future__.annotations.compiler_flag for code in codes_of(thing))
        self._definitions[thing.__name__] = ""  # for those that name each other
        for name in sorted(set(_names_in(text))):
            self._name(name, vars(sys.modules[thing.__module__]))
        del self._definitions[thing.__name__]
        self._definitions[thing.__name__] = text

    def _name(self, name: str, scope: Mapping[str, Any]) -> None:
        """Write what a name of a module stands for."""
        if name in self._definitions or (name not in scope and hasattr(builtins, name)):
            return
        if name not in scope:
            raise NoText(f"{name} is not defined")
        value = scope[name]
        if isinstance(value, ModuleType):
            self._imports.add(f"import {value.__name__}" + (f" as {name}" if name != value.__name__ else ""))
        elif is_plain(value):
            self._definitions[name] = f"{name} = {_literal(value)}"
        elif (home := _home_of(name, value, scope)) is not None:
            self._imports.add(home)
        elif isinstance(value, type | FunctionType) and value.__name__ == name:
            self.define(value)
        else:
            raise NoText(f"{name}, which it names, is a value of type {type(value).__name__}, and not written as text")


def _names_in(text: str) -> Iterator[str]:
    """The global names that a text uses and does not define, in its functions and classes too."""
    top = symtable.symtable(text, "<text>", "exec")
    for table in _tables(top):
        for symbol in table.get_symbols():
            outer = symbol.is_global() or (table is top and not symbol.is_assigned())
            if symbol.is_referenced() and outer and not (table is top and symbol.is_namespace()):
                yield symbol.get_name()


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _home_of(name: str, value: Any, scope: Mapping[str, Any]) -> str | None:
    """The line that imports a value from the module that defines it; None if that is the scope's own, or unknown."""
    own_name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None) or name
    homes = [(getattr(value, "__module__", None), own_name)]
    homes += [(module, attribute) for module in _HOMES for attribute in (name, own_name)]
    for module, attribute in homes:
        own = module in (None, "__main__", scope.get("__name__"))
        if not own and getattr(sys.modules.get(str(module)), attribute, None) is value:
            return f"from {module} import {attribute}" + (f" as {name}" if name != attribute else "")
    return None


def is_plain(value: Any) -> bool:
    """Whether a value is a constant, or holds nothing else, so that what it shows is what it is."""
    try:
        return _holds_constants(value)
    except RecursionError:  # it holds itself
        return False


def _holds_constants(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_holds_constants, value))
    if isinstance(value, dict):
        return all(map(_holds_constants, [*value, *value.values()]))
    return value is None or type(value) in (bool, int, float, complex, str, bytes)


def _literal(value: Any) -> str:
    """A constant as Python; infinity and NaN show themselves by names that Python does not know."""
    return f"float('{value}')" if isinstance(value, float) and not math.isfinite(value) else repr(value)
