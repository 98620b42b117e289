"""Numbers, counts and foreign text as words: how reports, figures and the terminal write them.

(The ticks of an axis are matplotlib's own: `figures.style.percent_axis`.)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

NOTHING = "–"  # where there is no value
NO_BREAK = "\u00a0"  # a blank at which no line ends
LONGEST_NAME, _LONGEST_PATH = 100, 300  # characters
_MOST_READ = 10_000  # characters of a name that are looked at


def printable(text: str, longest: int = 80) -> str:
    """Text from outside made harmless for a terminal, and shortened."""
    return shortened(_harmless(text[: longest + 1]), longest)


def path_text(path: object) -> str:
    """A path for a message: harmless, and whole; of a very long one the end, which names the file."""
    text = str(path)
    return _harmless(text) if len(text) <= _LONGEST_PATH else f"...{_harmless(text[3 - _LONGEST_PATH :])}"


def _harmless(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shortened(text: str, longest: int) -> str:
    """Text of at most so many characters; dots say that some are left out."""
    return text if len(text) <= longest else text[: longest - 3] + "..."


def suggest(given: Any, known: Iterable[str]) -> str:
    """The known word that is nearest to what was given, in capitals or not, as the end of a message."""
    import difflib  # here, because it would double the time that --help takes

    known = list(known)
    words = {word.rpartition(".")[2]: word for word in known} | {word: word for word in known}  # also `dropout` alone
    words = {word.casefold(): whole for word, whole in words.items()}
    short = isinstance(given, str) and len(given) < 100
    near = difflib.get_close_matches(given.casefold(), words, n=1) if short else []
    return f'; did you mean "{printable(words[near[0]])}"?' if near else ""


def quoted(value: Any) -> str:
    """A value for a message: as TOML would write it, roughly, and never long."""
    import json  # here, because --help does without it

    if value is None:
        return "(missing)"
    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = "(cannot be shown)"
    return printable(text)


def told_apart(texts: Iterable[str], longest: int) -> list[str]:
    """Texts of about so many characters at most, no two of them alike.

    A longer one keeps its beginning and its end; a number tells apart what would look the same.
    """
    forms: dict[str, None] = {}
    for text in texts:
        base = form = text if len(text) <= longest else f"{text[: longest // 2 - 3]}...{text[-(longest // 2) :]}"
        count = 1
        while form in forms:
            count += 1
            form = f"{base} ({count})"
        forms[form] = None
    return list(forms)


def shown_names(names: Iterable[str], longest: int = LONGEST_NAME) -> dict[str, str]:
    """A readable form for each name from outside; two names never share one."""
    names = list(dict.fromkeys(names))
    return dict(zip(names, told_apart((printable(name, _MOST_READ) for name in names), longest), strict=True))


def unshared(names: Sequence[str]) -> list[str]:
    """Names without the parts, between commas, that all of them share; as they are if that tells them less apart."""
    parts = [name.split(", ") for name in names]
    shared = set(parts[0]).intersection(*parts[1:]) if len(parts) > 1 else set()
    short = [", ".join(part for part in own if part not in shared) for own in parts]
    return short if all(short) and len(set(short)) == len(set(names)) else list(names)


def missing(value: Any) -> bool:
    """Whether there is no number."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def verbatim(value: Any) -> str:
    """Text as it is, and a dash where there is none."""
    return NOTHING if missing(value) or value == "" else str(value)


def rounded(value: Any) -> str:
    """Any setting or number; four digits of a float."""
    if missing(value):
        return NOTHING
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def whole(value: Any) -> str:
    """A count or an epoch; infinity is "not reached"."""
    if missing(value):
        return NOTHING
    return "not reached" if math.isinf(value) else f"{value:,.0f}"


def percent(value: Any) -> str:
    """A fraction as percent with one decimal."""
    return NOTHING if missing(value) else f"{100 * value:.1f} %"


def percent_unlike(value: float, other: float) -> str:
    """The same with up to four decimals, where it would otherwise look like another number.

    A bound of .85004 printed as "85.0" beside "above 85.0" would contradict it.
    """
    if missing(value) or value == other:
        return percent(value)
    candidates = [f"{100 * value:.{digits}f}" for digits in range(1, 5)]
    differ = (text for digits, text in enumerate(candidates, 1) if text != f"{100 * other:.{digits}f}")
    return f"{next(differ, candidates[-1])} %"


