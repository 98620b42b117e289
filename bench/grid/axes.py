"""Reading one setting of a grid file: a value, or an axis of several, as a list, a range or a distribution."""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from bench.grid.domains import Domain, Either, Names, Number, Value, Whole, Widths
from bench.grid.faults import Faults, quoted, suggest
from bench.grid.search import DISTRIBUTIONS, Distribution, RandomAxis
from bench.grid.table import Key

LONGEST_AXIS = 10_000  # values of an axis
_RANGE = (
    f"{{ log = [a, b], count = n }} or {{ linear = [a, b], count = n }} with a < b and n from 2 to {LONGEST_AXIS:,}"
)
_RANDOM = "{ loguniform = [a, b] } with 0 < a < b, or { uniform = [a, b] } with a < b, of allowed a and b"


def read_value(setting: Key, place: str, given: Any, faults: Faults) -> Any:
    """A single value in canonical form, which may be None; None too for what is at fault, which is written down."""
    try:
        return setting.domain.canonical(given)
    except (ValueError, TypeError):
        words = _words(setting.domain) if isinstance(given, str) else []
        meant = _of_percent(setting.domain, given) or suggest(given, words)
        faults.add(place, given, setting.domain.allowed, meant)
        return None


def read_axis(setting: Key, place: str, table: Mapping[str, Any], faults: Faults) -> tuple[Value, ...]:
    """A setting's values: its default, or the one that is given, or those of its list, range or distribution."""
    if setting.name not in table:
        return (setting.default,)
    given = table[setting.name]
    is_list = isinstance(setting.domain, Widths | Names)  # one value of it is a list
    if isinstance(given, dict) and any(name in given for name in DISTRIBUTIONS):
        return _random(setting.domain, place, given, faults)
    if isinstance(given, dict) and not is_list:
        given = _range(setting.domain, place, given, faults)
        if given is None:
            return ()
    is_axis = isinstance(given, list)
    if is_list:
        is_axis = is_axis and len(given) > 0 and all(isinstance(item, list) for item in given)
    if not is_axis:
        return _checked(setting, {place: given}, faults)
    if not given or len(given) > LONGEST_AXIS:
        faults.add(place, given, f"an axis of 1 to {LONGEST_AXIS:,} values")
        return ()
    values = _checked(setting, {f"{place}[{i + 1}]": item for i, item in enumerate(given)}, faults)
    if len(set(values)) < len(values):
        repeated = next(value for value, times in Counter(values).items() if times > 1)
        faults.add(place, given, f"each value once; {quoted(repeated)} comes again")
    return values


def _checked(setting: Key, given: Mapping[str, Any], faults: Faults) -> tuple[Value, ...]:
    """Canonical values of what is given, by its place; without those at fault."""
    values = []
    for place, item in given.items():
        before = len(faults)
        value = read_value(setting, place, item, faults)
        if len(faults) == before:
            values.append(value)
    return tuple(values)


def _range(domain: Domain, place: str, given: Mapping[str, Any], faults: Faults) -> list[float] | None:
    """The values of { log = [a, b], count = n } or { linear = [a, b], count = n }, to 6 significant digits."""
    scales = [key for key in given if key in ("log", "linear")]
    ends = given.get(scales[0]) if scales else None
    try:
        if set(given) != {*scales[:1], "count"} or not isinstance(ends, list) or len(ends) != 2:
            raise ValueError
        count = Whole(2, LONGEST_AXIS).canonical(given["count"])
        number = Number(0 if scales[0] == "log" else -math.inf, open_low=scales[0] == "log")
        low, high = (number.canonical(end) for end in ends)
        if not low < high:
            raise ValueError
    except ValueError:
        meant = suggest(next(iter(given), ""), DISTRIBUTIONS)
        faults.add(place, dict(given), f"{domain.allowed}, or {_RANDOM if meant else _RANGE}", meant)
        return None
    spaced = np.geomspace(low, high, count) if scales[0] == "log" else np.linspace(low, high, count)
    whole = isinstance(_numbers(domain), Whole)
    return [round(value) if whole else float(f"{value:.6g}") for value in spaced.tolist()]


def _random(domain: Domain, place: str, given: Mapping[str, Any], faults: Faults) -> tuple[Value, ...]:
    """The axis of { loguniform = [a, b] } or { uniform = [a, b] }, of which nothing is drawn yet."""
    numbers, (name, *others) = _numbers(domain), given
    if not isinstance(numbers, Number | Whole):
        faults.add(place, dict(given), domain.allowed)
        return ()
    try:
        ends = given[name]
        if others or not isinstance(ends, list) or len(ends) != 2:
            raise ValueError
        low, high = (numbers.canonical(end) for end in ends)
        if not low < high or (name == "loguniform" and low <= 0):
            raise ValueError
    except ValueError:
        remedy = "; how many are drawn is said by search.samples" if "count" in given else ""
        faults.add(place, dict(given), f"{domain.allowed}, or {_RANDOM}", remedy)
        return ()
    return RandomAxis((low, high), Distribution(name, low, high, isinstance(numbers, Whole)))


def _numbers(domain: Domain) -> Domain:
    """The domain without the words that it also has."""
    return domain.second if isinstance(domain, Either) else domain


def _of_percent(domain: Domain, given: Any) -> str:
    """The share that a percentage means, as the end of a message: 0.85 for 85, and for "85 %"."""
    if not (isinstance(domain, Number) and domain.high <= 1) or isinstance(given, bool):
        return ""
    signed = isinstance(given, str) and given.endswith("%")
    try:
        number = float(given.removesuffix("%")) if signed else given / 1
        share = domain.canonical(float(f"{number / 100:.6g}"))
    except (ValueError, TypeError, OverflowError):
        return ""
    return f"; did you mean {share:g}?" if signed or number > 1 else ""


def _words(domain: Domain) -> list[str]:
    """The words among a domain's values, for suggestions."""
    schema = domain.schema()
    return [word for one in schema.get("anyOf", [schema]) for word in one.get("enum", [])]
