"""Training against test accuracy: who overfits."""

from __future__ import annotations

from bench import statistics
from bench.figures import gap_picture
from bench.report.document import Paragraph, Section, table_of
from bench.report.view import View
from bench.text import percent, signed_points, verbatim, whole


def section(view: View) -> Section:
    """Training accuracy against test accuracy on the confirm runs that ended well."""
    gaps = view.verdicts[["family"]].merge(statistics.generalization_gaps(view.results.confirm), on="family")
    gaps["ceiling"] = view.families.loc[gaps["family"], "ceiling"].to_numpy()
    if gaps.empty:
        return Section("Generalization gap", (Paragraph("No confirm run has ended well."),))
    columns = [
        ("family", "family", verbatim), ("train", "training", percent), ("test", "test", percent),
        ("gap", "gap, points", signed_points), ("ceiling", "ceiling", percent), ("n", "runs", whole),
    ]  # fmt: skip
    caption = "Means over the confirm runs that ended well; the families' gaps are not tested against each other."
    if gaps["ceiling"].notna().any():
        caption += " A training accuracy above the ceiling is overfitting."
    return Section(
        "Generalization gap",
        (
            gap_picture(gaps, view.results.confirm, view.families, view.results.grid.baseline.of_weights),
            table_of(gaps, columns, caption),
        ),
    )
