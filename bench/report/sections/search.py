"""What was searched and what each configuration achieved."""

from __future__ import annotations

import pandas as pd

from bench import statistics
from bench.figures import axes_picture, best_of_k_picture, heatmap_pictures
from bench.grid.grid import Grid
from bench.report.document import Block, Paragraph, Section, Table, table_of
from bench.report.view import View
from bench.statistics.counting import KEYS
from bench.text import percent, plain, points, rounded, whole


def configuration_table(view: View) -> pd.DataFrame:
    """The summary with each configuration's varying settings, best (by what chooses) first."""
    runs, summary = view.results.runs, view.results.summary
    varying = _varying(view.results.grid)
    settings = runs.drop_duplicates(KEYS)[[*KEYS, *varying]]
    table = summary.merge(settings, on=KEYS, how="left")
    return table.sort_values(["validation_mean", "mean"], ascending=False, kind="stable", ignore_index=True)


def _varying(grid: Grid) -> list[str]:
    """What varies within families; the rest is in the family's name."""
    return [key for key in grid.varying if key not in grid.splits]


def sensitivity(view: View, table: pd.DataFrame) -> Section:
    """How much the settings matter."""
    if not table["validation_mean"].notna().any() or len(table) == len(view.families):
        return Section("Sensitivity", (Paragraph("There is nothing to choose from within the families."),))
    blocks: list[Block] = list(heatmap_pictures(table, view.families))
    axes = [key for key in _varying(view.results.grid) if table[key].nunique() > 1]
    blocks.append(axes_picture(table, axes, view.families))
    if len(view.results.tune):
        best = statistics.best_of_k(view.results.tune)
        blocks += [best_of_k_picture(best, view.families), _tuning_table(view)]
    return Section("Sensitivity", tuple(blocks))


def _tuning_table(view: View) -> Table:
    margin = view.results.grid.baseline.margin
    found = statistics.sensitivity(view.results.tune, margin)
    columns = [
        ("family", "family", plain), ("configurations", "configurations", whole), ("best", "best", percent),
        ("median", "median", percent), ("worst", "worst", percent), ("share", "nearly as good as the best", percent),
    ]  # fmt: skip
    caption = f"Mean validation accuracy over each family's configurations; nearly as good: within {points(margin)}."
    return table_of(found, columns, caption)


def configurations(view: View, table: pd.DataFrame) -> Section:
    """Every configuration, only what varies."""
    if table.empty:
        return Section("Configurations", (Paragraph("No run is stored yet."),))
    return Section("Configurations", (_summary(view, table),))


def _summary(view: View, table: pd.DataFrame) -> Table:
    varying = [key for key in _varying(view.results.grid) if table[key].notna().any()]
    columns = [("family", "family", plain)]
    if "optimizer" not in view.results.grid.families:
        columns.append(("configuration", "configuration", plain))
    columns += [(key, key.split(".")[1], rounded) for key in varying]
    columns += [
        ("validation_mean", "validation", percent), ("mean", "test", percent), ("low", "low", percent),
        ("high", "high", percent), ("sd", "sd", percent), ("minimum", "worst seed", percent), ("n_ok", "ok", whole),
        ("n", "of", whole), ("n_diverged", "diverged", whole), ("reached", "reached target", percent),
        ("epochs_median", "median epochs", whole), ("test_data_loss", "test loss", rounded),
    ]  # fmt: skip
    stage = "Tune seeds" if len(view.results.tune) else "Confirm seeds (there are no tune seeds)"
    return table_of(table, columns, f"{stage}, {CAPTION}", csv="summary.csv", search=True)


CAPTION = (
    "sorted by the mean validation accuracy that chooses each family's best. Low and high: Student's t "
    "interval of the mean test accuracy, not corrected for the number of configurations: for exploration."
)
