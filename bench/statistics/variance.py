"""Where the spread of test accuracies comes from: seeds that train differently, or a finite test set."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.statistics.counting import KEYS, counted_accuracy

SOURCES = [*KEYS, "n", "sd", "sd_test_set", "sd_seed", "share_test_set"]


def variance_sources(runs: pd.DataFrame) -> pd.DataFrame:
    """Seed variance against the binomial error of the test set, per configuration.

    Each seed draws its own test points, so an accuracy a on N points varies by a (1 - a) / N even if all seeds
    trained equally well. What is left of the observed variance is the seeds'. Diverged runs are left out here:
    they have no test error, and would be all there is to see.

    Returns, in grid order: family, configuration; n runs that ended ok; sd (observed); sd_test_set (binomial);
    sd_seed (what is left, 0 if nothing); share_test_set of the variance (at most 1). nan where n < 2.
    """
    ok = runs[runs["status"] == "ok"]
    accuracy = counted_accuracy(ok)
    numbers = ok[KEYS].assign(a=accuracy, noise=accuracy * (1 - accuracy) / ok["test_points"])
    groups = numbers.groupby(KEYS, sort=False)
    table = groups["a"].agg(n="count", total="var").assign(noise=groups["noise"].mean()).reset_index()
    total, noise = table["total"].astype(float), table["noise"].where(table["n"] > 1)
    table["sd"], table["sd_test_set"] = np.sqrt(total), np.sqrt(noise)
    table["sd_seed"] = np.sqrt((total - noise).clip(lower=0))
    table["share_test_set"] = (noise / total.where(total > 0)).clip(upper=1)
    return pd.DataFrame(table, columns=SOURCES)
