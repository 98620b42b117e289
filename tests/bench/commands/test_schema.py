"""`bench schema`: the grid file's JSON Schema."""

import json

from bench.grid.schema import json_schema
from tests.bench.place import Place


def test_schema_prints_the_schema(place: Place) -> None:
    outcome = place.cli("schema")
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out) == json_schema()