def plain(value: float, decimals: int) -> str:
    """A number with so many decimals; a very large or small one with six digits."""
    text = f"{value:,.{decimals}f}"
    return text if len(text) <= 15 else f"{value:.6g}"


def plain_unlike(value: float, other: float, decimals: int) -> str:
    """The same with up to three decimals more, where it would otherwise look like another number."""
    candidates = [plain(value, decimals + more) for more in range(4)]
    differ = (text for more, text in enumerate(candidates) if text != plain(other, decimals + more))
    return candidates[0] if value == other else next(differ, candidates[-1])


def confidence(value: Any) -> str:
    """A confidence level in percent, to four digits: 98.75 %."""
    return NOTHING if missing(value) else f"{100 * value:.4g} %"


def points(difference: float) -> str:
    """A difference of two accuracies in percentage points."""
    number = f"{100 * difference:.3g}"
    return f"{number} point{'' if number in ('1', '-1') else 's'}"


def signed_points(value: Any) -> str:
    """The same for a column of such differences: with its sign, without the unit."""
    return NOTHING if missing(value) else f"{100 * value:+.2f}"


def bound_points(value: Any) -> str:
    """A bound of such a difference; "none" where it is no narrower than what any two accuracies can differ by."""
    return "none" if not missing(value) and abs(value) >= 1 else signed_points(value)


def p_value(value: Any) -> str:
    """A p value: 0.012, < 0.0001."""
    if missing(value):
        return NOTHING
    return "< 0.0001" if value < 1e-4 else f"{value:.2g}"


def p_statement(value: float) -> str:
    """A p value for within a sentence: p = 0.012, p < 0.0001."""
    return f"p {p_value(value)}" if value < 1e-4 else f"p = {p_value(value)}"


def unbroken(text: str) -> str:
    """Text whose lines do not end between a number and its per cent sign."""
    return text.replace(" %", f"{NO_BREAK}%")


def plural(count: int, one: str, many: str = "") -> str:
    """The word for so many things: run, runs."""
    return one if count == 1 else many or f"{one}s"


def counted(count: int, one: str, many: str = "") -> str:
    """3 runs, 1 run, no runs."""
    return f"{count:,} {plural(count, one, many)}" if count else f"no {plural(count, one, many)}"


def all_of(count: int, one: str, many: str = "") -> str:
    """Things of which none is left out: the verdict, both verdicts, all 3 verdicts."""
    article = {1: "the", 2: "both"}.get(count, f"all {count:,}")
    return f"{article} {plural(count, one, many)}"


def listed(names: Iterable[str], most: int = 4) -> str:
    """Names as an English list: a, b and c; with semicolons where names have commas of their own: a, x; b, y; and c."""
    names = list(names)
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} others"]
    if len(names) < 2:
        return "".join(names) or "none"
    between = "; " if any(", " in name for name in names) else ", "
    last = "; and " if between == "; " and len(names) > 2 else " and "
    return f"{between.join(names[:-1])}{last}{names[-1]}"


def duration(seconds: float) -> str:
    """Seconds as text a person can use."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def spelled(key: str) -> str:
    """What a sentence calls a setting, by its dotted key: dropout, L2."""
    name = key.split(".", 1)[1]
    return name.upper() if name in ("l1", "l2") else name


def describe(key: str, value: object) -> str:
    """A setting, by its dotted key, as short text, such as `lr 0.05` or `hidden 64-64`."""
    return f"{key.split('.', 1)[1]} {written(value)}"


def written(value: object) -> str:
    """A setting's value as short text that no other value of it has."""
    if value is None:
        return "full"
    if isinstance(value, tuple | list):
        return "-".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return str(value)


def displayed(values: Iterable[Any]) -> dict[Any, str]:
    """How a figure or a table writes each of a setting's values: with three digits, or as many as tell them apart."""
    values = list(dict.fromkeys(values))
    for digits in range(3, 18):
        texts = [f"{value:.{digits}g}" if isinstance(value, float) else written(value) for value in values]
        if len(set(texts)) == len(values):
            break
    return dict(zip(values, texts, strict=True))
