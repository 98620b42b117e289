"""How far to trust the verdicts: their errors at this report's own number of seeds, and what flattered the search."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from bench import statistics
from bench.problems import Problem
from bench.report.document import Block, Paragraph, Section, table_of
from bench.report.view import View
from bench.statistics import FIXED
from bench.statistics.calibration import own_calibration
from bench.statistics.plans import Question
from bench.statistics.simulation import TRUTH
from bench.text import listed, missing, percent, signed_points, verbatim, whole

MEANINGS = {
    "normal, shared seeds": "accuracies scatter normally",
    "skewed": "they have a longer tail below: Beta(42.5, 7.5)",
    "unequal spread": "{families} scatter by 0.5 to 4 points",
    "one: 5 % collapse to .5": "one {family} alone collapses to 50 % on 5 % of the seeds",
    "one: 1 % collapse to chance": "one {family} alone collapses to chance on 1 % of the seeds",
}


def section(view: View) -> Section:
    """Calibration of the t test here, the winner's curse, and where the spread comes from."""
    blocks: list[Block] = []
    n = view.results.grid.seeds.confirm
    if n > 1 and view.results.plan == FIXED:
        blocks += simulated(n, view.question)
    confirm = view.results.confirm
    if len(confirm):
        blocks += _flattery(view)
        blocks += _spread(view)
    return Section("How far to trust this", tuple(blocks or [Paragraph("Nothing is confirmed yet.")]))


def simulated(n: int, question: Question, what: str = "grids") -> tuple[Block, ...]:
    """How the verdicts of so many families, of `n` seeds each, would do on accuracies whose truth is known.

    `what`: what such families are together. Without a claim it is their intervals.
    """
    alpha, terms, claimed = question.alpha, question.score.terms, not missing(question.accuracy)
    meanings = {case: meaning.format(**vars(terms)) for case, meaning in MEANINGS.items()}
    table = own_calibration(n, question.families, alpha, question.margin)
    table = table[table["case"].isin(meanings)].replace({"case": meanings})
    columns = [
        ("case", "if", verbatim), *([("errors", "any verdict wrong", percent)] if claimed else []),
        ("coverage", "all intervals hold", percent),
    ]  # fmt: skip
    families = terms.counted(int(table["families"].iloc[0]))
    called = f"how often any is called above or below (should be {percent(alpha)}), and " if claimed else ""
    caption = (
        f"Simulated{'' if question.score.whole else ' with accuracies'}, {table['replicates'].iloc[0]:,} times with "
        f"{families} of {n} seeds, all with a mean of exactly {percent(TRUTH)}: {called}how often all intervals hold "
        f"their means (should be {percent(1 - alpha)}). Student's t."
    )
    return Paragraph(lesson(table, question, what)), table_of(table, columns, caption)


def lesson(table: pd.DataFrame, question: Question, what: str = "grids") -> str:
    """Which of the cases the verdicts, or the intervals, do not survive. `what`: as for `simulated`."""
    alpha, claimed = question.alpha, not missing(question.accuracy)
    them, wrong = ("verdicts", "verdict is wrong") if claimed else ("intervals", "interval misses its mean")
    table = table if claimed else table.assign(errors=1 - table["coverage"])
    error = 3 * np.sqrt(alpha * (1 - alpha) / table["replicates"].iloc[0])
    broken = table.loc[table["errors"] > 1.5 * alpha + error].sort_values("errors", ascending=False, kind="stable")
    if broken.empty:
        return (
            f"The t {them} keep their promise at these numbers of seeds and {question.score.terms.families} in every "
            "case simulated."
        )
    worst = [f"in {percent(row['errors'])} of {what} where {row['case']}" for row in broken.to_dict("records")]
    tells = "; the breakdown rate beside each verdict does, and the any-time interval holds in every case"
    known = claimed and question.score.bounded
    likewise = " Paired comparisons fail likewise." if question.families > 1 else ""
    return (
        f"The t {them} keep their promise unless seeds behave very unlike a normal distribution. Some {wrong} "
        f"{listed(worst)}.{likewise} The worst seed does not tell{tells * known}."
    )


def _flattery(view: View) -> Iterator[Block]:
    """Of families with a choice, by how much choosing flattered the chosen one."""
    searched = view.results.tune.groupby("family")["configuration"].nunique()
    table = statistics.selection_bias(view.results.tune, view.results.confirm)
    table = table[table["family"].isin(searched[searched > 1].index)]
    if table.empty:
        return
    apart = set(table["family"]) <= _generated(view)  # else settings were chosen on samples that are tested on
    caption = f"What choosing the best flattered it by (the winner's curse){', which verdicts do not contain' * apart}."
    columns = [
        ("family", "family", verbatim), ("tune_validation", "validation, tune seeds", percent),
        ("confirm_validation", "validation, confirm seeds", percent), ("bias", "flattered by, points", signed_points),
    ]  # fmt: skip
    yield table_of(table, columns, caption)


def _spread(view: View) -> Iterator[Block]:
    """Of families whose test points every seed draws anew: only these have a binomial error in what varies."""
    confirm = view.results.confirm
    drawn = confirm[confirm["family"].isin(_generated(view)) & (confirm["status"] == "ok")]
    if drawn.empty:
        return
    table = statistics.variance_sources(drawn)
    columns = [
        ("family", "family", verbatim), ("sd", "sd of seeds", percent),
        ("sd_test_set", "sd by a finite test set alone", percent), ("sd_seed", "sd left to training", percent),
        ("share_test_set", "share of the test set", percent), ("n", "runs", whole),
    ]  # fmt: skip
    yield table_of(table, columns, "Where the spread of test accuracy comes from (standard deviations).")


def _generated(view: View) -> set[str]:
    """The families whose points are generated; the others' samples are those that there are."""
    every = view.configurations.items()
    return {family for (family, _), one in every if isinstance(one.settings.problem, Problem)}
