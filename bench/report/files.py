"""The frames that lie beside a report as CSV files, each with what it holds."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from bench.report.view import View
from bench.statistics.comparisons import JUDGED
from bench.store.questions import problem_of


def comparisons(view: View) -> pd.DataFrame:
    """Families of each problem minus its reference, as `View.comparisons` has them; `problem` as in other frames."""
    columns = ["problem", "family", "reference", *JUDGED]
    tables = [*view.comparisons.values()]
    found = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    problems = {family: problem_of(one) for (family, _), one in view.configurations.items()}
    return found.assign(problem=found["family"].map(problems), reference=found["reference"].map(view.original))[columns]


FILES: dict[str, tuple[str, Callable[[View], pd.DataFrame]]] = {
    "runs.csv": ("every run: its settings and results", lambda view: view.results.runs),
    "curves.csv": ("learning curves of the confirm runs", lambda view: view.results.curves),
    "summary.csv": ("every configuration", lambda view: view.summary),
    "verdicts.csv": ("every family", lambda view: view.verdicts),
    "comparisons.csv": ("families of each problem against its reference", comparisons),
    "effects.csv": ("what each choice does within each family", lambda view: view.results.effects),
}


def frames_of(view: View) -> dict[str, pd.DataFrame]:
    """The frames by file, with the families' own names."""
    return {name: frame_of(view, name) for name in FILES}


def frame_of(view: View, name: str) -> pd.DataFrame:
    """One of the frames."""
    _, made = FILES[name]
    frame = made(view)
    own = view.original | {"": ""}
    named = frame.columns.intersection(["family", "other"])
    return frame.assign(**{column: frame[column].map(own) for column in named})
