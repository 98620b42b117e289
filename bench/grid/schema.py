"""JSON Schema of the grid file, read off the table of settings."""

from typing import Any

from bench.grid.settings import OPTIMIZERS, Either, Real, Setting, Whole, all_settings


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the grid file, for editors."""
    properties: dict[str, Any] = {
        "title": {"type": "string"},
        "families": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    }
    for setting in all_settings():
        section, name = setting.key.split(".")
        if section != "optimizer":
            table = properties.setdefault(section, _table_schema())
            table["properties"][name] = _axis_schema(setting, section not in ("seeds", "baseline"))
    properties["optimizer"] = {
        "type": "array",
        "minItems": 1,
        "items": {"anyOf": [_entry_schema(n) for n in OPTIMIZERS]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "grid file",
        "type": "object",
        "additionalProperties": False,
        "required": ["optimizer"],
        "properties": properties,
        "$defs": {"range": _RANGE_SCHEMA},
    }


_RANGE_SCHEMA = {
    "description": "evenly spaced values, on a logarithmic or a linear scale",
    "type": "object",
    "additionalProperties": False,
    "required": ["count"],
    "oneOf": [{"required": ["log"]}, {"required": ["linear"]}],
    "properties": {
        "log": {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}, "minItems": 2, "maxItems": 2},
        "linear": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        "count": {"type": "integer", "minimum": 2, "maximum": 10_000},
    },
}


def _table_schema() -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": {}}


def _entry_schema(name: str) -> dict[str, Any]:
    entry = _table_schema() | {"required": ["name"]}
    for setting in OPTIMIZERS[name]:
        key = setting.key.removeprefix("optimizer.")
        entry["properties"][key] = _axis_schema(setting, key != "name")
    entry["properties"]["label"] = {"type": "string"}
    return entry


def _axis_schema(setting: Setting, axis: bool) -> dict[str, Any]:
    one = setting.kind.schema()
    described: dict[str, Any] = {"description": setting.meaning}
    if setting.key != "baseline.target":  # its default is another setting
        described["default"] = list(setting.default) if isinstance(setting.default, tuple) else setting.default
    if not axis:
        return one | described
    alternatives: list[dict[str, Any]] = [one, {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}]
    if isinstance(setting.kind, Real | Whole | Either):
        alternatives.append({"$ref": "#/$defs/range"})
    return {"anyOf": alternatives} | described
