"""How fast the families learn."""

from __future__ import annotations

import numpy as np

from bench import statistics
from bench.figures import curves_picture, reached_picture
from bench.report.document import Block, Paragraph, Section, table_of
from bench.report.view import View
from bench.text import confidence, percent, rounded, verbatim, whole


def section(view: View) -> Section:
    """Learning curves and time to the target."""
    confirm, curves, baseline = view.results.confirm, view.results.curves, view.results.grid.baseline
    if confirm.empty:
        return Section("Convergence", (Paragraph("No family is confirmed yet, so there are no learning curves."),))
    times = statistics.time_to_target(confirm, baseline.alpha)
    order = view.verdicts["family"]
    times = times.set_index("family").loc[order].reset_index()
    blocks: list[Block] = []
    if np.isfinite(curves["validation_accuracy"].astype(float)).any():
        blocks.append(curves_picture(curves, view.families, times, baseline.target))
    else:
        blocks.append(Paragraph("No run has a finite learning curve: all diverged before the first checkpoint."))
    if confirm["status"].ne("failed").any():
        reached = statistics.reached_curves(confirm)
        blocks.append(reached_picture(reached, times, view.families, baseline.target))
    columns = [
        ("family", "family", verbatim), ("reached", "seeds that reached it", whole), ("n", "of", whole),
        ("median", "median epochs", whole), ("median_low", "low", whole), ("median_high", "high", whole),
        ("restricted_mean", "mean within the budget", rounded), ("budget", "budget", whole),
        ("resolution", "resolution", rounded),
    ]  # fmt: skip
    caption = (
        f"Epochs until the validation accuracy first reaches {percent(baseline.target)} at a checkpoint. Median: by "
        f"then half of the seeds have; low and high hold it at {confidence(1 - baseline.alpha)}, each family by "
        "itself. Mean within the budget (restricted mean): over all seeds, those that never get there counting with "
        "all epochs they had. Resolution: epochs from one checkpoint to the next."
    )
    return Section("Convergence", (*blocks, table_of(times, columns, caption)))
