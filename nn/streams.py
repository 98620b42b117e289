"""Where randomness comes from: named streams, each a generator of its own, from a run's seed alone.

A stream depends on nothing but the seed, its name and, where it is drawn per layer, the layer. So a larger
training set does not shift the test set, and configurations that share a seed share data, initial weights,
batch orders and dropout masks: they are paired.
"""

from typing import Literal

import numpy as np

Stream = Literal["train", "validation", "test", "init", "batches", "dropout"]

# Fixed numbers, never hash(): changing one changes every run ever stored.
_NUMBERS: dict[Stream, int] = {"train": 1, "validation": 2, "test": 3, "init": 4, "batches": 5, "dropout": 6}


def bits(seed: int, stream: Stream, layer: int = 0) -> np.random.SFC64:
    """The raw bit generator of one stream: SFC64, the fastest of NumPy's."""
    return np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(_NUMBERS[stream], layer)))


def generator(seed: int, stream: Stream, layer: int = 0) -> np.random.Generator:
    """The generator of one stream of the run with this seed (an integer >= 0)."""
    return np.random.Generator(bits(seed, stream, layer))
