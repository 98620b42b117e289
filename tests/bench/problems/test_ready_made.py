"""Samples that scikit-learn ships run from a grid file to verdicts; without it, a line says what to install."""

import sys
from pathlib import Path

import pytest

from bench.data import DataError
from bench.data.shipped import shipped
from bench.problems import BreastCancer, Digits, Iris, Samples, Wine
from tests.bench.place import TINY, Place

pytest.importorskip("sklearn", reason="scikit-learn, which ships the samples, is not installed")

KNOWN = {"iris": (150, 4, 3), "wine": (178, 13, 3), "digits": (1797, 64, 10), "breast-cancer": (569, 30, 2)}
SETS = [Iris(), Wine(), Digits(), BreastCancer()]


def grid(name: str) -> str:
    """A small grid with settings that are good enough for all of them."""
    problem = TINY.replace("train = 6\nvalidation = 5\ntest = 7\n", f'name = "{name}"\n')
    return problem.replace("hidden = [4]", "hidden = [16]").replace("epochs = 4", "epochs = 60\nbatch = 64")


@pytest.mark.parametrize("samples", SETS, ids=lambda one: one.name)
def test_they_have_the_shapes_that_everybody_knows(samples: Samples) -> None:
    found = samples.found()
    assert (*found.table.rows.shape, found.classes) == KNOWN[samples.name]
    assert sum(found.size(split) for split in ("train", "validation", "test")) == KNOWN[samples.name][0]


@pytest.mark.parametrize("name", KNOWN)
def test_they_run_from_a_grid_file_to_verdicts(name: str, place: Place, no_report: None) -> None:
    place.write(grid(name))
    outcome = place.cli("run", place.grid, "--quiet", "--jobs", "1")
    assert outcome.code == 0, outcome.err
    results = place.train()
    # Linear classifiers reach 93 to 98 % on these.
    assert results.verdicts.set_index("family")["mean"]["adam"] > 0.9
    assert results.runs["problem.name"].unique().tolist() == [name]


def test_their_content_is_in_the_id(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write(grid("iris"))
    before = next(place.load().configurations())
    table, _ = shipped("iris")
    monkeypatch.setattr("bench.problems.ready_made.shipped", lambda name: (table, "another version"))
    assert next(place.load().configurations()).hash != before.hash
    with pytest.raises(DataError, match="the content of iris has changed"):
        _ = before.settings.problem.features


def test_without_scikit_learn_a_line_says_what_to_install(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write(grid("wine"))
    monkeypatch.setitem(sys.modules, "sklearn", None)  # as if it were not there
    shipped.cache_clear()
    outcome = place.cli("run", place.grid)
    assert outcome.code == 2
    assert 'problem.name = "wine"' in outcome.err
    assert "pip install scikit-learn" in outcome.err
    assert place.files() == {"tiny.toml"}


@pytest.mark.parametrize("name", ["iris", "wine"])  # `python tests/race/mlp_classifier.py` compares all, on more seeds
def test_accuracies_are_those_of_scikit_learns_classifier(name: str, tmp_path: Path) -> None:
    from tests.race.mlp_classifier import compare

    low, high = compare(name, 12, tmp_path).interval
    assert low < 0.01
    assert high > -0.01
