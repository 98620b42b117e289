"""Published and recomputed numbers that the procedures must reproduce."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy import stats

from bench.statistics.betting import betting_sequence, log_wealth
from bench.statistics.convergence import kaplan_meier, logrank
from bench.statistics.means import clopper_pearson, estimate_of, t_interval, t_test, tost
from bench.statistics.pairs import sign_flips
from bench.statistics.power import power, seeds_needed, smallest_flip_p
from bench.statistics.ranks import control_difference, control_test, critical_difference, friedman

DEMSAR = np.array(  # Demsar 2006, table 6: ranks of 4 classifiers on 14 data sets
    [
        [4, 3, 2, 1], [1, 2, 3, 4], [4, 1, 2, 3], [4, 1, 3, 2], [4, 2, 3, 1], [1, 2.5, 4, 2.5], [3, 2, 4, 1],
        [2.5, 2.5, 4, 1], [4, 3, 2, 1], [2.5] * 4, [4, 2.5, 1, 2.5], [3, 2, 4, 1], [4, 1, 2, 3], [3, 1, 4, 2],
    ]
)  # fmt: skip
DARWIN = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]
SLEEP = (
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
)
REMISSION = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_IN_REMISSION = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def censored(reached: Sequence[float], missed: Sequence[float]) -> tuple[Any, Any]:
    return np.array([*reached, *missed], dtype=float), np.array([True] * len(reached) + [False] * len(missed))


def printed(value: Any, digits: int) -> Any:
    """Equal to a number that a source prints with so many digits."""
    return pytest.approx(value, abs=0.5001 * 10.0**-digits)


def test_demsars_mean_ranks_friedman_statistic_and_iman_davenport_f() -> None:
    assert DEMSAR.mean(axis=0) == printed(np.array([3.143, 2.000, 2.893, 1.964]), 3)
    found = friedman(DEMSAR)
    assert found.chi2 == printed(9.28, 2)
    assert found.f == printed(3.69, 2)
    assert found.df == (3, 39)
    assert found.f_p == pytest.approx(0.0197, abs=2e-4)  # printed for an F of two decimals
    assert found.corrected == printed(10.228, 3)


def test_the_tie_corrected_friedman_statistic_is_scipys() -> None:
    found = friedman(DEMSAR)
    expected = stats.friedmanchisquare(*DEMSAR.T)
    assert (found.corrected, found.p) == (pytest.approx(expected.statistic), pytest.approx(expected.pvalue))


@pytest.mark.parametrize("k", [2, 3, 6, 8])
@pytest.mark.parametrize("n", [2, 7, 10, 49])
def test_perfect_agreement_has_an_infinite_f_and_the_largest_friedman_statistic(n: int, k: int) -> None:
    agreed = np.tile(np.arange(1.0, k + 1), (n, 1))
    found = friedman(agreed)
    assert found.f == np.inf
    assert found.chi2 == pytest.approx(n * (k - 1))
    agreed[0, :2] = [2, 1]  # one seed that ranks two families the other way
    assert np.isfinite(friedman(agreed).f)


def test_demsars_critical_difference() -> None:
    # Demsar computed it from a q of two decimals, so his last digit is only right to one unit.
    assert critical_difference(14, 4) == pytest.approx(1.25, abs=0.01)


def test_demsars_tests_against_the_first_classifier() -> None:
    z, p = control_test(DEMSAR, 0)
    # He divides ranks of three decimals by .488: his third decimal is only right to one unit.
    assert z == pytest.approx(np.array([0, 2.342, 0.512, 2.416]), abs=1.5e-3)
    assert p == pytest.approx(np.array([1, 0.019, 0.607, 0.016]), abs=2e-3)  # .512, as printed, gives .609
    assert control_difference(14, 4) == pytest.approx(1.16, abs=0.01)  # from a q of two decimals, as the other one


@pytest.mark.parametrize(
    ("families", "q"),
    list(enumerate([1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164], start=2)),
)
def test_nemenyis_q_agrees_with_the_printed_table(families: int, q: float) -> None:
    scale = np.sqrt(families * (families + 1) / 6)
    # Tables of the studentized range print two or three digits, and q divides them by sqrt(2).
    assert critical_difference(1, families) / scale == pytest.approx(q, abs=1.5e-3)


def test_freireichs_remission_times_log_rank_and_medians() -> None:
    treated, placebo = censored(REMISSION, STILL_IN_REMISSION), censored(PLACEBO, [])
    chi2, p = logrank(*treated, *placebo)
    assert (chi2, p) == (printed(16.793, 3), printed(4.169e-5, 8))
    assert kaplan_meier(*treated).median == 23
    assert kaplan_meier(*placebo).median == 8


def test_freireichs_survival_at_each_remission() -> None:
    curve = kaplan_meier(*censored(REMISSION, STILL_IN_REMISSION))
    at = dict(zip(curve.epochs, curve.missing, strict=True))
    assert [at[t] for t in (6, 7, 10, 13, 16, 22, 23)] == printed([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], 3)


def test_log_rank_of_rs_survdiff() -> None:
    chi2, p = logrank(
        *censored([8, 12, 26, 14, 21, 27], [8, 32, 20, 40]),
        *censored([33, 28, 41], [48, 48, 25, 37, 48, 25, 43]),
    )
    assert (chi2, p) == (printed(6.91598157449, 11), printed(0.008542873404, 12))


def test_darwins_differences_t_test_and_exact_sign_flips() -> None:
    found = estimate_of(DARWIN)
    assert found.mean / found.error == printed(2.148, 3)
    assert t_test(DARWIN, 0) == printed(0.0497, 4)
    assert sign_flips(DARWIN).p() == 1726 / 32768


def test_students_sleep_paired() -> None:
    differences = np.subtract(*SLEEP)
    found = estimate_of(differences)
    assert found.mean / found.error == printed(-4.0621, 4)
    assert found.df == 9
    assert t_test(differences, 0) == printed(0.002833, 6)
    assert t_interval(differences) == (printed(-2.4599, 4), printed(-0.7001, 4))


def test_equivalence_paired_and_one_sample() -> None:
    a, b = np.array([4, 7, 8, 6, 3, 2]), np.array([6, 8, 7, 10, 11, 9])
    assert tost(a - b, 0, 0.5) == printed(0.954854, 6)
    assert tost(a, 0, 4) == printed(0.825967, 6)


def test_clopper_and_pearsons_interval_for_682_of_925() -> None:
    assert clopper_pearson(682, 925) == (printed(0.70767, 5), printed(0.76541, 5))


def test_seeds_for_half_a_standard_deviation() -> None:
    assert seeds_needed(0.5) == printed(33.367, 3)
    assert power(0.5, 33.367) == pytest.approx(0.8, abs=1e-5)  # n is known to 5e-4, where power rises by .01 per seed


@pytest.mark.parametrize(("alpha", "seeds"), [(0.05, [27, 8, 4]), (0.05 / 20, [58, 18, 8])])
def test_seeds_for_one_sided_tests(alpha: float, seeds: list[int]) -> None:
    assert [int(np.ceil(seeds_needed(d, alpha, sided=1))) for d in (0.5, 1, 2)] == seeds


def test_five_paired_seeds_cannot_reject() -> None:
    assert smallest_flip_p(5) == 0.0625
    assert (smallest_flip_p(0), smallest_flip_p(1), smallest_flip_p(2)) == (1, 1, 0.5)
    assert sign_flips([1, 2, 3, 4, 5]).p() == 0.0625


@pytest.mark.parametrize(
    ("value", "candidate", "alpha", "seeds"),
    [
        (0.87, 0.85, 0.05, 161),
        (0.87, 0.85, 0.05 / 4, 221),
        (0.86, 0.85, 0.05, 319),
        (0.85, 0.84, 0.05, 315),
    ],
)
def test_seeds_the_betting_sequence_needs_above_without_noise(
    value: float, candidate: float, alpha: float, seeds: float
) -> None:
    up, _ = log_wealth(np.full(seeds, value), candidate, alpha)
    assert up[-1] >= -np.log(alpha) > up[-2]


def test_seeds_the_betting_sequence_needs_below_and_within_the_margin_without_noise() -> None:
    _, down = log_wealth(np.full(69, 0.83), 0.85)
    assert down[-1] >= -np.log(0.05) > down[-2]
    sequence = betting_sequence(np.full(400, 0.85), include=(0.84, 0.86))
    inside = (sequence.low >= 0.84) & (sequence.high <= 0.86)
    assert np.argmax(inside) + 1 == 315


def test_seeds_on_which_all_tie_say_nothing() -> None:
    found = friedman(np.full((4, 3), 2.0))
    assert (found.chi2, found.f, found.corrected, found.p) == (0, 0, 0, 1)
