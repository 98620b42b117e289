"""Hostile data files: a good table in every format, with its values, its columns, its layout or its bytes changed."""

import csv
import io
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.lib import format as npy
from pyarrow import parquet

from bench.commands.codes import DONE
from tests.bench.data.malformed import MALFORMED
from tests.bench.place import TINY
from tests.faults.grids import toml
from tests.faults.mutations import PIECES, mutated
from tests.faults.trials import Trial

_ROWS = 40
_MOST_CELLS = 150_000  # so that a trial's time is that of the program
_CELLS = (
    *PIECES, None, 0, 1, -1, 0.5, 1.0, 2**63, -(2**63), 10**30, 1e30, 1e31, 1e308, 5e-324, float("nan"), float("inf"),
    True, "1,5", "1.234,5", "=1+1", "train", "test", "red", "RED", "x" * 200_000, "1\n2", 'a"b', "é" * 70,
)  # fmt: skip
_NAMES = (
    "",
    " ",
    "kind",
    "length",
    "KIND",
    "length 1",
    "__index_level_0__",
    "=1+1",
    "a\nb",
    "x" * 3000,
    "1",
    "é",
    "\0",
)
_SHAPES = (
    "({n},)", "({n}, 1)", "({n}, 0)", "(0,)", "()", "({n}, 1, 1)", "(True,)", "(-1,)", "({n}, 2305843009213693952)",
    "(9999999999,)", "(4, 4294967296, 4294967296)", "[40]", "None", "-" * 5000 + "1",
)  # fmt: skip
_TYPES = (
    "<f8",
    ">f8",
    "<f2",
    "<i1",
    "|b1",
    "<c16",
    "|O",
    "<U5",
    "|S3",
    "<M8[s]",
    "|V8",
    "<U0",
    "<f16",
    "[('a', '<f8')]",
)
_ENCODINGS = (*["utf-8", "utf-8-sig", "utf-16", "cp1252"] * 3, "utf-16-le", "utf-32", "cp037")
_KINDS = (
    pa.float16(), pa.int8(), pa.decimal128(38, 2), pa.date32(), pa.timestamp("ns"), pa.binary(), pa.large_string(),
    pa.null(), pa.dictionary(pa.int8(), pa.string()),
)  # fmt: skip
_SMALL = ["training.epochs=2", "training.checkpoints=1", "seeds.tune=1", "network.hidden=[2]"]

Table = dict[str, list[Any]]


def attack(trial: Trial) -> None:
    """A data file is refused in words, or it is one: what it would train is said, and can be trained."""
    random = trial.random
    path, content = _file(random)
    (trial.grid.parent / path).write_bytes(content)
    trial.grid.write_text(toml(tomllib.loads(TINY) | {"problem": {"path": path} | _roles(random)}))
    where: list[str | Path] = [trial.grid, "--store", trial.store]
    accepted = trial.bench("run", *where, "--dry-run").code == DONE
    if accepted and random.random() < 0.2:
        where += [word for setting in _SMALL for word in ("--set", setting)]
        where += ["--jobs", "1", "--quiet", "--name", "small", "--reports", trial.folder / "reports"]
        trial.bench("run", *where, codes=[DONE])


def _roles(random: Random) -> dict[str, Any]:
    """What a grid says about the columns: mostly what they are."""
    roles: dict[str, Any] = {"target": "kind", "categorical": ["color"], "drop": ["note"]}
    if random.random() < 0.3:
        roles["split"] = "part"
    else:
        roles["drop"].append("part")
    if random.random() < 0.08:
        roles[random.choice(("target", "split"))] = random.choice((*_table(), *_NAMES))
    if random.random() < 0.08:
        roles[random.choice(("categorical", "drop"))] = random.choices((*_table(), *_NAMES), k=random.randint(0, 3))
    if random.random() < 0.1:
        roles[random.choice(("test", "validation"))] = random.choice((0, 1, 3, 1e-9, 0.5, 0.999, 39, 10**9))
    return roles


