"""The command that trains what is lacking, to be typed in the shell that this program was started from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.grid.request import Places
from bench.shell import program, typed

if TYPE_CHECKING:
    from bench.results import Results


def training_command(results: Results, places: Places) -> str:
    """The command that trains what these results lack; a changed question needs a name, for its report."""
    request = results.grid.request
    name = ("--name", f"{results.grid.name}-changed") if request.needs_name else ()
    words = (*request.arguments, *name, *results.run_options, *places.store_option, *places.reports_option)
    return typed("run", *words, program=program())
