"""Verdicts in plain English, assembled from computed values only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from bench.statistics.claims import DEGENERATE, EQUAL, FAILED, INCONCLUSIVE, KINDS
from bench.statistics.means import clopper_pearson
from bench.statistics.plans import FIXED
from bench.statistics.scores import ACCURACY, Score
from bench.text import confidence, counted, missing, p_statement, percent

Row = Mapping[str, Any] | pd.Series  # of a frame, by column name


def sentence(verdict: Row, score: Score = ACCURACY) -> str:
    """One row of `judge` (a Series or a dict) as one to three sentences; `score`: as for `judge`."""
    goal, mean = score.value(verdict["accuracy"]), score.value_unlike(verdict["mean"], verdict["accuracy"])
    name = str(verdict["family"]) + (f" ({verdict['configuration']})" if verdict["configuration"] else "")
    reasons = f" {verdict['reasons'].capitalize()}." if verdict["reasons"] else ""
    if verdict["kind"] == FAILED.word:
        return f"{name}: failed; no run ended well, so nothing is said about {goal}.{reasons}"
    if verdict["kind"] == DEGENERATE.word:
        return (
            f"{name}: {mean} on {_seeds(verdict, score)}, against {goal}, "
            f"but no test of the mean is possible.{_share(verdict, goal, score)}{reasons}"
        )
    return (
        f"{name}: {mean} on average over {_seeds(verdict, score)} "
        f"({confidence(verdict['word_confidence'])} interval {' to '.join(_bounds(verdict, score))}): "
        f"{_word(verdict, goal, score)}; {_evidence(verdict)}.{_collapse(verdict, score)} "
        f"{verdict['reached']:.0f} of {_seeds(verdict, score)} reached {goal}; "
        f"the worst gave {score.value_unlike(verdict[score.extreme], verdict['accuracy'])}.{reasons}"
    )


def _share(verdict: Row, goal: str, score: Score) -> str:
    """What seeds without any spread say exactly all the same: which share of all seeds reaches the claim."""
    n, reached = verdict["n_ok"] + verdict["n_diverged"], verdict["reached"]
    if n < 2 or verdict["plan"] != FIXED.name:  # the interval holds for a number of seeds that was set before
        return ""
    low, high = clopper_pearson(reached, n, verdict["alpha"] / verdict["families"])
    level = confidence(1 - verdict["alpha"] / verdict["families"])
    return (
        f" {reached:.0f} of {_seeds(verdict, score)} reached {goal}, so that at {level} {percent(float(low))} to "
        f"{percent(float(high))} of all {score.terms.seeds} do (Clopper and Pearson)."
    )


def _seeds(verdict: Row, score: Score) -> str:
    return counted(int(verdict["n_ok"] + verdict["n_diverged"]), score.terms.seed)


def mean_and_interval(verdict: Row, score: Score = ACCURACY) -> str:
    """The mean, and the interval that the word was read off: 88.0 % [87.9, 88.2]."""
    mean = score.value_unlike(verdict["mean"], verdict["accuracy"])
    if missing(verdict["word_low"]):
        return mean
    return f"{mean} [{', '.join(bound.removesuffix(' %') for bound in _bounds(verdict, score))}]"


def _bounds(verdict: Row, score: Score) -> tuple[str, str]:
    return _bound(verdict["word_low"], verdict, score), _bound(verdict["word_high"], verdict, score)


def _bound(bound: float, verdict: Row, score: Score) -> str:
    """With enough digits to tell it from the baseline and from the edges of the margin, unless it is one of them."""
    edges = (verdict["accuracy"] + side * verdict["margin"] for side in (-1, 0, 1))
    edge = min(edges, key=lambda edge: abs(bound - edge))
    is_edge = abs(bound - edge) < 1e-9 * (score.whole or max(abs(edge), abs(bound)))
    return score.value(edge) if is_edge else score.value_unlike(bound, edge)


def _word(verdict: Row, goal: str, score: Score) -> str:
    margin = score.difference(verdict["margin"])
    if verdict["kind"] == INCONCLUSIVE.word:
        return f"{verdict['word']} against {goal}"
    if verdict["kind"] == EQUAL.word:
        return f"{EQUAL.word} to {goal}, that is, within {margin} of it"
    less = f", but by less than {margin}" if verdict["within_margin"] else ""
    return f"{score.side(KINDS[verdict['kind']])} {goal}{less}"


def _evidence(verdict: Row) -> str:
    p = verdict["p_equal_adjusted" if verdict["kind"] == EQUAL.word else "p_adjusted"]
    corrected = f", corrected for {counted(int(verdict['families']), 'verdict')}" if verdict["families"] > 1 else ""
    how = {"looks": ", for several looks", "until decided": ", at any number of seeds"}.get(verdict["plan"], "")
    return f"{p_beside(p, verdict['alpha'])}{corrected}{how}"


def p_of_word(judged: pd.DataFrame) -> pd.Series[float]:
    """Of each row the p that belongs to its word: that of equality where it is practically equal."""
    return judged["p_adjusted"].where(judged["kind"] != EQUAL.word, judged["p_equal_adjusted"])


def p_beside(p: float, alpha: float) -> str:
    """`p_statement` with enough digits to see whether p is at most alpha: .0503 is not written as 0.05."""
    written = (f"{p:.{digits}g}" for digits in range(3, 17))
    if p < 1e-4 or (float(f"{p:.2g}") <= alpha) == (p <= alpha):
        return p_statement(p)
    return f"p = {next(text for text in written if (float(text) <= alpha) == (p <= alpha))}"


def _collapse(verdict: Row, score: Score) -> str:
    """How many collapsing seeds would undo it, and whether the seeds exclude so many."""
    if missing(verdict["breakdown"]):
        return ""
    seen = f"{verdict['collapsed']:.0f} collapsed" if verdict["collapsed"] else "none collapsed"
    verb = "do not exclude that" if verdict["fragile"] else "exclude that"
    undone = f"undone if {percent(verdict['breakdown'])} of all seeds collapsed to {score.bottom}"
    return (
        f" It would be {undone}; of these seeds {seen}, which at {confidence(1 - verdict['alpha'])} leaves up to "
        f"{percent(verdict['collapse_excluded'])}: they {verb}."
    )
