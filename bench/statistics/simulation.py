"""Simulated accuracies whose truth is known: what `calibration` tries the procedures on.

Every draw has a true mean of exactly `TRUTH`, so that every "above" or "below" is an error unless a case shifts it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.random import Generator

from bench.statistics.means import Floats

TRUTH = 0.85
CHANCE = 1 / 3
SD = 0.015

Shape = tuple[int, ...]
Draw = Callable[[Generator, Shape], Floats]


def normal(generator: Generator, shape: Shape) -> Floats:
    """Accuracies that are normal with standard deviation 0.015."""
    return generator.normal(TRUTH, SD, shape)


def skewed(generator: Generator, shape: Shape) -> Floats:
    """Beta(42.5, 7.5): standard deviation 0.05, a longer tail below."""
    return generator.beta(42.5, 7.5, shape)


def collapsing(generator: Generator, shape: Shape) -> Floats:
    """5 % of the seeds near 0.5, the others high enough (sd 0.01) to make the mean `TRUTH`."""
    return _collapsing(generator, shape, 0.05, 0.5)


def rarely_collapsing(generator: Generator, shape: Shape) -> Floats:
    """1 % of the seeds near chance, the others high enough (sd 0.01) to make the mean `TRUTH`."""
    return _collapsing(generator, shape, 0.01, CHANCE)


def _collapsing(generator: Generator, shape: Shape, share: float, bottom: float) -> Floats:
    top = (TRUTH - share * bottom) / (1 - share)
    center = np.where(generator.random(shape) < share, bottom, top)
    return np.clip(generator.normal(center, 0.01), 0, 1)


DISTRIBUTIONS: dict[str, Draw] = {
    "normal": normal,
    "skewed": skewed,
    "5 % collapse to .5": collapsing,
    "1 % collapse to chance": rarely_collapsing,
}


def shared_seeds(generator: Generator, shape: Shape) -> Floats:
    """Accuracies (replicates, families, n) of equal families: half of the variance belongs to the seed."""
    replicates, _, n = shape
    return np.asarray(generator.normal(0, SD, (replicates, 1, n)) + generator.normal(TRUTH, SD, shape))


def unequal_spread(generator: Generator, shape: Shape) -> Floats:
    """Normal families (replicates, families, n) whose standard deviations go from 0.005 to 0.04, on shared seeds."""
    replicates, families, n = shape
    spread = np.geomspace(0.005, 0.04, families)[:, np.newaxis]
    return np.asarray(generator.normal(0, 0.005, (replicates, 1, n)) + generator.normal(TRUTH, spread, shape))


def one_collapses(draw: Draw) -> Draw:
    """Families (replicates, families, n) of which the first alone collapses now and then, as `draw` does."""

    def drawn(generator: Generator, shape: Shape) -> Floats:
        values = normal(generator, shape)
        values[:, 0] = draw(generator, (shape[0], shape[2]))
        return values

    return drawn


FAMILIES: dict[str, Draw] = {
    "normal, shared seeds": shared_seeds,
    "skewed": skewed,
    "unequal spread": unequal_spread,
    "one: 5 % collapse to .5": one_collapses(collapsing),
    "one: 1 % collapse to chance": one_collapses(rarely_collapsing),
}


def simulated_runs(generator: Generator, stage: str, configurations: pd.MultiIndex, n: int) -> pd.DataFrame:
    """n runs of each (family, configuration), all equally good: accuracies normal around `TRUTH`, sd 0.01."""
    accuracy = generator.normal(TRUTH, 0.01, (len(configurations), n)).clip(0, 1).ravel()
    return pd.DataFrame(
        {
            "stage": stage,
            "family": configurations.get_level_values(0).repeat(n),
            "configuration": configurations.get_level_values(1).astype(str).repeat(n),
            "seed": np.tile(np.arange(n), len(configurations)),
            "status": "ok",
            "test_accuracy": accuracy,
            "validation_accuracy": accuracy,
            "validation_data_loss": 1 - accuracy,
            "problem.classes": 3,
        }
    )
