"""What is wrong with a grid file: each fault with its place, the value, what is allowed and, if near, a suggestion."""

from collections.abc import Sequence
from typing import Any

from bench.errors import UsageError
from bench.text import quoted as quoted
from bench.text import suggest as suggest

MOST_FAULTS = 20  # in one message


class GridError(UsageError):
    """A grid that cannot be run. `str()` is one message with every fault, up to 20: place, value, what is allowed."""

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults[:MOST_FAULTS])
        more = f"more than {MOST_FAULTS} faults; the first are" if len(faults) > MOST_FAULTS else ""
        count = more or ("1 fault" if len(faults) == 1 else f"{len(faults)} faults")
        super().__init__(f"{source}: {count}\n" + "\n".join(f"  {fault}" for fault in self.faults))


class EnoughFaults(Exception):
    """So many that no more are looked for: a file that was made to have thousands takes no longer than another."""


class Faults(list[str]):
    """The faults found so far, in words. Whoever adds one that no message would show is stopped by EnoughFaults."""

    def append(self, fault: str) -> None:
        super().append(fault)
        if len(self) > MOST_FAULTS:
            raise EnoughFaults

    def add(self, place: str, given: Any, allowed: str, suggestion: str = "", problem: str = "") -> None:
        """Write one down. `problem`: instead of the value, where that is not what is wrong."""
        what = f"{place}: {problem}; expected" if problem else f"{place} = {quoted(given)}: expected"
        self.append(f"{what} {allowed}{suggestion}")
