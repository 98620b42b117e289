"""From columns to a table of samples; what no network should be trained on is refused, with what to do about it."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from bench.data.faults import MOST_SHOWN, DataError, column, shown
from bench.data.layout import Columns, Layout, check_size
from bench.text import counted, listed, quoted
from nn.arrays import Array

MOST_CLASSES = 1000
MOST_CATEGORIES = 100  # of one column
MOST_NUMBERS = 10  # that are classes even if they are not whole
FEWEST_ROWS = 3  # of a class: one for training, one for validation, one for the test
LARGEST = 1e30  # what float32, in which networks are trained, can hold with room to spare

PARTS = ("train", "validation", "test")

Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Table:
    """Samples with their labels.

    `rows`: float64 (samples, len(features)); `labels`: (samples,), the place of each sample's class in `classes`;
    `parts`: (samples,), the place in `PARTS` of the part that each belongs to, None where a seed decides.
    """

    rows: Array
    labels: Labels
    features: tuple[str, ...]
    classes: tuple[str, ...]
    parts: Labels | None = None


def table_of(columns: Columns, layout: Layout) -> Table:
    """The samples in a file's columns. Raises DataError with every fault that was found."""
    faults = [
        *_label_faults(columns, layout.target),
        *_number_faults(columns),
        *(fault for name in layout.categorical for fault in _category_faults(columns, name)),
        *(_part_faults(columns, layout.split) if layout.split else ()),
    ]
    if faults:
        raise DataError(faults)
    labels, classes = _coded(columns.texts[layout.target])
    names, blocks = list(columns.names), [columns.numbers]
    for name in layout.categorical:
        codes, values = _coded(columns.texts[name])
        names += [f"{name} = {value}" for value in values]
        check_size(len(labels), len(names))
        blocks.append((codes[:, np.newaxis] == np.arange(len(values))).astype(np.float64))
    parts = np.array([PARTS.index(part) for part in columns.texts[layout.split]]) if layout.split else None
    rows = np.concatenate(blocks, axis=1) if len(blocks) > 1 else columns.numbers
    return Table(rows, labels, tuple(names), classes, parts)


def _coded(texts: Sequence[str]) -> tuple[Labels, tuple[str, ...]]:
    """The place of each text among the different ones, and these: as numbers in order of size, else by the alphabet."""
    different = sorted(set(texts))
    numbers = _as_numbers(different)
    values = different if numbers is None else [text for _, text in sorted(zip(numbers, different, strict=True))]
    places = {value: place for place, value in enumerate(values)}
    return np.array([places[text] for text in texts], np.int64), tuple(values)


def _label_faults(columns: Columns, target: str) -> Iterator[str]:
    labels = columns.texts[target]
    yield from _missing(columns, target, labels)
    counts = Counter(labels)
    del counts[""]
    here = f"target, {column(target)}"
    rare = {label: count for label, count in counts.items() if count < FEWEST_ROWS}
    if len(counts) < 2:
        yield f"{here}: {counted(len(counts), 'class', 'classes')}; expected at least 2"
    elif _continuous(counts, len(rare)):
        some = f"{len(counts):,} different numbers, such as {quoted(next(iter(counts)))}"
        yield f"{here}: {some}, look continuous; expected classes: group them first"
    elif len(counts) > MOST_CLASSES:
        yield f"{here}: {len(counts):,} classes; expected at most {MOST_CLASSES:,}: group them, or name another column"
    else:
        yield from _alike(here, counts)
        if rare:
            some = listed(f"{quoted(shown(label))} has {counted(count, 'row')}" for label, count in rare.items())
            yield f"{here}: {some}; expected at least {FEWEST_ROWS} of every class: delete rare ones, or group them"


def _continuous(labels: Collection[str], rare: int) -> bool:
    """Whether labels look like measurements: many numbers, some of them not whole, or most of them rare."""
    numbers = _as_numbers(labels)
    if numbers is None or len(numbers) <= MOST_NUMBERS:
        return False
    return rare > len(numbers) / 2 or not all(number.is_integer() for number in numbers)


