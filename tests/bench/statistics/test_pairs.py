"""Sign flips, the intervals that belong to them, and shares of seeds won."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import stats

from bench.statistics import pairs
from bench.statistics.means import Floats
from bench.statistics.pairs import CHUNK, EXACT, MOST_SAMPLES, flips, share_won, sign_flips


@pytest.fixture
def differences() -> Floats:
    return np.random.default_rng(5).normal(0.4, 1, 9)


def all_sums(values: Floats) -> Any:
    return np.array([np.dot(signs, values) for signs in product([1, -1], repeat=len(values))])


def test_the_exact_p_counts_all_flips(differences: Floats) -> None:
    extreme = np.abs(all_sums(differences)) >= np.abs(differences.sum()) - 1e-12
    assert sign_flips(differences).p() == extreme.mean()


def test_the_exact_p_is_scipys(differences: Floats) -> None:
    expected = stats.permutation_test((differences,), np.mean, permutation_type="samples", n_resamples=np.inf)  # type: ignore[call-overload]  # inf, for all, is documented
    assert sign_flips(differences).p() == pytest.approx(expected.pvalue)


@pytest.mark.parametrize("center", [-0.5, 0.0, 0.3, 1.2])
def test_the_p_of_any_difference_is_the_p_of_zero_after_shifting(differences: Floats, center: float) -> None:
    shifted = all_sums(differences - center)
    expected = (shifted >= shifted[0] - 1e-12).mean()
    assert sign_flips(differences).p_not_above(center) == pytest.approx(expected)


@pytest.mark.parametrize("n", [9, EXACT + 5])
@pytest.mark.parametrize("tail", [0.025, 0.1])
def test_bounds_are_where_the_test_starts_to_reject(n: int, tail: float) -> None:
    found = sign_flips(np.random.default_rng(n).normal(0.4, 1, n))
    low, high, step = found.lower(tail), found.upper(tail), 1e-9
    assert found.p_not_above(low - step) <= tail < found.p_not_above(low)
    assert found.p_not_below(high + step) <= tail < found.p_not_below(high)


def test_negating_the_differences_mirrors_everything(differences: Floats) -> None:
    one, other = sign_flips(differences), sign_flips(-differences)
    assert one.p() == other.p()
    assert one.lower(0.1) == pytest.approx(-other.upper(0.1))
    assert one.tost(0.5) == pytest.approx(other.tost(0.5))


def test_sampled_flips_agree_with_exact_ones_and_are_the_same_each_time(
    monkeypatch: pytest.MonkeyPatch, differences: Floats
) -> None:
    exact = sign_flips(differences).p()
    monkeypatch.setattr("bench.statistics.pairs.EXACT", 0)
    sampled = sign_flips(differences)
    # 20,000 flips: a standard error of at most .0036, three times
    assert sampled.p() == pytest.approx(exact, abs=0.0107)
    assert sampled.p() == sign_flips(differences).p()
    assert sampled.typical.size + 1 == 2 * (20_000 + 1)


def test_sampled_flips_reach_below_the_level_they_are_made_for() -> None:
    strong = np.random.default_rng(0).normal(5, 1, 30)
    assert sign_flips(strong, level=0.05 / 100).p() < 0.05 / 100 / 10


def test_ties_of_accuracies_that_differ_by_rounding_alone_are_ties() -> None:
    points = np.array([3, -1, -2, 5, -5, 4, -4])  # sums to 0
    differences = (2500 + points) / 3000 - 2500 / 3000
    assert sign_flips(differences).p() == sign_flips(points).p() == 1.0


def test_ties_count_half_of_a_win() -> None:
    share, low, high = share_won([1, 2, 0, 0, -1])
    assert share == 0.6
    assert 0 < low < 0.6 < high < 1


def test_half_a_win_is_rounded_outwards() -> None:
    share, low, high = share_won([1, 1, 0, -1])
    assert share == 2.5 / 4
    assert (low, high) == (stats.beta.ppf(0.025, 2, 3), pytest.approx(stats.beta.ppf(0.975, 4, 1)))


def test_the_share_won_is_covered_whatever_the_share_of_ties() -> None:
    n = 10
    bounds = [
        share_won([1] * (halves // 2) + [0] * (halves % 2) + [-1] * (n - halves // 2 - halves % 2))[1:]
        for halves in range(2 * n + 1)
    ]  # the interval depends on wins + ties / 2 alone
    low, high = np.array(bounds).T
    for won, tied in product(np.linspace(0.01, 0.99, 25), repeat=2):
        if won + tied <= 1:
            weights = np.array([1.0])
            for _ in range(n):
                weights = np.convolve(weights, [1 - won - tied, tied, won])
            truth = won + tied / 2
            assert weights[(low <= truth) & (truth <= high)].sum() >= 0.95


def test_without_pairs_nothing_is_known_of_the_share_won() -> None:
    share, low, high = share_won([])
    assert np.isnan(share)
    assert (low, high) == (0, 1)


def test_bounds_are_order_statistics_of_the_means_of_subsets() -> None:
    found = sign_flips([1.0, 2, 4, 8, 16])  # 31 subsets, of means from 1 to 16: (1 + 2) / 2 is the second smallest
    assert found.n == 5
    assert sorted(found.typical)[:3] == [1, 1.5, 2]
    assert (found.lower(1 / 32), found.upper(1 / 32)) == (1, 16)
    assert (found.lower(2 / 32), found.upper(2 / 32)) == (1.5, 12)
    for too_small in (0.031, 0.0):  # less than one of the 32 choices of signs
        assert (found.lower(too_small), found.upper(too_small)) == (-np.inf, np.inf)


@pytest.mark.parametrize("n", [EXACT, EXACT + 1])
def test_signs_are_all_flipped_up_to_twenty_pairs_and_sampled_beyond(n: int) -> None:
    assert EXACT == 20
    subsets = sign_flips(np.arange(n), level=0.1).typical.size
    assert subsets == (2**20 - 1 if n == EXACT else 2 * 10_000 + 1)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_flips_are_all_ways_but_that_of_flipping_nothing_with_the_first_pair_as_it_is(n: int) -> None:
    ways = {tuple(way) for chunk in flips(n, 0.05) for way in chunk.tolist()}
    assert ways == {(0, *rest) for rest in product([0, 1], repeat=n - 1) if any(rest)}


def test_there_are_as_many_sampled_flips_as_the_level_needs_each_of_some_pair_but_the_first() -> None:
    for n, level, wanted in ((21, 0.05, 20_000), (26, 0.03, 33_334), (32, 0.001, MOST_SAMPLES)):
        chunks = list(flips(n, level))
        assert sum(map(len, chunks)) == wanted
        assert max(map(len, chunks)) <= CHUNK
        flipped = np.concatenate(chunks)
        assert flipped.shape == (wanted, n)
        assert not flipped[:, 0].any()
        assert flipped.any(axis=1).all()
        # Each other pair is flipped half of the time; five standard errors for up to 31 shares.
        assert np.abs(flipped[:, 1:].mean(axis=0) - 0.5).max() < 5 * 0.5 / np.sqrt(wanted)
    assert MOST_SAMPLES == 100_000


def test_a_single_difference_has_the_p_of_one_sign() -> None:
    found = sign_flips([3.0])
    assert (found.n, found.typical.tolist(), found.p()) == (1, [3.0], 1.0)
    assert (found.p_not_above(2), found.p_not_above(3), found.p_not_below(4)) == (0.5, 1.0, 0.5)
    assert (found.tost(2), found.tost(4)) == (1.0, 0.5)


def test_flips_are_the_same_however_many_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in (21, 64, 1001):
        at_once = np.concatenate([*pairs.flips(n, 0.5)])
        with monkeypatch.context() as limited:
            limited.setattr(pairs, "MANY", 0)
            limited.setattr(pairs, "HELD", 40 * n)
            assert max(chunk.size for chunk in pairs.flips(n, 0.5)) <= 44 * n
            assert np.array_equal(np.concatenate([*pairs.flips(n, 0.5)]), at_once)
