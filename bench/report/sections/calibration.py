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
from bench.statistics.simulation import TRUTH
from bench.text import counted, listed, percent, signed_points, verbatim, whole

MEANINGS = {
    "normal, shared seeds": "accuracies scatter normally",
    "skewed": "they have a longer tail below: Beta(42.5, 7.5)",
    "unequal spread": "families scatter by 0.5 to 4 points",
    "one: 5 % collapse to .5": "one family alone collapses to 50 % on 5 % of the seeds",
    "one: 1 % collapse to chance": "one family alone collapses to chance on 1 % of the seeds",
}


def section(view: View) -> Section:
    """Calibration of the t test here, the winner's curse, and where the spread comes from."""
    baseline, n = view.results.grid.baseline, view.results.grid.seeds.confirm
    blocks: list[Block] = []
    if n > 1 and view.results.plan == FIXED:
        table = own_calibration(n, view.results.families, baseline.alpha, baseline.margin)
        table = table[table["case"].isin(MEANINGS)].replace({"case": MEANINGS})
        columns = [
            ("case", "if", verbatim), ("errors", "any verdict wrong", percent),
            ("coverage", "all intervals hold", percent),
        ]  # fmt: skip
        families = counted(int(table["families"].iloc[0]), "family", "families")
        caption = (
            f"Simulated, {table['replicates'].iloc[0]:,} times with {families} of {n} seeds, all with a mean of "
            f"exactly {percent(TRUTH)}: how often any is called above or below (should be {percent(baseline.alpha)}), "
            f"and how often all intervals hold their means (should be {percent(1 - baseline.alpha)}). Student's t."
        )
        blocks += [Paragraph(lesson(table, baseline.alpha)), table_of(table, columns, caption)]
    confirm = view.results.confirm
    if len(confirm):
        blocks += _flattery(view)
        blocks += _spread(view)
    return Section("How far to trust this", tuple(blocks or [Paragraph("Nothing is confirmed yet.")]))


def lesson(table: pd.DataFrame, alpha: float) -> str:
    """Which of the cases the verdicts do not survive."""
    error = 3 * np.sqrt(alpha * (1 - alpha) / table["replicates"].iloc[0])
    broken = table.loc[table["errors"] > 1.5 * alpha + error].sort_values("errors", ascending=False, kind="stable")
    if broken.empty:
        return "The t verdicts keep their promise at these numbers of seeds and families in every case simulated."
    worst = [f"in {percent(row['errors'])} of grids where {row['case']}" for row in broken.to_dict("records")]
    return (
        "The t verdicts keep their promise unless seeds behave very unlike a normal distribution. Some verdict is "
        f"wrong {listed(worst)}. Paired comparisons fail likewise. The worst seed does not tell; the breakdown rate "
        "beside each verdict does, and the any-time interval holds in every case."
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
