"""What a grid file names and does not contain: the samples of its problem, which must be there and usable."""

import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from bench.data import DataError
from bench.grid.domains import Axes
from bench.grid.faults import Faults, quoted
from bench.problems import DataFile, Samples

_DIVIDING = ("test", "validation", "standardize")  # can be axes


def found(
    table: str,
    problem: type[Samples],
    axes: Mapping[str, tuple[Any, ...]],
    given: Collection[str],
    grid_file: Path,
    faults: Faults,
) -> Axes:
    """The axes that belong to a table about samples though nobody writes them: where they lie, and what is in there.

    `table`: its place in the grid file. `axes`: of what is written. `given`: the keys that are. `grid_file`: its
    path. Faults are written down.
    """
    before = len(faults)
    for key, values in axes.items():
        name = key.removeprefix("problem.")
        if len(values) > 1 and name not in _DIVIDING:
            faults.add(f"{table}.{name}", list(values), "one value")
        elif name in ("path", "target") and values == ("",):
            faults.add(f"{table}.{name}", None, 'a text, as in path = "wine.csv" and target = "class"')
    if len(faults) > before:
        return {}
    settings = {key.removeprefix("problem."): values[0] for key, values in axes.items() if key != "problem.name"}
    # whole, for whoever reads it again: from another working directory, in another process
    folder = os.path.realpath(grid_file.parent)
    place: dict[str, Any] = {"folder": folder} if issubclass(problem, DataFile) else {}
    samples = _usable(table, problem(**settings, **place), faults)
    if samples is None:
        return {}
    for test, validation in product(axes["problem.test"], axes["problem.validation"]):
        _check_division(table, replace(samples, test=test, validation=validation), given, faults)
    return {f"problem.{name}": (value,) for name, value in (place | {"content": samples.content}).items()}


def _usable(table: str, samples: Samples, faults: Faults) -> Samples | None:
    """The samples with the content that there is; None where that cannot be used."""
    where = ("path", samples.path) if isinstance(samples, DataFile) else ("name", samples.name)
    try:
        samples = samples.found()
        _ = samples.table
    except DataError as error:
        faults += [f"{table}.{where[0]} = {quoted(where[1])}: {fault}" for fault in error.faults]
        return None
    return samples


def _check_division(table: str, samples: Samples, given: Collection[str], faults: Faults) -> None:
    place = f"{table}.test = {samples.test}, {table}.validation = {samples.validation}"
    try:
        named = samples.division.fixed
    except DataError as error:
        faults += [f"{place}: {fault}" for fault in error.faults]
        return
    for part in [part for part in named if part in given]:
        value = getattr(samples, part)
        if value != getattr(type(samples), part):  # the default may stand there, as in a report
            faults.add(f"{table}.{part}", value, f'no {part} beside split, whose column says what is for "{part}"')
