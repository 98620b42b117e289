"""Which effects a grid asks for: by default, by name, and what is refused."""

from __future__ import annotations

import re

import pytest

from bench.grid import GridError, contrasts
from tests.bench.place import Place

AXES = ("regularization.l2=[0, 1e-4]", "regularization.dropout=[0, 0.1, 0.2]")


def test_regularization_that_varies_has_effects_unless_told_otherwise(place: Place) -> None:
    assert place.load().effects == ()
    assert place.load(*AXES).effects == ("regularization.l2", "regularization.dropout")
    assert place.load(*AXES, "effects=[]").effects == ()
    assert place.load(*AXES, 'effects=["optimizer.lr"]').effects == ("optimizer.lr",)


def test_an_axis_that_splits_families_has_no_effect_within_them(place: Place) -> None:
    by_dropout = place.load(*AXES, 'families=["optimizer", "regularization.dropout"]')
    assert by_dropout.effects == ("regularization.l2",)


def test_what_can_be_switched_off_is_compared_with_and_without(place: Place) -> None:
    grid = place.load(*AXES, "optimizer.sgd.lr=0.1")
    members = [c for c in grid.configurations() if c.family == "sgd"]
    l2, dropout = contrasts(grid, members)
    assert (dropout.axis, dropout.value, dropout.against) == ("regularization.dropout", "with", "without")
    assert [c.text for c in dropout.off] == ["l2 0, dropout 0", "l2 0.0001, dropout 0"]
    assert len(dropout.on) == 4
    assert all("l2 0.0001" in c.text for c in l2.on)
    assert len(l2.on) == len(l2.off) == 3


def test_other_axes_compare_every_value_with_the_first(place: Place) -> None:
    grid = place.load("network.hidden=[[4], [5], [6, 6]]", 'effects=["network.hidden"]', "optimizer.sgd.lr=0.1")
    found = list(contrasts(grid, [c for c in grid.configurations() if c.family == "sgd"]))
    assert [(c.value, c.against) for c in found] == [("5", "4"), ("6-6", "4")]
    assert [[c.text for c in one.on] for one in found] == [["hidden 5"], ["hidden 6-6"]]
    assert [[c.text for c in one.off] for one in found] == [["hidden 4"]] * 2


@pytest.mark.parametrize(
    ("effects", "said"),
    [
        ('effects="regularization.dropout"', """did you mean --set 'effects=["regularization.dropout"]'?"""),
        ('effects=["regularization.dropuot"]', 'did you mean "regularization.dropout"?'),
        ('effects=["regularization.l1"]', "expected an axis of listed values within families: regularization.l2"),
        ('effects=["optimizer"]', "expected an axis of listed values within families"),
        ("effects=[3]", "expected an axis of listed values within families"),
        ('effects=["regularization.l2", "regularization.l2"]', "each axis once"),
    ],
)
def test_other_effects_are_refused_with_the_remedy(effects: str, said: str, place: Place) -> None:
    with pytest.raises(GridError, match=re.escape(said)) as refused:
        place.load(*AXES, effects)
    assert "effects" in str(refused.value)


def test_the_cost_of_effects_counts_among_the_runs(place: Place) -> None:
    plain, with_effects = place.load(*AXES, "effects=[]"), place.load(*AXES)
    assert with_effects.effect_count == 2 * 2  # one more configuration for each of two effects in each of two families
    assert with_effects.runs_with(6) == plain.runs_with(6) + 4 * 6
    hidden = place.load("network.hidden=[[4], [5], [6]]", 'effects=["network.hidden"]')
    assert hidden.effect_count == 2 * 2
    most = place.load(*AXES).runs_with(6)
    with pytest.raises(GridError, match="runs: expected at most"):
        place.load(*AXES, max_runs=most - 1)
    assert place.load(*AXES, max_runs=most).effects


def test_an_axis_that_some_optimizers_lack_is_compared_within_those_that_have_it(place: Place) -> None:
    shared = ("optimizer.sgd.lr=[0.1, 0.5]", "optimizer.adam.lr=[0.1, 0.5]", "optimizer.adam.beta1=[0.8, 0.9]")
    grid = place.load(*shared, 'families=["optimizer.lr"]', 'effects=["optimizer.beta1"]')
    members = [c for c in grid.configurations() if c.family == "lr 0.1"]
    [contrast] = contrasts(grid, members)
    assert (contrast.value, contrast.against) == ("0.9", "0.8")
    assert [c.text for c in (*contrast.on, *contrast.off)] == ["adam, beta1 0.9", "adam, beta1 0.8"]
    assert grid.effect_count == 2 * 1


def test_entries_that_share_their_families_make_contrasts_of_all_their_values(place: Place) -> None:
    rates = ("optimizer.sgd.lr=[0.1, 0.5]", "optimizer.adam.lr=[0.2, 0.5]", "network.hidden=[[3], [4]]")
    grid = place.load(*rates, 'families=["network.hidden"]', 'effects=["optimizer.lr"]')
    members = [c for c in grid.configurations() if c.family == "hidden 3"]
    assert len(list(contrasts(grid, members))) == 2
    assert grid.effect_count == 2 * 2
