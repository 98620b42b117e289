"""Tables of results as other programs write them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

MEANS = {"adam": 0.88, "momentum": 0.858, "sgd": 0.82}


def long_table(
    means: Mapping[str, float] = MEANS, seeds: int = 10, sd: float = 0.01, score: str = "accuracy"
) -> pd.DataFrame:
    """A row per run; scores scatter normally by `sd`, the same in every call."""
    generator = np.random.default_rng(1)
    rows = [
        (method, seed, round(float(generator.normal(mean, sd)), 6))
        for method, mean in means.items()
        for seed in range(seeds)
    ]
    return pd.DataFrame(rows, columns=["method", "seed", score])
