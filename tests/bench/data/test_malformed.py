"""Data files that cannot be used are refused by name of place, value and remedy; nothing of them is run."""

from pathlib import Path

import pytest

from bench.data import DataError
from tests.bench.data.malformed import MALFORMED, Malformed, read


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


def test_there_are_many_of_them() -> None:
    assert len(MALFORMED) >= 60
    assert len({case.name for case in MALFORMED}) == len(MALFORMED)
