"""What is wrong with a grid file: each fault with its place, the value, what is allowed and, if near, a suggestion."""

import difflib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from bench.errors import UsageError
from bench.text import printable


class GridError(UsageError):
    """A grid that cannot be run. `str()` is one message with every fault: place, value, what is allowed."""

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{source}: {count}\n" + "\n".join(f"  {fault}" for fault in faults))
        self.faults = tuple(faults)


class Faults(list[str]):
    """The faults found so far, in words."""

    def add(self, place: str, given: Any, allowed: str, suggestion: str = "", problem: str = "") -> None:
        """Write one down. `problem`: instead of the value, where that is not what is wrong."""
        what = f"{place}: {problem}; expected" if problem else f"{place} = {quoted(given)}: expected"
        self.append(f"{what} {allowed}{suggestion}")


def suggest(given: Any, known: Iterable[str]) -> str:
    """The known word that is nearest to what was given, as the end of a message."""
    known = list(known)
    words = {word.rpartition(".")[2]: word for word in known} | {word: word for word in known}  # also `dropout` alone
    near = difflib.get_close_matches(given, words, n=1) if isinstance(given, str) and len(given) < 100 else []
    return f'; did you mean "{words[near[0]]}"?' if near else ""


def quoted(value: Any) -> str:
    """A value for a message: as TOML would write it, roughly, and never long."""
    if value is None:
        return "(missing)"
    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = "(cannot be shown)"
    return printable(text)
