"""Where a run's points come from: any source of labelled points, and generators of them."""

import math
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np

from nn.arrays import Array
from nn.components import Component, Interval, setting, settings_of
from nn.streams import Stream, generator

SIZES: tuple[Stream, ...] = ("train", "validation", "test")
"""The three sets of a run; where a source can have any number of points, its settings of these names say how many."""

NOISE = Interval(0.001, 1000)
"""Standard deviations of points that lie within a few units from 0, for which densities can be computed."""

_POINTS = Interval(1, 1_000_000)


class Source(Component):
    """What a run's points are taken from. `features`: numbers that make a point; `classes`: different labels.

    `sizes`: whether `train`, `validation` and `test` are settings, in points per class.
    """

    features: int
    classes: int
    sizes: ClassVar[bool] = False

    @classmethod
    def origin(cls) -> tuple[str, ...]:
        """The settings that say what is drawn from, and not how much of it: where these agree, seeds share points."""
        return tuple(own.name for own in settings_of(cls) if not (cls.sizes and own.name in SIZES))

    def counts(self, split: Stream) -> Array:
        """How many points of each class the train, validation or test set of every run has: integers (classes,)."""
        raise NotImplementedError

    def size(self, split: Stream) -> int:
        """How many points it has, all classes together."""
        return int(self.counts(split).sum())

    def draw(self, split: Stream, seed: int) -> tuple[Array, Array]:
        """A set of the run with this seed: inputs float64 (features, size) and labels 0..classes-1 (size,)."""
        raise NotImplementedError

    @property
    def ceiling(self) -> float:
        """The Bayes accuracy on the test set: no classifier can expect more. NaN: not known."""
        return math.nan

    @property
    def majority(self) -> float:
        """The share of the most frequent class in the test set: what always guessing the same class achieves."""
        counts = self.counts("test")
        return float(counts.max() / counts.sum())

    @property
    def centred(self) -> bool:
        """Whether points lie around 0, in every feature to a like distance."""
        return False

    def classify(self, x: Array) -> Array | None:
        """The best possible rule's guess at each of the points x (features, n): classes (n,). None: not known."""
        return None


@dataclass(frozen=True)
class Problem(Source):
    """A generator of labelled points, equally many of every class.

    To write one of your own, subclass this as a frozen dataclass, declare its settings, and write `sample`; `ceiling`
    and `classify` only where the best possible rule is known. Randomness comes from the generator that `sample` is
    given and from nowhere else, so that a seed means the same data everywhere.
    """

    sizes = True
    _: KW_ONLY
    train: int = setting(100, _POINTS, "training points per class", fixes_shape=True)
    validation: int = setting(100, _POINTS, "validation points per class", fixes_shape=True)
    test: int = setting(1000, _POINTS, "test points per class", fixes_shape=True)

    def sample(self, points: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """`points` per class: inputs float64 (features, n) and labels 0..classes-1 (n,)."""
        raise NotImplementedError

    def draw(self, split: Stream, seed: int) -> tuple[Array, Array]:
        return self.sample(self._points(split), generator(seed, split))

    def counts(self, split: Stream) -> Array:
        return np.full(self.classes, self._points(split))

    @property
    def centred(self) -> bool:
        return True

    def _points(self, split: Stream) -> int:
        """Points per class."""
        points: int = getattr(self, split)
        return points
