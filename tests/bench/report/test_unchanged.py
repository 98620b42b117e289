"""A report that would be the same again is not made again; any other is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench import report
from bench.grid.request import Places
from bench.report import unchanged
from bench.report.view import view_of
from bench.results import Results


@pytest.fixture
def copy(tiny: Results, tiny_report: Path, tmp_path: Path) -> Path:
    """A report of its own, made as cheaply as by copying."""
    folder = tmp_path / "tiny"
    for path in tiny_report.rglob("*"):
        if path.is_file():
            (folder / path.relative_to(tiny_report)).parent.mkdir(parents=True, exist_ok=True)
            (folder / path.relative_to(tiny_report)).write_bytes(path.read_bytes())
    assert unchanged.is_unchanged(folder, unchanged.origin_of(view_of(tiny)))
    return folder


def test_the_same_results_leave_the_report_alone_and_say_so(
    tiny: Results, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = report.document_of(view_of(tiny)).sections
    monkeypatch.setattr(report, "document_of", None)  # calling it would fail
    monkeypatch.setattr(report, "check_folder", lambda grid, folder: None)
    again = report.write_view(view_of(tiny), copy)
    assert (again.path, again.unchanged) == (copy / "report.md", True)
    assert again.answer == first


def test_other_results_places_or_programs_are_another_origin(tiny: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = unchanged.origin_of(view_of(tiny))
    fewer = replace(tiny, confirm=tiny.confirm.iloc[1:])
    other = replace(tiny, confirm=tiny.confirm.assign(digest="x"))
    again = replace(tiny, drawn=tiny.drawn + 1)
    origins = [unchanged.origin_of(view_of(results)) for results in (tiny, fewer, other, again)]
    origins.append(unchanged.origin_of(view_of(tiny, Places("elsewhere.sqlite"))))
    monkeypatch.setattr(unchanged, "_program", lambda: ("another",))
    origins.append(unchanged.origin_of(view_of(tiny)))
    assert origins[0] == origin
    assert len(set(origins)) == len(origins)


@pytest.mark.parametrize("name", ["report.md", "figures/accuracy.svg", "runs.csv"])
def test_a_file_that_was_changed_or_lost_makes_the_report_anew(tiny: Results, copy: Path, name: str) -> None:
    origin, path = unchanged.origin_of(view_of(tiny)), copy / name
    path.write_text("mine")
    assert not unchanged.is_unchanged(copy, origin)
    path.unlink()
    assert not unchanged.is_unchanged(copy, origin)


def test_the_programs_files_and_libraries_are_its_digest() -> None:
    digest, python, *versions = unchanged._program()
    assert len(digest) == 64
    assert len(versions) == len(unchanged.LIBRARIES)
    assert python.count(".") == 2
