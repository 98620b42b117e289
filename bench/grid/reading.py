"""Reading a grid file: TOML, overrides, and validation that names every fault with its place and remedy."""

import codecs
import difflib
import json
import math
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from bench.errors import UsageError
from bench.grid.grid import Baseline, Grid, Seeds
from bench.grid.overrides import override as apply_override
from bench.grid.settings import BASELINE, OPTIMIZERS, SEEDS, SHARED, Real, Setting, Value, Whole, Widths, all_settings
from bench.limits import GRID, MOST_RUNS
from bench.text import printable
from nn.network import parameter_count

MOST_PARAMETERS = 10_000_000  # of one network; a run needs 7 arrays of them

_LARGEST_FILE = 1_000_000  # bytes; a grid file is written by hand
_LONGEST_AXIS = 10_000


class GridError(UsageError):
    """A grid that cannot be run. `str()` is one message with every fault: place, value, what is allowed."""

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{source}: {count}\n" + "\n".join(f"  {fault}" for fault in faults))
        self.faults = tuple(faults)


def load(
    path: str | Path, overrides: Sequence[str] = (), *, name: str | None = None, max_runs: int = MOST_RUNS
) -> Grid:
    """Read, override and validate a grid file.

    `overrides`: texts KEY=VALUE with a dotted key and a TOML value. `name`: of the report's folder (default: that
    of the file). `max_runs`: refuse a grid with more tune and confirm runs than this. Raises GridError.
    """
    path = Path(path)
    source = printable(str(path))
    document = _parse(path, source)
    faults: list[str] = []
    for override in overrides:
        apply_override(document, override, faults)
    reader = _Reader(document, faults)
    grid = reader.grid(path.stem if name is None else name, source)
    if grid is not None and not faults:
        faults += _impossible(grid, max_runs)
    if grid is None or faults:
        raise GridError(source, faults)
    return grid


