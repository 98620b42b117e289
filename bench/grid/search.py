"""Random axes: what is drawn for them, all together, as the points of a scrambled Sobol sequence.

A product of lists spends most of its runs on values of the settings that matter little; points that differ in every
setting at once try as many values of each as there are points (Bergstra & Bengio 2012), and those of a Sobol sequence
(Sobol 1967, with the direction numbers of Joe & Kuo 2008) fill the ranges evenly. More points continue the same
sequence, so that those drawn before stay. The values of an axis depend on its dotted name, its ends, its place among
the random axes, and nothing else: runs are stored under ids that are made of them, so how they are drawn is a format.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.grid.domains import Axes, Value, Whole
from nn.components import setting

if TYPE_CHECKING:
    import pandas as pd

MOST_SAMPLES = 10_000
_MOST_DRAWN = 1_000_000  # values of all random axes
DISTRIBUTIONS = ("loguniform", "uniform")
_BITS = 30  # of a coordinate


@dataclass(frozen=True)
class Search:
    """How many points are drawn of the random axes of each optimizer, all of these axes together."""

    samples: int = setting(
        0,
        Whole(0, MOST_SAMPLES),
        "points that are drawn of all random axes together, for each optimizer that has any; more of them continue "
        "the same sequence; 0 where there are no random axes",
    )


@dataclass(frozen=True)
class Distribution:
    """Where an axis' values are drawn from: evenly from `low` to `high`, or evenly in their logarithm, or whole."""

    name: str
    low: float
    high: float
    is_whole: bool

    def __str__(self) -> str:
        return f"{self.name} from {self.low:g} to {self.high:g}"

    @property
    def is_logarithmic(self) -> bool:
        """Whether equal ratios are equally likely."""
        return self.name == "loguniform"

    def tenth(self, values: pd.Series[float]) -> pd.Series[float]:
        """In which tenth of the range values lie, on its scale: 0 to 9."""
        low, high, places = self.low, self.high, values
        if self.is_logarithmic:
            low, high, places = math.log(low), math.log(high), values.map(math.log)
        return (10 * (places - low) / (high - low)).clip(0, 9) // 1

    def values(self, coordinates: NDArray[np.float64]) -> Iterator[float]:
        """The values at these coordinates, each between 0 and 1: whole numbers, or rounded to 6 significant digits.

        So a setting's values can be listed by hand, and machines whose logarithms differ in the last bit agree.
        """
        half = 0.5 if self.is_whole else 0.0  # each whole number has an interval of its own, those at the ends too
        low, high = self.low - half, self.high + half
        if self.is_logarithmic:
            spread = np.exp(math.log(low) * (1 - coordinates) + math.log(high) * coordinates)
        else:
            spread = low * (1 - coordinates) + high * coordinates
        for value in spread.tolist():
            rounded = round(value) if self.is_whole else float(f"{value:.6g}")
            yield min(max(rounded, self.low), self.high)


class RandomAxis(tuple[Value, ...]):
    """The values of a random axis; the two ends until they are drawn. Its n-th belongs to the n-th of all others."""

    distribution: Distribution

    def __new__(cls, values: Iterable[Value], distribution: Distribution) -> RandomAxis:
        """Values, and what they are from."""
        axis = super().__new__(cls, values)
        axis.distribution = distribution
        return axis

    def __getnewargs__(self) -> tuple[tuple[Value, ...], Distribution]:
        return tuple(self), self.distribution


def random_axes(axes: Axes) -> dict[str, RandomAxis]:
    """Those of a table's axes that are drawn."""
    return {key: values for key, values in axes.items() if isinstance(values, RandomAxis)}


def search_faults(
    random: Sequence[str], families: Sequence[str], samples: int | None, is_faulty: bool
) -> Iterator[tuple[str, Any, str]]:
    """Places, values and what is expected there, where random axes and the number of points do not go together.

    Args:
        random: the dotted names of all random axes, one for each table that has it.
        families: the axes that split families.
        samples: how many points; None if that is at fault itself.
        is_faulty: whether there are faults already, so that a random axis may be among them.
    """
    place = "search.samples"
    if random and samples == 0:
        yield place, samples, f"a whole number from 1 to {MOST_SAMPLES:,}, as {random[0]} is drawn at random"
    elif samples and not random and not is_faulty:
        remedy = "write { loguniform = [a, b] } or { uniform = [a, b] } for a setting, or leave it out"
        yield place, samples, f"an axis that is drawn at random; {remedy}"
    elif samples and samples * len(random) > _MOST_DRAWN:
        yield place, samples, f"at most {_MOST_DRAWN:,} values of all {len(random):,} random axes"
    for i, key in enumerate(families):
        if key in random:
            yield f"families[{i + 1}]", key, "an axis of listed values; what is drawn is searched within families"


def drawn(shared: Axes, optimizers: Mapping[str, Axes], samples: int) -> tuple[Axes, dict[str, Axes]]:
    """The axes that optimizers share, and those of each, with values for the random ones."""
    own = {label: _drawn(axes, samples, len(random_axes(shared))) for label, axes in optimizers.items()}
    return _drawn(shared, samples, 0), own


def _drawn(axes: Axes, samples: int, first: int) -> Axes:
    """`first`: how many random axes stand before these."""
    values = {
        key: RandomAxis(axis.distribution.values(coordinates(key, place, samples)), axis.distribution)
        for place, (key, axis) in enumerate(random_axes(axes).items(), first)
    }
    return {**axes, **values}


def points(axes: Axes) -> list[tuple[Value, ...]]:
    """One value of each random axis, point by point; points that are alike, as whole numbers may be, are one.

    Without random axes, one point of no values.
    """
    random = random_axes(axes)
    return list(dict.fromkeys(zip(*random.values(), strict=True))) if random else [()]


def at_points(axes: Axes) -> Iterator[Axes]:
    """The axes once for each point, with its one value of each random axis."""
    for point in points(axes):
        yield {**axes, **{key: (value,) for key, value in zip(random_axes(axes), point, strict=True)}}


@lru_cache(maxsize=32)
def coordinates(key: str, dimension: int, samples: int) -> NDArray[np.float64]:
    """The first points (samples,) of a dimension of the Sobol sequence, between 0 and 1, scrambled for a setting.

    Nested uniform scrambling (Owen 1995): a bit is flipped or not by chance, once for all points that have the same
    bits before it, so that the points stay as even as they were. Chance is a hash of the setting's dotted name, where
    SciPy's own scrambling would depend on its version and on how many axes there are.
    """
    import scipy  # here, because most grids have no random axes

    sequence = scipy.stats.qmc.Sobol(dimension + 1, scramble=False, bits=_BITS)
    unit = sequence.random_base2(max(samples - 1, 0).bit_length())[:samples, dimension]
    bits = (np.asarray(unit) * 2**_BITS).astype(np.uint64)
    chance, scrambled = np.frombuffer(hashlib.sha256(key.encode()).digest()[:8], "<u8"), bits.copy()
    for bit in range(_BITS):
        node = (bits >> np.uint64(_BITS - bit)) + np.uint64(1 << bit)  # of the tree of bits, the root being 1
        flip = _mixed(chance + node * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(63)
        scrambled ^= flip << np.uint64(_BITS - 1 - bit)
    return np.asarray((scrambled + 0.5) / 2**_BITS)


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's mixing of the bits of a number (Steele, Lea & Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
