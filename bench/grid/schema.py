"""JSON Schema of the grid file, read off the table of settings."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from bench.grid.axes import LONGEST_AXIS
from bench.grid.components import PROBLEMS, RULES, SCHEDULES
from bench.grid.domains import Choice, Either, Number, Whole, plain
from bench.grid.grid import Baseline, Seeds
from bench.grid.search import Search
from bench.grid.table import (
    DEFAULT_PROBLEM,
    Key,
    declared,
    optimizer_settings,
    problem_settings,
    shared_settings,
)
from bench.problems import DataFile


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the grid file, for editors."""
    properties: dict[str, Any] = {
        "title": {"type": "string"},
        "families": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "effects": {"type": "array", "items": {"type": "string"}},
    }
    for setting in shared_settings():
        _table_of(properties, setting)[setting.name] = _axis_schema(setting)
    for setting in (*declared("seeds", Seeds), *declared("baseline", Baseline), *declared("search", Search)):
        _table_of(properties, setting)[setting.name] = _value_schema(setting)
    properties["problem"] = {"anyOf": [*map(_problem_schema, PROBLEMS), _list_of(map(_entry_of_problem, PROBLEMS))]}
    properties["optimizer"] = _list_of(map(_entry_of_optimizer, RULES))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "grid file",
        "type": "object",
        "additionalProperties": False,
        "required": ["optimizer"],
        "properties": properties,
        "$defs": {"range": _RANGE_SCHEMA, "distribution": _DISTRIBUTION_SCHEMA},
    }


_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_POSITIVE = _NUMBERS | {"items": {"type": "number", "exclusiveMinimum": 0}}
_RANGE_SCHEMA = {
    "description": "evenly spaced values, on a logarithmic or a linear scale",
    "type": "object",
    "additionalProperties": False,
    "required": ["count"],
    "oneOf": [{"required": ["log"]}, {"required": ["linear"]}],
    "properties": {
        "log": _POSITIVE,
        "linear": _NUMBERS,
        "count": {"type": "integer", "minimum": 2, "maximum": LONGEST_AXIS},
    },
}
_DISTRIBUTION_SCHEMA = {
    "description": "search.samples values drawn at random, evenly on a logarithmic or a linear scale",
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
    "properties": {"loguniform": _POSITIVE, "uniform": _NUMBERS},
}


def _table_of(properties: dict[str, Any], setting: Key) -> dict[str, Any]:
    """The keys of the table that a setting belongs to."""
    table = properties.setdefault(setting.table, {"type": "object", "additionalProperties": False, "properties": {}})
    keys: dict[str, Any] = table["properties"]
    return keys


def _problem_schema(name: str) -> dict[str, Any]:
    """[problem], where it names this problem, or none. One about data names its path."""
    return _named_schema(_of_problem(name), required=_required(name, () if name == DEFAULT_PROBLEM else ("name",)))


def _entry_of_problem(name: str) -> dict[str, Any]:
    """A [[problem]] of this name."""
    return _named_schema(_of_problem(name), "label", _required(name, ("name",)))


def _entry_of_optimizer(name: str) -> dict[str, Any]:
    """An [[optimizer]] of this name."""
    return _named_schema(optimizer_settings(name, SCHEDULES), "label", ("name",))


def _required(name: str, others: tuple[str, ...]) -> tuple[str, ...]:
    """What a problem's table must have: the path and the target of its data, or the `others`."""
    return ("path", "target") if name == DataFile.name else others


def _of_problem(name: str) -> list[Key]:
    """A problem's settings, its name being this one and no other."""
    first, *rest = problem_settings(name)
    return [replace(first, domain=Choice((name,)), default=name), *rest]


def _list_of(tables: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One or more tables of these kinds."""
    return {"type": "array", "minItems": 1, "items": {"anyOf": [*tables]}}


def _named_schema(settings: Sequence[Key], text: str = "", required: Sequence[str] = ()) -> dict[str, Any]:
    """A table of settings, with a key for text. What is required has one value."""
    keys = {s.name: _value_schema(s) if s.name in required else _axis_schema(s) for s in settings}
    keys |= {text: {"type": "string"}} if text else {}
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": keys}
    return schema | ({"required": [*required]} if required else {})


def _value_schema(setting: Key) -> dict[str, Any]:
    """A single value."""
    described: dict[str, Any] = {"description": setting.meaning}
    if setting.key != "baseline.target":  # its default is another setting
        described["default"] = plain(setting.default)
    return setting.domain.schema() | described


def _axis_schema(setting: Key) -> dict[str, Any]:
    """A value, a list of values, a range of them, or a distribution where the setting is searched within families."""
    one, described = setting.domain.schema(), _value_schema(setting)
    alternatives: list[dict[str, Any]] = [one, {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}]
    if isinstance(setting.domain, Number | Whole | Either):
        alternatives.append({"$ref": "#/$defs/range"})
        alternatives += [{"$ref": "#/$defs/distribution"}] if setting.table != "problem" else []
    return {"anyOf": alternatives, "description": described["description"], "default": described["default"]}
