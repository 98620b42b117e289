"""Data files that cannot be used are refused by name of place, value and remedy; nothing of them is run."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.data import DataError, Layout
from tests.bench.data.malformed import GOOD, MALFORMED, Malformed, read


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.name)
def test_it_is_refused_in_words(case: Malformed, tmp_path: Path) -> None:
    folder = tmp_path / "grids"
    folder.mkdir()
    case.write(folder)
    with pytest.raises(DataError) as refused:
        read(folder, case.file, case.layout)
    message = str(refused.value)
    assert [word for word in case.words if word not in message] == [], message
    assert message.isprintable() or message.count("\n") == len(refused.value.faults) - 1
    assert max(map(len, refused.value.faults)) < 400


FILES = {case.file: case for case in MALFORMED if case.name in ("a NaN in NPZ", "a null in Parquet", "a percentage")}
PIECES = [
    b",",
    b";",
    b"\n",
    b"\r",
    b'"',
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"nan",
    b"inf",
    b"1e999",
    b"_",
    b"\x1b[2J",
]
OUTSIDE = ["/etc/hosts.csv", "../secret.csv", "a/../../secret.csv", "https://example.org/a.csv", "link.csv"]


@given(
    st.sampled_from(sorted(FILES)),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 20), st.sampled_from(PIECES) | st.binary(max_size=3))),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_a_file_holds_it_is_read_or_refused_in_words(
    tmp_path: Path, name: str, changes: list[tuple[int, int, bytes]]
) -> None:
    FILES[name].write(tmp_path)
    content = (tmp_path / name).read_bytes()
    for place, removed, piece in changes:
        place %= len(content) + 1
        content = content[:place] + piece + content[place + removed :]
    (tmp_path / name).write_bytes(content)
    try:
        table = read(tmp_path, name, Layout("class"))
    except DataError as error:
        bad = [fault for fault in error.faults if not fault.isprintable() or len(fault) > 600]
    else:
        bad = [] if np.isfinite(table.rows).all() else ["a number that is none"]
        bad += [] if set(table.labels.tolist()) == {*range(len(table.classes))} else ["a class without samples"]
    assert bad == []


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_of_the_folder_is_opened(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.csv").write_text(GOOD)
    (tmp_path / "grids").mkdir()
    (tmp_path / "grids" / "link.csv").symlink_to(tmp_path / "secret.csv")
    opened: list[object] = []
    monkeypatch.setattr(os, "open", lambda *arguments, **_: opened.append(arguments))
    with pytest.raises(DataError):
        read(tmp_path / "grids", path, Layout("class"))
    assert opened == []


def test_there_are_many_of_them() -> None:
    assert len(MALFORMED) >= 60
    assert len({case.name for case in MALFORMED}) == len(MALFORMED)
