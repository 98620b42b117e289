"""`--by`: other families of the stored runs, as the grid's key `families` would make them, and nothing trained."""

import shlex

import pandas as pd
import pytest

from bench.grid import GridError
from bench.results import collect
from bench.store.sqlite import Store
from tests.bench.place import Place

AXES = "[regularization]\ndropout = [0, 0.1]\n"
BY = ("--by", "regularization.dropout")


@pytest.fixture
def trained(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place whose grid has two optimizers with and without dropout, without effects; reports have no figures."""
    monkeypatch.setattr("bench.figures.style.svg_of", lambda figure: "<svg></svg>")
    place.write("effects = []\n" + place.grid.read_text() + AXES)
    place.train()
    return place


def runs(place: Place) -> int:
    with Store(place.store) as store:
        return len(
            pd.concat([collect(place.load(), store).runs, collect(place.load(by=BY[1:]), store).runs]).drop_duplicates(
                "run"
            )
        )


def test_the_families_are_those_of_the_key(trained: Place) -> None:
    by = trained.load(by=["regularization.dropout"])
    key = trained.load('families=["regularization.dropout"]')
    assert [*by.configurations()] == [*key.configurations()]
    assert {family.name for family in by.families} == {"dropout 0", "dropout 0.1"}
    two = trained.load(by=["regularization.dropout", "optimizer"])
    assert {c.family for c in two.configurations()} == {f"{o}, dropout {d}" for o in ("sgd", "adam") for d in (0, 0.1)}


def test_a_report_by_other_axes_trains_nothing_and_names_the_command_that_does(trained: Place) -> None:
    place, before = trained, runs(trained)
    done = place.cli("report", place.grid, *BY)
    assert (done.code, done.err) == (0, "")
    folder = place.reports / "tiny-by-regularization.dropout"
    assert f"report: {folder / 'report.md'}" in done.out
    assert runs(place) == before
    [lacking] = [line for line in done.out.splitlines() if "still to be trained" in line]
    count, _, command = lacking.partition(" runs are still to be trained: ")
    assert f"{count} runs are still to be trained" in (folder / "report.md").read_text()
    words = shlex.split(command)
    assert words[words.index("bench") + 1 :][:4] == ["run", str(place.grid), *BY]
    assert place.run_command([*words[words.index("bench") + 1 :], "--quiet", "--jobs", "1"]).code == 0
    assert runs(place) == before + int(count)
    again = place.cli("report", place.grid, *BY)
    assert "still to be trained" not in again.out
    rows = [line.split() for line in again.out.splitlines() if "┊" in line]
    assert {tuple(row[1:3]) for row in rows[:2]} == {("dropout", "0"), ("dropout", "0.1")}


def test_families_that_search_optimizers_alone_have_a_report(trained: Place) -> None:
    done = trained.cli("report", trained.grid, "--by", "regularization.dropout,optimizer.lr")
    assert (done.code, done.err) == (0, "")


def test_compare_by_other_axes(trained: Place) -> None:
    place, two = trained, ("dropout 0", "dropout 0.1")
    lacking = place.cli("compare", place.grid, *two, *BY)
    assert lacking.code == 2
    assert "the confirm runs of its best are not stored; to train them: " in lacking.err
    assert f"-m bench run {place.grid} --by regularization.dropout --store" in lacking.err
    assert place.cli("run", place.grid, *BY, "--quiet", "--jobs", "1").code == 0
    done = place.cli("compare", place.grid, *two, *BY)
    assert done.code == 0
    assert "dropout 0 (" in done.out
    assert "over 6 seeds, paired" in done.out
    missed = place.cli("compare", place.grid, "dropout 0", "dropot 0.1", *BY)
    assert 'did you mean "dropout 0.1"?' in missed.err


def test_an_axis_that_is_not_there_is_refused_with_a_suggestion(trained: Place) -> None:
    for axis, meant in (("dropout", "regularization.dropout"), ("regularisation.dropout", "regularization.dropout"),
                        ("optimiser", "optimizer"), ("hiden", "network.hidden")):  # fmt: skip
        for command in (("report", trained.grid), ("compare", trained.grid, "a", "b")):
            refused = trained.cli(*command, "--by", f"optimizer.lr,{axis}")
            assert refused.code == 2
            assert f'--by[2] = "{axis}": expected ' in refused.err
            assert refused.err.endswith(f'did you mean "{meant}"?\n')
    assert "each axis once" in trained.cli("report", trained.grid, "--by", "optimizer,optimizer").err
    assert '--by[1] = ""' in trained.cli("report", trained.grid, "--by", "").err


def test_what_the_file_says_of_its_own_families_goes(trained: Place) -> None:
    text = trained.grid.read_text().replace("effects = []", 'effects = ["regularization.dropout", "optimizer.lr"]')
    trained.write(text.replace("[baseline]\n", '[baseline]\nreference = "sgd"\n'))
    by = trained.load(by=["regularization.dropout"])
    assert (by.effects, by.baseline.reference) == (("optimizer.lr",), "")
    assert (
        trained.load('baseline.reference="dropout 0"', by=["regularization.dropout"]).baseline.reference == "dropout 0"
    )
    with pytest.raises(GridError, match=r"effects\[1\]"):
        trained.load('effects=["regularization.dropout"]', by=["regularization.dropout"])


def test_who_looks_by_other_axes_shares_the_level_from_then_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sides of an effect are confirmed; as families they are judged only when somebody looks at them so."""
    monkeypatch.setattr("bench.figures.style.svg_of", lambda figure: "<svg></svg>")
    place.write(place.grid.read_text() + AXES)
    verdicts = place.train().verdicts
    assert set(verdicts["families"]) == {2}
    place.cli("report", place.grid)
    with Store(place.store) as store:
        assert set(collect(place.load(), store).verdicts["families"]) == {2}  # it was asked for already
    asked = ("report", place.grid, "--by", "optimizer,regularization.dropout")
    first, again = place.cli(*asked), place.cli(*asked)  # which finds all as it is, the record of looking at it too
    assert again.out == first.out.replace("report.md", "report.md (unchanged)")
    with Store(place.store) as store:
        by = collect(place.load(by=["optimizer", "regularization.dropout"]), store)
        assert set(by.verdicts["families"]) == {4}
        assert set(collect(place.load(), store).verdicts["families"]) == {4}
