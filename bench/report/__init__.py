"""All of it -> a folder: report.md, report.html, figures and CSV files. Equal results give equal bytes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.report import sections
from bench.report.document import Document
from bench.report.folder import ReportError, check_name, replace_folder
from bench.report.render import html, markdown
from bench.report.view import View, view_of
from bench.results import Results

__all__ = ["ReportError", "document_of", "write"]


def write(results: Results, folder: Path) -> Path:
    """Make `folder` the report of these results and return the path of its report.md.

    The folder is replaced as a whole, or not at all. Raises ReportError where its name or what is in it forbids that.
    """
    check_name(results.grid.name)
    check_name(folder.name)
    document = document_of(results)
    files: dict[str, str | bytes] = {"report.md": markdown.render(document), "report.html": html.render(document)}
    for picture in document.pictures:
        files[f"figures/{picture.name}.svg"] = picture.svg
        files[f"figures/{picture.name}.csv"] = _csv(picture.data)
    files |= {name: _csv(frame) for name, frame in document.files.items()}
    replace_folder(folder, files)
    return folder / "report.md"


def document_of(results: Results) -> Document:
    """The report's content."""
    view = view_of(results)
    parts = tuple(section(view) for section in sections.IN_ORDER)
    return Document(view.results.grid.title, parts, _frames(view))


def _frames(view: View) -> dict[str, pd.DataFrame]:
    """The frames beside the report, with the families' own names."""
    named = {
        "runs.csv": view.results.runs,
        "curves.csv": view.results.curves,
        "summary.csv": view.summary,
        "verdicts.csv": view.verdicts,
        "effects.csv": view.results.effects,
    }
    return {name: frame.assign(family=frame["family"].map(view.original)) for name, frame in named.items()}


def _csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")
