"""Choosing a family's best configuration, and what the search that found it was worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.statistics.counting import counted_accuracy

CHOICES = ["family", "configuration", "validation_mean", "n", "complete"]


def score(tune_runs: pd.DataFrame) -> pd.DataFrame:
    """One row per configuration, in grid order: family, configuration, validation_mean, loss, n.

    `n` counts the runs behind the mean (ok, and diverged at chance). A diverged run's loss is infinite.
    Means are rounded to 12 decimals, so that equal results tie whatever order they were added up in.
    """
    diverged = tune_runs["status"] == "diverged"
    numbers = tune_runs[["family", "configuration"]].assign(
        validation_mean=counted_accuracy(tune_runs, "validation_accuracy"),
        loss=tune_runs["validation_data_loss"].astype(float).mask(diverged, np.inf),
    )
    groups = numbers.groupby(["family", "configuration"], sort=False)
    table = groups[["validation_mean", "loss"]].mean().round(12)
    return table.assign(n=groups["validation_mean"].count()).reset_index()


def choose(tune_runs: pd.DataFrame) -> pd.DataFrame:
    """Each family's best configuration: highest mean validation accuracy of the last epoch on the tune runs.

    Ties go to the lower mean validation data loss, then to grid order (row order). A diverged run counts at
    chance.

    Returns one row per family, in grid order: family, configuration, validation_mean, n (runs behind it), and
    complete: whether every configuration of the family has a counted run for every tune seed in the frame.
    """
    if tune_runs.empty:
        return pd.DataFrame(columns=CHOICES)
    table = score(tune_runs)
    seeds = tune_runs["seed"].nunique()
    table["complete"] = (table["n"] == seeds).groupby(table["family"]).transform("all")
    ranked = table.sort_values(["validation_mean", "loss"], ascending=[False, True], kind="stable")
    best = ranked.drop_duplicates("family").set_index("family")
    return best.loc[list(dict.fromkeys(table["family"]))].reset_index()[CHOICES]
