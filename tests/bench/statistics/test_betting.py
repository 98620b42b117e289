"""The betting sequence: what it promises, and that its shortcuts give the same answers."""

import numpy as np
import pytest

from bench.statistics.betting import bets, betting_interval, betting_sequence, log_evidence, log_wealth
from bench.statistics.means import Floats


@pytest.fixture
def values() -> Floats:
    return np.random.default_rng(0).beta(85, 15, 500)


def test_each_interval_lies_within_the_one_before(values: Floats) -> None:
    found = betting_sequence(values)
    assert (np.diff(found.low) >= 0).all()
    assert (np.diff(found.high) <= 0).all()
    assert found.low[-1] < values.mean() < found.high[-1]


def test_what_was_said_early_does_not_depend_on_what_came_later(values: Floats) -> None:
    whole, part = betting_sequence(values), betting_sequence(values[:200])
    assert whole.low[:200].tolist() == part.low.tolist()
    assert whole.high[:200].tolist() == part.high.tolist()


def test_a_bet_depends_on_earlier_values_only(values: Floats) -> None:
    changed = values.copy()
    changed[100] = 0.0
    assert bets(changed, 0.05)[:101].tolist() == bets(values, 0.05)[:101].tolist()
    assert bets(changed, 0.05)[101] != bets(values, 0.05)[101]


def test_capital_against_the_true_mean_is_fair_on_average() -> None:
    # A fair game, played once: E[capital] = 1/2 for each gambler, checked on all outcomes of 8 coins worth 0 or 1.
    coins = (np.arange(256)[:, np.newaxis] >> np.arange(8)) & 1
    up, down = log_wealth(coins, 0.5)
    assert np.exp(up[:, -1]).mean() == pytest.approx(0.5)
    assert np.exp(down[:, -1]).mean() == pytest.approx(0.5)


def test_capital_is_monotone_in_the_candidate_so_that_survivors_form_an_interval(values: Floats) -> None:
    up, down = log_wealth(values, np.linspace(0.01, 0.99, 99)[:, np.newaxis])
    assert (np.diff(up, axis=0) <= 1e-9).all()  # sums of 500 logarithms, rounded
    assert (np.diff(down, axis=0) >= -1e-9).all()


def test_mirroring_the_values_mirrors_the_interval(values: Floats) -> None:
    low, high = betting_interval(values)
    assert betting_interval(1 - values) == pytest.approx((1 - high, 1 - low))


def test_losing_every_bet_leaves_something_so_that_what_is_rejected_is_an_interval() -> None:
    # Whoever bets all of it has nothing left, or 1e-16 where (1 / m) m is not 1, and recovers from that.
    candidates = np.arange(1, 1000) / 1000
    for coins in np.random.default_rng(1).random((20, 150)) < 0.85:
        up, down = log_wealth(coins, candidates[:, np.newaxis])
        assert np.isfinite([up, down]).all()
        too_low, too_high = up.max(axis=1) >= np.log(20), down.max(axis=1) >= np.log(20)
        assert too_low[: too_low.sum()].all()
        assert too_high[too_high.size - too_high.sum() :].all()


def test_the_lower_bound_after_lost_bets_is_the_highest_candidate_that_is_rejected() -> None:
    coins = (np.random.default_rng(1).random(150) < 0.85).astype(float)
    assert betting_interval(coins) == (0.688, 0.9305)
    candidates = np.arange(1, 2000) / 2000
    rejected = candidates[log_wealth(coins, candidates[:, np.newaxis])[0].max(axis=1) >= np.log(20)]
    assert (rejected.size, rejected.max()) == (1376, 0.688)  # each of the 1,376 from .0005 to .688


def test_a_mean_of_all_values_that_drifts_is_none_and_is_not_given_an_interval() -> None:
    drifting = np.r_[np.full(400, 0.2), np.full(3000, 0.9)]
    sequence = betting_sequence(drifting)
    assert (sequence.low[-1], sequence.high[-1]) == (0.339, 0.2075)
    first = int(np.argmax(sequence.low >= sequence.high)) + 1
    assert first == 438
    assert betting_interval(drifting[: first - 1]) == (sequence.low[first - 2], sequence.high[first - 2])
    for n in (first, first + 1, 3400):
        assert np.isnan(betting_interval(drifting[:n])).all()


def random_sequence(generator: np.random.Generator) -> Floats:
    """Up to 1,200 values around one mean, or around two, one after the other."""
    mean, later = generator.uniform(0.2, 0.95, 2)
    n, change = generator.integers(1, 1200), generator.integers(0, 600)
    means = np.where(np.arange(n) < change, mean, later if generator.random() < 0.7 else mean)
    strength = generator.choice([2.0, 30.0, 2000.0])  # from coins, almost, to hardly any noise
    return np.asarray(generator.beta(means * strength, (1 - means) * strength))


def test_the_evidence_against_a_mean_is_large_exactly_where_the_sequence_excludes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bench.statistics.betting.RESOLUTION", 200)  # as fine as it needs to be, but faster
    generator, seen = np.random.default_rng(5), set()
    for _ in range(400):
        values = random_sequence(generator)
        center = float(np.clip(values.mean() + generator.normal(0, 0.05), 0.21, 0.79))
        found = betting_sequence(values, include=(center,))
        rejected = found.low[-1] >= center, found.high[-1] <= center
        up, down = log_evidence(values, center)
        assert (up >= np.log(20), down >= np.log(20)) == rejected
        seen.add(rejected)
    assert seen == {(False, False), (True, False), (False, True), (True, True)}


