"""What a network does worse on points that it has not seen: training against test accuracy."""

from __future__ import annotations

import pandas as pd


def generalization_gaps(confirm_runs: pd.DataFrame) -> pd.DataFrame:
    """Mean accuracies of the last epoch on training and on test points, over the runs that ended well.

    Returns one row per family with such a run, in grid order: family, train, test, n (runs), gap (train - test).
    """
    groups = confirm_runs[confirm_runs["status"] == "ok"].groupby("family", sort=False)
    table = pd.DataFrame(
        {"train": groups["train_accuracy"].mean(), "test": groups["test_accuracy"].mean(), "n": groups.size()}
    )
    return table.assign(gap=table["train"] - table["test"]).rename_axis("family").reset_index()
