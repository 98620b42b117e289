"""Tables that no verdict can rest on: one message with row and remedy, or a rule that the report says."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import bench
from bench.errors import UsageError
from bench.judging import runs, sheets
from tests.bench.judging.tables import long_table
from tests.bench.place import Place

HEAD = "method,seed,accuracy\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (HEAD, "no rows"),
        ("a\nb\n", "line 1 is one column"),
        ("1,2,3\n4,5,6\n", "line 1 has numbers where names of columns are expected"),
        (HEAD + "a,0,.8\na,1\n", "line 3: 2 cells, but line 1 has 3 names"),
        (HEAD + "a,0,.8\na,1,oops\n", 'line 3, column "accuracy": "oops" is not a number; write a number'),
        (HEAD + "a,0,.8\na,1,inf\n", 'line 3: inf in column "accuracy" is not finite; write the number'),
        (HEAD + "a,0,.8\na,1,85\n", 'line 2: 0.8 and line 3: 85 in column "accuracy" are fractions among percentages'),
        (HEAD + "a,0,.8\na,1,850\n", "line 3: 850"),
        (HEAD + "a,0,.8\na,1,1.0003\n", 'line 3: 1.0003 in column "accuracy": expected 0 to 1; correct it'),
        (HEAD + "a,0,.8\na,1,1.0000000000000002\n", "line 3: 1.0000000000000002 in column"),
        (HEAD + "a,0,-.8\n", "line 2: -0.8 in column"),
        (HEAD + "a,0,.8\n,1,.8\n", 'line 3, column "method": no value; fill it in, or delete the row'),
        (HEAD + "a,,.8\n", 'line 2, column "seed": no value'),
        (HEAD + "a,0,\na,1,\n", 'column "accuracy" has no number at all'),
        (
            HEAD + "a,0,.8\na,1,.9\na,0,.7\n",
            'line 4 is "a", seed 0 again, after line 2; delete one, or name the column',
        ),
        ("method,seed,accuracy,lr\na,0,.8,1\na,0,.9,2\n", '(they differ in "lr")'),
        ("method,repeat,fold,acc\na,0,0,.8\na,0,1,.9\n", '"fold"), or number the runs in one column where it takes'),
        ("method,seed,accuracy,Accuracy\na,0,.8,.8\n", "which column is the score of each run? name it with --score"),
        ("a,b,c\n1,2,x\n", 'or say --wide if each method has a column of its own; there are "a", "b" and "c"'),
        ("method,seed,stage,accuracy\na,0,tune,.8\n", 'no row of the stage "confirm", so there is nothing to judge'),
        (
            "method,config,seed,stage,accuracy\na,x,0,confirm,.8\na,y,0,confirm,.8\n",
            '"a" has 2 configurations to confirm, and no tune row to choose one by',
        ),
    ],
)
def test_a_table_that_cannot_be_judged_is_refused_with_place_and_remedy(place: Place, text: str, message: str) -> None:
    place.write(text, "runs.csv")
    outcome = place.run_command(["judge", str(place.folder / "runs.csv"), "--reports", str(place.reports)])
    assert outcome.code == 2
    assert message in outcome.err
    assert "runs.csv" in outcome.err
    assert outcome.out == ""
    assert not place.reports.exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("runs.xlsx", b"PK", "expected a file that ends with"),
        ("runs.json", b"[1, 2", "not a JSON table"),
        ("runs.json", b'{"a": 1}', "not a JSON table"),
        ("runs.json", b'{"a": 1}\n{"a": 2}\n', "a file with an object on each line ends with .jsonl"),
        ("runs.jsonl", b'{"a": 1}\n{"a": ', "not a table of JSON lines: .*; expected an object on each line"),
        ("runs.json", b'{"data": 1, "columns": 2}', "not a JSON table"),
        ("runs.json", b"[" * 100_000, "not a JSON table"),
        ("runs.parquet", b"PAR1", "Parquet"),
        ("runs.csv", b"method,seed\0accuracy\n", "byte 11 is 0"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=message):
        bench.judge(tmp_path / name)


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        bench.judge(tmp_path / "runs.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UsageError, match="not a file"):
        bench.judge(tmp_path / "folder.csv")


@pytest.mark.parametrize("data", [3, [1, 2], {"a": 1}, {"a": [1], "b": [1, 2]}])
def test_what_is_no_table_is_refused(data: Any) -> None:
    with pytest.raises(UsageError):
        bench.judge(data)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("runs.json", {"orient": "records"}),
        ("runs.json", {"orient": "columns"}),
        ("runs.json", {"orient": "split"}),
        ("runs.json", {"orient": "table"}),
        ("runs.jsonl", {"orient": "records", "lines": True}),
    ],
)
def test_json_is_read_in_the_forms_that_have_names(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    long_table().to_json(tmp_path / name, **options)
    expected = bench.judge(long_table(), baseline=0.86).verdicts
    pd.testing.assert_frame_equal(bench.judge(tmp_path / name, baseline=0.86).verdicts, expected)


def test_decimal_commas_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    lines = [f"{m};{s};{str(x).replace('.', ',')}" for m, s, x in long_table().itertuples(index=False)]
    (tmp_path / "runs.csv").write_text("\ufeffmethod;seed;accuracy\n" + "\n".join(lines))
    expected = bench.judge(long_table(), baseline=0.86).verdicts
    pd.testing.assert_frame_equal(bench.judge(tmp_path / "runs.csv", baseline=0.86).verdicts, expected)


def test_a_missing_score_is_a_run_that_failed_and_is_said(place: Place) -> None:
    table = long_table()
    table.loc[3, "accuracy"] = np.nan
    table = table.drop(index=17)
    table.to_csv(place.folder / "runs.csv", index=False)
    judged = bench.judge(place.folder / "runs.csv", baseline=0.86)
    assert judged.verdicts["n_failed"].tolist() == [1, 0, 0]
    assert judged.verdicts["n"].tolist() == [10, 9, 10]
    text = judged.report(place.reports).read_text()
    assert "1 run has no score and is left out (of adam), which flatters whoever fails where it is hard" in text
    assert "Not every method has every seed: 9 to 10 of 10" in text
    assert "1 of 10 runs failed and are missing" in text


def test_one_seed_has_no_spread_to_judge_by(place: Place) -> None:
    long_table(seeds=1).to_csv(place.folder / "runs.csv", index=False)
    outcome = place.run_command(["judge", str(place.folder / "runs.csv"), "--baseline", "0.86"])
    assert outcome.code == 0
    assert outcome.out.count("degenerate") == 3


def test_methods_that_share_no_seed_have_no_pairs_and_still_their_verdicts() -> None:
    table = long_table()
    table.loc[table["method"] == "adam", "seed"] += 100
    judged = bench.judge(table, baseline=0.86, reference="adam")
    assert judged.comparisons["n"].tolist() == [0, 0]
    assert judged.verdicts["n"].tolist() == [10, 10, 10]


def test_names_that_are_hostile_are_harmless(place: Place) -> None:
    means = {
        "<script>alert(1)</script>": 0.8,
        "=HYPERLINK(1)": 0.81,
        "x" * 5000: 0.82,
        "a\nb\x1b[31m": 0.83,
        "|*_": 0.84,
    }
    long_table(means).to_csv(place.folder / "runs.csv", index=False)
    outcome = place.run_command(["judge", str(place.folder / "runs.csv"), "--reports", str(place.reports)])
    assert outcome.code == 0
    assert "\x1b[31m" not in outcome.out
    report = place.reports / "runs"
    assert "<script>alert" not in (report / "report.html").read_text()
    assert "\n=HYPER" not in (report / "summary.csv").read_text()


def test_tables_beyond_the_stated_limits_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    long_table().to_csv(tmp_path / "runs.csv", index=False)
    for module, limit, message in (
        (sheets, "MOST_ROWS", "expected at most"),
        (runs, "MOST_FAMILIES", "3 methods and problems; expected at most 2"),
        (runs, "MOST_SEEDS", '"adam" has 10 seeds; expected at most 2'),
    ):
        with monkeypatch.context() as limited:
            limited.setattr(module, limit, 2)
            for data, named in ((long_table(), 0), (tmp_path / "runs.csv", 1)):
                with pytest.raises(UsageError, match=message) as raised:
                    bench.judge(data)
                assert str(raised.value).count("runs.csv: ") == named