@pytest.mark.parametrize(
    ("value", "center", "decisions"),
    [(0.0, 0.0, {False}), (1.0, 1.0, {False}), (0.5, 0.0, {False, True}), (0.5, 1.0, {False, True})],
)
@pytest.mark.parametrize("include", [(), (1e-6, 1 - 1e-6)])
def test_a_center_on_the_edge_is_rejected_by_a_bound_that_has_left_it(
    value: float, center: float, decisions: set[bool], include: tuple[float, ...]
) -> None:
    seen = set()
    for n in (1, 5, 400):
        low, high = betting_interval([value] * n, include=include)
        rejected = low > 0 if center == 0 else high < 1
        assert (max(log_evidence([value] * n, center, include=include)) >= np.log(20)) == rejected
        seen.add(rejected)
    assert seen == decisions


@pytest.mark.parametrize(("candidate", "evidence"), [(-0.1, (np.inf, 0.0)), (1.1, (0.0, np.inf))])
def test_nothing_is_needed_against_what_no_mean_can_be(candidate: float, evidence: tuple[float, float]) -> None:
    assert log_evidence([0.5], candidate) == log_evidence([], candidate) == evidence


def test_nothing_is_known_without_values() -> None:
    assert betting_interval([]) == (0.0, 1.0)
    assert log_evidence([], 0.85) == (0.0, 0.0)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_values_on_the_edge_are_allowed(value: float) -> None:
    low, high = betting_interval([value] * 400)
    assert low <= value <= high
    assert high - low < 0.02


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan])
def test_values_outside_the_bounds_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        betting_sequence([0.5, value])


@pytest.mark.parametrize("candidate", [0.3, 0.84, 0.999])
@pytest.mark.parametrize("alpha", [0.05, 0.3])
def test_capital_is_what_the_papers_recursion_gives_seed_by_seed(candidate: float, alpha: float) -> None:
    values = np.random.default_rng(2).beta(8.5, 1.5, 40)
    total, squares, variance, up, down = 0.5, 0.25, 0.25, 0.5, 0.5
    expected = []
    for t, x in enumerate(values, 1):
        stake = np.sqrt(2 * np.log(2 / alpha) / (variance * t * np.log(t + 1)))
        up *= 1 + min(stake, 0.99 / candidate) * (x - candidate)
        down *= 1 - min(stake, 0.99 / (1 - candidate)) * (x - candidate)
        total += x
        squares += (x - total / (t + 1)) ** 2
        variance = squares / (t + 1)
        expected.append((up, down))
    found = log_wealth(values, candidate, alpha)
    assert np.exp(found) == pytest.approx(np.array(expected).T)


def test_what_is_included_is_tested_to_the_last_digit() -> None:
    values, m = np.full(160, 0.87), 0.8498  # one seed fewer than it takes to exclude .85
    assert log_wealth(values, m)[0][-1] >= np.log(20) > log_wealth(values, 0.85)[0][-1]
    assert betting_interval(values)[0] == 0.8495
    assert betting_interval(values, include=(m, -1.0, 0.0, 1.0, 2.0))[0] == m
    assert betting_interval(values, 0.05) == betting_interval(values)
    assert betting_interval(values, 0.5)[0] > betting_interval(values)[0]


@pytest.mark.parametrize("values", [[-0.1, 0.5], [0.5, 1.1]])
def test_a_refusal_says_what_the_sequence_needs(values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"^the betting sequence needs values between 0 and 1$"):
        betting_sequence(values)


def test_evidence_at_the_edges_is_that_of_one_side_alone() -> None:
    up, down = log_evidence([0.5] * 100, 0.0)
    assert (up > 0, down) == (True, 0)
    up, down = log_evidence([0.5] * 100, 1.0)
    assert (up, down > 0) == (0, True)
    # At 0 it is that of the lowest candidate, which may be included.
    for include, lowest in (((), 1 / 2000), ((0.0001, 0.5), 0.0001)):
        expected = log_wealth([0.5] * 100, lowest, 0.01)[0].max()
        assert log_evidence([0.5] * 100, 0.0, 0.01, include)[0] == pytest.approx(expected)
        expected = log_wealth([0.5] * 100, 1 - lowest, 0.01)[1].max()
        mirrored = tuple(1 - m for m in include)
        assert log_evidence([0.5] * 100, 1.0, 0.01, mirrored)[1] == pytest.approx(expected)


@pytest.mark.parametrize("n", [1, 2, 7, 60, 700])
def test_the_last_interval_is_found_without_the_others(n: int) -> None:
    """To the bit, for values of every kind: few, many, all alike, at the edges, and such that contradict each other."""
    generator = np.random.default_rng(n)
    samples = [generator.random(n), generator.beta(40, 6, n), np.full(n, 0.5), np.zeros(n), np.ones(n)]
    samples.append(np.sort(generator.random(n) < 0.5).astype(float))
    for values in samples:
        for alpha, include in ((0.05, ()), (0.003, (0.85, 0.86, 0.84)), (0.05, (0.00031, 1.2))):
            every = betting_sequence(values, alpha, include)
            low, high = every.low[-1], every.high[-1]
            expected = (low, high) if low < high else (np.nan, np.nan)
            np.testing.assert_array_equal(betting_interval(values, alpha, include), expected)
