"""A report's folder is written whole or not at all, and nothing else is touched."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench import report
from bench.report import folder as folder_module
from bench.report.folder import ReportError, check_name, replace_folder
from bench.report.manifest import MANIFEST, About
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


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "r").write_text("a file")
    with pytest.raises(ReportError, match="is a file"):
        replace_folder(tmp_path / "r", {"report.md": "1"})


@pytest.mark.parametrize("failing", ["write_bytes", "replace"])
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
        if calls == 2:  # in the middle of writing, or between two moves
            raise OSError("disk full")
        return original(self, *args)

    monkeypatch.setattr(Path, failing, crash)
    with pytest.raises(ReportError, match="disk full"):
        replace_folder(tmp_path / "r", {"report.md": "new", "a.csv": "new"})
    monkeypatch.undo()
    assert content(tmp_path / "r") == before
    assert [p.name for p in tmp_path.iterdir()] == ["r"]


def test_whoever_is_killed_leaves_a_report_that_the_next_one_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill at each step: nothing is undone, and nothing is taken away."""
    old, new = {"report.md": "old", "figures/old.svg": "old"}, {"report.md": "new", "figures/new.svg": "new"}
    replace, steps = Path.replace, 0

    class Killed(BaseException):
        pass

    def ending(self: Path, target: Path) -> Path:
        nonlocal steps
        steps -= 1
        if steps < 0:
            raise Killed
        return replace(self, target)

    for step in range(100):
        folder = tmp_path / f"{step}"
        replace_folder(folder, old)
        (folder / "notes.txt").write_text("mine")
        steps = step
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", ending)
            patch.setattr(folder_module, "_undo", lambda moves: None)
            patch.setattr("shutil.rmtree", lambda *_, **__: None)
            try:
                replace_folder(folder, new)
            except Killed:
                pass
            else:
                break
        replace_folder(folder, new)
        expected = {"report.md", "figures/new.svg", "notes.txt", "files.json"}
        found = content(folder)
        assert found.keys() == expected
        assert found["notes.txt"] == "mine"
        assert found["report.md"] == "new"
    assert step == 4  # the manifest twice, and two files


def test_a_first_report_whose_writer_was_killed_does_not_block_the_next(tmp_path: Path) -> None:
    (tmp_path / "r" / ".bench-writing-abcdefgh").mkdir(parents=True)
    (tmp_path / "r" / ".bench-writing-abcdefgh" / "report.md").write_text("half")
    replace_folder(tmp_path / "r", {"report.md": "1"})
    assert content(tmp_path / "r").keys() == {"report.md", "files.json"}


def test_writers_of_one_report_wait_for_each_other(tmp_path: Path) -> None:
    replace_folder(tmp_path / "r", {"report.md": "0"})
    (tmp_path / "r" / "notes.txt").write_text("mine")

    def write(number: int) -> None:
        for _ in range(20):
            replace_folder(tmp_path / "r", dict.fromkeys(("report.md", "runs.csv", "figures/a.svg"), f"{number}"))
            replace_folder(tmp_path / f"new {number % 2}", {"report.md": f"{number}"})  # which is not there at first

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(write, number) for number in range(4)]:
            done.result()
    found = content(tmp_path / "r")
    assert found.pop("notes.txt") == "mine"
    del found["files.json"]
    assert len(set(found.values())) == 1
    assert found.keys() == {"report.md", "runs.csv", "figures/a.svg"}


def test_only_what_the_manifest_names_is_ever_removed(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    replace_folder(folder, {"report.md": "1", "figures/a.svg": "1"})
    folder.chmod(0o700)
    (folder / "empty").mkdir()
    (folder / "link").symlink_to(tmp_path)
    (folder / "figures" / "mine.svg").write_text("mine")
    for name in (".r.old", ".r.new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine").write_text("mine")
    replace_folder(folder, {"report.md": "2"})
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "empty").is_dir()
    assert (folder / "link").is_symlink()
    assert sorted(content(folder / "figures")) == ["mine.svg"]
    assert [(tmp_path / name / "mine").read_text() for name in (".r.old", ".r.new")] == ["mine", "mine"]


def test_a_file_of_the_users_own_is_not_written_over(tmp_path: Path) -> None:
    replace_folder(tmp_path / "r", {"report.md": "1"})
    (tmp_path / "r" / "runs.csv").write_text("mine")
    before = content(tmp_path / "r")
    with pytest.raises(ReportError, match=r"runs\.csv is not the report's, and in its way; move it"):
        replace_folder(tmp_path / "r", {"report.md": "2", "runs.csv": "2"})
    assert content(tmp_path / "r") == before


def test_nothing_is_written_through_a_link_within_a_report(tmp_path: Path) -> None:
    replace_folder(tmp_path / "r", {"report.md": "1"})
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "r" / "figures").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ReportError, match="figures is not the report's"):
        replace_folder(tmp_path / "r", {"report.md": "2", "figures/a.svg": "2"})
    assert not any((tmp_path / "elsewhere").iterdir())
    (tmp_path / "mine.md").write_text("mine")
    (tmp_path / "r" / "report.md").unlink()
    (tmp_path / "r" / "report.md").symlink_to(tmp_path / "mine.md")
    replace_folder(tmp_path / "r", {"report.md": "3"})
    assert (tmp_path / "mine.md").read_text() == "mine"
    assert content(tmp_path / "r")["report.md"] == "3"


def test_a_report_has_the_mode_of_new_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        replace_folder(tmp_path / "r", {"report.md": "1", "figures/a.svg": "1"})
    finally:
        os.umask(before)
    modes = {str(p.relative_to(tmp_path)): p.stat().st_mode & 0o777 for p in tmp_path.rglob("*")}
    assert modes == {
        "r": 0o750, "r/figures": 0o750, "r/report.md": 0o640, "r/figures/a.svg": 0o640, "r/files.json": 0o640,
    }  # fmt: skip


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
    assert MANIFEST not in content(tmp_path)
