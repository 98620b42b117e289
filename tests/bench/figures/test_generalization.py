"""The gap between training and test accuracy, as the figure states it."""

from __future__ import annotations

import pandas as pd

from bench.figures import gap_picture


def test_the_title_names_the_largest_gap_or_none() -> None:
    gaps = pd.DataFrame({"family": ["family 0", "family 1"], "train": [0.9, 0.95], "test": [0.8, 0.9]})
    gaps = gaps.assign(gap=gaps["train"] - gaps["test"])
    confirm = gaps.rename(columns={"train": "train_accuracy", "test": "test_accuracy"}).assign(status="ok")
    families = pd.DataFrame({"optimizer": "adam", "ceiling": 0.91}, index=gaps["family"])
    assert gap_picture(gaps, confirm, families).title.startswith("family 0 generalizes worst: 90.0 %")
    no_gap = gap_picture(gaps.assign(gap=-0.01), confirm, families)
    assert no_gap.title == "No family does better on its training points than on test points"
