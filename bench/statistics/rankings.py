"""All pairs of confirmed families, and their ranks over seeds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from bench.statistics.comparisons import JUDGED, judge_differences
from bench.statistics.counting import paired_accuracy, questions, require_confirmed, seed_table
from bench.statistics.ranks import Friedman, critical_difference, friedman, ranks
from bench.statistics.scores import ACCURACY, Score

PAIRS = ["a", "b", *JUDGED]


@dataclass(frozen=True)
class Ranking:
    """Families of one problem, ranked within each seed that all of them have.

    Attributes
        problem: the problem's settings, as text.
        n: seeds that every family has (Friedman and ranks use these alone).
        families: family, mean_rank (1 = best), mean; best first.
        friedman: Friedman's test; None with fewer than two families or no common seed.
        critical_difference: Nemenyi's; mean ranks closer than this are not distinguished. nan likewise.
        pairs: a row per pair: a, b and the columns of `judge_differences` (a minus b; "better" is a), all pairs of
            this problem judged together.
    Seeds as blocks generalise to other seeds, not to other data sets.
    """

    problem: str
    n: int
    families: pd.DataFrame
    friedman: Friedman | None
    critical_difference: float
    pairs: pd.DataFrame


def rank_families(
    confirm_runs: pd.DataFrame,
    alpha: float = 0.05,
    margin: float = 0.01,
    score: Score = ACCURACY,
    pairs: pd.DataFrame | None = None,
) -> list[Ranking]:
    """All pairs of confirmed families, one Ranking per problem: different problems are never ranked together.

    `score`: what is ranked, if not test accuracies. `pairs`: pairs that are judged already, these and perhaps others
    together; they are judged here where one is missing there. Families without any counted run are left out. Raises
    ValueError as `judge` does.
    """
    require_confirmed(confirm_runs)
    problems = questions(confirm_runs)
    table = seed_table(confirm_runs, paired_accuracy(confirm_runs, score)).dropna(axis=1, how="all")
    different = list(dict.fromkeys(problems[f] for f in table.columns))
    inside = {p: table[[f for f in table.columns if problems[f] == p]] for p in different}
    return [_ranking(problem, own, alpha, margin, score, pairs) for problem, own in inside.items()]


def _ranking(
    problem: str, table: pd.DataFrame, alpha: float, margin: float, score: Score, pairs: pd.DataFrame | None
) -> Ranking:
    complete, k = table.dropna(), table.shape[1]
    ranked, n = ranks(score.sign * complete), len(complete)
    able = k > 1 and n > 0
    families = pd.DataFrame(
        {
            "family": table.columns,
            "mean_rank": ranked.mean(axis=0) if n else np.nan,
            "mean": table.mean().to_numpy(),
        }
    )
    best_first, judged = [True, score.lower_is_better], _judged_already(pairs, table)
    return Ranking(
        problem,
        n,
        families.sort_values(["mean_rank", "mean"], ascending=best_first, kind="stable", ignore_index=True),
        friedman(ranked) if able else None,
        critical_difference(n, k, alpha) if able else np.nan,
        _all_pairs(table, alpha, margin, score) if judged is None else judged,
    )


def _judged_already(pairs: pd.DataFrame | None, table: pd.DataFrame) -> pd.DataFrame | None:
    """Those of `pairs` that are of the families of `table`; None where they are not all of them."""
    k = table.shape[1]
    if pairs is None or k < 2:
        return None
    found = pairs[pairs["a"].isin(table.columns) & pairs["b"].isin(table.columns)]
    return found[PAIRS].reset_index(drop=True) if len(found) == k * (k - 1) // 2 else None


def _all_pairs(table: pd.DataFrame, alpha: float, margin: float, score: Score) -> pd.DataFrame:
    names = list(combinations(table.columns, 2))
    if not names:
        return pd.DataFrame(columns=PAIRS)
    differences = pd.DataFrame({i: table[a] - table[b] for i, (a, b) in enumerate(names)})
    judged = judge_differences(differences, alpha, margin, score=score)
    return judged.assign(a=[a for a, _ in names], b=[b for _, b in names]).reset_index(drop=True)[PAIRS]