def _parse(path: Path, source: str) -> dict[str, Any]:
    try:
        if not path.exists():
            raise GridError(source, [f"no such file; give the path of a grid file, such as {GRID}"])
        if not path.is_file():
            raise GridError(source, ["not a regular file; give the path of a grid file"])
        if path.stat().st_size > _LARGEST_FILE:
            raise GridError(source, [f"larger than {_LARGEST_FILE:,} bytes; a grid file is a few lines of TOML"])
        content = path.read_bytes()
        if content.startswith(codecs.BOM_UTF8):
            raise GridError(source, ["starts with a byte order mark; save the file in UTF-8 without one"])
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise GridError(source, [f"byte {error.start}: not UTF-8; save the file in UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise GridError(source, [f"not valid TOML: {printable(str(error))}"]) from None
    except (OSError, ValueError) as error:
        raise GridError(source, [f"cannot be read: {printable(str(error))}"]) from None
    except RecursionError:
        raise GridError(source, ["not valid TOML: nested too deeply"]) from None


class _Reader:
    """Turns the parsed document into a Grid and writes down every fault it finds on the way."""

    _TOP = ("title", "families", "problem", "network", "training", "regularization", "optimizer", "seeds", "baseline")

    def __init__(self, document: Mapping[str, Any], faults: list[str]) -> None:
        self.document, self.faults = document, faults

    def grid(self, name: str, source: str) -> Grid | None:
        self._unknown("", self.document, self._TOP)
        axes = self._axes()
        entries = self._entries()
        self._name(name)
        seeds, baseline = self._values(SEEDS), self._values(BASELINE)
        title = self._text("title", self.document.get("title", name), 10_000)
        families = self._families([*axes, *(key for entry in entries.values() for key in entry)])
        if self.faults:
            return None
        if "target" not in self.document.get("baseline", {}):
            baseline["target"] = baseline["accuracy"]
        return Grid(name, title, families, axes, entries, Seeds(**seeds), Baseline(**baseline), source)

    def _name(self, name: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", name):
            allowed = "1 to 100 letters, digits, '-', '_' and '.', the first not '.'"
            self._fault("name of the report's folder (--name, or the grid file's)", name, allowed)

    def _axes(self) -> dict[str, tuple[Value, ...]]:
        axes = {}
        for section in dict.fromkeys(setting.key.split(".")[0] for setting in SHARED):
            settings = [setting for setting in SHARED if setting.key.startswith(f"{section}.")]
            table = self._table(section, self.document.get(section, {}))
            self._unknown(f"{section}.", table, [setting.key.split(".")[1] for setting in settings])
            for setting in settings:
                axes[setting.key] = self._axis(setting, setting.key, table)
        return axes

    def _entries(self) -> dict[str, dict[str, tuple[Value, ...]]]:
        """The axes of each optimizer entry, by label."""
        tables = self.document.get("optimizer", [])
        if not isinstance(tables, list) or not tables:
            self._fault("optimizer", tables, "at least one [[optimizer]] table (two pairs of brackets)")
            return {}
        entries: dict[str, dict[str, tuple[Value, ...]]] = {}
        for i, table in enumerate(tables):
            place = f"optimizer[{i + 1}]"
            if not isinstance(table, dict):
                self._table(place, table)
                continue
            name = table.get("name")
            if not isinstance(name, str) or name not in OPTIMIZERS:
                self._fault(f"{place}.name", name, f"one of {', '.join(OPTIMIZERS)}", _suggest(name, OPTIMIZERS))
                continue
            label = self._text(f"{place}.label", table.get("label", name), 200)
            if label in entries:
                self._fault(f"{place}.label", label, "a label that no other [[optimizer]] has")
            self._unknown(f"{place}.", table, [s.key.split(".")[1] for s in OPTIMIZERS[name]] + ["label"])
            entries[label] = {
                setting.key: self._axis(setting, f"{place}.{setting.key.split('.')[1]}", table)
                for setting in OPTIMIZERS[name]
            }
            self._decay_without_schedule(place, entries[label])
        self._ambiguous_labels(entries)
        return entries

    def _ambiguous_labels(self, labels: Collection[str]) -> None:
        """Labels such as `a` and `a, momentum 0.5`: the second could also be a configuration of the first."""
        words = {setting.key.split(".")[1] for setting in all_settings()}
        for label in labels:
            for comma in re.finditer(", ", label):
                if label[: comma.start()] in labels and label[comma.end() :].split(" ")[0] in words:
                    other = _shown(label[: comma.start()])
                    self._fault("label", label, f"one that cannot be taken for a configuration of {other}")

    def _decay_without_schedule(self, place: str, entry: Mapping[str, tuple[Value, ...]]) -> None:
        if entry["optimizer.schedule"] == ("constant",) and entry["optimizer.decay"] not in ((0.0,), ()):
            decay = entry["optimizer.decay"]
            self._fault(f"{place}.decay", list(decay), 'no decay, or schedule = "inverse" beside it')

    def _values(self, settings: Sequence[Setting]) -> dict[str, Any]:
        """A table of single values, which cannot be axes."""
        section = settings[0].key.split(".")[0]
        table = self._table(section, self.document.get(section, {}))
        self._unknown(f"{section}.", table, [setting.key.split(".")[1] for setting in settings])
        return {
            setting.key.split(".")[1]: self._value(
                setting, setting.key, table.get(setting.key.split(".")[1], setting.default)
            )
            for setting in settings
        }

    def _axis(self, setting: Setting, place: str, table: Mapping[str, Any]) -> tuple[Value, ...]:
        """A setting's values: one, or those of its list or range."""
        name = setting.key.split(".")[1]
        if name not in table:
            return (setting.default,)
        given = table[name]
        if isinstance(given, dict) and not isinstance(setting.kind, Widths):
            given = self._range(setting, place, given)
            if given is None:
                return ()
        is_axis = isinstance(given, list)
        if isinstance(setting.kind, Widths):
            is_axis = is_axis and len(given) > 0 and all(isinstance(item, list) for item in given)
        if not is_axis:
            value = self._value(setting, place, given)
            return () if value is None else (value,)
        if not given or len(given) > _LONGEST_AXIS:
            self._fault(place, given, f"an axis of 1 to {_LONGEST_AXIS:,} values")
            return ()
        values = tuple(self._value(setting, f"{place}[{i + 1}]", item) for i, item in enumerate(given))
        kept = [value for value in values if value is not None]
        if len(set(kept)) < len(kept):
            repeated = next(value for i, value in enumerate(kept) if value in kept[:i])
            self._fault(place, given, f"each value once; {_shown(repeated)} comes again")
        return tuple(kept)

    def _range(self, setting: Setting, place: str, given: Mapping[str, Any]) -> list[float] | None:
        """The values of { log = [a, b], count = n } or { linear = [a, b], count = n }, to 6 significant digits."""
        allowed = "{ log = [a, b], count = n } or { linear = [a, b], count = n } with a < b and n from 2 to 10,000"
        scales = [key for key in given if key in ("log", "linear")]
        ends = given.get(scales[0]) if scales else None
        try:
            if set(given) != {*scales[:1], "count"} or not isinstance(ends, list) or len(ends) != 2:
                raise ValueError
            count = Whole(2, _LONGEST_AXIS).canonical(given["count"])
            kind = Real(0 if scales[0] == "log" else -math.inf, open_low=scales[0] == "log")
            low, high = (kind.canonical(end) for end in ends)
            if not low < high:
                raise ValueError
        except ValueError:
            self._fault(place, dict(given), f"{setting.kind.allowed}, or {allowed}")
            return None
        spaced = np.geomspace(low, high, count) if scales[0] == "log" else np.linspace(low, high, count)
        whole = isinstance(setting.default, int) or setting.key == "training.batch"
        return [round(value) if whole else float(f"{value:.6g}") for value in spaced.tolist()]

    def _value(self, setting: Setting, place: str, given: Any) -> Any:
        if isinstance(given, tuple):  # a default, already canonical
            return given
        try:
            return setting.kind.canonical(given)
        except (ValueError, TypeError):
            words = [word for word in _words(setting) if isinstance(given, str)]
            self._fault(place, given, setting.kind.allowed, _suggest(given, words))
            return None

    def _families(self, keys: Sequence[str]) -> tuple[str, ...]:
        given = self.document.get("families", ["optimizer"])
        known = ["optimizer", *dict.fromkeys(keys)]
        if not isinstance(given, list) or not given:
            self._fault("families", given, 'a list of axes, such as ["optimizer"]')
            return ()
        for i, item in enumerate(given):
            if item not in known:
                allowed = '"optimizer" or the dotted name of a setting, such as "regularization.dropout"'
                self._fault(f"families[{i + 1}]", item, allowed, _suggest(item, known))
            elif item in given[:i]:
                self._fault(f"families[{i + 1}]", item, "each axis once")
        return tuple(str(item) for item in given)

    def _table(self, place: str, given: Any) -> dict[str, Any]:
        if isinstance(given, dict):
            return given
        self._fault(place, given, f"a table: [{place}]" if "[" not in place else "a table: [[optimizer]]")
        return {}

    def _text(self, place: str, given: Any, longest: int) -> str:
        if not isinstance(given, str) or not given.strip() or len(given) > longest or not given.isprintable():
            self._fault(place, given, f"a text of 1 to {longest:,} characters, all of them printable")
            return ""
        return given

    def _unknown(self, prefix: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in table:
            if key not in known:
                self._fault(
                    f"{prefix}{printable(key)}",
                    table[key],
                    f"one of {', '.join(known)}",
                    _suggest(key, known),
                    "unknown key",
                )

    def _fault(self, place: str, given: Any, allowed: str, suggestion: str = "", problem: str = "") -> None:
        what = f"{place}: {problem}; expected" if problem else f"{place} = {_shown(given)}: expected"
        self.faults.append(f"{what} {allowed}{suggestion}")


def _impossible(grid: Grid, max_runs: int) -> list[str]:
    """Faults of the grid as a whole: too many runs, or families that could not be judged."""
    for i, key in enumerate(grid.families):
        without = [label for label, entry in grid.entries.items() if key not in {**grid.axes, **entry}]
        if "optimizer" not in grid.families and without:
            remedy = f'{_shown(without[0])} has no such setting; add "optimizer" to families'
            return [f"families[{i + 1}] = {_shown(key)}: expected a setting of every [[optimizer]]; {remedy}"]
    configurations = f"{grid.size:,} configurations"
    if grid.size > max_runs:  # before anything loops over them
        return [f"{configurations}: expected at most {max_runs:,} runs; shorten an axis, or raise --max-runs"]
    classes = max(cast("tuple[int, ...]", grid.axes["problem.classes"]))
    for hidden in grid.axes["network.hidden"]:
        weights = parameter_count([2, *cast("tuple[int, ...]", hidden), classes])
        if weights > MOST_PARAMETERS:
            return [f"network.hidden = {_shown(hidden)}: {weights:,} weights; expected at most {MOST_PARAMETERS:,}"]
    families, seeds = grid.family_count, grid.seeds
    runs = grid.runs_with(seeds.confirm)
    if runs > max_runs:
        tune = f"{configurations} x {seeds.tune:,} tune seeds"
        confirm = f"{families:,} families x {seeds.confirm:,} confirm seeds"
        remedy = "shorten an axis, lower seeds.tune or seeds.confirm, or raise --max-runs"
        return [f"{tune} + {confirm} = {runs:,} runs: expected at most {max_runs:,}; {remedy}"]
    if grid.seeds.tune == 0:
        seen: set[str] = set()
        for configuration in grid.configurations():
            if configuration.family in seen:
                return [
                    f"seeds.tune = 0: family {_shown(configuration.family)} has several configurations and could not "
                    "choose its best; expected at least 1 tune seed, or one configuration in each family"
                ]
            seen.add(configuration.family)
    return []


def _words(setting: Setting) -> list[str]:
    """The words among a setting's allowed values, for suggestions."""
    schema = setting.kind.schema()
    kinds = schema.get("anyOf", [schema])
    return [word for kind in kinds for word in kind.get("enum", [])]


def _suggest(given: Any, known: Any) -> str:
    near = difflib.get_close_matches(given, list(known), n=1) if isinstance(given, str) and len(given) < 100 else []
    return f'; did you mean "{near[0]}"?' if near else ""


def _shown(value: Any) -> str:
    """A value for a message: as TOML would write it, roughly, and never long."""
    if value is None:
        return "(missing)"
    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = "(cannot be shown)"
    return printable(text)
