"""Reading a grid file: TOML, overrides, and validation that names every fault with its place and remedy."""

import os
import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.defaults import GRID
from bench.errors import UsageError
from bench.grid import samples
from bench.grid.axes import read_axis, read_value
from bench.grid.components import PROBLEMS, RULES, SCHEDULES
from bench.grid.domains import Axes
from bench.grid.faults import EnoughFaults, Faults, GridError, quoted, suggest
from bench.grid.feasibility import infeasible
from bench.grid.grid import LABELS, Baseline, Grid, Seeds
from bench.grid.installed import plug_in_installed
from bench.grid.labels import label_faults, usual_label, usual_name
from bench.grid.overrides import apply_override, regroup
from bench.grid.parsing import parsed
from bench.grid.provenance import plugins_of
from bench.grid.ready import located
from bench.grid.request import Request
from bench.grid.search import Search, drawn, random_axes, search_faults
from bench.grid.table import (
    DEFAULT_PROBLEM,
    ELSEWHERE,
    ORDER,
    Key,
    declared,
    optimizer_settings,
    problem_settings,
    schedule_settings,
    shared_settings,
)
from bench.problems import Samples
from bench.text import path_text, printable

_SINGLES = {"seeds": Seeds, "baseline": Baseline, "search": Search}
"""The tables of single values, which cannot be axes."""
_MOST_TABLES = 1_000  # of one kind

_AxesOf = Callable[[str, str, Mapping[str, Any]], Axes]  # from the place of a table, its name and itself


