"""Data files that cannot be used: what is in them, how a grid describes them, and words that must say what is wrong."""

import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from bench.data import Layout, Table, digest_of, load

_LINES = ["a,b,class", *(f"{i * 37 % 11 / 4},{i * 53 % 13},{'xy'[i % 2]}" for i in range(24))]


def table(*changes: tuple[int, str], header: str = "") -> str:
    """A good file of 24 rows, some of whose lines (from 1) are replaced."""
    lines = [header or _LINES[0], *_LINES[1:]]
    for line, text in changes:
        lines[line - 1] = text
    return "\n".join(lines) + "\n"


def with_column(name: str, values: list[str]) -> str:
    """The same with a column in front."""
    lines = [f"{name},{_LINES[0]}", *(f"{value},{line}" for value, line in zip(values, _LINES[1:], strict=True))]
    return "\n".join(lines) + "\n"


GOOD = table()


@dataclass(frozen=True)
class Malformed:
    """`content`: of the file, or what makes it at a path. `words`: what the message must say, among other things."""

    name: str
    content: str | bytes | Callable[[Path], object]
    words: tuple[str, ...]
    layout: Layout = field(default_factory=lambda: Layout("class"))
    file: str = "data.csv"

    def write(self, folder: Path) -> None:
        """Make the file in a folder."""
        path = folder / self.file
        if callable(self.content):
            self.content(path)
        else:
            path.write_bytes(self.content.encode() if isinstance(self.content, str) else self.content)


def read(folder: Path, path: str, layout: Layout) -> Table:
    """The table in a file as it is now."""
    return load(str(folder), path, layout, digest_of(str(folder), path))


class _Code:
    """What makes a file, in the working folder, if it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return open, ("executed", "w")


def _npz(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _npz_of(header: str) -> bytes:
    """An NPZ file with labels, and an array of which there is no more than this header."""
    file = io.BytesIO(_npz(**{"class": _Y}))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\0" + len(header).to_bytes(2, "little") + header.encode())
    return file.getvalue()


def _damaged_lzma() -> bytes:
    """An NPZ file as no NumPy writes it, packed by LZMA, with a byte in the midst of an array changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x.npy", bytes(1000))
    content = bytearray(file.getvalue())
    content[50] ^= 0xFF
    return bytes(content)


def _with_size(archive: bytes, size: int) -> bytes:
    """A ZIP archive whose directory says that its first file becomes so large when it is unpacked."""
    place = archive.index(b"PK\1\2") + 24
    return archive[:place] + size.to_bytes(4, "little") + archive[place + 4 :]


def _parquet(**columns: object) -> bytes:
    file = io.BytesIO()
    pd.DataFrame(columns).to_parquet(file)
    return file.getvalue()


def _outside(path: Path) -> None:
    """A link to a file beside the folder."""
    other = path.parent.parent / f"{path.parent.name}-secret.csv"
    other.write_text(GOOD)
    path.symlink_to(other)


def _nothing(path: Path) -> None:
    """No file at all, where none can be made."""


