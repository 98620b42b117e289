"""The frames that lie beside a report as CSV files, each with what it holds."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from bench.report.view import View

FILES: dict[str, tuple[str, Callable[[View], pd.DataFrame]]] = {
    "runs.csv": ("every run: its settings and results", lambda view: view.results.runs),
    "curves.csv": ("learning curves of the confirm runs", lambda view: view.results.curves),
    "summary.csv": ("every configuration", lambda view: view.summary),
    "verdicts.csv": ("every family", lambda view: view.verdicts),
    "effects.csv": ("what each choice does within each family", lambda view: view.results.effects),
}


def frames_of(view: View) -> dict[str, pd.DataFrame]:
    """The frames by file, with the families' own names."""
    frames = {name: frame(view) for name, (_, frame) in FILES.items()}
    return {name: frame.assign(family=frame["family"].map(view.original)) for name, frame in frames.items()}
