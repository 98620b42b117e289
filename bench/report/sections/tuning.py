"""What the settings matter, and what tuning is worth."""

from __future__ import annotations

from collections.abc import Iterator

from bench import statistics
from bench.figures import axes_picture, best_of_k_picture, heatmap_pictures, random_axes_picture
from bench.report.document import Block, Paragraph, Section, Table, table_of
from bench.report.view import View
from bench.text import counted, percent, points, verbatim, whole


def section(view: View) -> Section:
    """Heatmaps, accuracy against each axis, the best of k configurations."""
    table = view.searched
    if not table["validation_mean"].notna().any() or len(table) == len(view.families):
        return Section("Sensitivity", (Paragraph("There is nothing to choose from within the families."),))
    random = view.results.grid.random
    listed = table.drop(columns=[key for key in random if key in table])
    heatmaps = list(heatmap_pictures(listed, view.families))
    blocks: list[Block] = [*_dropped(view, cells=bool(heatmaps)), *heatmaps]
    axes = [key for key in view.varying if table[key].nunique() > 1 and key not in random]
    if axes:  # else only optimizers are chosen from, which are no axis
        blocks.append(axes_picture(table, axes, view.families))
    if drawn := {key: log for key, log in random.items() if key in table and table[key].nunique() > 1}:
        blocks.append(random_axes_picture(table, statistics.trends(table, drawn), drawn, view.families))
    if len(view.results.tune):
        best = statistics.best_of_k(view.results.tune)
        blocks += [best_of_k_picture(best, view.families), _table(view)]
    return Section("Sensitivity", tuple(blocks))


def _dropped(view: View, *, cells: bool) -> Iterator[Block]:
    """What stands here of the configurations that a race dropped. `cells`: whether there are heatmaps."""
    dropped = len(view.results.tuned.dropped)
    if dropped:
        dotted = ", and a cell is dotted where all that it stands for was dropped" if cells else ""
        yield Paragraph(
            f"The race dropped {dropped:,} of {counted(len(view.results.grid), 'configuration')}. Each counts here "
            "with the seeds it had, and as the best of several only where all of them were dropped; it is a cross "
            f"where others are dots{dotted}."
        )


def _table(view: View) -> Table:
    margin = view.results.grid.baseline.margin
    table = statistics.sensitivity(view.results.tune, margin)
    columns = [
        ("family", "family", verbatim), ("configurations", "configurations", whole), ("best", "best", percent),
        ("median", "median", percent), ("worst", "worst", percent), ("share", "nearly as good as the best", percent),
    ]  # fmt: skip
    caption = (
        f"Mean validation accuracy over each family's configurations; nearly as good: within {points(margin)}. The "
        "best is the highest of many estimates, so that fresh seeds will mostly show less."
    )
    return table_of(table, columns, caption)