def _file(random: Random) -> tuple[str, bytes]:
    """The name and the content of a file in the grid's folder."""
    ending = random.choice([*_FORMATS])
    chance = random.random()
    if chance < 0.1:
        content = random.choice(_BAD)
    else:
        table = _table()
        for _ in range(random.choice((0, 0, 1, 1, 2, 5))):
            random.choice(_CHANGES)(table, random)
        content = _FORMATS[ending](table, random)
    if random.random() < 0.3:
        content = mutated(content, random)
    if random.random() < 0.05:
        ending = random.choice([*_FORMATS])
    return f"data{random.choice((ending, ending, ending.upper()))}", content


_BAD = [one.content for one in MALFORMED if isinstance(one.content, bytes) and len(one.content) < 100_000]
_BAD += [one.content.encode() for one in MALFORMED if isinstance(one.content, str) and len(one.content) < 100_000]


def _table() -> Table:
    """Flowers that were made up: numbers, text, two classes, and what each row is for."""
    rows = range(_ROWS)
    return {
        "length": [i * 37 % 41 / 4 for i in rows],
        "width": [i * 53 % 43 + 0.5 for i in rows],
        "count": [i * 29 % 47 for i in rows],
        "color": [("red", "white", "blue")[i * 7 % 5 % 3] for i in rows],
        "note": [f"row {i}" for i in rows],
        "part": [("train", "train", "validation", "test")[i // 2 % 4] for i in rows],
        "kind": [("rose", "tulip")[i % 2] for i in rows],
    }


def _change_cells(table: Table, random: Random) -> None:
    name, value = random.choice([*table]), random.choice(_CELLS)
    chosen = {random.randrange(_ROWS) for _ in range(random.choice((1, 1, 2, 40)))}
    table[name] = [value if row in chosen else cell for row, cell in enumerate(table[name])]


def _fill_column(table: Table, random: Random) -> None:
    name, value = random.choice([*table]), random.choice(_CELLS)
    table[name] = [value] * len(table[name])


def _scale_column(table: Table, random: Random) -> None:
    name, factor = random.choice([*table]), random.choice((0, -1, 1e-320, 1e-30, 1e20, 1e29, 1e300, 10**25))
    table[name] = [factor * cell if isinstance(cell, int | float) else cell for cell in table[name]]


def _nest_column(table: Table, random: Random) -> None:
    name = random.choice([*table])
    table[name] = [[cell] if random.random() < 0.5 else [] for cell in table[name]]


def _rename_column(table: Table, random: Random) -> None:
    name = random.choice([*table])
    table[random.choice(_NAMES)] = table.pop(name) if random.random() < 0.5 else [*table[name]]


def _shuffle_columns(table: Table, random: Random) -> None:
    order = random.sample([*table], random.randint(1, len(table)))
    columns = {name: table[name] for name in order}
    table.clear()
    table.update(columns)


def _change_rows(table: Table, random: Random) -> None:
    rows = range(len(next(iter(table.values()))))
    most = _MOST_CELLS // len(table)
    kept = random.choices(rows, k=min(most, random.choice((0, 1, 2, 10, 40, 5000)))) if rows else []
    for name, cells in table.items():
        table[name] = [cells[row] for row in kept]


def _add_columns(table: Table, random: Random) -> None:
    rows = len(next(iter(table.values())))
    for number in range(min(random.choice((1, 30, 200)), _MOST_CELLS // (rows or 1))):
        table[f"more {number}"] = [random.choice((random.random(), number)) for _ in range(rows)]


_CHANGES: tuple[Callable[[Table, Random], None], ...] = (
    _change_cells, _change_cells, _change_cells, _fill_column, _scale_column, _nest_column, _rename_column,
    _shuffle_columns, _change_rows, _add_columns,
)  # fmt: skip


def _csv(table: Table, random: Random) -> bytes:
    """As one program or another writes it."""
    text = io.StringIO()
    quoted: Literal[0, 1, 2] = random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC))
    separator, end = random.choice(",,,;;;\t\t|| "), random.choice(("\n", "\n", "\r\n", "\r", "\n\n"))
    writer = csv.writer(text, delimiter=separator, quoting=quoted, lineterminator=end)
    if random.random() < 0.95:
        writer.writerow(["", *table] if random.random() < 0.1 else table)
    index = random.random() < 0.1
    comma = separator != "," and random.random() < 0.3
    for number, row in enumerate(zip(*table.values(), strict=True)):
        cells = [str(cell).replace(".", ",") if comma and isinstance(cell, float) else cell for cell in row]
        writer.writerow([number, *cells] if index else cells)
    encoding = random.choice(_ENCODINGS)
    errors = "surrogatepass" if encoding.startswith("utf") else "replace"
    return text.getvalue().encode(encoding, errors)


def _parquet(table: Table, random: Random) -> bytes:
    """With columns of one type or another; often with a byte changed where a file says what it holds."""
    compression = random.choice(("none", "snappy", "gzip", "brotli", "zstd", "lz4"))
    file = io.BytesIO()
    parquet.write_table(
        pa.table({name: _column(cells, random) for name, cells in table.items()}),
        file,
        compression=compression,
        use_dictionary=random.random() < 0.7,
        row_group_size=random.choice((7, 1000)),
        data_page_version=random.choice(("1.0", "2.0")),
    )
    content = bytearray(file.getvalue())
    if random.random() < 0.3:
        footer = 8 + int.from_bytes(content[-8:-4], "little")  # its length, and the magic word, come last
        start = random.choice((len(content) - footer, len(content) - 8, 0))
        for _ in range(random.choice((1, 1, 3))):
            content[random.randrange(start, len(content))] = random.choice((0, 0x7F, 0x80, 0xFF, random.randrange(256)))
    return bytes(content)


def _column(cells: list[Any], random: Random) -> Any:
    """Cells as Arrow has them: of their own type or sometimes, where they can be, of another; else as text."""
    try:
        column: Any = pa.array(cells)
        return column.cast(random.choice(_KINDS), safe=False) if random.random() < 0.1 else column
    except (pa.ArrowException, OverflowError, UnicodeError):
        return pa.array([ascii(cell) for cell in cells])


def _npz(table: Table, random: Random) -> bytes:
    """With arrays of one type or another; often with a header of its own, or a byte changed in ZIP's records."""
    file = io.BytesIO()
    method = random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    hostile = random.choice([*table]) if random.random() < 0.2 else None
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, cells in table.items():
            entry = zipfile.ZipInfo(f"{name.encode('utf-8', 'replace').decode()}.npy")
            entry.compress_type = method
            archive.writestr(entry, _hostile_array(len(cells), random) if name == hostile else _array(cells))
    content = bytearray(file.getvalue())
    if random.random() < 0.3:
        records = [at for at in range(len(content)) if content[at : at + 2] == b"PK"]
        for _ in range(random.choice((1, 1, 3))):
            at = random.choice(records) + random.randrange(4, 46)  # ZIP's records have fields of fixed sizes
            content[min(at, len(content) - 1)] = random.choice((0, 0x7F, 0xFF, random.randrange(256)))
    return bytes(content)


def _array(cells: list[Any]) -> bytes:
    """Cells as NumPy writes them; of long texts the beginning, for all take as much room as the longest."""
    file = io.BytesIO()
    plain = len({type(cell) for cell in cells}) == 1 and not isinstance(cells[0], list)
    shown = cells if plain else [ascii(cell) for cell in cells]
    values = np.array([cell[:1000] if isinstance(cell, str | bytes) else cell for cell in shown])
    npy.write_array(file, values.astype(float) if values.dtype.hasobject else values)
    return file.getvalue()


def _hostile_array(rows: int, random: Random) -> bytes:
    """A header that may say anything, and some numbers."""
    shape = random.choice(_SHAPES).replace("{n}", str(rows))
    fields = f"'descr': {_type(random)}, 'fortran_order': {random.choice(('False', 'True', '7'))}, 'shape': {shape}"
    header = f"{{{fields}}}\n".encode()
    version = random.choice((b"\1\0", b"\1\0", b"\2\0", b"\3\0", b"\xff\0"))
    size = len(header).to_bytes(2 if version == b"\1\0" else 4, "little")
    return npy.MAGIC_PREFIX + version + size + header + random.randbytes(random.choice((0, 8 * rows, 100_000)))


def _type(random: Random) -> str:
    name = random.choice(_TYPES)
    return name if name.startswith("[") else repr(name)


_FORMATS: dict[str, Callable[[Table, Random], bytes]] = {".csv": _csv, ".parquet": _parquet, ".npz": _npz}
