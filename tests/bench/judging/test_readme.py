"""The README's example: from the table of somebody who trains with PyTorch to a verdict, in three lines."""

import re
from pathlib import Path
from typing import Any

import pytest

import bench
from tests.bench.judging.tables import long_table
from tests.bench.place import Place

README = (Path(__file__).parents[3] / "README.md").read_text()
SECTION = README[README.index("## Judge anybody's results") :]
PYTORCH = {"method": "optimizer", "accuracy": "test_accuracy"}  # columns as such people call them


@pytest.fixture
def table(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    long_table().rename(columns=PYTORCH).to_csv(place.folder / "runs.csv", index=False)
    monkeypatch.chdir(place.folder)


@pytest.mark.usefixtures("table")
def test_the_three_lines_give_verdicts_and_the_report_that_they_say(place: Place) -> None:
    example = re.search(r"```python\n(.*?)```", SECTION, re.DOTALL)
    assert example is not None
    assert len([line for line in example[1].splitlines() if line]) == 3
    names: dict[str, Any] = {}
    exec(example[1], names)
    results = names["results"]
    assert results.verdicts["word"].str.contains("above|equal|below").all()
    assert isinstance(results, bench.Judged)
    assert (place.folder / "reports" / "runs" / "report.md").is_file()
    assert "# writes reports/runs/" in example[1]


@pytest.mark.usefixtures("table")
def test_the_command_beside_them_writes_the_same_report(place: Place) -> None:
    bench.judge("runs.csv", baseline=0.85).report()
    command = re.search(r"`bench (judge runs\.csv [^`]*)`", SECTION)
    assert command is not None
    outcome = place.run_command(command[1].split())
    assert outcome.code == 0
    assert outcome.out.endswith("(unchanged)\n")


def test_the_limits_are_those_of_the_program() -> None:
    from bench.judging import runs, sheets

    assert (sheets.MOST_ROWS, runs.MOST_FAMILIES, runs.MOST_SEEDS) == (1_000_000, 2_000, 10_000)
    said = " ".join(SECTION.split())
    assert "more than a million rows, 2,000 methods and problems together, or 10,000 seeds of each" in said
