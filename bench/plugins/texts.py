"""The text of one class or function, as it stands in its file or cell; and whether it still is its text."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Iterable, Iterator
from importlib.abc import InspectLoader
from types import CodeType, FunctionType
from typing import Any


class NoText(Exception):
    """There is no text from which another process could make the same; `str()` says why."""


def definition_of(thing: type | FunctionType) -> str:
    """The text of a class or a function at the top of its file or cell, decorators included. Raises NoText."""
    if "." in thing.__qualname__:
        raise NoText(f"{thing.__name__} is defined inside of a function or a class")
    if thing.__module__ not in sys.modules:
        raise NoText(f"{thing.__name__} belongs to no module")
    for lines in _files_of(thing):
        for node in reversed(_parsed(lines)):
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == thing.__name__:
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                text = "".join(lines[first - 1 : node.end_lineno]).rstrip("\n")
                if any(_makes(whole, thing) for whole in ("".join(lines), text)):  # notebooks compile piece by piece
                    return text
                raise NoText(f"the text of {thing.__name__} is not what it was when that was made")
    raise NoText(f"the text of {thing.__name__} is not to be found")


def codes_of(thing: type | FunctionType) -> list[CodeType]:
    """The compiled code of a function, or of a class's own functions; not of those that @dataclass made."""
    members = vars(thing).values() if isinstance(thing, type) else [thing]
    functions = (one.fget if isinstance(one, property) else getattr(one, "__func__", one) for one in members)
    written = (inspect.unwrap(one) for one in functions if isinstance(one, FunctionType))
    return [one.__code__ for one in written if one.__code__.co_qualname == one.__qualname__]


def _files_of(thing: type | FunctionType) -> Iterator[list[str]]:
    """The lines of the files, or cells, that a class or function may stand in."""
    files = [code.co_filename for code in codes_of(thing)]
    for file in dict.fromkeys([*files, getattr(sys.modules[thing.__module__], "__file__", None) or ""]):
        linecache.checkcache(file)
        yield linecache.getlines(file)


def _parsed(lines: list[str]) -> list[ast.stmt]:
    try:
        return ast.parse("".join(lines)).body
    except SyntaxError:  # a file that has changed since
        return []


def _makes(text: str, thing: type | FunctionType) -> bool:
    """Whether a text, compiled, gives the functions that a class has, or the function."""
    depth = 1 if isinstance(thing, type) else 0
    inside = _codes_in(InspectLoader.source_to_code(text))
    own = (code for code in inside if code.co_qualname.split(".")[0] == thing.__name__)
    return _contents(code for code in own if code.co_qualname.count(".") == depth) == _contents(codes_of(thing))


def _codes_in(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes_in(constant)


def _contents(codes: Iterable[CodeType]) -> dict[str, Any]:
    """What compiled functions do, by name; without those that have none, or that Python makes for annotations."""
    return {
        code.co_qualname: _content(code)
        for code in codes
        if "<" not in code.co_qualname and not code.co_qualname.endswith("__annotate__")
    }


def _content(code: CodeType) -> tuple[Any, ...]:
    """What compiled code does, wherever it was written."""
    constants = [_content(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return code.co_code, code.co_names, constants
