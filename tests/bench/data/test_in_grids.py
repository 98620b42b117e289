"""Data files in grid files: trained like any problem, known by their content, refused in one message."""

import re
import sqlite3
import tomllib
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from bench import campaign
from bench.data import Layout, loading
from bench.grid import GridError, load
from bench.grid.code import grid_lines
from bench.grid.schema import json_schema
from bench.store.sqlite import Store
from bench.training.executors import local
from tests.bench.data.malformed import MALFORMED, Malformed
from tests.bench.place import TINY, Place


def grid(layout: Layout, path: str) -> str:
    """The tiny grid, about a data file."""
    lines: dict[str, str | tuple[str, ...]] = {"path": path, "target": layout.target}
    lines |= {"drop": layout.drop, "categorical": layout.categorical}
    lines |= {"split": layout.split} if layout.split else {}
    return about("".join(f"{key} = {_toml(value)}\n" for key, value in lines.items()))


def about(lines: str) -> str:
    """The tiny grid with other lines in its problem's table."""
    return TINY.replace("train = 6\nvalidation = 5\ntest = 7\n", lines)


def _toml(value: str | tuple[str, ...]) -> str:
    texts = [f"'''{text}'''" for text in ([value] if isinstance(value, str) else value)]
    return texts[0] if isinstance(value, str) else f"[{', '.join(texts)}]"


def data(seed: int = 0, rows: int = 60) -> str:
    """Three classes that can be told apart by two features; a third is text."""
    rng = np.random.default_rng(seed)
    lines = [
        f"{rng.normal(label, 0.3)!r};{rng.normal(-label, 0.3)!r};{'red' if label else 'blue'};kind {label}".replace(
            ".", ","
        )
        for label in np.arange(rows) % 3
    ]
    return "\n".join(["width;height;color;kind", *lines])


LAYOUT = Layout("kind", categorical=("color",))


@pytest.fixture
def own(place: Place) -> Place:
    """A place whose tiny grid is about a file of its own."""
    place.write(data(), "own.csv")
    place.write(grid(LAYOUT, "own.csv"))
    return place


def test_a_data_file_is_trained_like_any_problem(own: Place) -> None:
    results = own.train("training.epochs=60")
    assert set(results.runs["status"]) == {"ok"}
    assert results.verdicts["mean"].min() > 0.9
    assert results.runs["problem.path"].unique().tolist() == ["own.csv"]
    assert results.runs["problem.classes"].unique().tolist() == [3]
    assert results.runs["test_points"].unique().tolist() == [15]


@pytest.mark.parametrize("jobs", [1, 2])
def test_workers_read_the_file_and_give_the_same_bits(own: Place, jobs: int, numbers_of: Any) -> None:
    alone = numbers_of(own.train(store=own.folder / "alone.sqlite").runs)
    assert numbers_of(own.train(jobs=jobs).runs).equals(alone)


def test_the_content_is_in_the_id_and_the_place_is_not(own: Place) -> None:
    def hashes() -> list[str]:
        return [configuration.hash for configuration in own.load().configurations()]

    before = hashes()
    own.write(data(), "other.csv")
    own.write(grid(LAYOUT, "other.csv"))
    assert hashes() == before
    (own.folder / "data").mkdir()
    (own.folder / "other.csv").rename(own.folder / "data" / "moved.csv")
    own.write(grid(LAYOUT, "data/moved.csv"))
    assert hashes() == before
    own.write(data(seed=1), "data/moved.csv")
    assert not set(hashes()) & set(before)


def test_every_setting_is_in_the_id(own: Place) -> None:
    [first] = {
        c.hash for c in own.load("families=['optimizer']").configurations() if c.settings.optimizer.label == "adam"
    }
    for override in ("test=0.3", "validation=10", "standardize=false", "drop=['width']", "target='color'"):
        changed = [f"problem.{override}", *(["problem.categorical=['kind']"] if "target" in override else [])]
        assert first not in {c.hash for c in own.load(*changed).configurations()}


CHANGED = 'The content of "own.csv" has changed since runs on it were stored: they are about other data'


