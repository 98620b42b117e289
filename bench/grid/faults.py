"""What is wrong with a grid file: each fault with its place, the value, what is allowed and, if near, a suggestion."""

from collections.abc import Sequence
from typing import Any

from bench.errors import UsageError
from bench.text import quoted as quoted
from bench.text import suggest as suggest


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
