"""Ends of the search: axes along which a family's best has the smallest or the largest value that was tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from bench.statistics.counting import KEYS, counted_accuracy
from bench.statistics.means import estimate_of
from bench.statistics.tuning import ranked

EDGES = ["family", "axis", "value", "edge", "tried"]
ENTRY = "optimizer.label"
TENTHS = 10  # that a random axis is divided into

Places = Callable[["pd.Series[float]"], "pd.Series[float]"]


def edges(
    tune_runs: pd.DataFrame, axes: Sequence[str], margin: float, random: Mapping[tuple[str, str], Places] | None = None
) -> pd.DataFrame:
    """The ends of axes at which a family's best configuration lies, unless validation accuracy is flat there.

    Flat: the best configuration with the neighbouring value is behind by `margin` or less, or by one standard error or
    less (of the differences paired by tune seed; the rule of Breiman et al. 1984, section 3.4.3). Only configurations
    of the best one's optimizer are looked at, as each [[optimizer]] has axes of its own.

    Args:
        tune_runs: the tune runs of families whose best is chosen on them.
        axes: dotted settings. Values are ordered as numbers, "full" above all; other words have no order.
        margin: what difference is practically nothing.
        random: for random axes, by optimizer's label and axis: in which tenth of its range a value lies, 0 to 9. Some
            value is the smallest by chance there, so that the tenths are compared instead of the values, and only the
            outermost are ends.

    Returns family, axis, value, edge ("smallest" or "largest"), tried (how many different values).
    """
    columns = tune_runs.drop_duplicates(KEYS)[[*KEYS, ENTRY, *axes]]
    best_first = ranked(tune_runs)[KEYS].merge(columns, on=KEYS)
    accuracy = tune_runs.assign(accuracy=counted_accuracy(tune_runs, "validation_accuracy"))
    runs = {str(family): own for family, own in accuracy.groupby("family")}
    rows = []
    for family in dict.fromkeys(tune_runs["family"]):
        own = best_first[best_first["family"] == family]
        own = own[own[ENTRY] == own[ENTRY].iloc[0]].set_index("configuration")
        for axis in axes:
            values = pd.to_numeric(own[axis].replace("full", np.inf), errors="coerce").astype(float)
            tenth_of = (random or {}).get((str(own[ENTRY].iloc[0]), axis))
            places = values if tenth_of is None else tenth_of(values)
            edge, rival = _end(places)
            if tenth_of is not None and places.iloc[0] not in (0, TENTHS - 1):
                continue
            if edge and _is_ahead(runs[family], str(values.index[0]), rival, margin):
                rows.append((family, axis, float(values.iloc[0]), edge, values.nunique()))
    return pd.DataFrame(rows, columns=EDGES)


def _end(values: pd.Series[float]) -> tuple[str, str]:
    """At which end of an axis the first of its configurations lies, and the first with the value beside it."""
    tried, value = np.unique(values.dropna()), values.iloc[0]
    if len(tried) < 2 or value not in (tried[0], tried[-1]):
        return "", ""
    edge, neighbour = ("smallest", tried[1]) if value == tried[0] else ("largest", tried[-2])
    return edge, str(values.index[values == neighbour][0])


def _is_ahead(runs: pd.DataFrame, best: str, rival: str, margin: float) -> bool:
    """Whether `best` is ahead of `rival` by more than the margin and by more than one standard error."""
    one, other = (runs[runs["configuration"] == name].set_index("seed")["accuracy"] for name in (best, rival))
    ahead = estimate_of(one.sub(other).dropna().to_numpy())
    return bool(ahead.mean > np.fmax(margin, ahead.error) + 1e-12)  # no error is known of one seed; rounding is no lead
