"""What is wrong with a data file: each fault with its place, the value, what is expected, and a remedy."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bench.errors import UsageError
from bench.text import counted, printable, quoted

MOST_SHOWN = 10


class DataError(UsageError):
    """Data that cannot be used. `faults`: a line for each thing that is wrong, none of them long."""

    def __init__(self, faults: Sequence[str]) -> None:
        more = [f"and {counted(len(faults) - MOST_SHOWN, 'fault')} more"] if len(faults) > MOST_SHOWN else []
        self.faults = (*faults[:MOST_SHOWN], *more)
        super().__init__("\n".join(self.faults))


@contextmanager
def unreadable(what: str, remedy: str) -> Iterator[None]:
    """Turn whatever a library raises for bytes that it cannot read into a DataError.

    What that can be is said nowhere: errors of every decompressor, of UTF-8, MemoryError for what is nested deeply.
    """
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        raise DataError([f"not {what}: {shown(str(error) or type(error).__name__)}; {remedy}"]) from error


def column(name: str, what: str = "column") -> str:
    """A column, or `what` else has a name, for messages."""
    return f"{what} {quoted(name)}"


def shown(text: str) -> str:
    """A cell or a file's own words, for messages: harmless in a terminal and short."""
    return printable(text, 60)