def load(
    path: str | Path,
    overrides: Sequence[str] = (),
    *,
    tune: int | None = None,
    confirm: int | None = None,
    by: Sequence[str] = (),
    name: str | None = None,
    max_runs: int | None = None,
    race: bool = False,
    text: str | None = None,
) -> Grid:
    """Read, override and validate a grid file.

    `overrides`: texts KEY=VALUE with a dotted key and a TOML value, or bare words. `tune`, `confirm`: numbers of seeds
    instead of the file's. `by`: axes whose values are the families, likewise. `name`: of the report's folder (default:
    that of the file). `max_runs`: refuse a grid with more tune and confirm runs than this (default: a million). `race`:
    whether to race for tune seeds also where the file does not. What the grid names and nobody knows is taken from
    installed distributions, where one offers it. `text`: what the file is to hold, where it is not written yet.
    Raises GridError, and PluginError for such.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise UsageError(f"grid: {type(path).__name__}; expected the path of a grid file, such as {GRID}")
    request = Request(str(path), tuple(overrides), tune, confirm, tuple(by), name, max_runs=max_runs, race=race)
    source = path_text(request.path)
    document = parsed(located(Path(path)), source) if text is None else tomllib.loads(text)
    grid, faults = None, Faults()
    with suppress(EnoughFaults):
        grid = _read(document, request, faults)
    if grid is None or faults:
        raise GridError(source, faults)
    return replace(
        grid, request=replace(request, plugins=tuple(plugin.path for plugin in plugins_of(grid) if plugin.is_file))
    )


def _read(document: dict[str, Any], request: Request, faults: Faults) -> Grid | None:
    """The grid in a parsed document, with what was asked for instead; faults are written down."""
    if request.by:
        regroup(document, request.by)
    for override in request.file_overrides:
        apply_override(document, override, faults)
    plug_in_installed(document)
    grid = _Reader(document, faults, request).grid()
    if grid is not None and not faults:
        faults += infeasible(grid)
    return grid


class _Reader:
    """Turns the parsed document into a Grid and writes down every fault it finds on the way."""

    _TOP = (
        "title",
        "families",
        "effects",
        "problem",
        "network",
        "training",
        "regularization",
        "optimizer",
        "seeds",
        "baseline",
        "search",
    )

    def __init__(self, document: Mapping[str, Any], faults: Faults, request: Request) -> None:
        self.document, self.faults, self.request = document, faults, request

    def grid(self) -> Grid | None:
        request = self.request
        name = request.usual_name if request.name is None else request.name
        inside = [*shared_settings(), *(key for table, of in _SINGLES.items() for key in declared(table, of))]
        self._unknown("", self.document, self._TOP, [setting.key for setting in inside])
        problems, axes, optimizers = self._problems(), self._shared(), self._optimizers()
        self._name(name)
        seeds, baseline, search = (self._values(table, of) for table, of in _SINGLES.items())
        title = self._text("title", self.document.get("title", name), 10_000)
        tables = (*problems.values(), axes, *optimizers.values())
        families = self._families([key for table in tables for key in table], request.by)
        random = [key for table in tables for key in random_axes(table)]
        for place, given, allowed in search_faults(random, families, search["samples"], bool(self.faults)):
            self.faults.add(place, given, allowed)
        if self.faults:
            return None
        if "target" not in self.document.get("baseline", {}):
            baseline["target"] = baseline["accuracy"]
        axes, optimizers = drawn(axes, optimizers, search["samples"])
        single = Seeds(**seeds), Baseline(**baseline), Search(**search)
        grid = Grid(name, title, families, problems, axes, optimizers, *single, request=request)
        return replace(grid, effects=self._effects(grid))

    def _name(self, name: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", name):
            allowed = "1 to 100 letters, digits, '-', '_' and '.', the first not '.'"
            self.faults.add("name of the report's folder (--name, or the grid file's)", name, allowed)

    def _problems(self) -> dict[str, Axes]:
        """The axes of each problem, by label: of the one [problem], or of all [[problem]]."""
        given = self.document.get("problem", {})
        if isinstance(given, list):
            return self._labelled("problem", given, PROBLEMS, self._problem)
        table = self._table("problem", given)
        default = usual_name("problem", table) or DEFAULT_PROBLEM
        name = table.get("name", default)
        if isinstance(name, list) and len(name) > 1:
            self.faults.add("problem.name", name, "the name of one problem; several are [[problem]] tables")
        if "label" in table:
            self.faults.add(
                "problem.label", table["label"], "a label in [[problem]] tables alone (two pairs of brackets)"
            )
        first = name[0] if isinstance(name, list) and name else name
        known = first if isinstance(first, str) and first in PROBLEMS else default
        return {usual_label(known, table): self._problem("problem", known, table)}

    def _problem(self, place: str, name: str, table: Mapping[str, Any]) -> Axes:
        """The axes of one problem, with what is found where it is about samples."""
        before, problem = len(self.faults), PROBLEMS[name]
        axes = self._axes(place, problem_settings(name), table, "label")
        for key in random_axes(axes):
            own = key.partition(".")[2]
            allowed = "a value or a list: a problem with other values has families of its own, and what is drawn at "
            self.faults.add(f"{place}.{own}", table[own], f"{allowed}random is searched within families")
        if issubclass(problem, Samples) and len(self.faults) == before:
            found = samples.found(place, problem, axes, table, located(Path(self.request.path)), self.faults)
            return {**axes, **found}
        return axes

    def _shared(self) -> Axes:
        axes: Axes = {}
        settings = shared_settings()
        for name in dict.fromkeys(setting.table for setting in settings):
            own = [setting for setting in settings if setting.table == name]
            axes = {**axes, **self._axes(name, own, self._table(name, self.document.get(name, {})))}
        return axes

    def _axes(self, place: str, settings: Sequence[Key], table: Mapping[str, Any], *others: str) -> Axes:
        """The axes of one table. `others`: keys that it may have besides."""
        self._unknown(f"{place}.", table, [setting.name for setting in settings] + list(others))
        return {s.key: read_axis(s, f"{place}.{s.name}", table, self.faults) for s in settings}

    def _optimizers(self) -> dict[str, Axes]:
        """The axes of each [[optimizer]], by label."""
        return self._labelled("optimizer", self.document.get("optimizer", []), RULES, self._optimizer)

    def _labelled(self, kind: str, tables: Any, known: Collection[str], axes_of: _AxesOf) -> dict[str, Axes]:
        """The axes of each table of a list, by label. `known`: the names that there are."""
        if not isinstance(tables, list) or not tables:
            self.faults.add(kind, tables, f"at least one [[{kind}]] table (two pairs of brackets)")
            return {}
        if len(tables) > _MOST_TABLES:
            self.faults.append(f"{len(tables):,} [[{kind}]] tables: expected at most {_MOST_TABLES:,}")
            return {}
        entries: dict[str, Axes] = {}
        places: dict[str, str] = {}
        for i, table in enumerate(tables):
            place = f"{kind}[{i + 1}]"
            if not isinstance(table, dict):
                self._table(place, table)
                continue
            name = table.get("name", usual_name(kind, table))
            if not isinstance(name, str) or name not in known:
                allowed = f"one of {', '.join(known)}, or --plugin FILE.py with it"
                self.faults.add(f"{place}.name", name, allowed, suggest(name, known))
                continue
            label = self._text(f"{place}.label", table.get("label", usual_label(name, table)), 200)
            if label in entries:
                unused = next(f"{label} {i}" for i in range(2, len(tables) + 2) if f"{label} {i}" not in entries)
                remedy = f"; such as label = {quoted(unused)}"
                self.faults.add(f"{place}.label", label, f"a label that no other [[{kind}]] has", remedy)
            entries[label], places[label] = axes_of(place, name, table), place
        for label, allowed in label_faults(entries):
            self.faults.add(f"{places[label]}.label", label, allowed)
        return entries

    def _optimizer(self, place: str, name: str, table: Mapping[str, Any]) -> Axes:
        """The axes of one optimizer: its rule's and its schedules', and what ids have always contained."""
        [schedules] = [setting for setting in optimizer_settings(name, ()) if setting.name == "schedule"]
        named = [str(word) for word in read_axis(schedules, f"{place}.schedule", table, Faults())]
        others = [schedule for schedule in SCHEDULES if schedule not in named]
        axes = self._axes(place, optimizer_settings(name, [*named, *others]), table, "label")
        used = {setting.key for setting in optimizer_settings(name, named)}
        for schedule in others if named else []:
            for setting in schedule_settings(schedule):
                given = axes[setting.key]
                if setting.key not in used and given not in ((setting.default,), ()):
                    remedy = f'no {setting.name}, or schedule = "{schedule}" beside it'
                    self.faults.add(f"{place}.{setting.name}", list(given), remedy)
        return {key: values for key, values in axes.items() if key in used or key in ORDER}

    def _values(self, name: str, declaring: type) -> dict[str, Any]:
        """A table of single values, which cannot be axes."""
        settings = declared(name, declaring)
        table = self._table(name, self.document.get(name, {}))
        self._unknown(f"{name}.", table, [setting.name for setting in settings])
        return {s.name: read_value(s, s.key, table.get(s.name, s.default), self.faults) for s in settings}

    def _families(self, keys: Sequence[str], by: Sequence[str]) -> tuple[str, ...]:
        """The axes whose values are compared. `by`: those of the command line, for messages."""
        place = "--by" if by else "families"
        given = self.document.get("families", ["optimizer"])
        known = [*LABELS, *dict.fromkeys(keys)]
        if not isinstance(given, list) or not given:
            self.faults.add(place, given, 'a list of axes, such as ["optimizer"]')
            return ()
        allowed = '"optimizer", "problem" or the dotted name of a setting, such as "regularization.dropout"'
        return self._keys(place, given, known, allowed)

    def _effects(self, grid: Grid) -> tuple[str, ...]:
        """The axes whose effects are judged: by default regularization that can be switched off, where it varies."""
        within = [key for key in grid.varying if key not in grid.splits and key not in grid.random]
        off = [setting.key for setting in shared_settings() if setting.default == 0.0 and setting.default is not False]
        given = self.document.get("effects", [key for key in within if key in off])
        if not isinstance(given, list):
            self.faults.add("effects", given, 'a list of axes, such as ["regularization.dropout"], or []')
            return ()
        allowed = f"an axis of listed values within families: {', '.join(within) or 'there is none'}"
        return self._keys("effects", given, within, allowed)

    def _keys(self, place: str, given: list[Any], known: Collection[str], allowed: str) -> tuple[str, ...]:
        """A list of axes, each of which is known and named once."""
        for i, item in enumerate(given):
            if item not in known:
                self.faults.add(f"{place}[{i + 1}]", item, allowed, suggest(item, known))
            elif item in given[:i]:
                self.faults.add(f"{place}[{i + 1}]", item, "each axis once")
        return tuple(str(item) for item in given)

    def _table(self, place: str, given: Any) -> dict[str, Any]:
        if isinstance(given, dict):
            return given
        kind, listed, _ = place.partition("[")
        self.faults.add(place, given, f"a table: [[{kind}]]" if listed else f"a table: [{place}]")
        return {}

    def _text(self, place: str, given: Any, longest: int) -> str:
        if not isinstance(given, str) or not given.strip() or len(given) > longest or not given.isprintable():
            self.faults.add(place, given, f"a text of 1 to {longest:,} characters, all of them printable")
            return ""
        return given

    def _unknown(self, prefix: str, table: Mapping[str, Any], known: Sequence[str], inside: Sequence[str] = ()) -> None:
        """Keys of a table that it does not have. `inside`: the dotted keys of its tables, which may be meant."""
        for key in table:
            if key not in known:
                place, allowed = f"{prefix}{printable(key)}", f"one of {', '.join(known)}"
                meant = ELSEWHERE.get(key.casefold(), key)
                self.faults.add(place, table[key], allowed, suggest(meant, [*inside, *known]), "unknown key")
