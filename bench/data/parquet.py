"""Parquet, by pyarrow."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bench.data.faults import DataError, column, unreadable
from bench.data.layout import Columns, Layout, check_size
from bench.data.words import texts_of
from nn.arrays import Array


def columns_of(data: bytes, layout: Layout) -> Columns:
    """The columns of a file, without an index that pandas has written. Raises DataError."""
    try:
        from pyarrow import parquet
    except ImportError:
        raise DataError(
            ["Parquet needs pyarrow, which is not installed: pip install pyarrow, or save the table as CSV"]
        ) from None
    with unreadable("a Parquet file", "write it again"):
        file = parquet.ParquetFile(io.BytesIO(data), read_dictionary=layout.texts)
        names = [name for name in file.schema_arrow.names if not name.startswith("__index_level_")]
        numbers = layout.numbers(names)
        check_size(file.metadata.num_rows, len(numbers) + len(layout.texts))
        table = file.read(columns=[*numbers, *layout.texts])
        if not table.num_rows:
            raise DataError(["no rows; expected one for each sample"])
        faults = list(_other_types(table, numbers, layout.texts))
        if faults:
            raise DataError(faults)
        filled = np.empty((table.num_rows, len(numbers)))
        for place, name in enumerate(numbers):
            filled[:, place] = _numbers(table[name])
        return Columns(tuple(numbers), filled, {name: _texts(table[name]) for name in layout.texts})


def _numbers(values: Any) -> Array:
    """A column as float64, NaN where it has no value."""
    import pyarrow as pa

    numbers: Array = values.cast(pa.float64(), safe=False).to_numpy()  # whole numbers above 2^53 are rounded
    return numbers


def _texts(values: Any) -> list[str]:
    """A column as text. Each different value is decoded once: a small file can repeat a long one millions of times."""
    texts: list[str] = []
    for chunk in values.dictionary_encode().chunks:
        words = [*texts_of(chunk.dictionary.to_pylist()), ""]
        texts += [words[-1 if place is None else place] for place in chunk.indices.to_pylist()]
    return texts


def _other_types(table: Any, numbers: Sequence[str], texts: Sequence[str]) -> Iterator[str]:
    from pyarrow import types

    for name in numbers:
        kind = table.schema.field(name).type
        if not any(test(kind) for test in (types.is_integer, types.is_floating, types.is_boolean, types.is_decimal)):
            yield f"{column(name)}: values of type {kind}; expected numbers; name it in categorical or drop"
    for name in texts:
        kind = table.schema.field(name).type
        if types.is_nested(kind):
            yield f"{column(name)}: values of type {kind}; expected one value in each row"
