"""`bench compare`: two families or configurations, and names that are not there."""

from tests.bench.place import Place


def test_compare_sets_two_families_or_configurations_side_by_side(place: Place) -> None:
    place.train()
    assert place.cli("compare", place.grid, "sgd", "adam").code == 0
    assert place.cli("compare", place.grid, "sgd: lr 0.1", "sgd: lr 0.5").code == 0
    outcome = place.cli("compare", place.grid, "sgd", "tiger")
    assert outcome.code == 2
    assert "tiger" in outcome.err
    assert '"sgd", "adam"' in outcome.err


def test_a_configuration_is_suggested_for_a_value_as_tables_round_it(place: Place) -> None:
    place.train("optimizer.sgd.lr=[0.123456, 0.5]")
    set_too = ("--set", "optimizer.sgd.lr=[0.123456, 0.5]")
    outcome = place.cli("compare", place.grid, "sgd: lr 0.123", "sgd: lr 0.5", *set_too)
    assert outcome.code == 2
    assert outcome.err.endswith('; did you mean "sgd: lr 0.123456"?\n')


def test_a_family_and_a_configuration_have_no_pairs(place: Place) -> None:
    place.train()
    outcome = place.cli("compare", place.grid, "sgd", "sgd: lr 0.1")
    assert outcome.code == 2
    assert "'sgd' has runs on confirm seeds and 'sgd: lr 0.1' on tune seeds" in outcome.err
