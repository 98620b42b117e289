"""The ready grids travel with the package, and are listed, printed and run by their names."""

from pathlib import Path

import pytest

from bench.commands.picking import is_grid
from bench.grid import load
from bench.grid.ready import titles
from bench.grid.request import Request
from bench.report.manifest import about
from tests.bench.place import Place

ROOT = Path(__file__).parents[3]


def test_every_grid_of_the_folder_is_listed_with_its_question(place: Place) -> None:
    lines = place.run_command(["grids"]).out.splitlines()
    files = [file.relative_to(ROOT / "grids") for file in (ROOT / "grids").rglob("*.toml")]
    found = dict(line.split(maxsplit=1) for line in lines if "  " in line)
    assert {f"{name}.toml" for name in found} == {file.as_posix() for file in files}
    assert found["quick"] == "Which optimizer and regularizer beat 85 % on the spiral?"
    assert lines[-1].endswith("own-data.csv")


@pytest.mark.parametrize("name", ["smoke", "smoke.toml", "grids/smoke.toml", "book/ch10", "own-data.csv"])
def test_a_grid_is_printed_as_it_is(name: str, place: Place) -> None:
    file = name.removeprefix("grids/")
    file = file if "." in file else f"{file}.toml"
    assert place.run_command(["grids", name]).out == (ROOT / "grids" / file).read_text()


@pytest.mark.parametrize("name", ["smok", "../pyproject", "/etc/passwd", "", "grids", "README.md"])
def test_what_is_no_ready_grid_is_refused(name: str, place: Place) -> None:
    outcome = place.run_command(["grids", name])
    assert (outcome.code, outcome.out) == (2, "")
    assert "expected one of" in outcome.err
    assert ('"smoke"?' in outcome.err) == (name == "smok")


def test_a_ready_grid_is_known_by_its_name_from_any_folder(place: Place) -> None:
    outcome = place.run_command(["run", "smoke", "--dry-run"])
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(titles()["smoke"])
    assert load("smoke").name == "smoke"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("smok", "smoke"), ("grids/smok.toml", "smoke"), ("one-seed", "course/one-seed"), ("mine.toml", None)],
)
def test_a_ready_grid_that_was_probably_meant_is_named(typed: str, meant: str | None, place: Place) -> None:
    outcome = place.run_command(["run", typed])
    assert outcome.code == 2
    assert outcome.err.endswith(f'did you mean "{meant}"?\n' if meant else "(`bench grids` lists them)\n")


@pytest.mark.parametrize("name", ["smoke", "smoke.toml", "grids/smoke.toml"])
def test_whatever_it_is_called_it_is_a_grid_and_has_one_report(name: str, place: Place) -> None:
    assert is_grid(name)
    assert not is_grid("0123456789abcdef-0")
    assert about(Request(name), place.reports) == about(Request(str(ROOT / "grids" / "smoke.toml")), place.reports)


def test_it_is_said_that_a_file_is_not_the_one_that_was_typed(place: Place) -> None:
    outcome = place.run_command(["run", "grids/smoke.toml", "--dry-run"])
    assert outcome.code == 0
    assert outcome.err == "bench: grids/smoke.toml: not in this folder; the ready grid that came with the package\n"
    (place.folder / "grids").mkdir()
    place.write((ROOT / "grids" / "smoke.toml").read_text().replace("Does", "Should"), "grids/smoke.toml")
    outcome = place.run_command(["run", "grids/smoke.toml", "--dry-run"])
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("Should")
