"""Commands that are printed to be typed: they work in the shell that this program was started from."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench.grid.request import Places, typed

if TYPE_CHECKING:
    from bench.results import Results


def program() -> list[str]:
    """The words that start this program when they are typed in the same shell."""
    script = Path(sys.argv[0])
    if script.stem == "bench":  # installed as such; else it is .../bench/__main__.py
        found = shutil.which("bench")
        on_path = found is not None and Path(found).resolve() == script.resolve()
        return ["bench" if on_path else _as_typed(str(script))]
    return [_as_typed((sys.orig_argv or [sys.executable])[0]), "-m", "bench"]


def _as_typed(command: str) -> str:
    """A command found on the path as it is; a file below the working folder without the way there."""
    if os.sep not in command:
        return command
    path = Path(command).absolute()
    near = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return str(near) if os.sep in str(near) else os.path.join(".", near)


def training_command(results: Results, places: Places) -> str:
    """The command that trains what these results lack; a changed question needs a name, for its report."""
    request = results.grid.request
    name = ("--name", f"{results.grid.name}-changed") if request.file_overrides and request.name is None else ()
    words = (*request.arguments, *name, *results.run_options, *places.store_option, *places.reports_option)
    return typed("run", *words, program=program())
