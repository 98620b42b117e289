"""CSV as people have it: with commas, semicolons, tabs or bars; decimal points or commas; UTF-8, UTF-16 or Windows' own
encoding, with or without a byte order mark; any line ends, quoted line breaks, row names or an index in front.

Python's own parser, not that of pandas: it rounds exactly, in every version, and knows the line of a fault. Rows become
numbers block by block, so that their text never takes much memory.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import numpy as np

from bench.data.faults import DataError, column, shown
from bench.data.layout import MOST_CELLS, Columns, Layout, check_size
from bench.data.numerals import DecimalComma, Numerals, is_missing, is_number
from bench.text import quoted
from nn.arrays import Array

SEPARATORS = (",", ";", "\t", "|")

_COUNT = re.compile(r"[0-9]{1,18}")
_BLOCK = 1 << 16  # cells that are text at one time

Row = Sequence[str]


def columns_of(data: bytes, layout: Layout) -> Columns:
    """The columns of a file. Raises DataError with the line, and the column, of each fault."""
    encoding = _encoding(data)
    separator = _separator(data, encoding)
    commas = separator != ","  # in a file with commas between cells, a comma in a number is one between thousands
    try:
        return _Reader(_Rows(data, encoding, separator), layout, Numerals(".", commas)).columns()
    except DecimalComma:
        return _Reader(_Rows(data, encoding, separator), layout, Numerals(",", commas)).columns()


def _encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates, allowed = ["utf-16"], "UTF-16, as which its first bytes mark it"
    elif b"\0" in data:
        raise DataError([f"byte {data.index(0):,} is 0, so it is no text; save the table as CSV"])
    else:
        candidates, allowed = ["utf-8-sig", "cp1252"], "UTF-8 or Windows-1252"  # the latter contains Latin-1's letters
    for encoding in candidates:
        try:
            data.decode(encoding)
        except UnicodeDecodeError as error:
            place = error.start
        else:
            return encoding
    raise DataError([f"byte {place:,}: not {allowed}; save the file in UTF-8"])


def _separator(data: bytes, encoding: str) -> str:
    """The separator that the first line has most of, outside of quotes."""
    with _text(data, encoding) as lines:
        first = next((line.strip() for line in lines if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    separator = max(SEPARATORS, key=unquoted.count)
    if separator not in unquoted:
        remedy = "expected names of columns with commas, semicolons, tabs or bars between them"
        raise DataError([f"line 1 is one column, {quoted(shown(first))}; {remedy}"])
    return separator


def _text(data: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline="")


@dataclass
class _Rows:
    """The rows below the header, all of one width, without empty ones, and without an index that is no column.

    `lines`: where each row that was read so far ends.
    """

    data: bytes
    encoding: str
    separator: str
    lines: array[int] = field(default_factory=lambda: array("q"))

    def header(self) -> tuple[list[str], Iterator[Row]]:
        """The names of columns, and the rows with a cell for each."""
        rows = self._all()
        names = _names(rows)
        first = next(rows, None)
        if first is None:
            raise DataError(["no rows; expected a line for each sample below the names of columns"])
        rows = chain([first], rows)
        if len(first) == len(names) + 1:  # row names, as R writes them
            return names, (row[1:] for row in rows)
        return (names[1:], self._without_index(rows)) if not names[0] else (names, rows)

    def whole(self) -> tuple[list[str], Iterator[Row]]:
        """The same with an index, called "" if it has no name."""
        rows = self._all()
        names = _names(rows)
        first = next(rows, None)
        if first is None:
            raise DataError(["no rows; expected some below the line with the names of columns"])
        return ["", *names] if len(first) == len(names) + 1 else names, chain([first], rows)

    def most(self, columns: int) -> int:
        """More rows than there can be, of those that a table of so many columns can have."""
        ends = max(self.data.count(end) for end in (b"\n", b"\r"))
        return min(ends + 1, MOST_CELLS // max(columns, 1) + 1)

    def _all(self) -> Iterator[Row]:
        reader = csv.reader(
            _text(self.data, self.encoding), delimiter=self.separator, skipinitialspace=True, strict=True
        )
        filled = filter(any, reader)
        names = width = ended = 0
        try:
            for row in filled:
                ended = reader.line_num
                if not width:
                    names = width = len(row)
                    yield row
                    continue
                self.lines.append(ended)
                if len(self.lines) == 1 and len(row) == names + 1 and row[-1]:
                    width = len(row)  # row names have no name
                if len(row) != width:
                    raise DataError([self._other_width(row, names)])
                yield row
        except csv.Error as error:
            remedy = "check its quotes; a quote within a quoted cell is written twice"
            raise DataError([f"line {ended + 1:,}: {shown(str(error))}; {remedy}"]) from None

    def _other_width(self, row: Row, names: int) -> str:
        """What is wrong with the last row that was read, or with the first if this one has a cell for each name."""
        line, cells = (self.lines[0], names + 1) if len(row) == names else (self.lines[-1], len(row))
        remedy = f"quote a cell that contains {quoted(self.separator)}, and write one for every column"
        if cells == names + 1 and not row[-1]:
            remedy = f"delete the {quoted(self.separator)} at its end"
        return f"line {line:,}: {cells} cells, but line 1 has {names} names; {remedy}"

    def _without_index(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Rows without their first cell, which has no name, as long as it counts them; left-out rows leave gaps."""
        last = -1
        for count, row in enumerate(rows):
            number = int(row[0]) if _COUNT.fullmatch(row[0]) else -1
            if number <= last:
                remedy = "name it in line 1, and in drop if it is no feature"
                what = f"column 1 has no name, and {quoted(shown(row[0]))} does not count the rows"
                raise DataError([f"line {self.lines[count]:,}: {what}; {remedy}"])
            last = number
            yield row[1:]


