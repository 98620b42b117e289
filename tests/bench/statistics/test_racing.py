"""Racing: who is dropped and when, how often wrongly, and what it costs and saves on searches that were made."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.statistics import racing
from bench.statistics.racing import FIRST, LEVEL, Race, race, rounds
from tests.race.racing import races

SEARCHES = Path(__file__).parent / "searches.csv"  # two searches of grids/spiral85.toml: points that were right
POINTS = 900

Values = np.ndarray[Any, np.dtype[np.float64]]


def together(accuracies: Values) -> Race:
    """A race of one group."""
    return race(accuracies, np.ones((1, len(accuracies)), dtype=bool))


@given(seeds=st.integers(0, 300), more=st.integers(0, 300))
def test_more_seeds_continue_the_same_rounds(seeds: int, more: int) -> None:
    few, many = rounds(seeds), rounds(seeds + more)
    assert few[-1] == seeds
    assert many[: len(few) - 1] == few[:-1]
    assert few == sorted(set(few))


def test_rounds_are_of_one_seed_at_first_and_grow_with_what_is_known() -> None:
    assert rounds(20) == [3, 4, 5, 6, 8, 10, 12, 15, 18, 20]
    assert rounds(FIRST) == [FIRST]
    assert rounds(FIRST - 1) == [FIRST - 1]


def test_of_two_the_worse_by_a_paired_t_test_is_dropped() -> None:
    """Seeds that both share are what only pairs can tell."""
    generator = np.random.default_rng(0)
    seed, kept = generator.normal(0.8, 0.05, FIRST + 1), []
    for behind in (0.0, 0.01, 0.02, 0.03):
        accuracies = np.array([seed, seed - behind + generator.normal(0, 0.004, FIRST + 1)])
        worse, better = sorted(accuracies[:, :FIRST], key=np.mean)
        expected = stats.ttest_rel(better, worse, alternative="greater").pvalue > LEVEL
        kept.append(together(accuracies).racing.all())
        assert kept[-1] == expected
    assert set(kept) == {True, False}


def test_of_many_none_varies_less_than_all_do_on_the_mean_and_the_level_is_shared() -> None:
    """Each test by hand: the spread is the larger of both, with the degrees of freedom of what shares a leader."""
    generator = np.random.default_rng(0)
    accuracies = 0.8 - np.linspace(0, 0.05, 12)[:, np.newaxis] + generator.normal(0, 0.004, (12, FIRST + 1))
    accuracies[11] = accuracies[0] - 0.05  # no spread of its own
    found, first = together(accuracies), accuracies[:, :FIRST]
    best = first.mean(axis=1).argmax()
    behind = first[best] - np.delete(first, best, axis=0)
    variance = np.maximum(behind.var(axis=1, ddof=1), behind.var(axis=1, ddof=1).mean())
    df = (FIRST - 1) * 4 * 11 / 14
    p = stats.t.sf(behind.mean(axis=1) / np.sqrt(variance / FIRST), df)
    expected = np.insert(p > LEVEL / 11, best, True)
    assert 1 < expected.sum() < 11
    assert found.racing.tolist() == expected.tolist()
    assert not found.racing[11]
    assert found.seeds.tolist() == np.where(expected, FIRST + 1, FIRST).tolist()
    assert found.ended


def test_variances_of_differences_from_one_leader_have_the_degrees_of_freedom_that_are_counted() -> None:
    """Of the mean of m variances: 2 mean^2 / variance (Satterthwaite 1946)."""
    generator, m, replicates = np.random.default_rng(4), 11, 20_000
    counted = racing._behind(generator.normal(size=(m + 1, FIRST)), m).df
    drawn = generator.normal(size=(replicates, m + 1, FIRST))
    means = (drawn[:, :1] - drawn[:, 1:]).var(axis=2, ddof=1).mean(axis=1)
    # The variance of a variance is known to sqrt((kurtosis + 2) / replicates), here 2 %; three times that.
    assert 2 * means.mean() ** 2 / means.var() == pytest.approx(counted, rel=0.06)


def test_each_group_keeps_its_own_leader() -> None:
    generator = np.random.default_rng(1)
    means = np.array([0.9, 0.7, 0.5, 0.3])[:, np.newaxis]
    accuracies = means + generator.normal(0, 0.001, (4, 10))
    groups = np.array([[True, True, True, True], [False, False, True, True]])
    assert race(accuracies, groups).seeds.tolist() == [10, FIRST, 10, FIRST]
    assert race(accuracies, groups[:1]).seeds.tolist() == [10, FIRST, FIRST, FIRST]


def test_what_a_race_takes_at_the_least_counts_a_leader_of_each_group_that_shares_nothing() -> None:
    nothing, few = np.full((4, 10), np.nan), np.full((4, 10), np.nan)
    groups = np.array([[True, True, True, True], [True, True, False, False], [False, False, True, True]])
    assert race(nothing, groups[:1]).least == 4 * FIRST + (10 - FIRST)
    assert race(nothing, groups[:2]).least == 4 * FIRST + (10 - FIRST)
    assert race(nothing, groups).least == 4 * FIRST + 2 * (10 - FIRST)
    few[:, :FIRST] = np.random.default_rng(1).normal([[0.9], [0.7], [0.5], [0.3]], 0.001, (4, FIRST))
    begun = race(few, groups)
    assert begun.least == begun.most.sum() == 4 * FIRST + 2 * (10 - FIRST)


def test_differences_that_are_all_equal_drop_nobody() -> None:
    """There is no spread to judge by: of the few accuracies that five points allow, three in a row are often equal."""
    assert together(np.repeat([[0.8], [0.4]], 8, axis=1)).seeds.tolist() == [8, 8]
    shares = np.arange(4, 12) / 15  # the differences of which are equal, but for their last bits
    assert np.ptp(shares - (shares - 3 / 15)) > 0
    assert together(np.array([shares, np.arange(1, 9) / 15])).seeds.tolist() == [8, 8]
    assert together(np.repeat([[0.8]], 8, axis=1)).seeds.tolist() == [8]


def test_one_alone_runs_to_the_end() -> None:
    assert together(np.random.default_rng(6).normal(0.8, 0.02, (1, 8))).seeds.tolist() == [8]


@given(data=st.data(), seeds=st.integers(FIRST, 14))
def test_rounds_that_are_trained_one_after_the_other_are_the_race_of_all_runs(data: Any, seeds: int) -> None:
    generator = np.random.default_rng(data.draw(st.integers(0, 1000)))
    spread = data.draw(st.sampled_from([0.0, 0.01, 0.1]))
    stored = 0.8 - generator.uniform(0, 0.3, (8, 1)) + generator.normal(0, spread, (8, seeds))
    groups = np.array([[True] * 8, [True] * 3 + [False] * 5])
    known, steps = np.full_like(stored, np.nan), 0
    while not (found := race(known, groups)).ended:
        wanted = np.arange(seeds) < found.seeds[:, np.newaxis]
        assert np.isnan(known[wanted]).any()
        known = np.where(wanted, stored, np.nan)
        steps += 1
    assert steps <= len(rounds(seeds))
    whole = race(stored, groups)
    assert found.seeds.tolist() == whole.seeds.tolist()
    assert found.racing.tolist() == (whole.seeds == seeds).tolist()
    assert np.isnan(known).sum() == seeds * 8 - whole.seeds.sum()


@given(data=st.data(), few=st.integers(FIRST, 12), more=st.integers(1, 12))
def test_more_seeds_continue_the_same_race(data: Any, few: int, more: int) -> None:
    generator = np.random.default_rng(data.draw(st.integers(0, 1000)))
    accuracies = 0.8 - generator.uniform(0, 0.1, (9, 1)) + generator.normal(0, 0.02, (9, few + more))
    before, after = together(accuracies[:, :few]), together(accuracies)
    dropped = ~before.racing
    assert (after.seeds[dropped] == before.seeds[dropped]).all()
    assert (after.seeds[before.racing] >= before.seeds[before.racing]).all()


def test_a_race_waits_for_a_run_that_is_not_known() -> None:
    accuracies = np.random.default_rng(2).normal([[0.9], [0.89], [0.2]], 0.01, (3, 12))
    accuracies[1, FIRST] = np.nan
    found = together(accuracies)
    assert (found.seeds.tolist(), found.ended) == ([FIRST + 1, FIRST + 1, FIRST], False)
    assert found.racing.tolist() == [True, True, False]
    accuracies[2, FIRST] = np.nan  # it is out
    assert together(accuracies).seeds.tolist() == found.seeds.tolist()
    accuracies[0, 0] = np.nan
    assert (together(accuracies).seeds.tolist(), together(accuracies).racing.all()) == ([FIRST] * 3, True)


ALIKE, WIDER, MOSTLY_NOT = "alike", "the best more widely", "mostly not at all"


def _spreads(case: str, count: int) -> Values:
    """Standard deviations (count, 1) of equally good configurations, the first of which must not be lost."""
    spreads = np.full((count, 1), 0.02)
    if case == WIDER:
        spreads[0] = 0.06
    if case == MOSTLY_NOT:
        spreads[1 + count // 4 :] = 0
    return spreads


@pytest.mark.parametrize("case", [ALIKE, WIDER, MOSTLY_NOT])
@pytest.mark.parametrize("count", [2, 7, 56])
@pytest.mark.parametrize("shared", [0.0, 1.0])
def test_the_truly_best_is_dropped_in_a_round_with_the_stated_probability_at_most(
    case: str, count: int, shared: float
) -> None:
    """Among equals, where it is hardest to keep, and however unlike they scatter; what does not is hopeless."""
    generator, replicates, dropped = np.random.default_rng(count), 2000, 0
    spreads = _spreads(case, count)
    for _ in range(replicates):
        seed = shared * generator.normal(0, 0.02, FIRST + 1)
        found = together(0.8 - 0.4 * (spreads == 0) + seed + spreads * generator.normal(size=(count, FIRST + 1)))
        dropped += not found.racing[0]
    # An error of 0.05 is known from 2,000 replicates to 0.005; three times that.
    assert dropped / replicates <= LEVEL + 3 * 0.005


def test_what_is_a_little_better_than_many_is_hardly_ever_lost() -> None:
    """Of 40, one better by a standard deviation; what a race costs is what the full search would have found more."""
    generator, replicates = np.random.default_rng(5), 200
    lost = found = 0
    for _ in range(replicates):
        accuracies = generator.normal(0.8, 0.02, (40, 16))
        accuracies[0] += 0.02
        full = accuracies.mean(axis=1).argmax()
        found += full == 0
        lost += not together(accuracies).racing[full]
    assert found > 0.9 * replicates
    assert lost <= 0.02 * replicates


@pytest.fixture(scope="module")
def searches() -> dict[str, tuple[Values, Any]]:
    """Of two families: the validation accuracies of 112 configurations on 16 seeds, and what races with what."""
    table = pd.read_csv(SEARCHES)
    found = {}
    for family, own in table.groupby("family"):
        dropout = own["configuration"].str.contains("dropout 0.1").to_numpy()
        found[str(family)] = (
            own[[str(seed) for seed in range(16)]].to_numpy() / POINTS,
            np.array([[True] * len(own), dropout, ~dropout]),
        )
    return found


@pytest.mark.parametrize("family", ["sgd, train 100", "adam, train 100"])
def test_two_hundred_races_of_a_real_search_choose_as_all_its_runs_do_or_a_little_worse(
    family: str, searches: Any
) -> None:
    accuracies, groups = searches[family]
    found = races(accuracies, groups, orders=200)
    assert found.share.mean() < 0.3
    assert (found.regret > 0).mean() < 0.01  # in the family, and on either side of dropout
    assert found.regret.max() < 0.005  # half a point
    assert found.regret.mean() < 1e-5


def test_a_race_costs_less_accuracy_than_as_many_runs_divided_equally(searches: Any) -> None:
    """Five seeds for everyone, which are 31 % of the runs."""
    generator, equally, raced = np.random.default_rng(0), [], []
    for accuracies, groups in searches.values():
        means = accuracies.mean(axis=1)
        for _ in range(200):
            few = accuracies[:, generator.permutation(16)[:5]].mean(axis=1)
            equally.append(means.max() - means[few.argmax()])
        raced.append(races(accuracies, groups[:1], orders=200).regret.mean())
    assert np.mean(equally) > 0.001 > 100 * np.mean(raced)


def test_at_a_looser_level_a_race_would_choose_worse(searches: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(racing, "LEVEL", 0.4)
    accuracies, groups = searches["adam, train 100"]
    assert (races(accuracies, groups, orders=200).regret > 0).mean() > 0.05
