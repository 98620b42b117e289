"""Tune runs as scikit-learn's searches tell theirs: seeds stand where it has folds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bench.statistics.counting import KEYS, counted_accuracy
from bench.statistics.means import Floats
from bench.statistics.tuning import ranked


def cv_results(tune: pd.DataFrame, settings: list[str]) -> dict[str, Any]:
    """The dict `cv_results_` of `GridSearchCV`, a row per configuration, in grid order.

    A seed is a split, and its score the validation accuracy, which chooses; a diverged run has that of chance, and one
    that failed or was not trained is nan. `rank_test_score`: 1 for what would be chosen of all families. `settings`:
    the columns that are parameters. Times are each run's share of its stack's.
    """
    names = [*tune["seed"].unique()]
    numbers = tune[[*KEYS, "seed"]].assign(score=counted_accuracy(tune, "validation_accuracy"), time=tune["seconds"])
    first = tune.drop_duplicates(KEYS)
    index = pd.MultiIndex.from_frame(first[KEYS])
    scores, times = (
        numbers.pivot_table(index=KEYS, columns="seed", values=value, dropna=False).reindex(index, columns=names)
        for value in ("score", "time")
    )
    order = pd.MultiIndex.from_frame(ranked(tune)[KEYS])
    ranks = pd.Series(np.arange(1, len(order) + 1, dtype=np.int32), index=order).reindex(index)
    rows = first[settings].to_dict("records")
    found: dict[str, Any] = {f"{name}_fit_time": value for name, value in _mean_and_spread(times).items()}
    found |= {f"param_{key}": _masked(first[key]) for key in settings}
    found["params"] = [{key: value for key, value in row.items() if not _absent(value)} for row in rows]
    found |= {f"split{i}_test_score": scores[seed].to_numpy() for i, seed in enumerate(names)}
    found |= {f"{name}_test_score": value for name, value in _mean_and_spread(scores).items()}
    return found | {"rank_test_score": ranks.to_numpy()}


def _mean_and_spread(table: pd.DataFrame) -> dict[str, Floats]:
    """Over splits; the standard deviation with n in the denominator, as scikit-learn has it."""
    return {"mean": table.mean(axis=1).to_numpy(), "std": table.std(axis=1, ddof=0).to_numpy()}


def _absent(value: Any) -> bool:
    return isinstance(value, float) and np.isnan(value)


def _masked(column: pd.Series[Any]) -> np.ma.MaskedArray[Any, Any]:
    """A parameter's values; masked where a configuration has no such parameter."""
    absent = column.map(_absent).to_numpy(bool)
    return np.ma.MaskedArray(column.to_numpy(object), absent, fill_value="?")
