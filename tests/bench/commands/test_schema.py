"""`bench schema`: the grid file's JSON Schema."""

import json

import pytest

from bench.grid.schema import json_schema
from tests.bench.place import Place


def test_schema_prints_the_schema(place: Place) -> None:
    outcome = place.cli("schema")
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out) == json_schema()


def test_a_picture_of_all_problems_is_written_and_nothing_else_printed(place: Place) -> None:
    path = place.folder / "problems.svg"
    done = place.cli("schema", "--picture", path)
    assert (done.code, done.out, done.err) == (0, f"written: {path}\n", "")
    assert "<svg" in path.read_text()[:600]


@pytest.mark.parametrize("path", ["problems.gif", "problems", "no/folder.png", ""])
def test_a_picture_that_could_not_be_written_is_refused(path: str, place: Place) -> None:
    before = place.files()
    refused = place.cli("schema", "--picture", path)
    assert (refused.code, refused.out) == (2, "")
    assert ".svg, .png, .pdf" in refused.err
    assert place.files() == before