def _large(path: Path) -> None:
    """A file without content that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(2_000_000_000)


_X, _Y = np.arange(24.0).reshape(12, 2) ** 2, np.array(["x", "y"] * 6)
_NUMBERS = [f"{i * 29 % 24 / 2}" for i in range(24)]
_CLASSES = ["x", "y"] * 6
_LATIN1 = pa.array([b"\xe9t\xe9", b"y"] * 6)

_PATHS = [
    Malformed("no such file", lambda path: None, ("no such file", "relative to the grid file")),
    Malformed("a folder", lambda path: path.mkdir(), ("not a file", "path of a data file")),
    Malformed("a pipe", os.mkfifo, ("not a file", "path of a data file")),
    Malformed("a device", lambda path: path.symlink_to("/dev/zero"), ("leads out of the folder", "copy the file")),
    Malformed("a link that leads out", _outside, ("leads out of the folder", "copy the file")),
    Malformed("a link to itself", lambda path: path.symlink_to(path), ("cannot be read",)),
    Malformed("an absolute path", _nothing, ("relative", "copy the file"), file="/etc/passwd.csv"),
    Malformed("a path that leads out", _nothing, ("without ..", "copy the file"), file="../secret.csv"),
    Malformed("Windows' way out", _nothing, ("without ..", "copy the file"), file="a\\..\\..\\secret.csv"),
    Malformed("an address", _nothing, ("an address", "download"), file="https://example.org/data.csv"),
    Malformed("another format", GOOD, (".csv", ".parquet", ".npz"), file="data.xlsx"),
    Malformed("a pickle", b"cos\nsystem\n(S'touch executed'\ntR.", (".csv", ".npz"), file="data.pkl"),
    Malformed("2 GB", _large, ("256 MiB", "fewer rows")),
    Malformed("nothing in it", "", ("empty", "names of columns")),
]

_CSV = [
    Malformed("blank lines", "\n\n\n", ("line 1", "names of columns")),
    Malformed("a header alone", "a,b,class\n", ("no rows", "a line for each sample")),
    Malformed("no header", table(header="1,2,3"), ("line 1", '"1"', "names of columns above it")),
    Malformed("one column", "class\nx\ny\n", ("line 1", '"class"', "commas, semicolons")),
    Malformed("blanks between columns", "a b class\n1 2 x\n", ("line 1", '"a b class"', "commas, semicolons")),
    Malformed("binary", b"\x89PNG\r\n\x1a\n\0\0\0", ("byte 8", "no text", "CSV")),
    Malformed("half a UTF-16 character", GOOD.encode("utf-16")[:-1], ("UTF-16", "UTF-8")),
    Malformed("no known encoding", GOOD.encode() + b"\x81,\xff,x\n", ("byte", "Windows-1252", "UTF-8")),
    Malformed("a cell too many", table((5, "1,2,x,3")), ("line 5", "4 cells", "3 names", "quote")),
    Malformed("a cell too few", table((5, "1,x")), ("line 5", "2 cells", "3 names")),
    Malformed("a cell too many at first", table((2, "1,2,3,x")), ("line 2", "4 cells", "3 names", "quote")),
    Malformed(
        "separators at the end",
        GOOD.replace("\n", ",\n")[len("a,b,class,\n") :].join(["a,b,class\n", ""]),
        ("line 2", "4 cells", 'delete the ","'),
    ),
    Malformed("an open quote", table((5, '1,2,"x')), ("line 5", "quotes", "twice")),
    Malformed("an open quote at first", table((2, '1,2,"x')), ("line 2", "quotes", "twice")),
    Malformed("a quote within quotes", table((5, '1,2,"x"y"')), ("line 5", "quotes", "twice")),
    Malformed("a cell without end", table((5, "1,2," + "x" * 200_000)), ("line 5", "field limit")),
    Malformed("a column without name", table(header="a,,class"), ("column 2", "no name", "first line")),
    Malformed("a first column without name", with_column("", _NUMBERS), ("line 2", "column 1 has no name", "line 1")),
    Malformed(
        "an index in another order",
        with_column("", [*map(str, reversed(range(24)))]),
        ("line 3", 'column 1 has no name, and "22" does not count', "line 1"),
    ),
    Malformed("two columns of one name", table(header="a,a,class"), ("columns 1 and 2", '"a"', "rename")),
    Malformed("text", table((5, "1,high,x")), ("line 5", 'column "b"', '"high"', "categorical or drop")),
    Malformed("a date", table((5, "1,2024-03-01,x")), ("line 5", 'column "b"', '"2024-03-01"', "not a number")),
    Malformed("a percentage", table((5, "1,5 %,x")), ("line 5", 'column "b"', '"5 %"', "not a number")),
    Malformed("Python's underscores", table((5, "1,1_000,x")), ("line 5", 'column "b"', '"1_000"', "not a number")),
    Malformed("hexadecimal", table((5, "1,0x10,x")), ("line 5", 'column "b"', '"0x10"', "not a number")),
    Malformed("thousands", table((5, '1,"1,234",x')), ("line 5", 'column "b"', '"1,234"', "without them")),
    Malformed(
        "two decimal marks",
        table((5, "1;2,5;x")).replace(",", ";").replace("2;5", "2,5"),
        ("decimal point", "decimal comma", "alike", "line"),
    ),
    Malformed("a formula", table((5, "1,=1+1,x")), ("line 5", 'column "b"', '"=1+1"', "not a number")),
    Malformed("an escape sequence", table((5, "1,\x1b[2J,x")), ("line 5", "\\x1b[2J", "not a number")),
]

_VALUES = [
    Malformed("a missing value", table((5, "1,,x")), ("line 5", 'column "b"', "no value", "delete the row")),
    Malformed("NA", table((5, "1,NA,x")), ("line 5", 'column "b"', "no value", "drop")),
    Malformed("a question mark", table((5, "1, ?,x")), ("line 5", 'column "b"', "no value", "fill it in")),
    Malformed("nan", table((5, "1,nan,x")), ("line 5", 'column "b"', "no value", "fill it in")),
    Malformed("infinity", table((5, "1,-inf,x")), ("line 5", 'column "b"', "-inf", "1e+30")),
    Malformed("too large for floats", table((5, "1,1e999,x")), ("line 5", 'column "b"', "inf", "1e+30")),
    Malformed("a missing label", table((5, "1,2,")), ("line 5", 'column "class"', "no value", "delete the row")),
    Malformed("two faults", table((5, "1,,x"), (7, "one,2,y")), ("line 5", "line 7", '"one"', "no value")),
    Malformed("a constant", with_column("c", ["7"] * 24), ('"c" is 7 in every row', 'drop = ["c"]')),
    Malformed("an index with a name", with_column("id", [*map(str, range(24))]), ('"id" counts', 'drop = ["id"]')),
    Malformed(
        "a column twice",
        "\n".join(f"{line.split(',')[0].upper()},{line}" for line in GOOD.splitlines()),
        ('"a" has the same numbers as "A"', 'drop = ["a"]'),
    ),
]

_LABELS = [
    Malformed("no target", GOOD, ("target", '"klass"', '"class"?'), Layout("klass")),
    Malformed("one class", GOOD.replace("y", "x"), ('"class"', "1 class", "at least 2")),
    Malformed("a rare class", table((5, "1,2,z")), ('"z" has 1 row', "at least 3", "group")),
    Malformed(
        "a measurement",
        with_column("price", _NUMBERS),
        ('"price"', "24 different numbers", "continuous", "group"),
        Layout("price", drop=("class",)),
    ),
    Malformed(
        "whole measurements",
        with_column("price", [str(7 * i % 24) for i in range(24)]),
        ('"price"', "continuous", "group"),
        Layout("price", drop=("class",)),
    ),
    Malformed(
        "too many classes",
        "a,class\n" + "".join(f"{i % 7},c{i % 1001}\n" for i in range(3003)),
        ('"class"', "1,001 classes", "1,000", "group"),
    ),
    Malformed(
        "one class in two spellings",
        table((5, "1,2,X"), (7, "2,2,X"), (9, "3,2,X")),
        ('"class"', '"x" and "X"', "alike"),
    ),
    Malformed(
        "one number in two spellings",
        GOOD.replace("x", "1").replace("y", "2").replace(",1\n", ",1.0\n", 4),
        ('"1.0" and "1"', "alike"),
    ),
]

_COLUMNS = [
    Malformed("an unknown column in drop", GOOD, ("drop", '"bb"', "3 columns", '"b"?'), Layout("class", drop=("bb",))),
    Malformed(
        "an unknown categorical column", GOOD, ("categorical", '"color"'), Layout("class", categorical=("color",))
    ),
    Malformed("an unknown split", GOOD, ("split", '"part"', "3 columns"), Layout("class", split="part")),
    Malformed("a column of two roles", GOOD, ('"a"', "twice", "drop", "categorical"), Layout("class", ("a",), ("a",))),
    Malformed("the target dropped", GOOD, ('"class"', "twice"), Layout("class", ("class",))),
    Malformed("all columns dropped", GOOD, ("no column is left", "at least one"), Layout("class", ("a", "b"))),
    Malformed(
        "too many categories",
        "a,c,class\n" + "".join(f"{i % 7},c{i % 101},{i % 2}\n" for i in range(202)),
        ('"c"', "101 different values", "100", "group"),
        Layout("class", categorical=("c",)),
    ),
    Malformed(
        "one category", with_column("c", ["red"] * 24), ('"c"', '"red"', "drop"), Layout("class", categorical=("c",))
    ),
    Malformed(
        "a missing category",
        with_column("c", ["red", ""] * 12),
        ("line 3", '"c"', "no value"),
        Layout("class", categorical=("c",)),
    ),
    Malformed(
        "a category in two spellings",
        with_column("c", ["red", "Red"] * 12),
        ('"red" and "Red"', "alike"),
        Layout("class", categorical=("c",)),
    ),
    Malformed(
        "an unknown part",
        with_column("part", ["train", "tset"] * 12),
        ("line 3", '"part"', '"tset"', '"test"'),
        Layout("class", split="part"),
    ),
    Malformed(
        "a missing part",
        with_column("part", ["train", ""] * 12),
        ("line 3", '"part"', "no value"),
        Layout("class", split="part"),
    ),
    Malformed(
        "no test part",
        with_column("part", ["train"] * 24),
        ('"part"', "no row for test"),
        Layout("class", split="part"),
    ),
]

_FORMATS = [
    Malformed("text called Parquet", GOOD, ("not a Parquet file", "write it again"), file="data.parquet"),
    Malformed("half of a Parquet file", _parquet(a=_NUMBERS)[:-9], ("not a Parquet file",), file="data.parquet"),
    Malformed(
        "text in Parquet",
        _parquet(a=_CLASSES, b=_X[:, 1], **{"class": _CLASSES}),
        ('column "a"', "string", "expected numbers", "categorical"),
        file="data.parquet",
    ),
    Malformed(
        "a null in Parquet",
        _parquet(a=[None, *range(11)], **{"class": _CLASSES}),
        ("row 1", 'column "a"', "no value"),
        file="data.parquet",
    ),
    Malformed(
        "lists in Parquet",
        _parquet(a=[[1], [2]] * 6, **{"class": _CLASSES}),
        ('column "a"', "list", "expected numbers"),
        file="data.parquet",
    ),
    Malformed(
        "Parquet with text that is not UTF-8",
        _parquet(a=range(12), **{"class": pd.array(_LATIN1.view(pa.string()), dtype=pd.ArrowDtype(pa.string()))}),
        ("not a Parquet file", "utf-8", "write it again"),
        file="data.parquet",
    ),
    Malformed("no rows in Parquet", _parquet(a=[1.0][:0], **{"class": ["x"][:0]}), ("no rows",), file="data.parquet"),
    Malformed("text called NPZ", GOOD, ("not an NPZ file", "numpy.savez"), file="data.npz"),
    Malformed("half of an NPZ file", _npz(x=_X)[:-30], ("not an NPZ file", "numpy.savez"), file="data.npz"),
    Malformed("a damaged LZMA file", _damaged_lzma(), ("not an NPZ file", "numpy.savez"), file="data.npz"),
    Malformed(
        "a header nested deeply", _npz_of("-" * 9000 + "1\n"), ("not an NPZ file", "numpy.savez"), file="data.npz"
    ),
    Malformed(
        "a shape of flags",
        _npz_of("{'descr': '<f8', 'fortran_order': False, 'shape': (True,)}\n"),
        ("not an NPZ file", "numpy.savez"),
        file="data.npz",
    ),
    Malformed(
        "an array with millions of columns",
        _npz(x=np.zeros((3, 3_000_000), np.int8), **{"class": _Y[:3]}),
        ("3,000,001 columns", "expected at most 100,000"),
        file="data.npz",
    ),
    Malformed("no arrays", _npz(), ("no arrays",), file="data.npz"),
    Malformed(
        "Python objects",
        _npz(x=_X, **{"class": np.array([_Code()] * 12)}),
        ('"class"', "Python objects", "run code", "save numbers or text"),
        file="data.npz",
    ),
    Malformed(
        "a header that asks for all memory",
        _npz(x=_X, **{"class": _Y}).replace(b"(12, 2), }   ", b"(9999999, 2), }"[:13]),
        ("not an NPZ file",),
        file="data.npz",
    ),
    Malformed(
        "a bomb",
        _with_size(_npz(x=_X, **{"class": _Y}), 2_000_000_000),
        ("expected at most 67,108,864 cells",),
        file="data.npz",
    ),
    Malformed(
        "arrays of different lengths",
        _npz(x=_X[:9], **{"class": _Y}),
        ("x 9", "class 12", "each sample"),
        file="data.npz",
    ),
    Malformed(
        "images", _npz(x=_X.reshape(12, 2, 1), **{"class": _Y}), ('"x"', "(12, 2, 1)", "reshape"), file="data.npz"
    ),
    Malformed("complex numbers", _npz(x=_X * 1j, **{"class": _Y}), ('"x 1"', "complex128", "numbers"), file="data.npz"),
    Malformed(
        "text in NPZ", _npz(x=np.array(["a", "b"] * 6), **{"class": _Y}), ('"x"', "expected numbers"), file="data.npz"
    ),
    Malformed(
        "a NaN in NPZ",
        _npz(x=np.where(_X == 4, np.nan, _X), **{"class": _Y}),
        ("row 2", '"x 1"', "no value"),
        file="data.npz",
    ),
]

MALFORMED: list[Malformed] = [*_PATHS, *_CSV, *_VALUES, *_LABELS, *_COLUMNS, *_FORMATS]
