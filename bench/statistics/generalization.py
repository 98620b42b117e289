"""What a network does worse on points that it has not seen: training against test accuracy."""

from __future__ import annotations

import pandas as pd

from bench.statistics.counting import counted_accuracy


def generalization_gaps(confirm_runs: pd.DataFrame) -> pd.DataFrame:
    """Mean accuracies on training and on test points, over the runs that ended well.

    Returns one row per family with such a run, in grid order: family, train, test, n (runs), gap (train - test).
    Raises ValueError as `counted_accuracy` does.
    """
    accuracies = {split: counted_accuracy(confirm_runs, f"{split}_accuracy") for split in ("train", "test")}
    ended_well = confirm_runs["status"] == "ok"
    groups = confirm_runs[["family"]].assign(**accuracies)[ended_well].dropna().groupby("family", sort=False)
    table = groups[["train", "test"]].mean().assign(n=groups.size())
    return table.assign(gap=table["train"] - table["test"]).rename_axis("family").reset_index()
