"""`reference` in the grid file: which family it names, in each problem, and what names none."""

import pytest

from bench.grid import GridError
from bench.grid.schema import json_schema
from tests.bench.place import Place

DROPOUT = ('families=["optimizer", "regularization.dropout"]', "regularization.dropout=[0, 0.1]")
PROBLEMS = "problem.noise=[0.1, 0.2]"


def named(place: Place, reference: str, *overrides: str) -> list[str]:
    """The families that a reference means."""
    return [*place.load(*overrides, f'baseline.reference="{reference}"').references]


def test_nothing_is_named_where_nothing_is_said(place: Place) -> None:
    assert place.load().references == {}
    assert named(place, "") == []


def test_a_family_is_named_by_its_name(place: Place) -> None:
    assert named(place, "sgd") == ["sgd"]
    assert named(place, "adam, dropout 0.1", *DROPOUT) == ["adam, dropout 0.1"]
    assert named(place, "lr 0.5", 'families=["optimizer.lr"]') == ["lr 0.5"]


def test_in_several_problems_it_is_named_in_each_or_in_one_alone(place: Place) -> None:
    assert named(place, "sgd", PROBLEMS) == ["sgd, noise 0.1", "sgd, noise 0.2"]
    assert named(place, "sgd, noise 0.2", PROBLEMS) == ["sgd, noise 0.2"]
    both = [f"adam, dropout 0.1, noise {noise}" for noise in (0.1, 0.2)]
    assert named(place, "adam, dropout 0.1", *DROPOUT, PROBLEMS) == both


def test_the_label_of_an_optimizer_names_its_only_family(place: Place) -> None:
    one = 'families=["optimizer", "regularization.dropout"]'
    assert named(place, "sgd", one) == ["sgd, dropout 0"]
    assert named(place, "sgd", one, PROBLEMS) == ["sgd, dropout 0, noise 0.1", "sgd, dropout 0, noise 0.2"]


@pytest.mark.parametrize(
    ("reference", "overrides", "said"),
    [
        ("sdg", (), 'expected a family or the label of one\'s optimizer: "sgd" and "adam"; did you mean "sgd"?'),
        ("tiger", (), 'expected a family or the label of one\'s optimizer: "sgd" and "adam"'),
        (
            "sgd",
            DROPOUT,
            'expected one family, but it is the label of several: "sgd, dropout 0" and "sgd, dropout 0.1"',
        ),
        ("sgd", (*DROPOUT, PROBLEMS), 'expected one family, but it is the label of several: "sgd, dropout 0" and'),
        ("adam", ('families=["optimizer.lr"]',), 'expected a family or the label of one\'s optimizer: "lr 0.1", '),
    ],
)
def test_what_names_no_family_or_several_is_refused_with_the_families_there_are(
    place: Place, reference: str, overrides: tuple[str, ...], said: str
) -> None:
    with pytest.raises(GridError) as refused:
        named(place, reference, *overrides)
    [fault] = refused.value.faults
    assert fault.startswith(f'baseline.reference = "{reference}": {said}')
    assert fault.endswith("?") or "did you mean" not in said


def test_it_must_be_a_text(place: Place) -> None:
    with pytest.raises(GridError, match=r"baseline.reference = 1: expected a text of at most 1,000 characters"):
        place.load("baseline.reference=1")
    assert json_schema()["properties"]["baseline"]["properties"]["reference"]["type"] == "string"


def test_it_determines_no_run(place: Place) -> None:
    before, after = place.load(), place.load('baseline.reference="sgd"')
    assert [c.hash for c in before.configurations()] == [c.hash for c in after.configurations()]


def test_a_dry_run_prints_it(place: Place) -> None:
    assert "  reference = the best on tune seeds\n" in place.cli("run", place.grid, "--dry-run").out
    override = ("--set", 'baseline.reference="sgd"')
    assert "  reference = sgd\n" in place.cli("run", place.grid, "--dry-run", *override).out
