"""Good data files in all dialects that people have give the same table; what is in it, and what is not read."""

import io
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from bench.data import DataError, Layout, Table, digest_of
from tests.bench.data.malformed import read

FRAME = pd.DataFrame(
    {
        "width": [1.5, -2.25, 1e-3, 4e10, 0.1, 7.0],
        "height, in mm": [3, 1, 4, 1, 5, 9],
        "kind": ["ä", "b", "ä", "b", "ä", "b"],
    }
)
LAYOUT = Layout("kind")


def _csv(**options: object) -> str:
    return FRAME.to_csv(index=False, **options)  # type: ignore[call-overload, no-any-return]


DIALECTS: dict[str, str | bytes] = {
    "commas": _csv(),
    "semicolons": _csv(sep=";"),
    "tabs": _csv(sep="\t"),
    "bars": _csv(sep="|"),
    "semicolons and decimal commas": _csv(sep=";", decimal=","),
    "tabs and decimal commas": _csv(sep="\t", decimal=","),
    "all quoted": _csv(quoting=1),
    "CRLF": _csv(lineterminator="\r\n"),
    "CR": _csv(lineterminator="\r"),
    "a byte order mark": _csv().encode("utf-8-sig"),
    "Latin-1": _csv().encode("latin-1"),
    "UTF-16, as Excel's Unicode text": _csv(sep="\t").encode("utf-16"),
    "no line end at the end": _csv().rstrip("\n"),
    "blank lines": _csv().replace("\n", "\n\n"),
    "blanks around cells": _csv().replace(",ä", " , ä ").replace(",b", " , b "),
    "an index without name, from 0": FRAME.to_csv(),
    "an index without name, from 1": FRAME.set_axis(range(1, 7)).to_csv(),
    "an index without name, with gaps where rows were deleted": FRAME.set_axis([3, 4, 8, 9, 30, 31]).to_csv(),
    "row names, as R writes them": FRAME.set_axis([f"row {i}" for i in range(6)]).to_csv(index_label=False),
}


def _load(folder: Path, content: str | bytes, layout: Layout = LAYOUT, name: str = "data.csv") -> Table:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read(folder, name, layout)


def _is_the_frame(table: Table) -> None:
    assert table.rows.dtype == np.float64
    np.testing.assert_array_equal(table.rows, FRAME[["width", "height, in mm"]])  # exactly
    assert table.features == ("width", "height, in mm")
    assert table.classes == ("b", "ä")
    assert table.labels.tolist() == [1, 0, 1, 0, 1, 0]
    assert table.parts is None


@pytest.mark.parametrize("content", DIALECTS.values(), ids=DIALECTS)
def test_every_dialect_gives_the_same_table(content: str | bytes, tmp_path: Path) -> None:
    _is_the_frame(_load(tmp_path, content))


def test_cells_may_have_line_breaks_and_quotes(tmp_path: Path) -> None:
    content = 'a,"the\nclass"\n' + '1,"x ""1""\nand more"\n2,y\n' * 3
    table = _load(tmp_path, content, Layout("the\nclass"))
    assert table.classes == ('x "1"\nand more', "y")


def test_parquet_gives_the_same_table_with_or_without_an_index(tmp_path: Path) -> None:
    for index in (range(6), [f"row {i}" for i in range(6)]):
        file = io.BytesIO()
        FRAME.set_axis(index).to_parquet(file)
        _is_the_frame(_load(tmp_path, file.getvalue(), name="data.parquet"))


def test_of_many_columns_many_can_be_dropped() -> None:
    names = [f"gene {i}" for i in range(50_000)]
    started = time.perf_counter()
    assert Layout("kind", tuple(names[1:])).numbers([*names, "kind"]) == names[:1]
    assert time.perf_counter() - started < 5  # seconds; in sets a fiftieth of that, name by name many minutes


def test_a_long_text_that_parquet_repeats_is_in_memory_once(tmp_path: Path) -> None:
    labels = ["b" * 100_000, "a"]
    file = io.BytesIO()
    pd.DataFrame({"a": np.arange(1000.0) ** 2, "kind": labels * 500}).to_parquet(file, row_group_size=400)
    pool = pa.default_memory_pool()
    pa.set_memory_pool(own := pa.proxy_memory_pool(pool))
    try:
        table = _load(tmp_path, file.getvalue(), name="data.parquet")
    finally:
        pa.set_memory_pool(pool)
    assert table.classes == ("a", "b" * 100_000)
    assert table.labels.tolist() == [1, 0] * 500
    assert 0 < own.max_memory() < 5_000_000  # the texts are 50,000,000; once for each of 3 groups of rows, 300,000


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed], ids=["stored", "compressed"])
def test_npz_has_columns_and_matrices(save: Callable[..., None], tmp_path: Path) -> None:
    numbers = FRAME[["width", "height, in mm"]].to_numpy()
    file = io.BytesIO()
    save(file, x=np.asfortranarray(numbers), more=FRAME["width"].to_numpy() ** 2, kind=FRAME["kind"].to_numpy("U1"))
    table = _load(tmp_path, file.getvalue(), name="data.npz")
    assert table.features == ("x 1", "x 2", "more")
    np.testing.assert_array_equal(table.rows, np.column_stack([numbers, numbers[:, 0] ** 2]))
    assert table.labels.tolist() == [1, 0, 1, 0, 1, 0]
    assert _load(tmp_path, file.getvalue(), Layout("kind", ("x",)), "data.npz").features == ("more",)
    assert _load(tmp_path, file.getvalue(), Layout("kind", ("x 2", "more")), "data.npz").features == ("x 1",)


