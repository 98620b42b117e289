"""The report follows its numbers, whatever they are, and is the same for the same results."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from bench import report
from bench.records import Run
from bench.report import document_of
from bench.report.document import Table
from bench.report.view import view_of
from bench.results import Results
from bench.statistics import FIXED
from bench.store.questions import History
from tests.bench.figures.drawn import assert_readable, names_in
from tests.bench.report.conftest import TWO, noisy

Fabricated = Callable[..., Results]


def near(**centers: float) -> Callable[[Run], float]:
    def accuracy(run: Run) -> float:
        settings = run.configuration.settings
        name = settings.optimizer.rule.name
        turn = 5 if name == "sgd" else 3  # pairs by seed must not all differ by the same
        spread = 0.002 * ((run.seed * turn) % 8 - 3.5)  # adds up to 0 over 8 confirm seeds
        return float(centers[name] + spread - settings.regularization.penalties[1].strength)

    return accuracy


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_results_give_the_same_bytes(tiny: Results, tiny_report: Path, tmp_path: Path) -> None:
    report.write(tiny, tmp_path / "again")
    assert tree(tmp_path / "again") == tree(tiny_report)


def test_every_link_and_figure_of_the_report_exists(tiny_report: Path) -> None:
    said, page = ((tiny_report / name).read_text() for name in ("report.md", "report.html"))
    linked = re.findall(r"\]\(([^)]+)\)", said) + re.findall(r'href="([^"#:]+)"', page)
    assert len(linked) > 10
    for name in linked:
        assert (tiny_report / name).is_file(), name


def test_regenerate_lists_every_file_beside_the_report(tiny: Results, tiny_report: Path) -> None:
    said = (tiny_report / "report.md").read_text().partition("## Regenerate")[2]
    listed = re.findall(r"^- \[(.+?)\]\((.+?)\): .", said, re.MULTILINE)
    assert [name for name, _ in listed] == [name for _, name in listed] == [*report.document_of(view_of(tiny)).files]
    assert {name for name, _ in listed} == {path.name for path in tiny_report.glob("*.csv")}


@pytest.mark.usefixtures("undrawn")
def test_no_choice_flatters_a_family_of_one_configuration(fabricated: Fabricated, tmp_path: Path) -> None:
    one = TWO.replace("lr = [0.1, 1]", "lr = 1").replace("l2 = [0, 1e-3]", "l2 = 0")
    said = report.write(fabricated(one, near(adam=0.8, sgd=0.8), "one"), tmp_path / "one").read_text()
    rows = said.partition("What choosing the best flattered it by")[2].partition("Where the spread")[0].splitlines()
    assert [row.split(" | ")[0] for row in rows if row.startswith("| ")] == ["| family", "| :---", "| adam"]


def test_the_csv_files_hold_the_frames(tiny: Results, tiny_report: Path) -> None:
    assert len(pd.read_csv(tiny_report / "runs.csv")) == len(tiny.runs)
    assert len(pd.read_csv(tiny_report / "curves.csv")) == len(tiny.curves)
    assert len(pd.read_csv(tiny_report / "summary.csv")) == len(tiny.summary)
    written = pd.read_csv(tiny_report / "verdicts.csv").set_index("family")
    expected = tiny.verdicts.set_index("family")
    for family in expected.index:
        assert written.at[family, "mean"] == pytest.approx(expected.at[family, "mean"])


@pytest.mark.usefixtures("undrawn")
def test_the_sentences_and_titles_flip_with_the_data(fabricated: Fabricated, tmp_path: Path) -> None:
    texts = {}
    for name, adam, sgd in (("up", 0.89, 0.80), ("down", 0.80, 0.89)):
        results = fabricated(TWO, near(adam=adam, sgd=sgd), name)
        texts[name] = report.write(results, tmp_path / name).read_text()
    unless = "unless seeds collapse more often than is excluded"
    assert f"adam beats 85.0 % test accuracy, {unless}; 1 below" in texts["up"]
    assert f"sgd beats 85.0 % test accuracy, {unless}; 1 below" in texts["down"]
    assert "adam beats sgd, by " in texts["up"]
    assert "sgd beats adam, by " in texts["down"]
    assert re.search(r"▲ \*\*above\*\*.*\n +adam", texts["up"])
    assert re.search(r"▲ \*\*above\*\*.*\n +sgd", texts["down"])
    assert "Mean ranks: adam 1.00; sgd 2.00." in texts["up"]
    assert "Mean ranks: sgd 1.00; adam 2.00." in texts["down"]
    assert "the two families are shown to differ in accuracy" in texts["up"]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("reference", "caption", "row"),
    [
        ("", "Each family minus adam (best on tune seeds), paired", "| sgd | -9.00 |"),
        ("adam", "Each family minus adam (named in the grid file), paired", "| sgd | -9.00 |"),
        ("sgd", "Each family minus sgd (named in the grid file), paired", "| adam | +9.00 |"),
    ],
)
def test_families_are_compared_with_the_reference_that_the_grid_file_names(
    fabricated: Fabricated, tmp_path: Path, reference: str, caption: str, row: str
) -> None:
    grid = f'{TWO}[baseline]\nreference = "{reference}"\n'
    text = report.write(fabricated(grid, near(adam=0.89, sgd=0.80)), tmp_path / "r").read_text()
    table = text.partition(caption)[2].partition("All pairs")[0]
    assert row in table


@pytest.mark.usefixtures("undrawn")
def test_each_problem_has_its_own_reference(fabricated: Fabricated, tmp_path: Path) -> None:
    named = '[baseline]\nreference = "sgd"\n'
    results = fabricated("[problem]\ntrain = [50, 100]\n" + TWO + named, near(adam=0.89, sgd=0.80))
    text = report.write(results, tmp_path / "r").read_text()
    for train in (50, 100):
        section = text.partition(f"On {train} training points per class:")[2].partition("\n\nOn ")[0]
        assert "Each family minus sgd (named in the grid file)" in section
        assert f"![{train} training points per class: adam beats sgd, by at least" in section
        assert f"![{train} training points per class: Mean ranks over 8 seeds; the two families are shown" in section
        assert "\n| adam | sgd | +9.00 |" in section


@pytest.mark.usefixtures("undrawn")
def test_a_reference_without_a_run_is_replaced_and_that_is_said(fabricated: Fabricated, tmp_path: Path) -> None:
    third = '[[optimizer]]\nname = "momentum"\n[seeds]'

    def accuracy(run: Run) -> float:
        failed = run.configuration.family == "momentum" and run.stage == "confirm"
        return -1.0 if failed else near(adam=0.89, sgd=0.80, momentum=0.7)(run)

    grid = TWO.replace("[seeds]", third) + '[baseline]\nreference = "momentum"\n'
    text = report.write(fabricated(grid, accuracy), tmp_path / "r").read_text()
    # Both sides of the effect of L2 are confirmed: 2 x 8 runs.
    said = "Each family minus adam (best on tune seeds, as momentum has no confirm run that ended well), paired"
    assert said in text
    assert "16 runs are still to be trained; the first command does it." in text


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("adam", "sgd", "said"),
    [
        (0.80, 0.70, "Both families stay below 85.0 %"),
        (0.90, 0.90, "adam and sgd beat 85.0 % test accuracy"),
        (0.85, 0.70, "No family is shown to beat 85.0 % test accuracy; 1 of 2 stays below"),
    ],
)
def test_the_picture_states_what_the_verdicts_say(
    fabricated: Fabricated, tmp_path: Path, adam: float, sgd: float, said: str
) -> None:
    text = report.write(fabricated(TWO, near(adam=adam, sgd=sgd)), tmp_path / "r").read_text()
    assert said in text


@pytest.mark.usefixtures("undrawn")
def test_verdicts_come_first_and_decided_ones_before_others(fabricated: Fabricated, tmp_path: Path) -> None:
    text = report.write(fabricated(TWO, near(adam=0.70, sgd=0.90)), tmp_path / "r").read_text()
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings[:2] == ["Answer", "Verdicts"]
    assert text.index("▲ **above**") < text.index("▼ **below**")


@pytest.mark.usefixtures("undrawn")
def test_nothing_stored_says_what_is_missing(fabricated: Fabricated, tmp_path: Path) -> None:
    results = fabricated(TWO, lambda run: -1.0)
    untrained = replace(results.tuned, tune=results.tune.head(0), best={}, effects=())
    nothing = results.confirm.head(0)
    empty = Results(untrained, nothing, nothing, results.curves.head(0), FIXED, results.drawn, History(0), {})
    text = report.write(empty, tmp_path / "r").read_text()
    assert "Nothing is judged against 85.0 % yet: 16 tune runs missing, 16 confirm runs missing" in text
    assert "No run is stored yet" in text


@pytest.mark.usefixtures("undrawn")
def test_families_that_are_not_chosen_yet_are_counted(fabricated: Fabricated, tmp_path: Path) -> None:
    def accuracy(run: Run) -> float:
        return -1.0 if run.configuration.family == "sgd" and run.seed == 1 else near(adam=0.9, sgd=0.9)(run)

    text = report.write(fabricated(TWO, accuracy), tmp_path / "r").read_text()
    assert "1 family is not judged yet: 4 tune runs failed, 8 confirm runs missing" in text
    assert "1 family has a chosen best; 1 configuration was ever judged on these confirm seeds" in text
    assert "2 verdicts share the level" in text
    assert "4 runs failed with: ValueError: &lt;b&gt;no \\| luck&lt;/b&gt;" in text


def test_all_diverged_is_a_report_too(fabricated: Fabricated, tmp_path: Path) -> None:
    text = report.write(fabricated(TWO, lambda run: float("nan")), tmp_path / "r").read_text()
    assert text.count("✕ **failed**") == 2
    assert "48 of 48 runs are done; 48 of them diverged" in text
    assert "No confirm run has ended well" in text
    assert "there is nothing to compare" in text
    assert "No family is shown to differ" not in text
    assert "Mean validation accuracy over learning rate and L2: 33.3 % wherever it was searched" in text
    assert "Where the spread of test accuracy comes from" not in text


def test_an_unreachable_target_is_said_to_be_missed(fabricated: Fabricated, tmp_path: Path) -> None:
    results = fabricated(TWO + "[baseline]\ntarget = 1.0\n", near(adam=0.9, sgd=0.9))
    text = report.write(results, tmp_path / "r").read_text()
    assert "Validation accuracy over epochs: no run reaches 100.0 %" in text
    assert "not reached" in text


@pytest.mark.usefixtures("undrawn")
def test_one_configuration_and_one_seed_is_degenerate(fabricated: Fabricated, tmp_path: Path) -> None:
    grid = '[training]\nepochs = 10\n[[optimizer]]\nname = "adam"\n[seeds]\ntune = 0\nconfirm = 1\n'
    text = report.write(fabricated(grid, lambda run: 0.9), tmp_path / "r").read_text()
    assert "**degenerate**" in text
    assert "One seed has no spread to judge by" in text
    assert "there are no tune seeds" in text


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("", "With and without L2: each side"),
        ("[1e-4, 1e-3]", "Other values of L2 and the first one: each side"),
        (
            "[0, 1e-3]\ndropout = [0.1, 0.2]",
            "With and without L2; other values of dropout and the first one: each side",
        ),
    ],
)
def test_the_table_of_effects_says_what_is_compared(fabricated: Fabricated, changed: str, said: str) -> None:
    grid = TWO.replace("[0, 1e-3]", changed) if changed else TWO
    document = document_of(view_of(fabricated(grid, near(adam=0.9, sgd=0.8))))
    [section] = [section for section in document.sections if section.title == "What each choice does"]
    assert any(isinstance(block, Table) and block.caption.startswith(said) for block in section.blocks)


@pytest.mark.usefixtures("undrawn")
def test_a_picture_of_some_of_many_families_says_so_in_its_title(fabricated: Fabricated) -> None:
    rates = [round(0.01 * i, 2) for i in range(1, 18)]
    grid = (
        f'families = ["optimizer.lr"]\n[training]\nepochs = 10\n[[optimizer]]\nname = "adam"\nlr = {rates}\n'
        "[seeds]\ntune = 0\nconfirm = 5\n"
    )
    document = document_of(view_of(fabricated(grid, lambda run: noisy(0.8 + run.settings.optimizer.rule.lr / 10, run))))
    titles = {picture.name: picture.title for picture in document.pictures}
    for name, drawn in {"differences": 16, "ranks": 8, "learning-curves": 12, "reached": 12, "gap": 12}.items():
        assert titles[name].endswith(f" ({drawn} of 17 families are drawn)"), name
    assert titles["accuracy"].startswith("All 17 families stay below")
    [section] = [section for section in document.sections if section.title == "Comparison of families"]
    captions = [block.caption for block in section.blocks if isinstance(block, Table)]
    assert captions[0].startswith("Each family (the first 16 of 17 in the grid) minus")
    assert captions[1].startswith("All pairs (the first 8 of 17 in the grid). All intervals")


@pytest.mark.usefixtures("undrawn")
def test_problems_are_told_apart_and_never_compared(fabricated: Fabricated, tmp_path: Path) -> None:
    text = report.write(fabricated("[problem]\ntrain = [50, 100]\n" + TWO, near(adam=0.9, sgd=0.8)), tmp_path / "r")
    said = text.read_text()
    for points in (50, 100):
        assert (
            len(re.findall(rf"Yes, above .* on {points} training points .*: use adam with lr 0.01, without L2", said))
            == 1
        )
    assert (text.parent / "figures" / "differences-2.svg").is_file()


@pytest.mark.usefixtures("undrawn")
def test_long_tables_are_folded_and_whole_in_the_csv(fabricated: Fabricated, tmp_path: Path) -> None:
    grid = TWO.replace("[0, 1e-3]", "{ linear = [0, 1e-3], count = 20 }")
    path = report.write(fabricated(grid, near(adam=0.9, sgd=0.8)), tmp_path / "r")
    text = path.read_text()
    assert "<details><summary>60 more rows</summary>" in text
    assert len(pd.read_csv(path.parent / "summary.csv")) == 80


def test_replayed_regions_are_those_of_the_stored_runs(tiny: Results, tiny_report: Path) -> None:
    drawn = pd.read_csv(tiny_report / "figures" / "regions.csv").set_index(["family", "which"])
    confirm = tiny.confirm.groupby("family")["test_accuracy"]
    for family in ("adam", "sgd"):
        assert drawn.at[(family, "worst seed"), "test_accuracy"] == pytest.approx(confirm.min()[family])
        assert drawn.at[(family, "median seed"), "test_accuracy"] == pytest.approx(confirm.median()[family])
    assert "in bits" not in (tiny_report / "report.md").read_text()


@pytest.mark.usefixtures("undrawn")
def test_expensive_runs_are_not_trained_again(fabricated: Fabricated, tmp_path: Path) -> None:
    path = report.write(fabricated(TWO, near(adam=0.9, sgd=0.8)), tmp_path / "r")
    assert "would take more than 10 s" in path.read_text()
    assert not (path.parent / "figures" / "regions.svg").exists()


@pytest.mark.usefixtures("undrawn")
def test_learning_rates_are_written_with_three_digits_where_that_tells_them_apart(
    fabricated: Fabricated, tmp_path: Path
) -> None:
    grid = TWO.replace("lr = [0.01, 0.1]", "lr = [0.0316228, 0.1, 0.10001]")
    text = report.write(fabricated(grid, near(adam=0.9, sgd=0.8)), tmp_path / "r").read_text()
    settings, configurations = text[text.index("Every setting") :], text[text.index("## Configurations") :]
    assert "| optimizer.lr | 0.031623, 0.1, 0.10001 | adam |" in settings
    assert "| optimizer.lr | 0.1, 1 | sgd |" in settings
    assert "| adam | 0 | 0.031623 |" in configurations
    plain = report.write(fabricated(grid.replace(", 0.10001", ""), near(adam=0.9, sgd=0.8)), tmp_path / "s").read_text()
    assert "| optimizer.lr | 0.0316, 0.1 | adam |" in plain


@pytest.mark.usefixtures("undrawn")
def test_bounds_that_six_pairs_cannot_give_are_none(fabricated: Fabricated, tmp_path: Path) -> None:
    few = report.write(
        fabricated(TWO.replace("= 8", "= 4"), near(adam=0.9, sgd=0.8), "few"), tmp_path / "few"
    ).read_text()
    part = few[few.index("## Comparison of families") : few.index("## Convergence")]
    assert re.search(r"\| sgd \| -\d+\.\d+ \| none \| none \|", part)
    assert "Bounds are none where the seeds are too few to give any." in part
    assert "100.00" not in part
    enough = report.write(fabricated(TWO, near(adam=0.9, sgd=0.8)), tmp_path / "enough").read_text()
    assert "Bounds are none" not in enough


CASES = {
    "one configuration": ('[[optimizer]]\nname = "adam"\nlr = 0.1\n[seeds]\ntune = 0\nconfirm = 6\n', 1),
    "two entries of one optimizer": (
        "".join(f'[[optimizer]]\nname = "adam"\nlabel = "adam {x}"\nlr = [0.1, 0.2]\n' for x in "AB")
        + "[seeds]\ntune = 2\nconfirm = 6\n",
        2,
    ),
    "long labels": (
        "".join(f'[[optimizer]]\nname = "adam"\nlabel = "_{"on and " * 20}{x}"\nlr = [0.1, 0.2]\n' for x in "AB")
        + "[seeds]\ntune = 2\nconfirm = 6\n",
        2,
    ),
    "sixty-four families": (
        'families = ["optimizer", "regularization.dropout", "regularization.l2", "regularization.l1"]\n'
        "[regularization]\ndropout = [0, 0.1, 0.2, 0.3]\nl1 = [0, 1e-4, 1e-3, 1e-2]\nl2 = [0, 1e-4, 1e-3, 1e-2]\n"
        '[[optimizer]]\nname = "adam"\nlr = [0.1, 0.2]\n[seeds]\ntune = 1\nconfirm = 6\n',
        24,
    ),
}


@pytest.mark.parametrize(("case", "accuracy"), [*((case, 0.8) for case in CASES), ("long labels", math.nan)])
def test_every_kind_of_grid_has_figures_whose_rows_are_told_apart(
    fabricated: Fabricated, case: str, accuracy: float
) -> None:
    grid, rows = CASES[case]
    results = fabricated(grid, lambda run: noisy(accuracy, run))
    pictures = {picture.name: picture for picture in document_of(view_of(results)).pictures}
    for picture in pictures.values():
        assert_readable(picture)
    shown = {"accuracy": rows, "learning-curves": min(rows, 12), "reached": min(rows, 12)}
    assert not shown.keys() - pictures.keys() or math.isnan(accuracy)
    for name in shown.keys() & pictures.keys():
        seen = names_in(pictures[name].figure)
        assert len(set(seen)) == len(seen) == shown[name]
