"""Samples that somebody has collected: one table, divided into training, validation and test anew for every seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from bench.data import Division, Layout, Table, bytes_of, digest_of, divide, load
from bench.data.keys import Names, Share, Text
from bench.problems.base import Source
from nn.arrays import Array
from nn.components import setting
from nn.streams import Stream


@dataclass(frozen=True)
class Samples(Source):
    """A table of samples.

    The Bayes accuracy is not known. Seeds divide one table, so that what varies between them is which of its samples
    are trained and tested on, and not which samples there are.
    """

    test: float = setting(0.25, Share(), "samples for the test: a share of them, or their number", fixes_shape=True)
    validation: float = setting(
        0.2, Share(), "samples for validation: a share of them all, or their number", fixes_shape=True
    )
    standardize: bool = setting(
        True, None, "give features mean 0 and standard deviation 1, as on the training samples", fixes_shape=True
    )
    content: str = setting("", Text(16), "names the content that was found: 16 hexadecimal digits", fixes_shape=True)

    def found(self) -> Samples:
        """The same with the content that there is now. Raises DataError where it cannot be used."""
        raise NotImplementedError

    @classmethod
    def origin(cls) -> tuple[str, ...]:
        return ("content",)

    @property
    def table(self) -> Table:
        """All samples. Raises DataError where they are no longer what `content` names."""
        raise NotImplementedError

    @property
    def features(self) -> int:  # type: ignore[override]
        """How many numbers make a sample."""
        return len(self.table.features)

    @property
    def classes(self) -> int:  # type: ignore[override]
        """How many different labels there are."""
        return len(self.table.classes)

    @property
    def division(self) -> Division:
        """How they are divided. Raises DataError where that leaves a part without some class."""
        return _division(self)

    def counts(self, split: Stream) -> Array:
        return self.division.counts[split]

    @property
    def centred(self) -> bool:
        return self.standardize

    def draw(self, split: Stream, seed: int) -> tuple[Array, Array]:
        rows = self.division.rows(split, seed)
        x = self.table.rows[rows]
        if self.standardize:
            mean, scale = _moments(self, seed)
            x -= mean
            x /= scale
        return x.T, self.table.labels[rows]


@lru_cache(maxsize=64)
def _division(samples: Samples) -> Division:
    return divide(samples.table, samples.test, samples.validation)


@lru_cache(maxsize=64)  # the three sets of a run share them
def _moments(samples: Samples, seed: int) -> tuple[Array, Array]:
    """Mean and standard deviation of each feature on the training samples: (features,).

    A feature that has one value there keeps its scale: rounding would give it a standard deviation of almost 0.
    """
    x = samples.table.rows[samples.division.rows("train", seed)]
    return x.mean(axis=0), np.where(x.min(axis=0) < x.max(axis=0), x.std(axis=0), 1.0)


@dataclass(frozen=True)
class DataFile(Samples):
    """Your own table: CSV, Parquet or NPZ, in the folder of the grid file or below it.

    Features are the columns of numbers, and one for each value of those in `categorical`.
    """

    name = "data"
    path: str = setting("", Text(1000), "the data file, relative to the grid file", fixes_shape=True)
    target: str = setting("", Text(1000), "the column of labels", fixes_shape=True)
    drop: tuple[str, ...] = setting((), Names(), "columns that are no features", fixes_shape=True)
    categorical: tuple[str, ...] = setting(
        (), Names(), "columns of text, each value of which becomes a feature", fixes_shape=True
    )
    split: str = setting(
        "",
        Text(1000),
        'the column that says of each sample whether it is for "train", "validation" or "test"; left out, seeds do',
        fixes_shape=True,
    )
    folder: str = setting(
        "", Text(10_000, printable=False), "the folder that `path` starts from, on the machine that read the grid file"
    )

    @classmethod
    def origin(cls) -> tuple[str, ...]:
        return ("content", "target")

    def found(self) -> DataFile:
        return replace(self, content=digest_of(self.folder, self.path))

    @property
    def raw(self) -> bytes:
        """What the file holds. Raises DataError where that is no longer what `content` names."""
        return bytes_of(self.folder, self.path, self.content)

    @property
    def table(self) -> Table:
        layout = Layout(self.target, self.drop, self.categorical, self.split)
        return load(self.folder, self.path, layout, self.content)