def _number_faults(columns: Columns) -> Iterator[str]:
    """Faults of features: one for each column that lacks a usable number, and one for all that tell nothing."""
    first: dict[bytes, str] = {}
    useless: dict[str, str] = {}
    for name, values in zip(columns.names, map(np.ascontiguousarray, columns.numbers.T), strict=True):
        usable = np.abs(values) <= LARGEST
        other = first.setdefault(sha256(values.tobytes()).digest(), name)
        if name in columns.faults:
            yield columns.faults[name]
        elif not usable.all():
            row = int(np.argmin(usable))
            yield f"{columns.place(row)}, {column(name)}: {_unusable(float(values[row]))}"
        elif values.min() == values.max():
            useless[name] = f"is {values[0]:g} in every row"
        elif _counts_rows(values):
            useless[name] = "counts the rows, which tells how the file is sorted"
        elif other != name:
            useless[name] = f"has the same numbers as {quoted(other)}"
    if useless:
        what = "; ".join(f"{column(name)} {why}" for name, why in islice(useless.items(), MOST_SHOWN))
        more = f"; and {len(useless) - MOST_SHOWN:,} more" if len(useless) > MOST_SHOWN else ""
        yield f"{what}{more}. A network learns nothing from them; to leave them out: drop = {json.dumps([*useless])}"


def _unusable(value: float) -> str:
    if value != value:
        return "no value; expected a number in every row: fill it in, delete the row, or name the column in drop"
    return f"{value:g}; expected a number from {-LARGEST:g} to {LARGEST:g}: correct it, or delete the row"


def _counts_rows(values: Array) -> bool:
    """Whether a column is an index, from 0 or from 1."""
    return values[0] in (0, 1) and bool((np.diff(values) == 1).all())


def _category_faults(columns: Columns, name: str) -> Iterator[str]:
    texts = columns.texts[name]
    yield from _missing(columns, name, texts)
    different = Counter(texts)
    del different[""]
    if len(different) == 1:
        yield f"{column(name)}: {quoted(shown(texts[0]))} in every row, which tells nothing; name it in drop"
    elif len(different) > MOST_CATEGORIES:
        yield (
            f"{column(name)}: {len(different):,} different values; expected at most {MOST_CATEGORIES} in a categorical "
            "column: group them, or name it in drop"
        )
    else:
        yield from _alike(column(name), different)


def _part_faults(columns: Columns, name: str) -> Iterator[str]:
    texts = columns.texts[name]
    for row, text in enumerate(texts):
        if text not in PARTS:
            value = f'{quoted(shown(text))}; expected "train", "validation" or "test"' if text else "no value"
            yield f"{columns.place(row)}, {column(name)}: {value}; correct it, or leave out split"
            return
    lacking = [part for part in ("train", "test") if part not in texts]
    if lacking:
        yield f"{column(name)}: no row for {listed(lacking)}; mark some, or leave out split"


def _missing(columns: Columns, name: str, texts: Sequence[str]) -> Iterator[str]:
    if "" in texts:
        yield f"{columns.place(texts.index(''))}, {column(name)}: no value; fill it in, or delete the row"


def _alike(here: str, values: Iterable[str]) -> Iterator[str]:
    """Values that differ only in capitals, or in the way a number is written."""
    first: dict[str, str] = {}
    for value in values:
        other = first.setdefault(_plain(value), value)
        if other != value:
            yield f"{here}: {quoted(shown(other))} and {quoted(shown(value))} differ only in writing; write them alike"
            return


def _plain(text: str) -> str:
    numbers = _as_numbers([text])
    return repr(numbers[0]) if numbers else text.casefold()


def _as_numbers(texts: Iterable[str]) -> list[float] | None:
    """Texts as finite numbers; None unless all are."""
    try:
        numbers = [float(text.replace(",", ".")) for text in texts]
    except ValueError:
        return None
    return numbers if all(map(isfinite, numbers)) else None
