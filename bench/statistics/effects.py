"""What each choice does: a family without a setting and with it, each at its best, on the same confirm seeds.

A family's best configuration says what to use, not what helped. So for every axis of interest the best configuration
without it (dropout 0) and the best one with it (any other rate), both found on tune seeds, are confirmed, and their
difference is judged, paired by seed: together with all other effects of the grid, and with the differences of effects
between families (*does dropout help Adam but not gradient descent?*).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from bench.statistics.claims import EFFECT, INTERACTION
from bench.statistics.comparisons import JUDGED, judge_differences, reworded
from bench.statistics.counting import KEYS, paired_accuracy, require_one

CONTRASTS = ["family", "problem", "axis", "value", "against", "with", "without", "besides"]
EFFECTS = ["family", "other", *CONTRASTS[1:], *JUDGED]
MOST_FAMILIES = 8  # of one problem whose effects are compared with each other: 28 pairs for each effect


def effects(runs: pd.DataFrame, contrasts: pd.DataFrame, alpha: float, margin: float) -> pd.DataFrame:
    """Judge every contrast on confirm runs, and the differences of equal contrasts between families of a problem.

    Args:
        runs: the confirm runs of both sides of all contrasts.
        contrasts: all that the grid asks for, those whose runs are lacking included: family, problem, axis (dotted),
            value and against (what is compared with what, as text), with and without (the two configurations' texts),
            besides (what else differs between the two, as each is the best of its side).
        alpha, margin: as for verdicts; alpha is shared by all effects and interactions (single-step max-T).

    Returns rows of `EFFECTS`: the contrasts in order, `other` being "", then the interactions: the effect in `family`
    minus that in `other`. Words: "helps", "hurts", "practically nothing", "inconclusive"; of interactions "more
    favourable", "less favourable", "practically the same", "inconclusive".

    Raises ValueError for runs of several stages.
    """
    require_one(runs, "stage")
    if contrasts.empty:
        return pd.DataFrame(columns=EFFECTS)
    values = runs.assign(value=paired_accuracy(runs)).pivot(index="seed", columns=KEYS, values="value")
    rows: list[Any] = contrasts.to_dict("records")
    columns = [_side(values, row, "with") - _side(values, row, "without") for row in rows]
    pairs = list(_pairs(rows))
    columns += [columns[i] - columns[j] for i, j in pairs]
    differences = pd.DataFrame(dict(enumerate(columns)), index=values.index)
    judged = judge_differences(differences, alpha, margin, words=EFFECT)
    between = judged.iloc[len(rows) :]
    judged.loc[between.index, "word"] = reworded(between, INTERACTION)
    named = [row | {"other": ""} for row in rows]
    named += [rows[i] | {"other": rows[j]["family"], "with": "", "without": "", "besides": ""} for i, j in pairs]
    return pd.concat([pd.DataFrame(named), judged], axis=1)[EFFECTS]


def _side(values: pd.DataFrame, row: dict[str, str], side: str) -> pd.Series[float]:
    """Accuracy by seed of one side of a contrast; nan where it has no runs yet."""
    key = (row["family"], row[side])
    return values[key] if key in values else pd.Series(np.nan, index=values.index)


def _pairs(rows: Sequence[dict[str, str]]) -> Iterator[tuple[int, int]]:
    """Which two contrasts are the same contrast of two families of one problem, where there are not too many."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for i, row in enumerate(rows):
        alike.setdefault((row["problem"], row["axis"], row["value"], row["against"]), []).append(i)
    for places in alike.values():
        if len(places) <= MOST_FAMILIES:
            yield from combinations(places, 2)
