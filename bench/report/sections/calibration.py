"""How far to trust the verdicts: their errors at this report's own number of seeds, and what flattered the search."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench import statistics
from bench.report.document import Block, Paragraph, Section, table_of
from bench.report.view import View
from bench.statistics.calibration import TRUTH, t_calibration
from bench.text import percent, signed_points, verbatim, whole

REPLICATES = 20_000
MEANINGS = {
    "normal": "accuracies scatter normally",
    "skewed": "longer tail below: Beta(42.5, 7.5)",
    "collapsing": "5 % of the seeds collapse to 50 %",
}


def section(view: View) -> Section:
    """Calibration of the t test here, the winner's curse, and where the spread comes from."""
    baseline, n = view.results.grid.baseline, view.results.grid.seeds.confirm
    blocks: list[Block] = []
    if n > 1:
        table = t_calibration(n, baseline.alpha, REPLICATES).replace({"distribution": MEANINGS})
        columns = [
            ("distribution", "if", verbatim), ("size", "wrong verdicts", percent),
            ("coverage", "intervals that hold", percent),
        ]  # fmt: skip
        caption = (
            f"Simulated, {REPLICATES:,} times with {n} seeds: how often a mean of exactly {percent(TRUTH)} is called "
            f"above or below (should be {percent(baseline.alpha)}), and how often the interval holds it (should be "
            f"{percent(1 - baseline.alpha)}). One family, without correction."
        )
        blocks += [Paragraph(lesson(table, baseline.alpha)), table_of(table, columns, caption)]
    confirm = view.results.confirm
    if len(confirm) and len(view.results.tune):
        blocks.append(_flattery(view))
    if (confirm["status"] == "ok").any():
        blocks.append(_spread(confirm))
    return Section("How far to trust this", tuple(blocks or [Paragraph("Nothing is confirmed yet.")]))


def lesson(table: pd.DataFrame, alpha: float) -> str:
    """Which of the distributions the verdicts do not survive."""
    error = 3 * np.sqrt(alpha * (1 - alpha) / REPLICATES)
    broken = table.loc[table["size"] > 1.5 * alpha + error]
    if broken.empty:
        return "The t test keeps its promise at this number of seeds in every case simulated."
    worst = broken.sort_values("size", kind="stable").iloc[-1]
    return (
        "The t test can be trusted unless seeds behave very unlike a normal distribution: where "
        f"{worst['distribution']}, {percent(worst['size'])} of its verdicts are wrong. "
        "Look at the worst seed and at the any-time interval."
    )


def _flattery(view: View) -> Block:
    table = statistics.selection_bias(view.results.tune, view.results.confirm)
    caption = "What choosing the best flattered it by (the winner's curse), which verdicts do not contain."
    columns = [
        ("family", "family", verbatim), ("tune_validation", "validation, tune seeds", percent),
        ("confirm_validation", "validation, confirm seeds", percent), ("bias", "flattered by, points", signed_points),
    ]  # fmt: skip
    return table_of(table, columns, caption)


def _spread(confirm: pd.DataFrame) -> Block:
    table = statistics.variance_sources(confirm)
    columns = [
        ("family", "family", verbatim), ("sd", "sd of seeds", percent),
        ("sd_test_set", "of it: finite test set", percent), ("sd_seed", "of it: training", percent),
        ("share_test_set", "share of the test set", percent), ("n", "runs", whole),
    ]  # fmt: skip
    return table_of(table, columns, "Where the spread of test accuracy comes from (standard deviations).")
