"""A plug-in from a file that somebody named on the command line."""

from pathlib import Path

from bench.plugins.plugin import Plugin, PluginError, from_source
from bench.text import printable

_LARGEST_FILE = 1_000_000  # bytes; a component is some twenty lines


def load(path: str | Path) -> Plugin:
    """Execute a plug-in's file and find its components. Raises PluginError, with the place and the remedy."""
    return from_source(str(path), _read(Path(path)))


def _read(path: Path) -> str:
    name = str(path)
    try:
        if not path.exists():
            raise PluginError(name, "no such file; give the path of a Python file, such as my_rule.py")
        if path.suffix != ".py":
            raise PluginError(name, "not a Python file; expected a name that ends with .py")
        if not path.is_file():
            raise PluginError(name, "not a regular file; give the path of a Python file")
        if path.stat().st_size > _LARGEST_FILE:
            raise PluginError(name, f"larger than {_LARGEST_FILE:,} bytes; a plug-in is a file of a few classes")
        source = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PluginError(name, f"byte {error.start}: not UTF-8; save the file in UTF-8") from None
    except (OSError, ValueError) as error:
        raise PluginError(name, f"cannot be read: {printable(str(error))}; give the path of a Python file") from None
    if "\0" in source:
        raise PluginError(name, "holds a null byte; give the path of a Python file")
    return source
