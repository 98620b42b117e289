"""From runs to the numbers that are judged: diverged runs count at chance, failed ones are missing.

The runs frame has one row per run (its columns: `bench.store.frames.columns`). Row order is grid order, and no result
depends on it except the last resort between exact ties.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KEYS = ["family", "configuration"]  # the columns that name a configuration


def counted_accuracy(runs: pd.DataFrame, column: str = "test_accuracy") -> pd.Series[float]:
    """The accuracy each run counts with: its own, chance (1 / classes) if it diverged, nan if it failed.

    Test accuracies are snapped to whole test points (`test_points`), so that equal results are equal numbers.
    """
    accuracy = runs[column].astype(float)
    if column.startswith("test") and "test_points" in runs:
        points = runs["test_points"].astype(float)
        accuracy = (accuracy * points).round() / points
    chance = 1 / runs["problem.classes"].astype(float)
    return accuracy.mask(runs["status"] == "diverged", chance).mask(runs["status"] == "failed")


def counted_epochs(runs: pd.DataFrame) -> pd.Series[float]:
    """Epochs to the target, inf where a run ended or diverged without (diverged: even if it crossed before).

    nan where a run failed.
    """
    epochs = runs["epochs_to_target"].astype(float)
    missed = (runs["status"] == "diverged") | epochs.isna()
    return epochs.mask(missed, np.inf).mask(runs["status"] == "failed")


def tally(runs: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """n, n_ok, n_diverged and n_failed per group, in order of appearance; index: the columns `by`.

    A run without a number counts as failed whatever its status says.
    """
    diverged = runs["status"] == "diverged"
    ok = (runs["status"] == "ok") & runs["test_accuracy"].notna()
    flags = runs[list(by)].assign(n=1, n_ok=ok, n_diverged=diverged, n_failed=~(ok | diverged))
    return flags.groupby(list(by), sort=False).sum().astype(int)


def questions(runs: pd.DataFrame) -> dict[str, str]:
    """The problem that each family is about, as text: all its `problem.*` settings.

    Families of different problems are different questions with different ceilings.
    """
    columns = sorted(str(c) for c in runs.columns if str(c).startswith("problem."))
    first = runs.drop_duplicates("family")
    return {
        str(family): ", ".join(f"{c} = {v}" for c, v in zip(columns, row, strict=True))
        for family, row in zip(first["family"], first[columns].itertuples(index=False), strict=True)
    }


def by_seed(values: pd.Series[float], runs: pd.DataFrame) -> Floats:
    """`values`, one per run of one configuration, in order of the runs' seeds, without the missing ones."""
    ordered = values.to_numpy(dtype=np.float64)[np.argsort(runs["seed"].to_numpy())]
    return np.asarray(ordered[~np.isnan(ordered)], dtype=np.float64)


def seed_table(runs: pd.DataFrame, values: pd.Series[float]) -> pd.DataFrame:
    """One row per seed, in order, one column per family: what pairing needs. nan: a run is missing."""
    families = list(dict.fromkeys(runs["family"]))
    table = runs[["family", "seed"]].assign(value=values)
    return table.pivot(index="seed", columns="family", values="value").reindex(columns=families)


def require_confirmed(runs: pd.DataFrame) -> None:
    """Raise ValueError unless all runs are confirm runs of one configuration per family."""
    if len(runs) and not (runs["stage"] == "confirm").all():
        raise ValueError("only confirm runs are judged: what was chosen on some seeds is judged on others")
    several = runs.groupby("family")["configuration"].nunique()
    for family in several.index[several > 1]:
        raise ValueError(f"family {family!r} has confirm runs of several configurations: pass its best only")
