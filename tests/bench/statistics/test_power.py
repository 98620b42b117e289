"""What a design can decide, before anything is trained."""

from math import inf

import numpy as np
import pytest
from statsmodels.stats.power import TTestPower

from bench.statistics import design
from bench.statistics.means import estimate_of
from bench.statistics.power import (
    MOST_PRACTICAL,
    detectable_effect,
    equivalence_power,
    power,
    seeds_needed,
    seeds_needed_for_equality,
)


def test_a_usual_design_can_decide() -> None:
    plan = design(10, 30, 4)
    assert plan.can_judge
    assert plan.can_compare
    assert plan.alpha_baseline == 0.05 / 4
    assert plan.comparisons == 6
    assert power(plan.detectable_effect, 30, plan.alpha_baseline) == pytest.approx(0.8)


@pytest.mark.parametrize("seeds", [0, 1])
def test_without_two_confirm_seeds_nothing_can_be_judged(seeds: int) -> None:
    plan = design(10, seeds, 1)
    assert not plan.can_judge
    assert plan.detectable_effect == inf
    assert "can decide nothing" in plan.sentences[0]


def test_two_seeds_for_many_families_can_only_find_impossible_differences() -> None:
    assert not design(10, 2, 20).can_judge


def test_five_seeds_can_judge_but_never_compare() -> None:
    plan = design(10, 5, 4)
    assert plan.can_judge
    assert not plan.can_compare
    assert plan.smallest_p == 0.0625
    assert "can never fall to" in plan.sentences[1]


def test_comparisons_that_get_their_signs_together_need_no_more_seeds_than_one() -> None:
    assert not design(10, 5, 4).can_compare  # 2^-4 > .05
    assert design(10, 6, 4).can_compare  # 2^-5 < .05
    assert design(10, 6, 8).can_compare


def test_a_single_family_has_nothing_to_compare_and_does_not_speak_of_it() -> None:
    plan = design(10, 30, 1)
    assert not plan.can_compare
    assert len(plan.sentences) == 1


@pytest.mark.parametrize("n", [2, 5, 30, 1000])
@pytest.mark.parametrize("alpha", [0.05, 0.05 / 100])
def test_detectable_effect_and_seeds_needed_undo_each_other(n: int, alpha: float) -> None:
    effect = detectable_effect(n, alpha)
    assert power(effect, n, alpha) == pytest.approx(0.8)
    assert seeds_needed(effect, alpha) == pytest.approx(n, abs=2e-3)  # searched to 1e-3 seeds


def test_no_effect_needs_infinitely_many_seeds() -> None:
    assert seeds_needed(0.0) == inf
    assert seeds_needed(1e-6) == inf
    assert power(0.03, MOST_PRACTICAL) > 0.8


def test_equality_is_out_of_reach_for_a_difference_as_large_as_the_margin() -> None:
    assert seeds_needed_for_equality(1.0, 1.0) == inf
    assert seeds_needed_for_equality(0.0, 1.0) < seeds_needed_for_equality(0.5, 1.0) < inf


def test_power_of_the_equivalence_test_is_what_a_simulation_finds() -> None:
    replicates = 20_000
    values = np.random.default_rng(0).normal(0.2, 1, (replicates, 30))
    found = np.mean(estimate_of(values).tost(0, 0.7) <= 0.05)
    expected = equivalence_power(0.2, 0.7, 30)
    assert found == pytest.approx(expected, abs=3 * np.sqrt(expected * (1 - expected) / replicates))


def test_a_design_holds_its_question_and_what_follows_from_it() -> None:
    plan = design(10, 30, 5, sd=0.095)
    effect = TTestPower().solve_power(None, 30, 0.05 / 5, 0.8)
    assert (plan.n_tune, plan.n_confirm, plan.families, plan.comparisons) == (10, 30, 5, 10)
    assert (plan.alpha_baseline, plan.alpha_comparison, plan.smallest_p) == (0.05 / 5, 0.05, 2 / 2**30)
    assert (plan.can_judge, plan.can_compare) == (True, True)
    # rel: both sides search for a root
    assert plan.detectable_effect == pytest.approx(effect, rel=1e-6)
    assert plan.detectable_difference == pytest.approx(0.095 * effect, rel=1e-6)
    assert (f"{effect:.2g}", f"{9.5 * effect:.2g}") == ("0.66", "6.3")
    assert plan.sentences == (
        "30 confirm seeds per family find a distance of 0.66 times the standard deviation from the baseline (about "
        "6.3 points if the standard deviation between seeds is 9.5) with probability 0.8 at level 0.01.",
        "Paired by seed, the smallest attainable p is 1.9e-09; it can fall to 0.05 (10 comparisons together), "
        "so families can be told apart.",
    )


def test_a_design_that_can_decide_nothing_says_so_twice() -> None:
    assert design(10, 1, 5).sentences == (
        "1 confirm seed per family can decide nothing against the baseline at level 0.01: add some.",
        "Paired by seed, the smallest attainable p is 1; it can never fall to 0.05 (10 comparisons together), "
        "so families can never be told apart.",
    )


def test_families_that_nothing_is_shared_with_have_all_of_alpha() -> None:
    alone = design(10, 30, 1)
    assert (alone.alpha_baseline, alone.alpha_comparison) == (0.05, 0.05)
    assert alone.detectable_effect == detectable_effect(30, 0.05)
    assert (alone.can_judge, alone.can_compare) == (True, False)
    two = design(10, 30, 2)
    assert (two.alpha_comparison, two.can_compare) == (0.05, True)
    none = design(10, 30, 0)
    assert (none.alpha_baseline, none.can_judge, none.can_compare) == (0.05, False, False)


def test_a_smallest_p_of_exactly_the_level_is_enough_to_compare() -> None:
    assert design(10, 5, 4, alpha=2 / 2**5).can_compare
    assert not design(10, 5, 4, alpha=0.999 * 2 / 2**5).can_compare


def test_no_accuracy_is_as_far_as_1_from_a_baseline() -> None:
    effect = detectable_effect(2)
    assert design(10, 2, 1, sd=0.999 / effect).can_judge
    assert not design(10, 2, 1, sd=1.001 / effect).can_judge


def test_fractional_seeds_between_two_and_three_and_never_fewer() -> None:
    expected = TTestPower().solve_power(4, None, 0.05, 0.8)
    assert 2 < expected < 3
    assert seeds_needed(4) == pytest.approx(expected, abs=2e-3)  # searched to 1e-3 seeds
    assert seeds_needed(1000.0) == 2
    assert seeds_needed_for_equality(0.0, 1000.0) == 2


def test_power_does_not_ask_for_the_sign_of_an_effect() -> None:
    assert power(-0.5, 30) == power(0.5, 30)
    assert equivalence_power(-0.2, 0.7, 30) == equivalence_power(0.2, 0.7, 30)
    assert seeds_needed_for_equality(-1.0, 1.0) == inf
    assert equivalence_power(0.7, 0.1, 3) == 0


def test_as_many_seeds_as_are_practical_are_counted_and_more_are_infinite() -> None:
    for effect in (0.01, 0.02):
        reached = power(effect, MOST_PRACTICAL)
        assert seeds_needed(effect, wanted=reached) == MOST_PRACTICAL
        assert seeds_needed(effect, wanted=1.001 * reached) == inf
