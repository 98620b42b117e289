"""Exports: every format can be read back with the same numbers, and a bad place is one message."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.store import frames as tables
from bench.store.sqlite import Store
from tests.bench.place import Place


@pytest.mark.parametrize("what", ["runs", "curves"])
@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet", ".CSV"])
def test_an_export_can_be_read_back(ending: str, what: str, place: Place) -> None:
    results = place.train("optimizer.sgd.lr=[0.1, 1e30]")
    path = place.folder / f"frame{ending}"
    options: list[str | Path] = ["--set", "optimizer.sgd.lr=[0.1, 1e30]", "--to", path, "--what", what]
    outcome = place.cli("export", place.grid, *options)
    assert (outcome.code, outcome.err) == (0, "")
    expected = results.runs if what == "runs" else _curves(place, results)
    readers: dict[str, Any] = {
        ".csv": lambda: _read_csv(path, expected),
        ".json": lambda: pd.read_json(path, orient="records", dtype=False, precise_float=True),
        ".parquet": lambda: pd.read_parquet(path),
    }
    found = readers[ending.lower()]()
    keys = ["run", "epoch"] if what == "curves" else ["run"]
    assert outcome.out == f"{len(found)} rows written to {path}\n"
    both = found.sort_values(keys, ignore_index=True), expected.sort_values(keys, ignore_index=True)
    assert list(both[0].columns) == list(both[1].columns)
    # JSON is written with 15 digits, which is what pandas offers; the others are exact
    rtol = 1e-14 if ending == ".json" else 0
    pd.testing.assert_frame_equal(*both, check_dtype=False, rtol=rtol, atol=rtol)
    assert not [name for name in place.files() if ".export" in name]


def _read_csv(path: Path, like: pd.DataFrame) -> pd.DataFrame:
    """Texts as they are, and numbers as Python reads them, which is exact."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name in like.select_dtypes("number"):
        frame[name] = [float(cell or "nan") for cell in frame[name]]
    for name in like.select_dtypes("bool"):
        frame[name] = frame[name] == "True"
    return frame


def _curves(place: Place, results: Any) -> pd.DataFrame:
    with Store(place.store) as store:
        return tables.curves_frame(store, results.runs)


@pytest.mark.parametrize("to", ["frame.xlsx", "frame", "missing/frame.csv", "tiny.toml/x.csv"])
def test_an_export_to_no_place_or_format_is_one_message(to: str, place: Place) -> None:
    place.train()
    before = place.files()
    outcome = place.cli("export", place.grid, "--to", place.folder / to)
    assert outcome.code == 2
    assert outcome.err.startswith("bench: --to")
    assert len(outcome.err.splitlines()) == 1
    assert place.files() == before
