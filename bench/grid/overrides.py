"""Overriding a grid file's settings from the command line: --set KEY=VALUE, --by AXIS."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from bench.grid.labels import label_of
from bench.text import printable


def apply_override(document: dict[str, Any], text: str, faults: list[str]) -> None:
    """Apply one --set KEY=VALUE to the parsed document."""
    place = f"--set {printable(text)}"
    key, equals, value_text = text.partition("=")
    key = key.strip()
    if not equals or not key:
        faults.append(f"{place}: expected KEY=VALUE, such as training.epochs=500")
        return
    try:
        parsed = tomllib.loads(f"value = {value_text}")
    except (ValueError, RecursionError):  # a TOMLDecodeError, or a number of too many digits
        parsed = {}
    if set(parsed) != {"value"}:
        faults.append(
            f"{place}: {printable(value_text.strip())} is not a TOML value; strings need quotes: '{key}=\"text\"'"
        )
        return
    section, _, rest = key.partition(".")
    table: Any = document
    if section == "optimizer" or (section == "problem" and isinstance(document.get(section), list)):
        table, rest = _entry_of(document, section, rest)
        if table is None:
            labels = ", ".join(_labels(document, section)) or "none"
            faults.append(f"{place}: expected {section}.LABEL.SETTING with one of the labels {labels}")
            return
    elif rest:
        table = document.setdefault(section, {})
    else:
        rest = section
    if not isinstance(table, dict):
        faults.append(f"{place}: {section} is not a table in the grid file")
        return
    table[rest] = parsed["value"]


def _entries(document: Mapping[str, Any], section: str) -> list[dict[str, Any]]:
    """The tables of a section that is a list of tables."""
    entries = document.get(section)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _labels(document: Mapping[str, Any], section: str) -> list[str]:
    return [printable(label_of(section, entry)) for entry in _entries(document, section)]


def _entry_of(document: Mapping[str, Any], section: str, rest: str) -> tuple[dict[str, Any] | None, str]:
    """The entry of a section that `LABEL.SETTING` means, and the setting; labels may contain dots."""
    label, _, setting = rest.rpartition(".")
    for entry in _entries(document, section):
        if label and label_of(section, entry) == label:
            return entry, setting
    return None, setting


def regroup(document: dict[str, Any], by: Sequence[str]) -> None:
    """Have other families than the file's, in the parsed document: what it says about its own families goes."""
    document["families"] = list(by)
    effects, baseline = document.get("effects"), document.get("baseline")
    if isinstance(effects, list):  # an effect is judged within families, where these axes no longer vary
        document["effects"] = [axis for axis in effects if axis not in by]
    if isinstance(baseline, dict):
        baseline.pop("reference", None)
