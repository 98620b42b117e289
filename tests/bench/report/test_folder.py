"""A report's folder is written whole or not at all, and nothing else is touched."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import report
from bench.report import folder as folder_module
from bench.report.folder import About, ReportError, check_folder, check_name, replace_folder
from bench.results import Results


def content(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_stale_files_of_an_earlier_report_disappear(tmp_path: Path) -> None:
    replace_folder(tmp_path / "r", {"report.md": "1", "figures/old.svg": "x"})
    replace_folder(tmp_path / "r", {"report.md": "2"})
    assert sorted(content(tmp_path / "r")) == ["files.json", "report.md"]
    assert [p.name for p in tmp_path.iterdir()] == ["r"]


def test_notes_of_the_users_own_stay(tmp_path: Path) -> None:
    replace_folder(tmp_path / "r", {"report.md": "1"})
    (tmp_path / "r" / "notes.txt").write_text("mine")
    replace_folder(tmp_path / "r", {"report.md": "2"})
    assert content(tmp_path / "r")["notes.txt"] == "mine"
    assert "notes.txt" not in json.loads(content(tmp_path / "r")["files.json"])["report"]


def test_a_folder_that_is_no_report_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "thesis.tex").write_text("years of work")
    with pytest.raises(ReportError, match="not a report"):
        replace_folder(tmp_path / "r", {"report.md": "1"})
    assert content(tmp_path / "r") == {"thesis.tex": "years of work"}


HOSTILE = {
    "no JSON": "{",
    "no UTF-8": b"\xff",
    "nested too deeply": "[" * 1_000_000,
    "deep files": '{"report": ' + "[" * 1_000_000,
    "a number too long": '{"report": [], "x": ' + "9" * 5000 + "}",
    "a list": "[]",
    "a text": '"report"',
    "nothing": "null",
    "no files": "{}",
    "files that are one text": '{"report": "report.md"}',
    "files by name": '{"report": {"report.md": 1}}',
    "files that are lists": '{"report": [["report.md"]]}',
    "files that are numbers": '{"report": ["report.md", 1]}',
    "a grid that is a list": '{"report": ["report.md"], "grid": ["x.toml"]}',
    "a grid that is no path": '{"report": ["report.md"], "grid": "a\\u0000b"}',
    "options that are one text": '{"report": ["report.md"], "options": "--set"}',
    "options that are numbers": '{"report": ["report.md"], "options": [1]}',
}


@pytest.mark.parametrize("written", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_manifest_makes_no_report_of_a_folder(written: str | bytes, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "report.md").write_text("mine")
    (tmp_path / "r" / "files.json").write_bytes(written.encode() if isinstance(written, str) else written)
    with pytest.raises(ReportError, match="not a report"):
        replace_folder(tmp_path / "r", {"report.md": "1"})
    assert (tmp_path / "r" / "report.md").read_text() == "mine"


@pytest.mark.parametrize("made", [Path.mkdir, os.mkfifo])
def test_a_manifest_that_is_no_file_makes_no_report_of_a_folder(made: Callable[[Path], None], tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "report.md").write_text("mine")
    made(tmp_path / "r" / "files.json")
    with pytest.raises(ReportError, match="not a report"):
        replace_folder(tmp_path / "r", {"report.md": "1"})


def test_a_report_is_replaced_by_one_about_the_same_and_by_no_other(tmp_path: Path) -> None:
    ours = About("../g.toml", ("--confirm", "7"))
    replace_folder(tmp_path / "r", {"report.md": "1"}, ours)
    replace_folder(tmp_path / "r", {"report.md": "2"}, ours)
    for other in (About("../other.toml", ours.options), About(ours.grid), About(ours.grid, ("--confirm", "8"))):
        with pytest.raises(ReportError, match=r"holds the report of .*g.toml --confirm 7; give"):
            replace_folder(tmp_path / "r", {"report.md": "3"}, other)
    assert content(tmp_path / "r")["report.md"] == "2"


def test_a_report_that_names_no_grid_is_replaced_by_none_that_does_and_the_other_way_round(tmp_path: Path) -> None:
    for name, (first, second) in {"a": (About(), About("g.toml")), "b": (About("g.toml"), About())}.items():
        replace_folder(tmp_path / name, {"report.md": "1"}, first)
        with pytest.raises(ReportError, match="give this one another --name"):
            replace_folder(tmp_path / name, {"report.md": "2"}, second)
        assert content(tmp_path / name)["report.md"] == "1"


def test_a_hostile_manifest_says_nothing_to_the_terminal(tmp_path: Path) -> None:
    replace_folder(tmp_path / "r", {"report.md": "1"}, About("\x1b[2J.toml", ("\x07" * 1000,)))
    with pytest.raises(ReportError) as refused:
        replace_folder(tmp_path / "r", {"report.md": "2"}, About("g.toml"))
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 600


def test_an_interrupted_replacement_of_another_grids_report_is_not_overwritten(tmp_path: Path, tiny: Results) -> None:
    replace_folder(tmp_path / ".r.old", {"report.md": "1"}, About("other.toml"))
    with pytest.raises(ReportError, match=r"holds the report of"):
        check_folder(tiny.grid, tmp_path / "r")


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "r").write_text("a file")
    with pytest.raises(ReportError, match="is a file"):
        replace_folder(tmp_path / "r", {"report.md": "1"})


@pytest.mark.parametrize("failing", ["write_bytes", "rename"])
def test_a_crash_half_way_leaves_the_old_report_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    replace_folder(tmp_path / "r", {"report.md": "old", "a.csv": "old"})
    before = content(tmp_path / "r")
    calls = 0
    original = getattr(Path, failing)

    def crash(self: Path, *args: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:  # in the middle of writing, or between the two renames
            raise OSError("disk full")
        return original(self, *args)

    monkeypatch.setattr(Path, failing, crash)
    with pytest.raises(ReportError, match="disk full"):
        replace_folder(tmp_path / "r", {"report.md": "new", "a.csv": "new"})
    monkeypatch.undo()
    assert content(tmp_path / "r") == before
    assert [p.name for p in tmp_path.iterdir()] == ["r"]


def test_a_kill_between_the_renames_is_repaired(tmp_path: Path) -> None:
    replace_folder(tmp_path / "r", {"report.md": "old"})
    (tmp_path / "r" / "notes.txt").write_text("mine")
    (tmp_path / "r").rename(tmp_path / ".r.old")
    replace_folder(tmp_path / "r", {"report.md": "new"})
    assert content(tmp_path / "r")["report.md"] == "new"
    assert content(tmp_path / "r")["notes.txt"] == "mine"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc", "a\\b", "x\n", "x" * 300, "-rf", "a\u202eb", " "]
)
def test_a_name_that_is_no_plain_component_is_refused(name: str, tiny: Results, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="--name"):
        check_name(name)
    grid = dataclasses.replace(tiny.grid, name=name)
    hostile = dataclasses.replace(tiny, tuned=dataclasses.replace(tiny.tuned, grid=grid))
    with pytest.raises(ReportError):
        report.write(hostile, tmp_path / "r")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["quick", "ch10", "my grid", "spiral85", "größe", "a.b"])
def test_ordinary_names_are_taken(name: str) -> None:
    check_name(name)


def test_nothing_is_left_behind_where_the_parent_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ReportError, match="--reports"):
        replace_folder(tmp_path / "file" / "r", {"report.md": "1"})
    assert folder_module.MANIFEST not in content(tmp_path)
