"""Verdicts in plain English, assembled from computed values only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def percent(value: float, unlike: float | None = None) -> str:
    """A fraction as percent with one decimal, or up to four where it must look unlike another number.

    A bound of .85004 printed as "85.0" beside "above 85.0" would contradict it.
    """
    shown = [f"{100 * value:.{digits}f}" for digits in range(1, 5)]
    if unlike is None or value == unlike:
        return f"{shown[0]} %"
    differ = (s for digits, s in enumerate(shown, 1) if s != f"{100 * unlike:.{digits}f}")
    return f"{next(differ, shown[-1])} %"


def points(difference: float) -> str:
    """A difference of two accuracies in percentage points."""
    number = f"{100 * difference:.3g}"
    return f"{number} point{'' if number in ('1', '-1') else 's'}"


def sentence(verdict: Mapping[str, Any]) -> str:
    """One row of `judge` (a Series or a dict) as one to three sentences."""
    goal = percent(verdict["accuracy"])
    name = str(verdict["family"]) + (f" ({verdict['configuration']})" if verdict["configuration"] else "")
    reasons = f" {verdict['reasons'].capitalize()}." if verdict["reasons"] else ""
    if verdict["kind"] == "failed":
        return f"{name}: failed; no run ended well, so nothing is said about {goal}.{reasons}"
    if verdict["kind"] == "degenerate":
        return (
            f"{name}: {percent(verdict['mean'], verdict['accuracy'])} on {_seeds(verdict)}, against {goal}, "
            f"but no test is possible.{reasons}"
        )
    return (
        f"{name}: {percent(verdict['mean'], verdict['accuracy'])} on average over {_seeds(verdict)} "
        f"({_interval(verdict)}): {_word(verdict, goal)}; {_evidence(verdict)}. "
        f"{verdict['reached']:.0f} of {verdict['n_ok'] + verdict['n_diverged']:.0f} seeds reached {goal}; "
        f"the worst gave {percent(verdict['minimum'], verdict['accuracy'])}.{reasons}"
    )


def _seeds(verdict: Mapping[str, Any]) -> str:
    counted = verdict["n_ok"] + verdict["n_diverged"]
    return f"{counted:.0f} seed{'' if counted == 1 else 's'}"


def _interval(verdict: Mapping[str, Any]) -> str:
    low = percent(verdict["word_low"], verdict["accuracy"])
    high = percent(verdict["word_high"], verdict["accuracy"])
    return f"{100 * verdict['word_confidence']:.4g} % interval {low} to {high}"


def _word(verdict: Mapping[str, Any], goal: str) -> str:
    margin = points(verdict["margin"])
    if verdict["kind"] == "inconclusive":
        return f"{verdict['word']} against {goal}"
    if verdict["kind"] == "practically equal":
        return f"practically equal to {goal}, that is, within {margin} of it"
    return f"{verdict['kind']} {goal}" + (f", but by less than {margin}" if verdict["within_margin"] else "")


def _evidence(verdict: Mapping[str, Any]) -> str:
    p = verdict["tost_p_holm"] if verdict["kind"] == "practically equal" else verdict["p_holm"]
    corrected = f", corrected for {verdict['families']:.0f} families" if verdict["families"] > 1 else ""
    return f"p {'< 0.0001' if p < 1e-4 else f'= {p:.2g}'}{corrected}"
