"""What each configuration achieved."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.report.document import Format, Paragraph, Section, Table, table_of
from bench.report.view import View
from bench.text import NOTHING, displayed, missing, percent, rounded, verbatim, whole


def section(view: View) -> Section:
    """One table, with the settings that vary."""
    if view.summary.empty:
        return Section("Configurations", (Paragraph("No run is stored yet."),))
    return Section("Configurations", (_table(view),))


def _table(view: View) -> Table:
    table = view.summary
    varying = [key for key in view.varying if table[key].notna().any()]
    columns: list[tuple[str, str, Format]] = [("family", "family", verbatim)]
    if "optimizer" not in view.results.grid.family_axes:
        columns.append(("configuration", "configuration", verbatim))
    columns += [(key, key.split(".")[1], _as_shown(table[key])) for key in varying]
    columns += [
        ("validation_mean", "validation", percent), ("mean", "test", percent), ("low", "low", percent),
        ("high", "high", percent), ("sd", "sd", percent), ("minimum", "worst seed", percent), ("n_ok", "ok", whole),
        ("n", "of", whole), ("n_diverged", "diverged", whole), ("reached", "reached target", percent),
        ("epochs_median", "median epochs", whole), ("test_data_loss", "test loss", rounded),
    ]  # fmt: skip
    stage = "Tune seeds" if len(view.results.tune) else "Confirm seeds (there are no tune seeds)"
    raced = view.results.grid.seeds.race and len(view.results.tune)
    dropped = " What a race dropped stands behind the others, with the seeds it had (of)." if raced else ""
    return table_of(table, columns, f"{stage}, {CAPTION}{dropped}", csv="summary.csv", search=True)


def _as_shown(settings: pd.Series[Any]) -> Format:
    shown = displayed(settings.dropna())
    return lambda value: NOTHING if missing(value) else shown[value]


CAPTION = (
    "sorted by the mean validation accuracy that chooses each family's best. Low and high: Student's t "
    "interval of the mean test accuracy, not corrected for the number of configurations: for exploration."
)
