"""Verdicts in plain English, assembled from computed values only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from bench.statistics.claims import DEGENERATE, EQUAL, FAILED, INCONCLUSIVE
from bench.text import confidence, counted, p_statement, percent, percent_unlike, points

Row = Mapping[str, Any] | pd.Series  # of a frame, by column name


def sentence(verdict: Row) -> str:
    """One row of `judge` (a Series or a dict) as one to three sentences."""
    goal = percent(verdict["accuracy"])
    name = str(verdict["family"]) + (f" ({verdict['configuration']})" if verdict["configuration"] else "")
    reasons = f" {verdict['reasons'].capitalize()}." if verdict["reasons"] else ""
    if verdict["kind"] == FAILED.word:
        return f"{name}: failed; no run ended well, so nothing is said about {goal}.{reasons}"
    if verdict["kind"] == DEGENERATE.word:
        return (
            f"{name}: {percent_unlike(verdict['mean'], verdict['accuracy'])} on {_seeds(verdict)}, against {goal}, "
            f"but no test is possible.{reasons}"
        )
    return (
        f"{name}: {percent_unlike(verdict['mean'], verdict['accuracy'])} on average over {_seeds(verdict)} "
        f"({_interval(verdict)}): {_word(verdict, goal)}; {_evidence(verdict)}. "
        f"{verdict['reached']:.0f} of {verdict['n_ok'] + verdict['n_diverged']:.0f} seeds reached {goal}; "
        f"the worst gave {percent_unlike(verdict['minimum'], verdict['accuracy'])}.{reasons}"
    )


def _seeds(verdict: Row) -> str:
    return counted(int(verdict["n_ok"] + verdict["n_diverged"]), "seed")


def _interval(verdict: Row) -> str:
    low = percent_unlike(verdict["word_low"], verdict["accuracy"])
    high = percent_unlike(verdict["word_high"], verdict["accuracy"])
    return f"{confidence(verdict['word_confidence'])} interval {low} to {high}"


def _word(verdict: Row, goal: str) -> str:
    margin = points(verdict["margin"])
    if verdict["kind"] == INCONCLUSIVE.word:
        return f"{verdict['word']} against {goal}"
    if verdict["kind"] == EQUAL.word:
        return f"{EQUAL.word} to {goal}, that is, within {margin} of it"
    return f"{verdict['kind']} {goal}" + (f", but by less than {margin}" if verdict["within_margin"] else "")


def _evidence(verdict: Row) -> str:
    p = verdict["tost_p_holm"] if verdict["kind"] == EQUAL.word else verdict["p_holm"]
    corrected = f", corrected for {verdict['families']:.0f} families" if verdict["families"] > 1 else ""
    return f"{p_statement(p)}{corrected}"
