"""All of it -> a folder: report.md, report.html, figures and CSV files. Equal results give equal bytes."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from bench.grid.request import USUAL_PLACES, Places
from bench.report import sections
from bench.report.document import Document, Section
from bench.report.files import frames_of
from bench.report.folder import ReportError, check_folder, check_place, folder_of, replace_folder
from bench.report.judging import JudgedView
from bench.report.manifest import About, about, about_file
from bench.report.render import html, markdown
from bench.report.unchanged import is_unchanged, origin_of, origin_of_judged
from bench.report.view import View, view_of
from bench.results import Results
from bench.store.exporting import as_csv

OF_NO_FILE = "a table from Python"  # which no report of a grid is about, known or not

__all__ = ["ReportError", "Written", "document_of", "folder_of", "write", "write_judged", "write_view"]


def write(results: Results, folder: Path, places: Places = USUAL_PLACES) -> Path:
    """Make `folder` the report of these results and return the path of its report.md.

    `places`: where its commands find runs and reports. The folder is replaced as a whole, or not at all. Raises
    ReportError where its name or what is in it forbids that.
    """
    return write_view(view_of(results, places), folder).path


class Written(NamedTuple):
    """A report's report.md, whether it was there already, and its first section."""

    path: Path
    unchanged: bool
    answer: Section


def write_view(view: View, folder: Path) -> Written:
    """The same of results that are seen already. A report that would be the same again is left as it is."""
    check_folder(view.results.grid, folder)
    origin = origin_of(view)
    if is_unchanged(folder, origin):
        return Written(folder / "report.md", unchanged=True, answer=sections.IN_ORDER[0](view))
    return _written(document_of(view), folder, about(view.results.grid.request, folder), origin)


def write_judged(view: JudgedView, folder: Path) -> Written:
    """Make `folder` the report of a table that was judged; as `write_view` does."""
    source, asked = view.results.source, view.results.options.asked
    subject = about_file(source, asked, folder) if source else About(options=(OF_NO_FILE, *asked))
    check_place(view.results.name, subject, folder)
    origin = origin_of_judged(view)
    if is_unchanged(folder, origin):
        return Written(folder / "report.md", unchanged=True, answer=sections.OF_TABLES[0](view))
    parts = (section(view) for section in sections.OF_TABLES)
    shown = tuple(part for part in parts if part.blocks)
    return _written(Document(view.title, shown, view.files), folder, subject, origin)


def _written(document: Document, folder: Path, subject: About, origin: str) -> Written:
    files: dict[str, str | bytes] = {"report.md": markdown.render(document), "report.html": html.render(document)}
    for picture in document.pictures:
        files[f"figures/{picture.name}.svg"] = picture.svg
        files[f"figures/{picture.name}.csv"] = as_csv(picture.data)
    files |= {name: as_csv(frame) for name, frame in document.files.items()}
    replace_folder(folder, files, subject, origin)
    return Written(folder / "report.md", unchanged=False, answer=document.sections[0])


def document_of(view: View) -> Document:
    """The report's content."""
    parts = (section(view) for section in sections.IN_ORDER)
    return Document(view.results.grid.title, tuple(part for part in parts if part.blocks), frames_of(view))
