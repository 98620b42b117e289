"""A grid file as TOML: what is no such file, or was made to be slow to read, is refused before anything looks at it."""

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

from bench.grid.faults import GridError
from bench.grid.ready import nearest
from bench.text import printable

_LARGEST_FILE = 1_000_000  # bytes; a grid file is written by hand
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_KEY = re.compile(rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+")  # or a value that looks like one
_MOST_PARTS = 100  # of a key; tomllib takes a time that grows with their square


def parsed(path: Path, source: str) -> dict[str, Any]:
    """The tables of a grid file. `source`: what messages call it. Raises GridError."""
    try:
        if not path.exists():
            remedy = "give the path of a grid file, or the name of a ready one (`bench grids` lists them)"
            raise GridError(source, [f"no such file; {remedy}{nearest(path)}"])
        if not path.is_file():
            raise GridError(source, ["not a regular file; give the path of a grid file"])
        if path.stat().st_size > _LARGEST_FILE:
            raise GridError(source, [f"larger than {_LARGEST_FILE:,} bytes; a grid file is a few lines of TOML"])
        content = path.read_bytes()
        if content.startswith(codecs.BOM_UTF8):
            raise GridError(source, ["starts with a byte order mark; save the file in UTF-8 without one"])
        text = content.decode("utf-8")
        if _has_long_key(text):
            raise GridError(source, [f"a key of more than {_MOST_PARTS} parts; expected one dot, as in problem.noise"])
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise GridError(source, [f"byte {error.start}: not UTF-8; save the file in UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise GridError(source, [f"not valid TOML: {printable(str(error))}"]) from None
    except OSError as error:
        raise GridError(source, [f"cannot be read: {error.strerror or error}"]) from None
    except ValueError as error:
        raise GridError(source, [f"cannot be read: {printable(str(error))}"]) from None
    except RecursionError:
        raise GridError(source, ["not valid TOML: nested too deeply"]) from None


def _has_long_key(text: str) -> bool:
    long = (match[0] for match in _KEY.finditer(text) if len(match[0]) > _MOST_PARTS)
    return any(len(re.findall(_PART, key)) > _MOST_PARTS for key in long)
