"""Exports: every format can be read back with the same numbers, and a bad place is one message."""

import csv
import errno
import io
import os
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.errors import UsageError
from bench.store import exporting
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
    assert not [name for name in place.files() if "writing" in name]


@pytest.mark.parametrize("what", ["runs", "curves"])
def test_an_export_of_what_is_not_trained_says_so_and_how_to_train_it(what: str, place: Place) -> None:
    place.train()
    outcome = place.cli(
        "export", place.grid, "--set", "training.epochs=3", "--to", place.folder / "x.csv", "--what", what
    )
    said, command = outcome.out.splitlines()
    assert said == f"no rows written to {place.folder / 'x.csv'}"
    told, _, typed = command.partition(": ")
    assert told == "18 runs are still to be trained"
    assert shlex.split(typed)[2:5] == ["bench", "run", str(place.grid)]
    assert shlex.split(typed)[5:9] == ["--set", "training.epochs=3", "--name", "tiny-changed"]
    assert (place.folder / "x.csv").read_text().startswith("run,")


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


@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet"])
def test_an_export_has_the_mode_of_new_files_or_that_of_the_one_it_replaces(ending: str, tmp_path: Path) -> None:
    path, frame = tmp_path / f"x{ending}", pd.DataFrame({"a": [1]})
    before = os.umask(0o027)
    try:
        exporting.export(frame, path)
        assert path.stat().st_mode & 0o777 == 0o640
        path.chmod(0o604)
        exporting.export(frame, path)
        assert path.stat().st_mode & 0o777 == 0o604
    finally:
        os.umask(before)


def test_an_export_goes_where_a_link_leads(tmp_path: Path) -> None:
    link, real = tmp_path / "link.csv", tmp_path / "elsewhere" / "real.csv"
    real.parent.mkdir()
    link.symlink_to(real)
    for value in (1, 2):
        exporting.export(pd.DataFrame({"a": [value]}), link)
        assert link.is_symlink()
        assert real.read_text() == f"a\n{value}\n"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["elsewhere", "link.csv", "real.csv"]


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match=r"pipe\.csv: cannot be written: not a file"):
        exporting.export(pd.DataFrame({"a": [1]}), pipe)
    assert pipe.is_fifo()


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1+1", "-1+1", "@SUM(A1)", "\t=1"])
def test_a_text_in_a_csv_is_no_formula(text: str) -> None:
    frame = pd.DataFrame({"family": [text, "adam", "-0.5", "1e-3"], "mean": [-0.5, 1.0, 2.0, 3.0]})
    [read, *rest] = csv.DictReader(io.StringIO(exporting.as_csv(frame), newline=""))
    assert read == {"family": f"'{text}", "mean": "-0.5"}
    assert [row["family"] for row in rest] == ["adam", "-0.5", "1e-3"]


def test_a_label_is_no_formula_in_an_export_or_a_report(place: Place) -> None:
    label = "=HYPERLINK(1)"
    place.write(place.grid.read_text().replace('name = "adam"', f'name = "adam"\nlabel = "{label}"'))
    place.train().report(place.reports)
    assert place.cli("export", place.grid, "--to", place.folder / "x.csv").code == 0
    written = [*place.reports.rglob("*.csv"), place.folder / "x.csv"]
    assert sum(label in path.read_text() for path in written) > 4
    for path in written:
        with path.open(newline="") as file:
            assert not any(cell.startswith("=") for row in csv.reader(file) for cell in row), path


def test_weights_and_figures_that_cannot_be_written_leave_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = place.train().runs["run"][0]
    path = place.write("mine", "w.npz")

    def fail(file: Any, **_: Any) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    before = place.files()
    outcome = place.cli("replay", name, "--weights", path)
    assert (outcome.code, outcome.err) == (2, f"bench: {path}: cannot be written: No space left on device\n")
    assert path.read_text() == "mine"
    assert place.files() == before