def _names(rows: Iterator[Row]) -> list[str]:
    """The names of columns, in the first row."""
    names = [name.strip() for name in next(rows, [])]
    if all(is_number(name) for name in names):
        remedy = "put a line with the names of columns above it"
        raise DataError(
            [f"line 1 has numbers where names of columns are expected: {quoted(shown(names[0]))}; {remedy}"]
        )
    return names


class Cells:
    """A file's columns as text, for whoever knows which are needed only after a look at their names.

    `names`: of all columns; the first is "" where it has none, such as an index. `decimal_comma`: whether a comma
    between digits can be a decimal one.
    """

    def __init__(self, data: bytes) -> None:
        """Read the header. Raises DataError."""
        encoding = _encoding(data)
        separator = _separator(data, encoding)
        self._rows = _Rows(data, encoding, separator)
        self.decimal_comma = separator != ","
        names, _ = self._rows.whole()
        self.names = tuple(names)

    def columns(self, names: Sequence[str], most: int) -> dict[str, list[str]]:
        """These columns, "" where a value is missing. Raises DataError with the line of a fault, or for more rows."""
        self._rows.lines = array("q")
        _, rows = self._rows.whole()
        places = [self.names.index(name) for name in names]
        found: list[list[str]] = [[] for _ in names]
        once: dict[str, str] = {}  # equal cells are looked at once, and are one object
        while block := list(islice(rows, max(1, _BLOCK // len(self.names)))):
            for cells, place in zip(found, places, strict=True):
                raw = [row[place] for row in block]
                once |= {cell: _cell(cell) for cell in set(raw).difference(once)}
                cells += map(once.__getitem__, raw)
            if len(self._rows.lines) > most:
                raise DataError([f"more than {most:,} rows; expected at most so many: take a part of them"])
        return dict(zip(names, found, strict=True))

    def place(self, row: int) -> str:
        """Where a row, from 0, stands in the file."""
        return f"line {self._rows.lines[row]:,}"


@dataclass
class _Reader:
    """From rows to columns. `faults`: the first of each column."""

    rows: _Rows
    layout: Layout
    numerals: Numerals
    faults: dict[str, str] = field(default_factory=dict)

    def columns(self) -> Columns:
        names, rows = self.rows.header()
        numbers = self.layout.numbers(names)
        places = {name: place for place, name in enumerate(names)}
        texts: dict[str, list[str]] = {name: [] for name in self.layout.texts}
        once: dict[str, str] = {}  # equal cells of text are one object
        table = np.empty((self.rows.most(len(numbers)), len(numbers)))  # what is not written to takes no memory
        read = 0
        while block := list(islice(rows, max(1, _BLOCK // len(names)))):
            check_size(read + len(block), len(numbers) + len(texts))
            for name, cells in texts.items():
                cells += [once.setdefault(cell, cell) for cell in _texts(block, places[name])]
            own = [places[name] for name in numbers]
            chosen = [[row[place] for place in own] for row in block]
            table[read : read + len(block)] = self._numbers(chosen, numbers, read)
            read += len(block)
        return Columns(tuple(numbers), table[:read], texts, self._place, self.faults)

    def _place(self, row: int) -> str:
        return f"line {self.rows.lines[row]:,}"

    def _numbers(self, rows: Sequence[Row], names: Sequence[str], start: int) -> Array:
        """Numbers of a block whose first row is `start`: float64 (rows, len(names))."""
        try:
            return self.numerals.numbers(rows)
        except ValueError:  # some are missing, or no numbers
            return np.array([self._row(row, names, start + count) for count, row in enumerate(rows)], np.float64)

    def _row(self, row: Row, names: Sequence[str], number: int) -> list[float]:
        values = []
        for name, cell in zip(names, row, strict=True):
            try:
                values.append(self.numerals.number(cell))
            except ValueError as fault:
                self.faults.setdefault(name, f"{self._place(number)}, {column(name)}: {fault}")
                values.append(0.0)
        return values


def _texts(rows: Sequence[Row], place: int) -> Iterator[str]:
    """The cells of a column of text; "" where there is no value."""
    return (_cell(row[place]) for row in rows)


def _cell(cell: str) -> str:
    """A cell without blanks around it; "" where there is no value."""
    text = cell.strip()
    return "" if is_missing(text) else text