LABELS: dict[str, tuple[object, tuple[str, ...]]] = {
    "text": (["b", "a"], ("a", "b")),
    "whole numbers": ([10, 9], ("9", "10")),
    "floats that are whole": ([10.0, 9.0], ("9", "10")),
    "floats": ([0.5, -0.5], ("-0.5", "0.5")),
    "flags": ([True, False], ("False", "True")),
    "dates": (pd.to_datetime(["2024-03-02", "2024-03-01"]), ("2024-03-01 00:00:00", "2024-03-02 00:00:00")),
    "categories": (pd.Categorical(["b", "a"]), ("a", "b")),
}


@pytest.mark.parametrize(("labels", "classes"), LABELS.values(), ids=LABELS)
def test_labels_may_be_of_any_type(labels: object, classes: tuple[str, ...], tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "kind": labels})
    frame = pd.concat([frame] * 3, ignore_index=True)
    file = io.BytesIO()
    frame.to_parquet(file)
    table = _load(tmp_path, file.getvalue(), name="data.parquet")
    assert table.classes == classes
    assert table.labels.tolist() == [1, 0] * 3


def test_text_columns_become_a_feature_for_each_value_when_asked_for(tmp_path: Path) -> None:
    content = "a,size,kind\n" + "1,small,x\n2,large,y\n" * 3
    table = _load(tmp_path, content, Layout("kind", categorical=("size",)))
    assert table.features == ("a", "size = large", "size = small")
    assert table.rows[:2].tolist() == [[1, 0, 1], [2, 1, 0]]
    alone = _load(tmp_path, content, Layout("kind", drop=("a",), categorical=("size",)))
    assert alone.rows[:2].tolist() == [[0, 1], [1, 0]]


def test_a_column_names_the_part_of_each_row(tmp_path: Path) -> None:
    content = "a,part,kind\n" + "1,train,x\n2,train,y\n" * 3 + "3,test,x\n4,validation,y\n"
    parts = _load(tmp_path, content, Layout("kind", split="part")).parts
    assert parts is not None
    assert parts.tolist() == [0] * 6 + [2, 1]


def test_none_is_a_class_but_no_number(tmp_path: Path) -> None:
    assert _load(tmp_path, "a,kind\n" + "1,none\n2,some\n" * 3).classes == ("none", "some")
    with pytest.raises(DataError, match="no value"):
        _load(tmp_path, "a,kind\n1,x\nnone,y\n" + "1,x\n2,y\n" * 3)


def test_a_table_of_many_blocks_is_one_table(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).standard_normal((40_000, 3))
    content = "a,b,c,kind\n" + "\n".join(f"{a!r},{b!r},{c!r},{i % 2}" for i, (a, b, c) in enumerate(numbers.tolist()))
    np.testing.assert_array_equal(_load(tmp_path, content).rows, numbers)  # exactly, over two borders of blocks
    lines = content.splitlines()
    lines[4321] = "1,oops,3,0"
    with pytest.raises(DataError, match='line 4,322, column "b": "oops" is not a number'):
        _load(tmp_path, "\n".join(lines))


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    digests = []
    for name, content in (("a.csv", _csv()), ("b.csv", _csv()), ("a.csv", _csv().replace("1.5", "1.6"))):
        (tmp_path / name).write_text(content)
        digests.append(digest_of(str(tmp_path), name))
    assert digests[0] == digests[1] != digests[2]


def test_a_file_below_the_folder_and_a_link_within_it_are_read(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kinds.csv").write_text(_csv())
    (tmp_path / "link.csv").symlink_to(tmp_path / "data" / "kinds.csv")
    for path in ("data/kinds.csv", "./data/kinds.csv", "link.csv"):
        _is_the_frame(read(tmp_path, path, LAYOUT))


def test_reading_takes_little_more_memory_than_the_file_and_the_table(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).standard_normal((20_000, 20))
    lines = [",".join(map(repr, row)) + f",{i % 2}" for i, row in enumerate(numbers.tolist())]
    content = "\n".join([",".join(f"x{i}" for i in range(20)) + ",kind", *lines])
    (tmp_path / "data.csv").write_text(content)
    tracemalloc.start()
    read(tmp_path, "data.csv", LAYOUT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # What `files.LARGEST_FILE` states, and a block of 65,536 cells as text, at 100 bytes a cell.
    assert peak < 2 * len(content) + numbers.nbytes + 100 * 65_536
