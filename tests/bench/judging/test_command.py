"""`bench judge`: a file in, the answer in the terminal and a report beside it."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import bench
from bench.errors import UsageError
from tests.bench.judging.tables import long_table
from tests.bench.place import Outcome, Place


def judged(place: Place, *options: str, table: pd.DataFrame | None = None) -> Outcome:
    (long_table() if table is None else table).to_csv(place.folder / "runs.csv", index=False)
    return place.run_command(["judge", str(place.folder / "runs.csv"), "--reports", str(place.reports), *options])


def test_the_terminal_says_the_answer_and_the_report_holds_it(place: Place) -> None:
    outcome = judged(place, "--baseline", "0.86")
    assert (outcome.code, outcome.err) == (0, "")
    said = " ".join(outcome.out.split())
    assert (
        "adam beats 86.0 % accuracy, unless seeds collapse more often than is excluded; 1 practically equal; 1 below."
        in said
    )
    assert 'Columns were found by their names: score "accuracy", method "method" and seed "seed".' in said
    report = place.reports / "runs"
    assert f"report: {report}/report.md" in outcome.out
    text = (report / "report.md").read_text()
    for heading in ("Answer", "Verdicts", "Comparison of methods", "How far to trust this", "Protocol"):
        assert f"## {heading}\n" in text
    for word in ("learning rate", "epochs", "ceiling", "convergence", "tune seeds", "grid"):
        assert word not in text.lower(), word
    names = {path.name for path in report.iterdir()}
    assert {"report.html", "runs.csv", "summary.csv", "verdicts.csv", "comparisons.csv"} <= names


def test_the_report_ends_with_the_command_that_makes_it_again(place: Place) -> None:
    judged(place, "--baseline", "0.86", "--margin", "0.005", "--reference", "sgd", "--name", "mine")
    text = (place.reports / "mine" / "report.md").read_text()
    before = {path.name: path.read_bytes() for path in (place.reports / "mine").iterdir() if path.is_file()}
    command = next(line for line in text.splitlines() if line.startswith("python -m bench judge"))
    outcome = place.run_command(command.split()[3:])
    assert outcome.code == 0
    assert "(unchanged)" in outcome.out
    assert {name: (place.reports / "mine" / name).read_bytes() for name in before} == before


def test_without_a_baseline_the_report_has_no_verdicts(place: Place) -> None:
    outcome = judged(place)
    assert "adam beats each of 2 others, by at least" in outcome.out
    report = place.reports / "runs"
    text = (report / "report.md").read_text()
    of_verdicts = ("## Verdicts", "verdict is wrong", "called above or below", "breakdown", "any-time")
    assert not [words for words in of_verdicts if words in text]
    assert "Some interval misses its mean in" in text
    assert "for all means together (Bonferroni) and the comparisons (max-T), each apart from the others." in text
    assert not (report / "verdicts.csv").exists()


def test_no_report_overwrites_that_of_another_file(place: Place) -> None:
    judged(place)
    (place.folder / "other").mkdir()
    long_table().to_csv(place.folder / "other" / "runs.csv", index=False)
    other = place.run_command(["judge", str(place.folder / "other" / "runs.csv"), "--reports", str(place.reports)])
    assert other.code == 2
    assert "holds the report of runs.csv; give this one another --name" in other.err


def test_other_options_are_another_report_and_an_edited_file_the_same(place: Place) -> None:
    judged(place, "--baseline", "0.86", "--alpha", "0.1")
    other = judged(place, "--baseline", "0.87")
    assert other.code == 2
    assert "holds the report of" in other.err
    assert "runs.csv --baseline=0.86 --alpha=0.1; give this one another --name" in other.err
    assert judged(place, "--baseline", "0.87", "--name", "other").code == 0
    text = (place.reports / "runs" / "report.md").read_text()
    again = judged(place, "--baseline", "0.86", "--alpha", "0.1", table=long_table(seeds=11))
    assert again.code == 0
    assert (place.reports / "runs" / "report.md").read_text() != text


def test_from_python_other_options_are_another_report_too(place: Place) -> None:
    table = long_table(seeds=3)
    bench.judge(table, baseline=0.86, name="mine").report(place.reports)
    with pytest.raises(
        UsageError, match=r"the report of a table from Python --baseline=0.86; give this one another name="
    ):
        bench.judge(table, baseline=0.87, name="mine").report(place.reports)


def test_python_writes_the_same_report(place: Place) -> None:
    judged(place, "--baseline", "0.86")
    report = place.reports / "runs"
    written = {path.name: path.read_bytes() for path in report.iterdir() if path.is_file()}
    results = bench.judge(place.folder / "runs.csv", baseline=0.86)
    assert results.report(place.reports) == report / "report.md"
    assert {name: (report / name).read_bytes() for name in written} == written
    path = bench.write_report(results, place.folder / "elsewhere")
    assert path.parent == place.folder / "elsewhere"
    assert json.loads(path.with_name("files.json").read_text())["report"].keys() >= {"report.md", "verdicts.csv"}


def test_a_table_from_python_replaces_its_own_report_and_none_that_names_no_grid(place: Place) -> None:
    results = bench.judge(long_table(seeds=3), name="mine")
    place.reports.mkdir()
    (place.reports / "mine").mkdir()
    (place.reports / "mine" / "report.md").write_text("of version 0.1.0")
    (place.reports / "mine" / "files.json").write_text('{"report": ["report.md"]}')
    with pytest.raises(UsageError, match="a report that names no grid"):
        results.report(place.reports)
    assert (place.reports / "mine" / "report.md").read_text() == "of version 0.1.0"
    assert results.report(place.folder).read_text() == results.report(place.folder).read_text()


def test_a_grid_s_results_are_written_to_a_folder_of_ones_choice(place: Place) -> None:
    results = place.train()
    path = bench.write_report(results, place.folder / "mine")
    assert path == place.folder / "mine" / "report.md"
    assert "Which optimizer?" in path.read_text()


def test_a_loss_is_spoken_of_as_one(place: Place) -> None:
    table = long_table(score="loss").assign(loss=lambda t: 1 - t["loss"])
    outcome = judged(place, "--score", "loss", "--baseline", "0.14", table=table)
    assert outcome.out.startswith("adam beats 0.1400 loss; 1 inconclusive; 1 worse. adam beats each of 2 others")
    assert {path.name for path in (place.reports / "runs" / "figures").glob("*.svg")} == {
        "score.svg", "differences.svg", "ranks.svg",
    }  # fmt: skip
    assert "score" in bench.judge(table, score="loss", baseline=0.14).figures
    text = (place.reports / "runs" / "report.md").read_text()
    assert "better than 0.1400" in text
    assert "worse than 0.1400" in text
    assert "Simulated with accuracies, " in text
    assert "betting sequence needs a least and a largest possible score" in text
    assert not [word for word in ("test accuracy", "above 0.14", "below 0.14", "Breakdown") if word in text]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--baseline", "85"], "--baseline 85: the scores are fractions; write 0.85"),
        (["--baseline", "nan"], "argument --baseline: 'nan': expected a number"),
        (["--alpha", "2"], "--alpha 2: expected the probability of an error"),
        (["--test-share", "1"], "--test-share 1: expected the share of the data that each fold tests"),
        (["--margin", "-1"], "--margin -1: expected a difference of scores from 0 to 1"),
        (["--bounds", "1", "0"], "--bounds 1 0: expected the least and the largest possible score"),
        (["--bounds", "0.8", "0.9"], "expected 0.8 to 0.9; correct it, or give --bounds"),
        (["--reference", "Adam"], '--reference "Adam": no such method; did you mean "adam"?'),
        (["--reference", "lion"], 'no such method; there are "adam", "momentum" and "sgd"'),
        (["--wide", "--method", "method"], '"method": this table has a column for each method; leave --method out'),
        (["--score", "acuracy"], '--score "acuracy": no such column; did you mean "accuracy"?'),
        (
            ["--score", "method", "--method", "seed", "--seed", "accuracy"],
            'line 2, column "method": "adam" is not a number',
        ),
        (["--seed", "method", "--method", "method"], 'column "method" is named twice'),
        (["--name", "a/b"], "cannot name a report's folder"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(place: Place, options: list[str], message: str) -> None:
    outcome = judged(place, *options)
    assert outcome.code == 2
    assert message in outcome.err
    assert "Traceback" not in outcome.err
    assert not place.reports.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"baseline": 85}, "baseline=85: the scores are fractions; write 0.85"),
        ({"bounds": (1, 0)}, "bounds=(1, 0): expected the least and the largest possible score"),
        ({"baseline": "0.85"}, 'baseline="0.85": expected a number'),
        ({"baseline": float("nan")}, "baseline=nan: expected a number from 0 to 1"),
        ({"bounds": (0, 1, 2)}, "bounds=...: expected two numbers, the least and the largest possible score"),
        ({"bounds": ("0", "1")}, "bounds=...: expected two numbers"),
        ({"bounds": 1}, "bounds=...: expected two numbers"),
        ({"lower_is_better": "no"}, 'lower_is_better="no": expected True or False'),
        ({"bounds": (0.8, 0.9)}, "correct it, or give bounds=(LOW, HIGH) of what the score can be"),
        ({"reference": "Adam"}, 'reference="Adam": no such method; did you mean "adam"?'),
        ({"score": "acuracy"}, 'score="acuracy": no such column'),
        ({"seed": "method", "method": "method"}, "is named twice, by method=... and seed=..."),
    ],
)
def test_from_python_messages_name_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as raised:
        bench.judge(long_table(), **arguments)
    assert message in str(raised.value)
    assert "--" not in str(raised.value)


def test_from_python_the_report_names_arguments_too(tmp_path: Path) -> None:
    runs = long_table(score="reward").rename(columns={"seed": "fold"})
    folds = bench.judge(runs, score="reward", name="folds").report(tmp_path).read_text()
    seeds = bench.judge(runs, score="reward", seed="fold", test_share=0.2, name="seeds").report(tmp_path).read_text()
    rewards = bench.judge(long_table(score="reward"), score="reward", name="rewards").report(tmp_path).read_text()
    assert "say what share of it each tests (test_share=0.2)" in html.unescape(folds).replace("\\", "")
    assert "no margin is known (margin=...)." in seeds
    assert "possible score (bounds=(LOW, HIGH))." in rewards
    assert not re.search(r"--[a-z]", folds + seeds + rewards)


def test_rows_that_are_not_all_say_what_they_share(place: Place) -> None:
    methods = {f"{name}, lr {i}": mean + 0.001 * i for name, mean in (("adam", 0.9), ("sgd", 0.7)) for i in range(25)}
    assert "\nadam, lr 24 " in judged(place, table=long_table(methods, seeds=3)).out
    few = long_table({"adam, lr 1": 0.9, "adam, lr 2": 0.8}, seeds=3)
    assert "\nlr 1 " in judged(place, "--name", "few", table=few).out


def test_of_one_method_no_comparison_is_spoken_of(place: Place) -> None:
    outcome = judged(place, table=long_table({"adam": 0.88}))
    report = place.reports / "runs"
    assert outcome.code == 0
    assert not (report / "comparisons.csv").exists()
    assert not re.search("compare|comparison", (report / "report.md").read_text())


def test_a_table_from_python_needs_a_name_for_its_report(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs a name"):
        bench.judge(long_table()).report(tmp_path)
    assert bench.judge(long_table(), name="mine").report(tmp_path) == tmp_path / "mine" / "report.md"


def test_folds_and_methods_are_called_so_and_seeds_and_families_nowhere(place: Place) -> None:
    table = long_table(seeds=5).rename(columns={"seed": "fold"}).assign(dataset="iris")
    outcome = judged(place, "--baseline", "0.86", table=pd.concat([table, table.assign(dataset="wine")]))
    text = (place.reports / "runs" / "report.md").read_text()
    assert "paired by fold" in text
    assert "worst fold" in text
    said = [line for line in (text + outcome.out).splitlines() if "Folds are no seeds" not in line]
    assert not [line for line in said if "famil" in line.lower()]
    assert not [line for line in said if "seed" in line and "Columns" not in line]