def test_a_changed_file_never_meets_old_results_and_that_is_said(own: Place) -> None:
    run = own.train().runs["run"].iloc[0]
    assert CHANGED not in own.cli("status", own.grid).out
    own.write(data(seed=1), "own.csv")
    status = own.cli("status", own.grid)
    assert "18 runs to go" in status.out  # all of them
    assert CHANGED in status.out
    verify = own.cli("verify", own.grid)
    assert verify.code == 2
    assert CHANGED in verify.err
    assert own.cli("report", own.grid).code == 0
    assert CHANGED in (own.reports / "tiny" / "report.md").read_text()
    loading.load.cache_clear()  # as in another process
    replay = own.cli("replay", run)
    assert replay.code == 2
    assert f"run '{run}'" in replay.err
    assert "the content of own.csv has changed: it was" in replay.err
    own.write(data(), "own.csv")
    assert "1 of 1 runs agree" in own.cli("replay", run).out


def test_a_file_that_is_gone_is_missed_in_words(own: Place) -> None:
    run = own.train().runs["run"].iloc[0]
    (own.folder / "own.csv").unlink()
    loading.load.cache_clear()  # as in another process
    for command in ("report", "verify", "status"):
        outcome = own.cli(command, own.grid)
        assert outcome.code == 2
        assert 'problem.path = "own.csv": no such file' in outcome.err
    replay = own.cli("replay", run)
    assert replay.code == 2
    assert "own.csv, where there was " in replay.err
    assert "no such file" in replay.err
    assert f"it was looked for in {own.folder}" in replay.err


