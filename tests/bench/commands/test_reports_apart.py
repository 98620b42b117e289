"""No report overwrites another's, and what would is refused before anything is trained."""

import pytest

import bench
from tests.bench.place import Place

QUIET = ("--quiet", "--jobs", "1")


@pytest.fixture
def written(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The place, where reports have no figures."""
    monkeypatch.setattr("bench.figures.style.svg_of", lambda figure: "<svg></svg>")
    return place


def title(place: Place, name: str) -> str:
    return (place.reports / name / "report.md").read_text().partition("\n")[0]


def test_grids_of_one_name_in_two_folders_have_two_reports(written: Place) -> None:
    place = written
    for folder, question in (("a", "One?"), ("b", "Another?")):
        (place.folder / folder).mkdir()
        text = place.grid.read_text().replace("Which optimizer?", question).replace("0.05", "0.06")
        place.write(text, f"{folder}/g.toml")
    assert place.cli("run", "a/g.toml", *QUIET).code == 0
    stored = place.store.read_bytes()
    for command in ("run", "report"):
        refused = place.cli(command, "b/g.toml", *(QUIET if command == "run" else ()))
        assert (refused.code, refused.out) == (2, "")
        assert "reports/g holds the report of a/g.toml; give this one another --name" in refused.err
    assert (place.store.read_bytes(), title(place, "g")) == (stored, "# One?")
    assert place.cli("run", "b/g.toml", "--name", "other", *QUIET).code == 0
    assert (title(place, "g"), title(place, "other")) == ("# One?", "# Another?")


def test_an_edited_grid_file_keeps_its_report_wherever_it_is_run_from(
    written: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = written
    assert place.cli("run", place.grid, *QUIET).code == 0
    place.write(place.grid.read_text().replace("Which optimizer?", "Which?").replace("confirm = 6", "confirm = 7"))
    (place.folder / "below").mkdir()
    monkeypatch.chdir(place.folder / "below")
    assert place.cli("run", "../tiny.toml", *QUIET).code == 0
    assert title(place, "tiny") == "# Which?"


@pytest.mark.parametrize("option", [("--set", "optimizer.sgd.lr=0.2"), ("--tune", "3"), ("--confirm", "7")])
def test_what_changes_the_question_needs_a_name(option: tuple[str, str], place: Place) -> None:
    for command in ("run", "report"):
        refused = place.cli(command, place.grid, *option)
        assert refused.code == 2
        assert f"{option[0]} changes the question: name its report with --name" in refused.err
    assert place.files() == {"tiny.toml"}


def test_a_name_is_kept_for_the_question_that_it_was_given_to(written: Place) -> None:
    place = written
    mine = ("run", place.grid, "--name", "mine", *QUIET)
    assert place.cli(*mine, "--confirm", "7").code == 0
    before = title(place, "mine")
    for other in ((), ("--confirm", "8"), ("--by", "optimizer.lr"), ("--confirm", "7", "--set", "title='x'")):
        refused = place.cli(*mine, *other)
        assert refused.code == 2
        assert "reports/mine holds the report of tiny.toml --confirm 7; give" in refused.err
    assert title(place, "mine") == before
    assert place.cli(*mine, "--confirm", "7").code == 0


def test_from_python_it_is_the_same(written: Place) -> None:
    place = written
    place.train().report(place.reports)
    changed = place.train(confirm=7)
    with pytest.raises(bench.UsageError, match="--confirm changes the question"):
        changed.report(place.reports)
    with pytest.raises(bench.UsageError, match=r"holds the report of tiny.toml; give"):
        place.train(confirm=7, name="tiny").report(place.reports)
    place.train(confirm=7, name="seven").report(place.reports)
    assert {path.name for path in place.reports.iterdir()} == {"tiny", "seven"}
    regenerate = (place.reports / "seven" / "report.md").read_text().partition("## Regenerate")[2]
    line = (
        f"python -m bench report {place.grid} --confirm 7 --name seven --store {place.store} --reports {place.reports}"
    )
    assert line in regenerate


@pytest.mark.parametrize("made", ["a folder of the user's own", "a file"])
def test_a_folder_that_cannot_become_a_report_is_refused_before_anything_is_trained(made: str, place: Place) -> None:
    folder = place.reports / "tiny"
    if made == "a file":
        place.reports.mkdir()
        folder.write_text("mine")
    else:
        folder.mkdir(parents=True)
        (folder / "thesis.tex").write_text("years of work")
    before = place.files()
    refused = place.cli("run", place.grid, *QUIET)
    assert refused.code == 2
    assert "--name" in refused.err
    assert place.files() == before


def test_a_report_that_names_no_grid_is_nobodys_to_overwrite(written: Place) -> None:
    """As those of version 0.1.0, of which nobody knows which grid they are about."""
    place, folder = written, written.reports / "tiny"
    folder.mkdir(parents=True)
    (folder / "report.md").write_text("# Which?")
    (folder / "files.json").write_text('{"report": ["report.md"]}')
    before = place.files()
    refused = place.cli("run", place.grid, *QUIET)
    assert (refused.code, place.files(), title(place, "tiny")) == (2, before, "# Which?")
    assert "reports/tiny holds a report that names no grid; give this one another --name" in refused.err
    assert place.cli("run", place.grid, "--name", "other", *QUIET).code == 0


def test_it_does_not_matter_which_way_leads_to_the_grid_file(written: Place) -> None:
    place = written
    assert place.cli("run", place.grid, *QUIET).code == 0
    link = place.folder / "link.toml"
    link.symlink_to(place.grid)
    assert place.cli("report", "./tiny.toml").code == 0
    assert place.cli("report", link, "--name", "tiny").code == 0
