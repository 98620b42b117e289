"""Whatever a grid file holds, it is a valid grid or refused with a GridError, and nothing else is raised."""

import tomllib
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.grid import Grid, GridError, load, reading
from bench.grid.components import PROBLEMS
from bench.grid.faults import EnoughFaults, Faults
from bench.grid.feasibility import infeasible
from bench.grid.request import Request
from tests.bench.several import SEVERAL

VALID = (Path(__file__).parents[3] / "grids" / "quick.toml").read_text()
PIECES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["nan", "inf", "-1", "[]", "[[", "]]", "{", "}", "=", '"', "'''", "1e999", "true", "[problem]", "\n", "#", ".",
         "[[optimizer]]\n", "hidden = [[1], []]\n", "{ log = [1, 2], count = 9 }", "0x1F", "1979-05-27", "\\u0000",
         "name", "label", "families", "count", "99999999999999999999", "1_000", "\x00", "\ufeff"]
    ),
)  # fmt: skip


@settings(max_examples=150)
@given(
    cuts=st.lists(st.tuples(st.integers(0, len(VALID)), st.integers(0, 12), PIECES), min_size=1, max_size=4),
)
@example(cuts=[(0, 0, "\ufeff")])
def test_a_mutated_grid_is_valid_or_refused_and_nothing_else(cuts: list[Any], tmp_path_factory: Any) -> None:
    text = VALID
    for start, length, piece in cuts:
        text = text[:start] + piece + text[start + length :]
    path = tmp_path_factory.getbasetemp() / "mutated.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    _valid_or_refused(path)


@settings(max_examples=150)
@given(content=st.binary(max_size=80))
def test_bytes_are_a_valid_grid_or_refused_and_nothing_else(content: bytes, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.toml"
    path.write_bytes(content)
    _valid_or_refused(path)


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=5),
        st.dates(),
        st.sampled_from(["he", "full", "sgd", "adam", "optimizer", "inverse", 0.5, 1, 2, 0, 10_000, 10**6]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["log", "linear", "count", "name", "x"]), inner, max_size=3),
    ),
    max_leaves=6,
)
KEYS = [(top, key) for top, table in tomllib.loads(VALID).items() if isinstance(table, dict) for key in table]


@settings(max_examples=250)
@given(data=st.data())
def test_a_grid_with_any_value_anywhere_is_valid_or_refused(data: st.DataObject, tmp_path_factory: Any) -> None:
    document: dict[str, Any] = tomllib.loads(VALID)
    for _ in range(data.draw(st.integers(1, 3))):
        value = data.draw(VALUES)
        where = data.draw(st.sampled_from([*document, "optimizer entry", *KEYS]))
        if where == "optimizer entry":
            entry = data.draw(st.sampled_from(["name", "label", "lr", "schedule", "decay", "momentum", "x"]))
            if isinstance(document["optimizer"], list) and isinstance(document["optimizer"][0], dict):
                document["optimizer"][0][entry] = value
        elif isinstance(where, str):
            document[where] = value
        elif isinstance(document[where[0]], dict):
            document[where[0]][where[1]] = value
    grid, faults = _read(document)
    assert (grid is None) == bool(faults)
    if grid is not None:
        infeasible(grid)


ENTRIES = [key for entry in tomllib.loads(SEVERAL)["problem"] for key in (*entry, "label", "classes", "path", "x")]


@settings(max_examples=250)
@given(data=st.data())
def test_a_grid_of_several_problems_with_any_value_anywhere_is_valid_or_refused(data: st.DataObject) -> None:
    document: dict[str, Any] = tomllib.loads(SEVERAL)
    for _ in range(data.draw(st.integers(1, 3))):
        value = data.draw(st.one_of(VALUES, st.sampled_from([*PROBLEMS, "a, b", "problem"])))
        where = data.draw(st.sampled_from(["problem", "families", "effects", *range(24)]))
        tables = document["problem"] if isinstance(document["problem"], list) else []
        if isinstance(where, str):
            document[where] = value
        elif tables and isinstance(tables[where % len(tables)], dict):
            tables[where % len(tables)][data.draw(st.sampled_from(ENTRIES))] = value
    grid, faults = _read(document)
    assert grid is not None or faults
    if grid is not None and not faults and not infeasible(grid):
        found = list(grid.configurations())
        assert len(found) == len(grid) == len({(c.family, c.text) for c in found})
        assert {c.family for c in found} == {family.name for family in grid.families}


def _read(document: dict[str, Any]) -> tuple[Grid | None, Faults]:
    faults = Faults()
    try:
        return reading._Reader(document, faults, Request("name.toml", max_runs=1_000)).grid(), faults
    except EnoughFaults:
        return None, faults


def _valid_or_refused(path: Path) -> None:
    refused = None
    try:
        load(path)
    except GridError as error:
        refused = error
    assert refused is None or (refused.faults and str(refused).startswith(str(path)))
