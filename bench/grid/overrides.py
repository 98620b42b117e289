"""Overriding a grid file's settings from the command line: --set KEY=VALUE, --by AXIS."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

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
    if section == "optimizer":
        table, rest = _entry_of(document, rest)
        if table is None:
            labels = ", ".join(_labels(document)) or "none"
            faults.append(f"{place}: expected optimizer.LABEL.SETTING with one of the labels {labels}")
            return
    elif rest:
        table = document.setdefault(section, {})
    else:
        rest = section
    if not isinstance(table, dict):
        faults.append(f"{place}: {section} is not a table in the grid file")
        return
    table[rest] = parsed["value"]


def _labels(document: Mapping[str, Any]) -> list[str]:
    entries = document.get("optimizer", [])
    entries = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return [printable(str(entry.get("label", entry.get("name", "")))) for entry in entries]


def _entry_of(document: Mapping[str, Any], rest: str) -> tuple[dict[str, Any] | None, str]:
    """The optimizer entry that `LABEL.SETTING` means, and the setting; labels may contain dots."""
    label, _, setting = rest.rpartition(".")
    for entry in document.get("optimizer", []) if isinstance(document.get("optimizer"), list) else []:
        if isinstance(entry, dict) and label and str(entry.get("label", entry.get("name"))) == label:
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
