"""Families and configurations against each other: paired by seed where the problem is the same, else unpaired."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import ceil, log2
from typing import Any

import numpy as np
import pandas as pd

from bench.statistics.claims import (
    DEGENERATE,
    EQUAL,
    FAILED,
    INCONCLUSIVE,
    KINDS,
    VERSUS,
    Claim,
    Kind,
    difference_of,
    phrase,
)
from bench.statistics.counting import (
    by_seed,
    counted_accuracy,
    paired_accuracy,
    questions,
    require_confirmed,
    require_one,
    seed_table,
)
from bench.statistics.folds import corrected_differences
from bench.statistics.means import Floats, estimate_of, welch
from bench.statistics.pairs import share_won
from bench.statistics.plans import FIXED, Folds, Plan, Question
from bench.statistics.power import smallest_flip_p
from bench.statistics.scores import ACCURACY, DIGITS, Score
from bench.statistics.sentences import Row, p_beside
from bench.statistics.simultaneous import simultaneous
from bench.statistics.verdicts import fresh_seeds
from bench.text import confidence, counted, percent, points

PAIRED = "paired by seed"
EXCHANGEABLE = (
    "This holds for differences that scatter alike on both sides, so not where one {family} alone collapses on few "
    "seeds."
)
UNPAIRED = "unpaired, Welch's t test: the problems differ"
JUDGED = [
    "n", "difference", "sd", "low", "high", "confidence", "p_adjusted", "p_equal_adjusted",
    "kind", "word", "comparisons",
]  # fmt: skip


def judge_differences(
    differences: pd.DataFrame,
    alpha: float,
    margin: float,
    *,
    total: int = 0,
    words: Mapping[Kind, str] = VERSUS,
    score: Score = ACCURACY,
    plan: Plan = FIXED,
) -> pd.DataFrame:
    """Words for paired differences (a row per seed, a column per comparison; nan: no pair), all judged together.

    `total`: how many comparisons share alpha, if more than the columns. `words`: what the kinds are called. `score`:
    what differs; where lower is better, the kind "above" is a difference below 0. `plan`: how the seeds were drawn.

    Returns one row per column, with its name as index: n pairs; difference (mean) and sd; low, high: the interval, all
    of one confidence (1 - alpha, together), which the word is read off; p_adjusted and p_equal_adjusted, which agree
    with it; kind, word; comparisons: how many shared alpha. Infinite bounds are cut to -1 and 1 (the score's span).
    """
    test = partial(corrected_differences, ratio=plan.ratio) if isinstance(plan, Folds) else simultaneous
    found = test(differences.round(score.digits), alpha, margin, total)
    bounds = zip(found.low, found.high, found.n, strict=True)
    kinds = [
        difference_of(*score.better_first(float(low), float(high)), margin) if n else FAILED for low, high, n in bounds
    ]
    table = pd.DataFrame(
        {
            "n": found.n,
            "difference": found.mean,
            "sd": found.sd,
            "low": found.low.clip(-score.span, score.span),
            "high": found.high.clip(-score.span, score.span),
            "confidence": 1 - alpha,
            "p_adjusted": found.p,
            "p_equal_adjusted": found.p_equal,
            "kind": [kind.word for kind in kinds],
            "comparisons": max(total, differences.shape[1]),
        },
        index=differences.columns,
    )
    return table.assign(word=reworded(table, words))[JUDGED]


def reworded(judged: pd.DataFrame, words: Mapping[Kind, str]) -> list[str]:
    """The words of `judge_differences`, under other names of the kinds."""
    return [phrase(Claim(KINDS[kind]), words) for kind in judged["kind"]]


def against_reference(
    confirm_runs: pd.DataFrame,
    reference: str,
    alpha: float = 0.05,
    margin: float = 0.01,
    *,
    families: int = 0,
    score: Score = ACCURACY,
    plan: Plan = FIXED,
) -> pd.DataFrame:
    """Every other confirmed family of the reference's problem minus the reference, paired by seed.

    The reference is named in advance or chosen on tune seeds. `families`: how many there are, if some have no runs
    yet. `score`, `plan`: as for `judge`. Returns one row per other family, in grid order: family, reference and the
    columns of `judge_differences`. Raises ValueError if there is no such family, and as `judge` does.
    """
    require_confirmed(confirm_runs)
    problems = questions(confirm_runs)
    if reference not in problems:
        raise ValueError(f"no family {reference!r} to compare with; there are {', '.join(map(repr, problems))}")
    table = seed_table(confirm_runs, paired_accuracy(confirm_runs, score))
    others = [f for f in table.columns if f != reference and problems[f] == problems[reference]]
    differences = table[others].sub(table[reference], axis=0)
    judged = judge_differences(differences, alpha, margin, total=max(families - 1, 0), score=score, plan=plan)
    return judged.rename_axis("family").reset_index().assign(reference=reference)[["family", "reference", *JUDGED]]


def compare(runs_a: pd.DataFrame, runs_b: pd.DataFrame, alpha: float = 0.05, margin: float = 0.01) -> pd.Series[Any]:
    """Test accuracy of A minus that of B, where each frame holds the runs of one configuration.

    Paired by the seeds both have if their problems are equal; otherwise unpaired, by Welch's t test, and
    `method` says so. Diverged runs count at chance, failed ones are missing.

    Returns a Series: a, b (names), method, n_a, n_b (counted runs), mean_a, mean_b (of all counted runs); the columns
    of `judge_differences` for this one comparison ("better" is A; n of unpaired runs is that of both); effect (Cohen's
    d of the differences); share_won: P(A > B) over seeds with ties half, share_low, share_high at 1 - alpha (nan
    unpaired); smallest_p that n pairs can reach; seeds_needed as in `judge`; reasons; alpha, margin.

    Raises ValueError for a frame of several families, configurations or stages.
    """
    for runs in (runs_a, runs_b):
        require_one(runs, "family", "configuration", "stage")
    one, two = by_seed(counted_accuracy(runs_a), runs_a), by_seed(counted_accuracy(runs_b), runs_b)
    facts = {
        "a": _name(runs_a),
        "b": _name(runs_b),
        "n_a": one.size,
        "n_b": two.size,
        "mean_a": float(estimate_of(one).mean),
        "mean_b": float(estimate_of(two).mean),
    }
    same = set(questions(runs_a).values()) == set(questions(runs_b).values())
    result = _paired(_differences(runs_a, runs_b), alpha, margin) if same else _unpaired(one, two, alpha, margin)
    return pd.Series(facts | result | {"alpha": alpha, "margin": margin})


def _name(runs: pd.DataFrame) -> str:
    if runs.empty:
        return ""
    family, configuration = runs["family"].iloc[0], runs["configuration"].iloc[0]
    return f"{family} ({configuration})" if configuration else str(family)


def _differences(runs_a: pd.DataFrame, runs_b: pd.DataFrame) -> Floats:
    a = pd.Series(paired_accuracy(runs_a).to_numpy(), index=runs_a["seed"])
    b = pd.Series(paired_accuracy(runs_b).to_numpy(), index=runs_b["seed"])
    return np.asarray((a - b).dropna().sort_index().round(DIGITS), dtype=np.float64)


def _paired(differences: Floats, alpha: float, margin: float) -> dict[str, Any]:
    [judged] = judge_differences(pd.DataFrame({"a - b": differences}), alpha, margin).to_dict("records")
    estimate, n = estimate_of(differences), differences.size
    needed = np.nan
    if judged["kind"] == INCONCLUSIVE.word:
        needed = max(ceil(1 - log2(alpha)), fresh_seeds(estimate, Question(0.0, alpha, margin, 1)))
        judged["word"] = phrase(Claim(INCONCLUSIVE), VERSUS, seeds_needed=needed)
    share, share_low, share_high = share_won(differences, alpha)
    return {str(name): value for name, value in judged.items()} | {
        "method": PAIRED,
        "effect": float(estimate.effect(0)),
        "share_won": share,
        "share_low": share_low,
        "share_high": share_high,
        "smallest_p": smallest_flip_p(n) if n else np.nan,
        "seeds_needed": needed,
        "reasons": _why(n, alpha),
    }


def _unpaired(one: Floats, two: Floats, alpha: float, margin: float) -> dict[str, Any]:
    estimate = welch(one, two)
    low, high = float(estimate.lower(alpha / 2)), float(estimate.upper(alpha / 2))
    kind = FAILED if np.isnan(estimate.mean) else difference_of(low, high, margin)
    numbers = (
        estimate.n,
        float(estimate.mean),
        np.nan,
        max(low, -1.0),
        min(high, 1.0),
        1 - alpha,
        float(estimate.t_test(0)),
        float(np.minimum(1.0, 2 * estimate.tost(0, margin))),
        kind.word,
        phrase(Claim(kind), VERSUS),
        1,
    )
    nothing = dict.fromkeys(("effect", "share_won", "share_low", "share_high", "smallest_p", "seeds_needed"), np.nan)
    reason = "the problems differ, so seeds are not paired and the two answer different questions"
    return dict(zip(JUDGED, numbers, strict=True)) | nothing | {"method": UNPAIRED, "reasons": reason}


def _why(n: int, level: float) -> str:
    if n == 0:
        return "no seed has a usable run of both"
    if smallest_flip_p(n) > level:
        return f"{counted(n, 'paired seed')} cannot give a p below {smallest_flip_p(n):.2g}"
    return ""


def comparison_sentence(comparison: Row) -> str:
    """The result of `compare` in plain English."""
    a, b = comparison["a"], comparison["b"]
    reasons = f" ({comparison['reasons']})" if comparison["reasons"] else ""
    if comparison["kind"] in (FAILED.word, DEGENERATE.word):
        return f"{a} against {b}: {comparison['word']}, so nothing is said{reasons}."
    pairs = counted(int(comparison["n"]), "seed")
    paired = comparison["method"] == PAIRED
    won = f"; {a} wins {percent(comparison['share_won'])} of the seeds, ties half" if paired else ""
    p = comparison["p_equal_adjusted" if comparison["kind"] == EQUAL.word else "p_adjusted"]
    holds = f" {EXCHANGEABLE.format(family=ACCURACY.terms.family)}" if paired else ""
    return (
        f"{a} minus {b}: {points(comparison['difference'])} on average{f' over {pairs}, paired' if paired else ''} "
        f"({confidence(comparison['confidence'])} interval {points(comparison['low'])} to "
        f"{points(comparison['high'])}): {comparison['word']}; {p_beside(p, comparison['alpha'])}{won}{reasons}.{holds}"
    )
