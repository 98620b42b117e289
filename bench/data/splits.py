"""Dividing a table's samples into training, validation and test: every class in the same proportions."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.data.faults import DataError, shown
from bench.data.table import PARTS, Table
from bench.text import counted, listed, quoted
from nn.streams import Stream, generator

Counts = NDArray[np.int64]
Rows = NDArray[np.int64]

_DRAWN: tuple[Stream, ...] = ("test", "validation")  # in this order


@dataclass(frozen=True, eq=False)
class Division:
    """How a table is divided.

    `fixed`: the places of the samples in those parts that are the same for every seed. The other parts are drawn from
    `pools`, the samples of each class that are left. `counts`: the samples of each class in each part: (classes,).
    """

    fixed: Mapping[Stream, Rows]
    pools: tuple[Rows, ...]
    counts: Mapping[Stream, Counts]

    def size(self, part: Stream) -> int:
        """How many samples a part has."""
        return int(self.counts[part].sum())

    def rows(self, part: Stream, seed: int) -> Rows:
        """The places of the samples in a part, for the run with this seed: (size,).

        Of each class's samples in random order, the first are for the test, the next for validation, the rest for
        training: another share for validation leaves the test as it is.
        """
        if part in self.fixed:
            return self.fixed[part]
        rng = generator(seed, "test")
        drawn = [one for one in (*_DRAWN, "train") if one not in self.fixed]
        own = []
        for place, pool in enumerate(self.pools):
            edges = np.cumsum([self.counts[one][place] for one in drawn])
            own.append(np.split(rng.permutation(pool), edges[:-1])[drawn.index(part)])
        return np.concatenate(own)


def divide(table: Table, test: float, validation: float) -> Division:
    """The division of a table; `test`, `validation`: shares of all samples, below 1, or numbers of samples.

    What a column of the file says about a part counts instead. Raises DataError where a class would be missing in a
    part that is drawn, or in the training set.
    """
    fixed: dict[Stream, Rows] = {part: rows for part in _DRAWN if len(rows := _named(table, part))}
    left = _named(table, "train") if table.parts is not None else np.arange(len(table.labels))
    pools = tuple(left[table.labels[left] == place] for place in range(len(table.classes)))
    free: Counts = np.array([len(pool) for pool in pools])
    counts: dict[Stream, Counts] = {}
    for part, wanted in zip(_DRAWN, (test, validation), strict=True):
        if part in fixed:
            counts[part] = np.bincount(table.labels[fixed[part]], minlength=len(pools)).astype(np.int64)
        else:
            counts[part] = _allotted(free, wanted, table, part)
            free = free - counts[part]
    _check(free, table, "training")
    if len(fixed) == len(_DRAWN):
        fixed["train"] = left
    return Division(fixed, pools, counts | {"train": free})


def _named(table: Table, part: str) -> Rows:
    """The places of the samples that a column of the file puts into a part."""
    return np.flatnonzero(table.parts == PARTS.index(part)) if table.parts is not None else np.array([], np.int64)


def _allotted(free: Counts, wanted: float, table: Table, part: str) -> Counts:
    """How many samples of each class are drawn for a part, of those that are free, by the largest remainder."""
    total = round(wanted * len(table.labels)) if wanted < 1 else int(wanted)
    if total >= free.sum():
        what = f"{counted(total, 'sample')} for {part} of the {free.sum():,} that are left"
        raise DataError([f"{what}; expected some for training too: lower it"])
    exact = free * total / free.sum()
    counts: Counts = np.floor(exact).astype(np.int64)
    largest = np.argsort(counts - exact, kind="stable")[: total - counts.sum()]
    counts[largest] += 1
    _check(counts, table, part)
    return counts


def _check(counts: Counts, table: Table, part: str) -> None:
    """Refuse a part that lacks a class."""
    lacking = [quoted(shown(table.classes[place])) for place in np.flatnonzero(counts == 0)]
    if lacking:
        what = f"no sample of class {listed(lacking)} would be for {part}"
        raise DataError(
            [f"{what}; expected some of every class: raise its share, lower another, or delete rare classes"]
        )
