"""From a table to what is known of it: columns found, claims checked, and what has to be said of how it was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import nan
from pathlib import Path

from bench.errors import UsageError
from bench.judging.options import Options
from bench.judging.results import Judged
from bench.judging.runs import Runs, runs_of
from bench.judging.scale import check_claim
from bench.judging.shapes import long
from bench.judging.sheets import Data, sheet_of
from bench.statistics import FIXED, Plan
from bench.statistics.plans import Folds, Question
from bench.statistics.scores import Terms
from bench.text import listed, quoted, suggest

FOLDS = ("fold", "folds", "cv_fold")  # names of columns that hold no seeds


def judge(data: Data, options: Options) -> Judged:
    """Judge a table of results; see `bench.judge`. Raises UsageError."""
    options.check()
    given = sheet_of(data)
    sheet, named = long(given, options)
    runs = runs_of(sheet, named.columns, options.bounds, options.lower_is_better)
    margin = check_claim(runs.score, options.baseline, options.margin, options.alpha)
    baseline = nan if options.baseline is None else options.baseline
    _check_reference(runs, options.reference)
    name = options.name or (Path(given.path).stem if given.path else "judged")
    plan = _plan(runs, options.test_share)
    question = Question(
        baseline, options.alpha, margin, len(runs.methods), replace(runs.score, terms=_terms(runs, plan))
    )
    said = (*sheet.notes, *_notes(runs, plan, options))
    return Judged(runs, question, options.reference or "", name, given.path, options, plan, said, sheet.shape)


def _notes(table: Runs, plan: Plan, options: Options) -> Iterator[str]:
    """What has to be said: how columns were found, on what was chosen, and what folds are taken for."""
    roles = table.roles
    if roles.own:
        yield (
            "These are runs of this program: the level is shared by the families in the file alone, and not by "
            "whatever else was judged on their seeds, which the store knows and `bench report` counts."
        )
    elif roles.guessed:
        named = listed((f"{role} {quoted(getattr(roles, role))}" for role in roles.guessed), 9)
        yield f"Columns were found by their names: {named}."
    tune = table.tune[["family", "seed"]].drop_duplicates()
    both = tune.merge(table.confirm[["family", "seed"]].drop_duplicates())
    if len(both):
        seeds = listed(map(str, dict.fromkeys(both["seed"])), 4)
        yield (
            f"Tune and confirm rows share seeds ({seeds}): if these share data, what was chosen on them is flattered "
            "on them, and the verdicts with it."
        )
    if isinstance(plan, Folds) and options.test_share is None:
        parts = round(1 / plan.test_share)
        yield (
            f"The folds are taken for those of one division of the data into {parts} parts; if it was divided "
            "repeatedly, or at random, say what share of it each tests (--test-share 0.2), or intervals are too "
            "narrow."
        )


def _plan(runs: Runs, test_share: float | None) -> Plan:
    """How the seeds were drawn: in advance, as far as one knows, unless they are folds."""
    if test_share is not None:
        return Folds(test_share)
    folds = int(runs.frame.groupby(runs.frame["family"].map(runs.problems))["seed"].nunique().min())
    return Folds(1 / folds) if runs.roles.seed.strip().lower() in FOLDS and folds > 1 else FIXED


def _terms(runs: Runs, plan: Plan) -> Terms:
    """What is judged, in the words of whoever has such a table."""
    if runs.roles.own:
        return Terms()
    several = len({*runs.problems.values()}) > 1
    case = ("method on a problem", "methods on problems") if several else ("method", "methods")
    return Terms("method", "methods", "seed" if plan.independent else "fold", *case)


def _check_reference(runs: Runs, reference: str | None) -> None:
    known = list(dict.fromkeys([*runs.methods.values(), *runs.methods]))
    if reference is not None and reference not in known:
        there = suggest(reference, known) or f"; there are {listed(map(quoted, known), 12)}"
        raise UsageError(f"--reference {quoted(reference)}: no such method{there}")
