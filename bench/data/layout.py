"""Which columns of a file are what, and what readers of all formats hand over."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.data.faults import MOST_SHOWN, DataError, column
from bench.text import counted, suggest
from nn.arrays import Array

MOST_CELLS = 1 << 26  # numbers and texts of a table: half a GiB
MOST_COLUMNS = 100_000


@dataclass(frozen=True)
class Layout:
    """What a grid file says about columns, by name.

    `target`: the labels. `drop`: not used. `categorical`: one feature for each of their values. `split`: says which
    rows are for training, validation and test; "" for a new split per seed. All others are numbers.
    """

    target: str
    drop: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    split: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Columns that are read as text."""
        return (self.target, *self.categorical, *((self.split,) if self.split else ()))

    def numbers(self, names: Sequence[str]) -> list[str]:
        """Those of a file's columns that are numbers. Raises DataError where names are unknown or have two roles."""
        faults = [*_bad_header(names), *self._unknown(names), *self._twice()]
        if faults:
            raise DataError(faults)
        others = {*self.texts, *self.drop}
        numbers = [name for name in names if name not in others]
        if not numbers and not self.categorical:
            raise DataError(["no column is left for features; expected at least one beside the target"])
        return numbers

    def _unknown(self, names: Sequence[str]) -> list[str]:
        roles = {"target": (self.target,), "drop": self.drop, "categorical": self.categorical}
        roles |= {"split": (self.split,)} if self.split else {}
        known = set(names)
        unknown = [(role, name) for role, own in roles.items() for name in own if name not in known]
        return [
            f"{role}: no {column(name)}; expected one of the {counted(len(names), 'column')}"
            + (suggest(name, names) if place < MOST_SHOWN else "")  # the others are only counted
            for place, (role, name) in enumerate(unknown)
        ]

    def _twice(self) -> list[str]:
        return [
            f"{column(name)}: named twice among target, drop, categorical and split; once is enough"
            for name, count in Counter([*self.texts, *self.drop]).items()
            if count > 1
        ]


def _bad_header(names: Sequence[str]) -> list[str]:
    check_width(len(names))
    seen: dict[str, int] = {}
    faults = []
    for place, name in enumerate(names, 1):
        if not name:
            faults.append(f"column {place} has no name; give it one in the first line, or delete it")
        elif name in seen:
            faults.append(
                f"columns {seen[name]} and {place} are both called {column(name).removeprefix('column ')}; rename one"
            )
        seen.setdefault(name, place)
    return faults


@dataclass(frozen=True, eq=False)
class Columns:
    """A file's columns.

    `names`, `numbers`: float64 (rows, len(names)), NaN where a value is missing. `texts`: columns that are read as
    text, "" where a value is missing. `place`: says where a row, from 0, stands in the file. `faults`: of columns in
    which something is no number, whose numbers mean nothing.
    """

    names: tuple[str, ...]
    numbers: Array
    texts: dict[str, list[str]]
    place: Callable[[int], str] = lambda row: f"row {row + 1}"
    faults: dict[str, str] = field(default_factory=dict)


def check_width(columns: int) -> None:
    """Raise DataError for more columns than can be looked at one by one."""
    if columns > MOST_COLUMNS:
        raise DataError([f"{columns:,} columns; expected at most {MOST_COLUMNS:,}"])


def check_size(rows: int, columns: int) -> None:
    """Raise DataError for a table that would not fit into memory."""
    if rows * columns > MOST_CELLS:
        size = f"{rows:,} rows of {columns:,} columns"
        raise DataError([f"{size}; expected at most {MOST_CELLS:,} cells; keep fewer rows or columns"])
