"""Effects on a real grid: the right signs, at the cost that was announced."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from bench.commands import main
from bench.report.document import Paragraph
from bench.report.sections.effects import section
from bench.report.view import view_of
from bench.results import collect
from bench.store.sqlite import Store
from tests.bench.place import Place

GRID = """
title = "What do dropout and L2 do?"

[problem]
train = 30
validation = 30
test = 200

[network]
hidden = [16]

[training]
epochs = 60
checkpoints = 2

[regularization]
l2 = [0, 1e-12]
dropout = [0, 0.5]

[[optimizer]]
name = "adam"
lr = [0.03, 0.1]

[[optimizer]]
name = "momentum"
lr = 0.1

[seeds]
tune = 4
confirm = 20

[baseline]
accuracy = 0.4
margin = 0.02
"""


@pytest.fixture
def effects(place: Place) -> pd.DataFrame:
    place.write(GRID)
    return place.train().effects


def test_dropout_hurts_and_a_tiny_penalty_does_nothing(effects: pd.DataFrame) -> None:
    """Half of sixteen neurons dropped is too much for so small a network; 1e-12 is below what float32 can see."""
    single = effects[effects["other"] == ""].set_index(["family", "axis"])
    assert single["kind"].to_dict() == {
        ("adam", "regularization.l2"): "practically equal",
        ("adam", "regularization.dropout"): "below",
        ("momentum", "regularization.l2"): "practically equal",
        ("momentum", "regularization.dropout"): "below",
    }
    assert set(single.xs("regularization.dropout", level="axis")["word"]) == {"hurts"}
    assert (single["n"] == 20).all()
    between = effects[effects["other"] != ""]
    assert between[["family", "other"]].to_numpy().tolist() == [["adam", "momentum"]] * 2


def test_each_side_is_the_best_of_its_group_and_one_is_the_familys_best(place: Place) -> None:
    place.write(GRID)
    results = place.train()
    for row in results.effects[results.effects["other"] == ""].to_dict("records"):
        best = results.tuned.best[row["family"]].text
        assert best in (row["with"], row["without"])
        tune = results.tune[results.tune["family"] == row["family"]]
        for side in ("with", "without"):
            group = tune[(tune[row["axis"]] > 0) == (side == "with")]
            means = group.groupby("configuration")["validation_accuracy"].mean()
            assert means[row[side]] == means.max()


def test_a_dry_run_announces_what_they_cost(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.write(GRID)
    assert main(["run", str(place.grid), "--dry-run", "--store", str(place.store)]) == 0
    said = capsys.readouterr().out
    found = re.search(r"effects of regularization.l2 and regularization.dropout: at most (\d+) more confirm runs", said)
    assert found is not None
    results = place.train()
    assert len(results.others) == int(found.group(1)) == 2 * 2 * 20
    status = results.status[results.status["stage"] == "effects"]
    assert status["wanted"].tolist() == status["done"].tolist() == [40, 40]


def test_effects_can_be_switched_off(place: Place) -> None:
    place.write(GRID)
    results = place.train("effects=[]", name="without")
    assert results.effects.empty
    assert len(results.confirm) == 2 * 20
    assert len(results.runs) == 12 * 4 + 2 * 20
    assert "The grid asks for no effects" in results.report(place.reports).read_text()


def test_where_regularization_is_what_families_differ_in_the_report_says_where_to_look(place: Place) -> None:
    place.write(GRID)
    collected = place.load('families=["regularization.l2", "regularization.dropout"]')
    with Store(place.store, create=True) as store:
        view = view_of(collect(collected, store))
    [said] = section(view).blocks
    assert said == Paragraph("Families differ in L2 and dropout: what that does is said where they are compared.")


def test_the_report_shows_them_in_words_numbers_and_a_picture(place: Place) -> None:
    place.write(GRID)
    path = place.train().report(place.reports)
    text = path.read_text()
    assert "dropout hurts adam and momentum; 2 of 4 effects practically nothing" in text
    assert "| adam | regularization.dropout | with | without |" in text
    assert (path.parent / "figures" / "effects.svg").exists()
    written = pd.read_csv(path.parent / "effects.csv")
    assert written["word"].tolist()[:4] == ["practically nothing", "hurts", "practically nothing", "hurts"]


def test_a_side_that_is_another_familys_best_is_there_for_both(place: Place) -> None:
    """Entries may share configurations; each family's runs are complete all the same."""
    text = place.grid.read_text().replace(
        "[seeds]", '[[optimizer]]\nname = "adam"\nlabel = "b"\nlr = [0.05, 0.01]\n[seeds]'
    )
    place.write(f'effects = ["optimizer.lr"]\n{text}')
    results = place.train()
    assert (results.status["missing"] == 0).all()
    wanted = results.status.set_index(["family", "stage"])["wanted"]
    assert wanted["b", "effects"] == 6
    assert len(results.runs) == wanted.sum()
