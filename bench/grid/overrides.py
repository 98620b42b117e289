"""Overriding a grid file's settings from the command line: --set KEY=VALUE, --by AXIS."""

import re
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from bench.grid.components import RULES, SCHEDULES
from bench.grid.labels import label_of
from bench.grid.table import ELSEWHERE, Key, all_settings, optimizer_settings
from bench.text import printable

_NOTHING = object()
_OF_ENTRIES = ("optimizer", "problem")
_LISTS = ("families", "effects")
_WORDS = r"[^\W\d][\w.+ -]*"
_LONGEST = 200  # characters of a value that is suggested


def apply_override(document: dict[str, Any], text: str, faults: list[str]) -> None:
    """Apply one --set KEY=VALUE to the parsed document."""
    place = f"--set {printable(text)}"
    key, equals, value_text = text.partition("=")
    key = key.strip()
    if not equals or not key:
        faults.append(f"{place}: expected KEY=VALUE, such as training.epochs=500")
        return
    value = _value(value_text)
    if value is _NOTHING:
        shown = printable(value_text.strip()) or "nothing"
        faults.append(f"{place}: {shown} is not a TOML value; {_right_form(document, key, value_text)}")
        return
    if key in (*_OF_ENTRIES, *_LISTS) and isinstance(value, str):
        expected = "a list" if key in _LISTS else "tables"
        faults.append(f"{place}: expected {expected}; {_right_form(document, key, value)}")
        return
    dotted = _dotted(document, key)
    if dotted != key:
        faults.append(f"{place}: names no table; did you mean {_option(dotted, value_text.strip())}?")
        return
    section, _, rest = key.partition(".")
    table: Any = document
    if rest and (section == "optimizer" or (section == "problem" and isinstance(document.get(section), list))):
        table, rest = _entry_of(document, section, rest)
        if table is None:
            labels = ", ".join(_labels(document, section)) or "none"
            remedy = f"; to have that one alone: {_only(document, section, [str(value)])}" if rest == "name" else ""
            faults.append(f"{place}: expected {section}.LABEL.SETTING with one of the labels {labels}{remedy}")
            return
    elif rest:
        table = document.setdefault(section, {})
    else:
        rest = section
    if not isinstance(table, dict):
        faults.append(f"{place}: {section} is not a table in the grid file")
        return
    table[rest] = value


def _value(text: str) -> Any:
    """A TOML value, or words, whose quotes a shell takes away; `_NOTHING` where a text is neither."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):  # a TOMLDecodeError, or a number of too many digits
        words = text.strip()
        return words if re.fullmatch(_WORDS, words) else _NOTHING
    return parsed["value"] if set(parsed) == {"value"} else _NOTHING


def _right_form(document: Mapping[str, Any], key: str, text: str) -> str:
    """The option as it was probably meant: a list in brackets, tables for names, a setting with its table."""
    words = re.split(r"[,;\s]+", text.strip(" \t[]()\"',;"))
    values = [_as_toml(word) for word in words]
    if len(text) > _LONGEST or not all(values):
        return f"expected a number, a list such as [0, 0.1], or a text in quotes: '{printable(key)}=\"text\"'"
    section, _, rest = key.partition(".")
    if section in _OF_ENTRIES and rest in ("", "name"):
        return f"did you mean {_only(document, section, words)}?"
    if key in _LISTS:
        values = [f'"{_axis(word)}"' for word in words]
    whole = f"[{', '.join(values)}]" if len(values) > 1 or key in _LISTS else values[0]
    return f"did you mean {_option(_dotted(document, key), whole)}?"


def _as_toml(word: str) -> str:
    """A number with digits on both sides of its point, or a share of 1; a word in quotes; "" for anything else."""
    if re.fullmatch(r"[+-]?(\d+\.|\.\d+)(e[+-]?\d+)?", word, re.IGNORECASE):
        return str(float(word))
    if re.fullmatch(r"\d+(\.\d+)?%", word):
        return f"{float(word[:-1]) / 100:g}"
    value = _value(word)
    return "" if value is _NOTHING else f'"{value}"' if isinstance(value, str) else word


def _only(document: Mapping[str, Any], section: str, names: Sequence[str]) -> str:
    """The option that has tables of these names, and no others."""
    if section == "problem" and len(names) == 1 and not _entries(document, section):
        return _option("problem.name", names[0])
    tables = ", ".join(f'{{name = "{name}"}}' for name in names)
    return _option(section, f"[{tables}]")


def _option(key: str, value: str) -> str:
    return f"--set {shlex.quote(printable(f'{key}={value}', _LONGEST))}"


def _dotted(document: Mapping[str, Any], key: str) -> str:
    """The dotted key of a setting that was named without its table, or as elsewhere; of an optimizer's, for the first
    label whose rule has it."""
    section, _, setting = key.partition(".")
    table = next((table for table in _OF_ENTRIES if setting and section in _labels(document, table)), None)
    if table is not None and section not in document:
        return f"{table}.{key}"
    found = _setting(key)
    if found is None:
        return key
    entries = _entries(document, found.table)
    having = [entry for entry in entries if found.table != "optimizer" or found.name in _settings_of_rule(entry)]
    if having:
        return f"{found.table}.{printable(label_of(found.table, having[0]))}.{found.name}"
    return key if entries else found.key


def _settings_of_rule(entry: Mapping[str, Any]) -> set[str]:
    """The names of what the table of an optimizer can have, by its rule; of none that is known, nothing."""
    rule = str(entry.get("name"))
    return {setting.name for setting in optimizer_settings(rule, SCHEDULES)} if rule in RULES else set()


def _axis(name: str) -> str:
    """The dotted key of a setting that was named without its table, as families and effects name axes."""
    found = _setting(name)
    return found.key if found else name


def _setting(name: str) -> Key | None:
    """The setting of this name, or of what other libraries call it."""
    own = ELSEWHERE.get(name, name)
    return next((setting for setting in all_settings() if setting.name == own), None)


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
