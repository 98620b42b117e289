"""NPZ: named arrays of NumPy, without anything that would have to be unpickled."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from bench.data.faults import DataError, column, shown, unreadable
from bench.data.layout import Columns, Layout, check_size, check_width
from bench.data.words import texts_of

_NUMBERS = "biuf"  # kinds of dtypes: flags, whole numbers, floats
_TEXTS = _NUMBERS + "US"

Values = NDArray[Any]


def columns_of(data: bytes, layout: Layout) -> Columns:
    """An array of shape (n,) is a column; one of shape (n, k) is k of them, called NAME 1 to NAME k.

    Arrays that `drop` names are not read. Raises DataError.
    """
    with unreadable("an NPZ file", "write one with numpy.savez"), zipfile.ZipFile(io.BytesIO(data)) as file:
        members = {info.filename.removesuffix(".npy"): info for info in file.infolist()}
        kept = {name: info for name, info in members.items() if name not in layout.drop}
        check_size(sum(info.file_size for info in kept.values()) // 8, 1)
        arrays = {name: _array(file, info, name) for name, info in kept.items()}
    if not arrays:
        raise DataError(["no arrays; expected one of labels, and of features"])
    check_width(sum(values.shape[1] if values.ndim == 2 else 1 for values in arrays.values()))
    columns = {name: own for array, values in arrays.items() for name, own in _columns(array, values)}
    names = layout.numbers([*columns, *(name for name in layout.drop if name in members)])
    rows = _rows(arrays)
    check_size(rows, len(names) + len(layout.texts))
    faults = [*_other_types(columns, names, _NUMBERS), *_other_types(columns, layout.texts, _TEXTS)]
    if faults:
        raise DataError(faults)
    numbers = np.empty((rows, len(names)))
    for place, name in enumerate(names):
        numbers[:, place] = columns[name]
    return Columns(tuple(names), numbers, {name: texts_of(columns[name].tolist()) for name in layout.texts})


def _array(file: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Values:
    """One array. Its bytes are read before any memory is taken: its header could ask for more than there is."""
    with file.open(info) as member:
        shape, fortran, dtype = _header(member)
        if dtype.hasobject:
            what = "Python objects, which are not read since they could run code; save numbers or text"
            raise DataError([f"{column(name, 'array')}: {what}"])
        values = np.frombuffer(member.read(), dtype)
    return values.reshape(shape, order="F" if fortran else "C")


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(member)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    header: tuple[tuple[int, ...], bool, np.dtype[Any]] = read(member)
    return header


def _rows(arrays: dict[str, Values]) -> int:
    """The number of rows, which all arrays must have in common."""
    counts = {name: len(values) for name, values in arrays.items()}
    if len(set(counts.values())) > 1:
        texts = ", ".join(f"{shown(name)} {count:,}" for name, count in counts.items())
        raise DataError([f"arrays of different lengths ({texts}); expected a row for each sample in all of them"])
    rows = next(iter(counts.values()))
    if not rows:
        raise DataError(["no rows; expected one for each sample"])
    return rows


def _columns(name: str, values: Values) -> Iterator[tuple[str, Values]]:
    if values.ndim == 1:
        yield name, values
    elif values.ndim == 2:
        yield from ((f"{name} {place}", own) for place, own in enumerate(values.T, 1))
    else:
        what = f"of shape {values.shape}; expected (samples,) or (samples, features): reshape it, or name it in drop"
        raise DataError([f"{column(name, 'array')} {what}"])


def _other_types(columns: dict[str, Values], names: Sequence[str], kinds: str) -> Iterator[str]:
    allowed = "numbers" if kinds == _NUMBERS else "numbers or text"
    for name in names:
        if columns[name].dtype.kind not in kinds:
            yield f"{column(name)}: values of type {columns[name].dtype}; expected {allowed}"
