"""Which family to use on a problem, and why that one.

It is the best on tune seeds among those that are above the claim (among all, if none is): a choice without a look at
the confirm seeds, which keep their level. What confirm seeds show otherwise comes before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from bench.report.view import View
from bench.statistics.claims import ABOVE, BELOW, DEGENERATE
from bench.text import percent, points

Rows = dict[str, dict[str, Any]]  # of verdicts, by family


def recommended(view: View, problem: str, names: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """The verdict of the family, and why it is this one; `names`: what the families are called."""
    verdicts: Any = view.verdicts.to_dict("records")
    rows: Rows = {row["family"]: row for row in verdicts if view.families.at[row["family"], "problem"] == problem}
    order = list(dict.fromkeys([*view.comparable(problem), *rows]))  # where no run ended well comes last
    pool = [family for family in order if rows[family]["kind"] == ABOVE.word] or order
    allowed = [family for family in order if family in pool or exceeds(rows[family])]
    better = _shown_better(view.comparisons.get(problem), pool[0], allowed)
    if better is not None:
        family, least = better
        return rows[family], f"better than {names[pool[0]]} by at least {points(least)}"
    best = _not_exceeded(rows, pool)[0]
    why = "best on tune seeds" if len(view.results.tune) else "first in the grid"
    if best != pool[0]:
        return rows[best], f"of those that no other exceeds, {why}"
    goal = percent(view.results.grid.baseline.accuracy)
    return rows[best], why if best == order[0] else f"of those above {goal}, {why}"


def exceeds(verdict: Mapping[str, Any]) -> bool:
    """Whether several seeds, all alike, exceed the claim: no test of the mean is possible, or needed to say so."""
    return bool(verdict["kind"] == DEGENERATE.word and verdict["n"] > 1 and verdict["mean"] > verdict["accuracy"])


def _not_exceeded(rows: Rows, pool: list[str]) -> list[str]:
    """Those whose interval does not lie below another's whole interval (the intervals hold together)."""
    highest = max((rows[f]["word_low"] for f in pool if rows[f]["word_low"] == rows[f]["word_low"]), default=0.0)
    return [family for family in pool if not rows[family]["word_high"] < highest]


def _shown_better(compared: pd.DataFrame | None, best: str, allowed: list[str]) -> tuple[str, float] | None:
    """The family that is shown to be better than `best`, and by how much at least."""
    if compared is None:
        return None
    reference = str(compared["reference"].iloc[0])
    if best == reference:
        better = compared[(compared["kind"] == ABOVE.word) & compared["family"].isin(allowed)]
        if better.empty:
            return None
        first = better.sort_values("low", ascending=False, kind="stable").iloc[0]
        return str(first["family"]), float(first["low"])
    own = compared[(compared["family"] == best) & (compared["kind"] == BELOW.word)]
    return (reference, -float(own["high"].iloc[0])) if len(own) and reference in allowed else None
