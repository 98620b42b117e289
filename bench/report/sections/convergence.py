"""How fast the families learn."""

from __future__ import annotations

import numpy as np

from bench import statistics
from bench.figures import curves_picture, reached_picture
from bench.report.document import Block, Paragraph, Section, table_of
from bench.report.view import View
from bench.text import rounded, verbatim, whole


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
        blocks.append(curves_picture(curves, view.families.loc[order], times, baseline.target))
    else:
        blocks.append(Paragraph("No run has a finite learning curve: all diverged before the first checkpoint."))
    if confirm["status"].ne("failed").any():
        reached = statistics.reached_curves(confirm)
        blocks.append(reached_picture(reached, times, view.families, baseline.target))
    columns = [
        ("family", "family", verbatim), ("reached", "seeds that reached it", whole), ("n", "of", whole),
        ("median", "median epochs", whole), ("median_low", "low", whole), ("median_high", "high", whole),
        ("restricted_mean", "restricted mean", rounded), ("budget", "budget", whole),
        ("resolution", "resolution", rounded),
    ]  # fmt: skip
    caption = f"Epochs until the validation accuracy first reaches {100 * baseline.target:g} % at a checkpoint."
    return Section("Convergence", (*blocks, table_of(times, columns, caption)))
