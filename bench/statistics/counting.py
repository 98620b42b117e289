"""From runs to the numbers that are judged: diverged runs count at chance, failed ones are missing.

The runs frame has one row per run (its columns: `bench.store.frames.columns`). Row order is grid order, and no result
depends on it except the last resort between exact ties. Whatever is judged comes through `counted_accuracy` or
`counted_epochs`, so these refuse what no run can have given, and a run that is there twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.statistics.scores import ACCURACY, Score

Floats = NDArray[np.float64]

KEYS = ["family", "configuration"]  # the columns that name a configuration


def counted_accuracy(runs: pd.DataFrame, column: str = "test_accuracy", score: Score = ACCURACY) -> pd.Series[float]:
    """The accuracy each run counts with: its own, chance (1 / classes) if it diverged, nan if it failed.

    Test accuracies are snapped to whole test points (`test_points`, where known), so that equal results are equal
    numbers. Raises ValueError for an accuracy that counts and is not within its bounds (those of `score`, where it is
    another one), and as `require_single` does.
    """
    require_single(runs)
    accuracy = runs[column].astype(float)
    _require_between(accuracy.where(_own(runs)), runs, score.low, score.high)
    if column.startswith("test") and "test_points" in runs:
        points = runs["test_points"].astype(float)
        accuracy = ((accuracy * points).round() / points).fillna(accuracy)
    diverged = runs["status"] == "diverged"
    if diverged.any():
        accuracy = accuracy.mask(diverged, _chances(runs, score))
    return accuracy.mask(runs["status"] == "failed")


def _chances(runs: pd.DataFrame, score: Score) -> pd.Series[float]:
    """The accuracy of guessing on each run's problem: 1 / classes, where these are known."""
    if "problem.classes" in runs:
        return 1 / runs["problem.classes"].astype(float)
    return pd.Series(score.chance, index=runs.index)


def paired_accuracy(runs: pd.DataFrame, score: Score = ACCURACY) -> pd.Series[float]:
    """`counted_accuracy` for comparisons: nan too where no run of a configuration ended well.

    Two families that diverge on every seed are not equal, they have both failed.
    """
    well = runs.assign(well=runs["status"] == "ok").groupby(KEYS)["well"].transform("any")
    return counted_accuracy(runs, score=score).where(well)


def chance_of(runs: pd.DataFrame, score: Score = ACCURACY) -> float:
    """The accuracy of guessing, 1 / classes, which runs of one problem share."""
    return float(1 / runs["problem.classes"].iloc[0]) if "problem.classes" in runs else score.chance


def dead(runs: pd.DataFrame, shares: Mapping[str, Floats]) -> pd.Series[bool]:
    """Which runs ended with a dead network: right on exactly one class of the training, validation and test set.

    `shares`: by family, those of each class in each of these sets: (3, classes). To be right on the same class's share
    of all three by coincidence is improbable.
    """
    splits = runs[[f"{split}_accuracy" for split in ("train", "validation", "test")]].to_numpy(np.float64)
    one_class = [
        bool((np.abs(shares[family] - own[:, np.newaxis]) < 1e-9).all(axis=0).any())  # rounding
        for family, own in zip(runs["family"], splits, strict=True)
    ]
    return (runs["status"] == "ok") & pd.Series(one_class, index=runs.index, dtype=bool)


def counted_epochs(runs: pd.DataFrame) -> pd.Series[float]:
    """Epochs to the target, inf where a run ended or diverged without (diverged: even if it crossed before).

    nan where a run failed. Raises ValueError for epochs that count and are not between 0 and the budget
    (`training.epochs`, where known), and as `require_single` does.
    """
    require_single(runs)
    epochs = runs["epochs_to_target"].astype(float)
    budget = runs["training.epochs"].astype(float) if "training.epochs" in runs else np.inf
    _require_between(epochs.where(_own(runs)), runs, 0.0, budget)
    missed = (runs["status"] == "diverged") | epochs.isna()
    return epochs.mask(missed, np.inf).mask(runs["status"] == "failed")


def _own(runs: pd.DataFrame) -> pd.Series[bool]:
    """Which runs count with what they measured."""
    return ~runs["status"].isin(["diverged", "failed"])


def _require_between(values: pd.Series[float], runs: pd.DataFrame, low: float, high: float | pd.Series[float]) -> None:
    outside = ((values < low) | (values > high)).to_numpy()
    if outside.any():
        most = np.broadcast_to(high, len(runs))[outside][0]
        raise ValueError(
            f"{values.name} = {float(values[outside].iloc[0])} of {_name(runs[outside])}: expected {low:g} to {most:g}"
        )


def _name(runs: pd.DataFrame) -> str:
    """The first of these runs, and how many more there are."""
    first, more = runs.iloc[0], f" (and {len(runs) - 1:,} more)" if len(runs) > 1 else ""
    return f"family {first['family']!r}, configuration {first['configuration']!r}, seed {first['seed']}{more}"


def require_single(runs: pd.DataFrame) -> None:
    """Raise ValueError if a seed of a configuration is there twice in a stage: one seed is one value, not two."""
    again = runs.duplicated([column for column in ("stage", *KEYS, "seed") if column in runs])
    if again.any():
        raise ValueError(f"runs that are there twice: {_name(runs[again])}")


def require_one(runs: pd.DataFrame, *columns: str) -> None:
    """Raise ValueError if runs that are taken together differ in one of these columns."""
    for column in columns:
        found = runs[column].drop_duplicates() if column in runs else ()
        if len(found) > 1:
            names = ", ".join(map(repr, found))
            raise ValueError(f"runs of one {column} are taken together, but there are several: {names}")


def tally(runs: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """n, n_ok, n_diverged and n_failed per group, in order of appearance; index: the columns `by`.

    A run without a number counts as failed whatever its status says.
    """
    diverged = runs["status"] == "diverged"
    ok = (runs["status"] == "ok") & runs["test_accuracy"].notna()
    flags = runs[list(by)].assign(n=1, n_ok=ok, n_diverged=diverged, n_failed=~(ok | diverged))
    return flags.groupby(list(by), sort=False).sum().astype(int)


def questions(runs: pd.DataFrame) -> dict[str, str]:
    """The problem that each family is about, as text: all its `problem.*` settings, and not how a grid labels it.

    Families of different problems are different questions with different ceilings.
    """
    columns = sorted(str(c) for c in runs.columns if str(c).startswith("problem.") and c != "problem.label")
    first = runs.drop_duplicates("family")
    return {
        str(family): ", ".join(f"{c} = {v}" for c, v in zip(columns, row, strict=True) if not pd.isna(v))
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
    """Raise ValueError unless all runs are confirm runs of one configuration per family, one per seed."""
    require_single(runs)
    if len(runs) and not (runs["stage"] == "confirm").all():
        raise ValueError("only confirm runs are judged: what was chosen on some seeds is judged on others")
    several = runs.groupby("family")["configuration"].nunique()
    for family in several.index[several > 1]:
        raise ValueError(f"family {family!r} has confirm runs of several configurations: pass its best only")
