"""A plug-in: a text of Python, and the components that it makes when it is executed."""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.abc import ExecutionLoader
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType

from bench.errors import UsageError
from bench.plugins.kinds import KINDS, kind_of
from bench.text import listed, path_text, printable
from nn.components import Component

_MODULES = "plugin_"  # the names of plug-ins' modules, and the digest of each


class PluginError(UsageError):
    """Code that cannot be plugged in; `str()` says where, why, and what to do."""

    def __init__(self, path: str, problem: str, line: int | None = None) -> None:
        place = f", line {line}" if line else ""
        super().__init__(f"plug-in {path_text(path)}{place}: {problem}")


@dataclass(frozen=True)
class Plugin:
    """Components that are not built in.

    `path`: the file, as it was given; `<class NAME>` for one of a Python session; NAME==VERSION for what is installed.
    `source`: the text from which every process makes the same components; "" where they import them, or cannot have
    them. `components`: these, in the order of the text. `digest`: a hash of the source. `alone`: why no other process
    can have them.
    """

    path: str
    source: str = field(repr=False)
    components: tuple[type[Component], ...]
    digest: str
    alone: str = ""

    @property
    def name(self) -> str:
        """What reports call it: the file without the way there, the class, or the distribution."""
        return Path(self.path).name if self.is_file else self.path.strip("<>")

    @property
    def is_file(self) -> bool:
        """Whether the command line can name it."""
        return self.path.endswith(".py")

    @property
    def is_class(self) -> bool:
        """Whether it is a class of a Python session, which nothing but that session can name."""
        return self.path.startswith("<")


def digest_of(source: str) -> str:
    """What names a plug-in's source, the same whatever ends its lines: 16 hexadecimal digits."""
    text = source.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def from_source(path: str, source: str) -> Plugin:
    """Execute the text of a file and find its components.

    A text that was executed in this process already is not executed again. Raises PluginError.
    """
    module = _executed(path, source)
    try:
        found = list(_components_in(module))
        named = tuple(component for component in found if component.name)
    except Exception as error:  # of a class that does not let itself be looked at
        raise _explained(path, error) from error
    if not named:
        raise PluginError(path, _why_none(found))
    _check_names(path, named)
    return Plugin(path, source, named, digest_of(source))


class _TextLoader(ExecutionLoader):
    """Makes a module of a text."""

    def __init__(self, path: str, source: str) -> None:
        self._path, self._source = path, source

    def get_source(self, fullname: str) -> str:
        return self._source

    def get_filename(self, fullname: str) -> str:
        return self._path


def _executed(path: str, source: str) -> ModuleType:
    """The module of a text. It is known to this process, so that its classes can be sent to others that have it too."""
    known = f"{_MODULES}{digest_of(source)}"
    if known in sys.modules:
        return sys.modules[known]
    loader = _TextLoader(path, source)
    module = module_from_spec(ModuleSpec(known, loader, origin=path))
    module.__file__ = path
    sys.modules[known] = module
    try:
        loader.exec_module(module)
    except BaseException as error:  # SystemExit among them: a plug-in must not end the program unheard
        sys.modules.pop(known, None)
        if isinstance(error, KeyboardInterrupt):
            raise
        raise _explained(path, error) from error
    sys.modules[known] = module  # whatever it did to it
    return module


def _explained(path: str, error: BaseException) -> PluginError:
    """Why a text could not be executed."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return PluginError(path, f"{printable(str(error.msg))}; correct the line", error.lineno)
    what = printable(f"{type(error).__name__}: {error}", 300)
    remedy = "correct the line (--debug shows the traceback)"
    if isinstance(error, ImportError):
        remedy = "install what it imports, or write that into the file: a plug-in is one file"
    return PluginError(path, f"{what}; {remedy}", line_in(path, error))


def place_of(error: BaseException) -> str:
    """Where in a plug-in an exception left it last: file and line; "" if it never was in one."""
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        if str(frame.f_globals.get("__name__")).startswith(_MODULES):
            place = f"{Path(frame.f_code.co_filename).name}, line {line}"
    return place


def line_in(path: str, error: BaseException) -> int | None:
    """The line of a file at which an exception left it; None if it never was there."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return lines[-1] if lines else None


def _components_in(module: ModuleType) -> Iterator[type[Component]]:
    """The classes of components that a module defines, each once; imported ones belong to others."""
    bases = tuple(kind.base for kind in KINDS)
    classes = (value for value in vars(module).values() if isinstance(value, type) and issubclass(value, bases))
    yield from dict.fromkeys(one for one in classes if one.__module__ == module.__name__)


def _why_none(found: list[type[Component]]) -> str:
    if not found:
        parents = ", ".join(kind.parent for kind in KINDS)
        return f"no component in it; expected a class derived from one of {parents}"
    classes = listed(component.__name__ for component in found)
    return f'no name that a grid file could call {classes} by; write one into the class, such as name = "mine"'


def _check_names(path: str, components: tuple[type[Component], ...]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for component in components:
        word = kind_of(component).word
        other = seen.setdefault((word, repr(component.name)), component.__name__)
        if other != component.__name__:
            both = f"{other} and {component.__name__}"
            raise PluginError(path, f"two classes, {both}, are a {word} named {component.name!r}; rename one")
