"""Families and configurations against each other: paired by seed where the problem is the same, else unpaired."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, log2
from typing import Any

import numpy as np
import pandas as pd

from bench.statistics.claims import (
    ABOVE,
    BELOW,
    DEGENERATE,
    EQUAL,
    FAILED,
    INCONCLUSIVE,
    Claim,
    claim_of,
    no_claim,
    phrase,
)
from bench.statistics.counting import by_seed, counted_accuracy, questions, require_confirmed, seed_table
from bench.statistics.means import Estimate, Floats, estimate_of, holm, welch
from bench.statistics.pairs import SignFlips, max_t, share_won, sign_flips, sign_flips_each
from bench.statistics.power import smallest_flip_p
from bench.statistics.sentences import Row
from bench.statistics.verdicts import more_seeds
from bench.text import confidence, counted, p_statement, percent, points

PAIRED = "paired by seed, sign flips"
UNPAIRED = "unpaired, Welch's t test: the problems differ"
WORDS = {ABOVE: "better", BELOW: "worse"}
AGAINST = [
    "family", "reference", "method", "n", "difference", "low", "high", "p", "p_adjusted",
    "kind", "word", "word_low", "word_high", "word_confidence",
]  # fmt: skip


def compare(runs_a: pd.DataFrame, runs_b: pd.DataFrame, alpha: float = 0.05, margin: float = 0.01) -> pd.Series[Any]:
    """Test accuracy of A minus that of B, where each frame holds the runs of one configuration.

    Paired by the seeds both have if their problems are equal; otherwise unpaired, by Welch's t test, and
    `method` says so. Diverged runs count at chance, failed ones are missing.

    Returns a Series: a, b (names), method, n (pairs; unpaired: runs of both), n_a, n_b (counted runs), mean_a,
    mean_b (of all counted runs); difference, sd (of the paired differences), effect (Cohen's d of them);
    p and tost_p (paired: sign flips; unpaired: Welch), low, high: the t interval at 1 - alpha, p_t: its p, as
    description; share_won: P(A > B) over seeds with ties half, share_low, share_high at 1 - alpha (nan
    unpaired); smallest_p that n pairs can reach; kind, word ("better" is A), word_low, word_high,
    word_confidence, within_margin, more_seeds as in `judge`; reasons; alpha, margin. Bounds that so few seeds
    cannot give are -1 and 1.
    """
    facts = {"a": _name(runs_a), "b": _name(runs_b), "alpha": alpha, "margin": margin}
    one, two = by_seed(counted_accuracy(runs_a), runs_a), by_seed(counted_accuracy(runs_b), runs_b)
    facts |= {
        "n_a": one.size,
        "n_b": two.size,
        "mean_a": float(estimate_of(one).mean),
        "mean_b": float(estimate_of(two).mean),
    }
    same = set(questions(runs_a).values()) == set(questions(runs_b).values())
    result = _paired(_differences(runs_a, runs_b), alpha, margin) if same else _unpaired(one, two, alpha, margin)
    return pd.Series(facts | result)


def _name(runs: pd.DataFrame) -> str:
    if runs.empty:
        return ""
    family, configuration = runs["family"].iloc[0], runs["configuration"].iloc[0]
    return f"{family} ({configuration})" if configuration else str(family)


def _differences(runs_a: pd.DataFrame, runs_b: pd.DataFrame) -> Floats:
    a = pd.Series(counted_accuracy(runs_a).to_numpy(), index=runs_a["seed"])
    b = pd.Series(counted_accuracy(runs_b).to_numpy(), index=runs_b["seed"])
    return np.asarray((a - b).dropna().sort_index(), dtype=np.float64)


def _paired(differences: Floats, alpha: float, margin: float) -> dict[str, Any]:
    estimate, n = estimate_of(differences), differences.size
    flips = sign_flips(differences, alpha) if n else None
    share, share_low, share_high = share_won(differences, alpha)
    claim = claim_of(flips.lower, flips.upper, 0.0, margin, alpha, alpha) if flips else no_claim(FAILED)
    more = _more_pairs(estimate, margin, alpha) if claim.kind == INCONCLUSIVE else np.nan
    return (
        _measures(estimate, alpha)
        | _words(claim, more)
        | {
            "method": PAIRED,
            "p": flips.p() if flips else np.nan,
            "tost_p": flips.tost(margin) if flips else np.nan,
            "share_won": share,
            "share_low": share_low,
            "share_high": share_high,
            "smallest_p": smallest_flip_p(n) if n else np.nan,
            "reasons": _why(n, alpha),
        }
    )


def _unpaired(one: Floats, two: Floats, alpha: float, margin: float) -> dict[str, Any]:
    estimate = welch(one, two)
    claim = _unpaired_claim(estimate, margin, alpha)
    return (
        _measures(estimate, alpha)
        | _words(claim, np.nan)
        | {
            "method": UNPAIRED,
            "p": float(estimate.t_test(0)),
            "tost_p": float(estimate.tost(0, margin)),
            "share_won": np.nan,
            "share_low": np.nan,
            "share_high": np.nan,
            "smallest_p": np.nan,
            "reasons": "the problems differ, so seeds are not paired and the two answer different questions",
        }
    )


def _unpaired_claim(estimate: Estimate, margin: float, level: float) -> Claim:
    if np.isnan(estimate.error):
        return no_claim(FAILED if np.isnan(estimate.mean) else DEGENERATE)
    return claim_of(estimate.lower, estimate.upper, 0.0, margin, level, level)


def _measures(estimate: Estimate, alpha: float) -> dict[str, Any]:
    return {
        "n": estimate.n,
        "difference": float(estimate.mean),
        "sd": float(estimate.sd),
        "effect": float(estimate.effect(0)),
        "low": float(estimate.lower(alpha / 2)),
        "high": float(estimate.upper(alpha / 2)),
        "p_t": float(estimate.t_test(0)),
    }


def _words(claim: Claim, more: float) -> dict[str, Any]:
    word = phrase(claim.kind, claim.within_margin, more)
    for kind, comparative in WORDS.items():
        word = word.replace(kind.word, comparative)
    return {
        "kind": claim.kind.word,
        "word": word,
        "word_low": float(np.clip(claim.low, -1, 1)),
        "word_high": float(np.clip(claim.high, -1, 1)),
        "word_confidence": claim.confidence,
        "within_margin": claim.within_margin,
        "more_seeds": more,
    }


def _more_pairs(estimate: Estimate, margin: float, alpha: float) -> float:
    """Pairs to add: as for a t test, but at least so many that the sign flips can reach the level."""
    least = ceil(1 - log2(alpha)) - estimate.n
    spread = 0.0 if np.isnan(estimate.error) else more_seeds(estimate, 0.0, margin, alpha, alpha)
    return float(max(1, least, spread))


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
    p = comparison["tost_p"] if comparison["kind"] == EQUAL.word else comparison["p"]
    return (
        f"{a} minus {b}: {points(comparison['difference'])} on average{f' over {pairs}, paired' if paired else ''} "
        f"({confidence(comparison['word_confidence'])} interval {points(comparison['word_low'])} to "
        f"{points(comparison['word_high'])}): {comparison['word']}; {p_statement(p)}{won}{reasons}."
    )


def against_reference(confirm_runs: pd.DataFrame, reference: str, alpha: float = 0.05) -> pd.DataFrame:
    """Every other confirmed family minus the reference, which is named in advance or chosen on tune seeds.

    Families of the reference's problem are compared paired by seed: p by sign flips, p_adjusted by step-down
    max-T with joint flips. Those of other problems: Welch's t test, Holm among themselves, and `method` says so.

    Returns one row per other family, in grid order: family, reference, method, n, difference; low, high (t
    interval at 1 - alpha, uncorrected); p, p_adjusted; kind and word from p_adjusted, with word_low, word_high,
    word_confidence the interval at the level to which the correction came down, which excludes 0 exactly if
    p_adjusted is at most alpha. Raises ValueError if there is no such family, and as `judge` does.
    """
    require_confirmed(confirm_runs)
    problems = questions(confirm_runs)
    if reference not in problems:
        raise ValueError(f"no family {reference!r} to compare with; there are {', '.join(map(repr, problems))}")
    table = seed_table(confirm_runs, counted_accuracy(confirm_runs))
    others = [f for f in table.columns if f != reference]
    same = [f for f in others if problems[f] == problems[reference]]
    different = [f for f in others if problems[f] != problems[reference]]
    differences = table[same].sub(table[reference], axis=0)
    rows = flipped_rows(differences, alpha, lambda p: max_t(differences, alpha))
    rows |= _welch_rows(table, different, reference, alpha)
    return pd.DataFrame([{"family": f, "reference": reference} | rows[f] for f in others], columns=AGAINST)


def flipped_rows(
    differences: pd.DataFrame, alpha: float, correct: Callable[[Floats], Floats]
) -> dict[Any, dict[str, Any]]:
    """One comparison per column of paired differences; `correct` turns their p into adjusted p.

    The interval beside a word is at the level alpha * p / p_adjusted: it excludes 0 exactly where p_adjusted is
    at most alpha.
    """
    columns = [differences[name].dropna().to_numpy(dtype=np.float64) for name in differences]
    tested = [column for column in columns if column.size]
    level = alpha / max(len(columns), 1)
    p = np.full(len(columns), np.nan)
    p[[bool(column.size) for column in columns]] = [f.p() for f in sign_flips_each(tested, level)]
    adjusted = np.maximum(correct(p), p)
    again = sign_flips_each(tested, level)  # made twice rather than kept: all flips of all pairs are gigabytes
    return {
        name: _row(PAIRED, estimate_of(column), next(again) if column.size else None, float(q), float(r), alpha)
        for name, column, q, r in zip(differences, columns, p, adjusted, strict=True)
    }


def _welch_rows(table: pd.DataFrame, families: list[str], reference: str, alpha: float) -> dict[Any, dict[str, Any]]:
    base = table[reference].dropna()
    estimates = [welch(table[f].dropna(), base) for f in families]
    p = np.array([float(e.t_test(0)) for e in estimates])
    return {
        f: _row(UNPAIRED, e, None if np.isnan(e.error) else e, float(q), float(r), alpha)
        for f, e, q, r in zip(families, estimates, p, holm(p), strict=True)
    }


def _row(
    method: str, estimate: Estimate, bounds: SignFlips | Estimate | None, p: float, adjusted: float, alpha: float
) -> dict[str, Any]:
    level = alpha * p / adjusted  # what the correction left of alpha to this comparison
    claim = claim_of(bounds.lower, bounds.upper, 0.0, 0.0, level, level / 2) if bounds else no_claim(FAILED)
    return {
        "method": method,
        "n": estimate.n,
        "difference": float(estimate.mean),
        "low": float(estimate.lower(alpha / 2)),
        "high": float(estimate.upper(alpha / 2)),
        "p": p,
        "p_adjusted": adjusted,
        "kind": claim.kind.word,
        "word": WORDS.get(claim.kind, claim.kind.word),
        "word_low": float(np.clip(claim.low, -1, 1)),
        "word_high": float(np.clip(claim.high, -1, 1)),
        "word_confidence": claim.confidence,
    }
