"""Parquet, by pyarrow."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bench.data.faults import DataError, column, shown
from bench.data.layout import Columns, Layout, check_size
from bench.data.words import texts_of
from nn.arrays import Array


def columns_of(data: bytes, layout: Layout) -> Columns:
    """The columns of a file, without an index that pandas has written. Raises DataError."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise DataError(
            ["Parquet needs pyarrow, which is not installed: pip install pyarrow, or save the table as CSV"]
        ) from None
    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        names = [name for name in file.schema_arrow.names if not name.startswith("__index_level_")]
        numbers, rows = layout.numbers(names), file.metadata.num_rows
        check_size(rows, len(numbers))
        table = file.read(columns=[*numbers, *layout.texts])
    except (pa.ArrowException, OSError) as error:
        raise DataError([f"not a Parquet file: {shown(str(error))}; write it again"]) from None
    if not rows:
        raise DataError(["no rows; expected one for each sample"])
    faults = list(_other_types(table, numbers, layout.texts))
    if faults:
        raise DataError(faults)
    filled = np.empty((rows, len(numbers)))
    for place, name in enumerate(numbers):
        filled[:, place] = _numbers(table[name])
    return Columns(tuple(numbers), filled, {name: texts_of(table[name].to_pylist()) for name in layout.texts})


def _numbers(values: Any) -> Array:
    """A column as float64, NaN where it has no value."""
    import pyarrow as pa

    numbers: Array = values.cast(pa.float64(), safe=False).to_numpy()  # whole numbers above 2^53 are rounded
    return numbers


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