@pytest.fixture
def elsewhere(own: Place, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A grid file with its data in a folder below the working one, from which they are named."""
    folder = own.folder / "a folder"
    folder.mkdir()
    for name in ("own.csv", "tiny.toml"):
        (own.folder / name).rename(folder / name)
    monkeypatch.chdir(own.folder)
    return folder


def test_a_run_is_replayed_from_any_working_directory(
    own: Place, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = own.train(grid="a folder/tiny.toml").runs["run"].iloc[0]
    monkeypatch.chdir("/")
    loading.load.cache_clear()  # as in another process
    assert "1 of 1 runs agree" in own.cli("replay", run).out


def test_folders_of_any_name_are_remembered(own: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own.folder / "\u200b\n\udcff"
    folder.mkdir()
    for name in ("own.csv", "tiny.toml"):
        (own.folder / name).rename(folder / name)
    monkeypatch.chdir(folder)
    run = own.train(grid="tiny.toml").runs["run"].iloc[0]
    loading.load.cache_clear()
    assert "1 of 1 runs agree" in own.cli("replay", run).out


def test_runs_of_programs_that_stored_the_folder_as_it_was_typed_stay_what_they_were(
    own: Place, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = own.train(grid="a folder/tiny.toml").runs["run"].iloc[0]
    with closing(sqlite3.connect(own.store)) as connection, connection:
        connection.execute("UPDATE configurations SET settings = replace(settings, ?, ?)", (str(elsewhere), "a folder"))
        connection.execute("DELETE FROM seals WHERE of = 'configurations'")
    loading.load.cache_clear()
    assert "1 of 1 runs agree" in own.cli("replay", run).out
    own.write(data(seed=1), "a folder/own.csv")
    assert CHANGED in own.cli("status", elsewhere / "tiny.toml").out
    monkeypatch.chdir("/")
    loading.load.cache_clear()
    replay = own.cli("replay", run)
    assert replay.code == 2
    assert "it was looked for in /a folder" in replay.err


def test_two_spellings_of_a_folder_are_one_problem(own: Place, elsewhere: Path) -> None:
    (own.folder / "link").symlink_to(elsewhere)
    own.train(grid="link/../link/tiny.toml")
    assert "0 runs to go" in own.cli("status", "a folder/tiny.toml").out
    both = [load(f"{folder}/tiny.toml") for folder in ("link", "a folder")]
    one, other = ([c.settings.problem for c in grid.configurations()] for grid in both)
    assert one == other
    own.write(data(seed=1), "a folder/own.csv")
    assert CHANGED in own.cli("status", "link/tiny.toml").out


def test_no_report_frame_or_export_says_where_a_machine_has_its_files(own: Place) -> None:
    loaded = own.load()
    (own.folder / "own.csv").rename(own.folder / "gone.csv")
    with Store(own.store, create=True) as store, local(2) as executor:  # workers have not read it yet
        failed = campaign.run(loaded, store, executor, progress=False).runs
    assert failed["error"].str.contains("own.csv, where there was .*: no such file").all()
    (own.folder / "gone.csv").rename(own.folder / "own.csv")
    failed.to_csv(own.folder / "failed.csv")
    own.train().runs.to_csv(own.folder / "frame.csv")
    assert own.run_command(["report", "tiny.toml"]).code == 0
    assert own.run_command(["export", "tiny.toml", "--to", "runs.csv"]).code == 0
    written = [path for path in own.folder.rglob("*") if path.is_file() and path != own.store]
    assert {"failed.csv", "frame.csv", "runs.csv", "report.md"} <= {path.name for path in written}
    assert [path for path in written if str(own.folder).encode() in path.read_bytes()] == []


def test_a_file_that_was_moved_with_its_grid_is_verified_where_it_is(own: Place) -> None:
    run = own.train().runs["run"].iloc[0]
    moved = own.folder / "moved"
    moved.mkdir()
    for name in ("own.csv", "tiny.toml"):
        (own.folder / name).rename(moved / name)
    loading.load.cache_clear()
    assert "3 of 3 runs agree" in own.cli("verify", moved / "tiny.toml", "--sample", "3").out
    assert own.cli("replay", run).code == 2  # the store remembers where it was


def test_decision_regions_of_three_features_are_refused_before_anything_is_trained(own: Place) -> None:
    run = own.train().runs["run"].iloc[0]
    outcome = own.cli("replay", run, "--figure", own.folder / "run.svg")
    assert outcome.code == 2
    assert "4 features; expected 2 to draw decision regions" in outcome.err
    assert not (own.folder / "run.svg").exists()


def test_the_report_offers_no_figure_of_such_a_run(own: Place) -> None:
    own.train().report()
    said = (own.reports / "tiny" / "report.md").read_text()
    assert re.findall("^python -m bench replay .+$", said, re.MULTILINE)
    assert "--figure" not in said


def test_a_file_that_changes_while_it_is_trained_on_fails_the_runs_in_words(own: Place) -> None:
    loaded = own.load()
    own.write(data(seed=1), "own.csv")
    with Store(own.store, create=True) as store, local(2) as executor:  # workers have not read it yet
        runs = campaign.run(loaded, store, executor, progress=False).runs
    assert set(runs["status"]) == {"failed"}
    assert runs["error"].str.contains("has changed").all()


def test_axes_of_data_are_families_of_their_own(own: Place) -> None:
    grid = own.load("problem.standardize=[true, false]", "problem.test=[0.25, 12]")
    assert grid.family_count == 8
    assert len({c.settings.shape for c in grid.configurations()}) == 8  # with two rules


def test_the_lines_of_a_report_are_the_same_configuration(own: Place) -> None:
    configuration = next(own.load().configurations())
    own.write(grid_lines(configuration) + "\n[seeds]\ntune = 0\nconfirm = 3\n", "copy.toml")
    [copied] = load(own.folder / "copy.toml").configurations()
    assert copied.hash == configuration.hash


OWN = "path = 'own.csv'\ntarget = 'kind'\n"

KEYS = {
    "a path alone": ("path = 'own.csv'", ("problem.target", "missing", "target =")),
    "a target alone": ("target = 'kind'", ("problem.target", "unknown key")),
    "no path": ("name = 'data'\ntarget = 'kind'", ("problem.path", "missing", "wine.csv")),
    "two paths": ("path = ['own.csv', 'a.csv']\ntarget = 'kind'", ("problem.path", "one value")),
    "two targets": ("path = 'own.csv'\ntarget = ['kind', 'color']", ("problem.target", "one value")),
    "a path that is a number": ("path = 3\ntarget = 'kind'", ("problem.path = 3", "a text")),
    "a key of the spiral": (OWN + "noise = 0.2", ("problem.noise", "unknown key")),
    "training points": (OWN + "train = 10", ("problem.train", "unknown key")),
    "the digest": (OWN + "content = 'aa'", ("problem.content", "unknown key")),
    "a folder": (OWN + "folder = '/etc'", ("problem.folder", "unknown key")),
    "drop as a text": (OWN + "drop = 'color'", ('problem.drop = "color"', "a list of names")),
    "drop as numbers": (OWN + "drop = [1]", ("problem.drop = [1]", "a list of names")),
    "no test": (OWN + "drop = ['color']\ntest = 0", ("problem.test = 0", "a share")),
    "half a sample": (OWN + "drop = ['color']\ntest = 1.5", ("problem.test = 1.5", "a share")),
    "one for the test": (OWN + "drop = ['color']\ntest = 1", ("problem.test = 1", "would be for test", "raise")),
    "all for the test": (OWN + "drop = ['color']\ntest = 59",
                         ("problem.test = 59", "12 samples for validation of the 1", "lower it")),
    "more than all": (OWN + "drop = ['color']\ntest = 100",
                      ("problem.test = 100", "of the 60", "lower it")),
    "standardize as a word": (OWN + "standardize = 'yes'", ('"yes"', "true or false")),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "parts"), KEYS.values(), ids=KEYS)
def test_a_table_about_data_that_is_at_fault_is_refused(own: Place, lines: str, parts: tuple[str, ...]) -> None:
    own.write(about(lines + "\n"))
    outcome = own.cli("run", own.grid)
    assert outcome.code == 2
    assert [part for part in parts if part not in outcome.err] == [], outcome.err
    assert own.files() == {"tiny.toml", "own.csv"}


def divide_by_a_column(own: Place, *parts: str) -> None:
    """Give the file a column that says what its 60 rows are for, over and over, and the grid a `split`."""
    column = ["part", *(60 // len(parts) * parts)]
    own.write("\n".join(map(";".join, zip(data().splitlines(), column, strict=True))), "own.csv")
    own.write(grid(replace(LAYOUT, split="part"), "own.csv"))


def test_a_column_may_say_of_every_part_what_is_in_it(own: Place) -> None:
    divide_by_a_column(own, "train", "train", "validation", "test")
    runs = own.train().runs
    assert set(runs["status"]) == {"ok"}
    assert set(runs["test_points"]) == {15}


def test_a_share_beside_a_column_that_splits_is_refused(own: Place) -> None:
    divide_by_a_column(own, "train", "test")
    assert own.load()
    with pytest.raises(GridError, match=r"problem\.test = 0\.3: expected no test beside split"):
        own.load("problem.test=0.3")


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.name)
def test_a_malformed_file_is_refused_with_one_message_and_nothing_is_written(case: Malformed, place: Place) -> None:
    place.write(grid(case.layout, case.file))
    case.write(place.folder)
    before = place.files()
    outcome = place.cli("run", place.grid)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("bench: ") or str(place.grid) in outcome.err.splitlines()[0]
    assert "Traceback" not in outcome.err
    assert [word for word in case.words if word not in outcome.err] == [], outcome.err
    assert place.files() == before


def test_the_schema_and_the_validator_agree_about_data(own: Place) -> None:
    validator = Draft202012Validator(json_schema())
    for text, valid in [
        (own.grid.read_text(), True),
        (own.grid.read_text().replace("path", "name = 'data'\npath"), True),
        (about("target = 'kind'\n"), False),
        (about("test = 0.25\n"), False),
    ]:
        own.write(text)
        assert validator.is_valid(tomllib.loads(text)) == valid
        try:
            own.load()
        except GridError:
            assert not valid
        else:
            assert valid


def test_the_lines_of_the_readme_train(place: Place) -> None:
    root = Path(__file__).parents[3]
    [lines] = re.findall(r"```toml\n\[problem\]\n(path = .*?)```", (root / "README.md").read_text(), re.DOTALL)
    place.write((root / "grids" / "own-data.csv").read_bytes(), "own-data.csv")
    place.write(about(lines))
    assert set(place.train().runs["status"]) == {"ok"}


def test_tables_of_several_files_are_called_by_them_and_set_apart(own: Place) -> None:
    own.write(data(seed=1), "other.csv")
    tables = [
        f"[[problem]]\npath = '{name}.csv'\ntarget = 'kind'\ncategorical = ['color']\n" for name in ("own", "other")
    ]
    own.write(TINY.replace("[problem]\ntrain = 6\nvalidation = 5\ntest = 7\n", "".join(tables)))
    sizes = {c.problem: c.settings.problem.size("test") for c in own.load("problem.other.test=0.5").configurations()}
    assert sizes == {"own": 15, "other": 30}
