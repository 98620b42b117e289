"""Plans: for each, its word, its interval and its p values are one and the same statement."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from bench.statistics.betting import betting_interval, log_wealth
from bench.statistics.claims import claim_of
from bench.statistics.means import Floats, estimate_of
from bench.statistics.plans import FIXED, Evidence, Fixed, Looks, Plan, Question, UntilDecided, facts_of, plan_of
from bench.statistics.sequential import nominal_levels, repeated_p

PLANS: list[Plan] = [FIXED, Looks(1, 30), Looks(2, 10), Looks(3, 5), UntilDecided(200)]
SAMPLES = 600  # per plan
ASKED = Question(0.85, 0.05, 0.01, 4)


def evidence(plan: Plan, values: Any, question: Question = ASKED) -> Evidence:
    values = np.asarray(values, dtype=np.float64)
    return plan.evidence(values, estimate_of(values), question)


def random_question(generator: np.random.Generator) -> Question:
    """Also baselines at and near 0 and 1, whose margins leave [0, 1]."""
    accuracy = float(generator.choice([0.0, 0.004, 0.5, 0.85, 0.85, 0.996, 1.0]))
    margin = float(generator.choice([0.0, 0.0001, 0.01, 0.05]))
    return Question(accuracy, float(generator.choice([0.05, 0.01, 0.2])), margin, int(generator.choice([1, 3, 8])))


def random_sample(generator: np.random.Generator, accuracy: float) -> Floats:
    """1 to 120 accuracies near a baseline, in whole test points now and then; constant or drifting ones too."""
    n = int(generator.choice([1, 2, 5, 10, 20, 30, 120]))
    mean = accuracy + generator.choice([0, 0, 0.005, -0.005, 0.03, -0.2])
    values = generator.normal(mean, generator.choice([0.002, 0.01, 0.1]), n)
    kind = generator.random()
    if kind < 0.1:
        values[:] = mean
    elif kind < 0.2:
        values = np.where(np.arange(n) < n // 3, 0.05, 0.95) + generator.normal(0, 0.01, n)
    if generator.random() < 0.5:
        values = np.round(values * 300) / 300
    return np.asarray(values.clip(0, 1), dtype=np.float64)


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_word_interval_and_p_values_never_contradict_each_other(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.statistics.betting.RESOLUTION", 200)  # as fine as it needs to be, but faster
    generator, seen = np.random.default_rng(1), set()
    for _ in range(SAMPLES):
        question = random_question(generator)
        found = evidence(plan, random_sample(generator, question.accuracy), question)
        claim = claim_of(found.low, found.high, question.accuracy, question.margin)
        seen.add(claim.kind.word)
        if claim.kind.word == "degenerate":
            assert np.isnan([found.low, found.high, found.p, found.p_equal]).all()
            continue
        assert 0 <= found.p <= 1
        assert 0 <= found.p_equal <= 1
        assert 0 <= found.low <= found.high <= 1
        assert (found.p <= question.alpha) == (claim.kind.word in ("above", "below"))
        assert (found.p_equal <= question.alpha) == claim.within_margin
    assert seen == {"above", "below", "practically equal", "inconclusive", "degenerate"}


def test_one_look_at_a_fixed_number_of_seeds_is_scipys_t_test_with_bonferronis_level() -> None:
    values = np.random.default_rng(2).normal(0.853, 0.01, 30)
    found, test = evidence(FIXED, values), stats.ttest_1samp(values, 0.85)
    interval = test.confidence_interval(1 - 0.05 / 4)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.p == pytest.approx(4 * test.pvalue)
    one_sided = [
        stats.ttest_1samp(values, 0.84, alternative="greater"),
        stats.ttest_1samp(values, 0.86, alternative="less"),
    ]
    assert found.p_equal == pytest.approx(4 * 2 * max(test.pvalue for test in one_sided))


@pytest.mark.parametrize(
    ("n", "look"), [(3, 1), (10, 1), (11, 2), (19, 2), (20, 2), (21, 3), (30, 3), (31, 3), (90, 3)]
)
def test_a_look_has_the_t_interval_at_its_own_nominal_level(n: int, look: int) -> None:
    values = np.random.default_rng(n).normal(0.853, 0.01, n)
    found = evidence(Looks(3, 10), values)
    interval = stats.ttest_1samp(values, 0.85).confidence_interval(1 - nominal_levels(3, 0.05 / 4)[look - 1])
    assert (found.low, found.high) == pytest.approx((np.maximum(interval.low, 0), np.minimum(interval.high, 1)))
    repeated = repeated_p(float(stats.ttest_1samp(values, 0.85).pvalue), look, 3)
    assert found.p == pytest.approx(min(1, 4 * repeated))


@pytest.mark.parametrize("plan", [FIXED, UntilDecided(2000)], ids=str)
@pytest.mark.parametrize(("accuracy", "values"), [(0.004, [0.0, 0.004]), (0.996, [1.0, 0.996])])
def test_an_edge_of_the_margin_beyond_0_or_1_needs_no_evidence(plan: Plan, accuracy: float, values: Any) -> None:
    # The mean is .002 from the edge of [0, 1] and .008 from the edge of the margin that lies within.
    found = evidence(plan, values * 1000, Question(accuracy, 0.05, 0.01, 1))
    assert found.p_equal <= 0.05
    # Two differences give a t interval far beyond 0 or 1, but there no mean can be.
    few = evidence(FIXED, values, Question(accuracy, 0.05, 0.01, 1))
    t = stats.ttest_1samp(values, accuracy).confidence_interval(0.95)
    assert (few.low, few.high) == pytest.approx((max(t.low, 0), min(t.high, 1)))


def test_a_plan_of_one_look_is_the_fixed_one() -> None:
    values = np.random.default_rng(3).normal(0.853, 0.01, 30)
    assert evidence(Looks(1, 30), values) == evidence(FIXED, values)


@pytest.mark.parametrize("looks", [1, 2, 3, 5])
def test_a_repeated_p_is_at_most_alpha_exactly_where_the_look_rejects_whatever_alpha(looks: int) -> None:
    for alpha in (0.9, 0.2, 0.05, 0.05 / 64):
        for look, level in enumerate(nominal_levels(looks, alpha), 1):
            # rel: the search for alpha ends within 1e-12 of its logarithm, boundaries are known to 1e-9
            assert repeated_p(level, look, looks) == pytest.approx(alpha, rel=1e-8)
            assert repeated_p(level * (1 - 1e-7), look, looks) < alpha < repeated_p(level * (1 + 1e-7), look, looks)


@pytest.mark.parametrize(("p", "expected"), [(0.0, 0.0), (1.0, 1.0), (0.9999, 1.0), (np.nan, np.nan)])
def test_a_repeated_p_stays_a_probability(p: float, expected: float) -> None:
    # At .9999 even all of alpha leaves the first look less than that.
    assert repeated_p(p, 1, 3) == pytest.approx(expected, nan_ok=True)


def test_the_interval_until_decided_is_the_betting_sequences_without_its_bounds() -> None:
    values = np.random.default_rng(4).normal(0.86, 0.01, 300)
    low, high = betting_interval(values, 0.05 / 4, (0.85, 0.84, 0.86))
    found = evidence(UntilDecided(300), values)
    assert (found.low, found.high) == (np.nextafter(low, 1), np.nextafter(high, 0))


def test_seeds_that_contradict_having_a_mean_say_nothing_until_decided() -> None:
    found = evidence(UntilDecided(5000), np.r_[np.full(400, 0.2), np.full(3000, 0.9)])
    assert np.isnan([found.low, found.high, found.p, found.p_equal]).all()


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_more_families_and_smaller_alphas_widen_the_interval_and_raise_p(plan: Plan) -> None:
    values = np.random.default_rng(5).normal(0.853, 0.01, 30)
    found = [evidence(plan, values, Question(0.85, alpha, 0.01, m)) for alpha, m in ((0.05, 1), (0.05, 8), (0.01, 8))]
    widths = [one.high - one.low for one in found]
    assert widths == sorted(set(widths))
    assert found[0].p <= found[1].p


def test_the_level_is_bonferronis() -> None:
    assert ASKED.level == 0.05 / 4


@pytest.mark.parametrize("plan", [FIXED, Looks(3, 10), UntilDecided(400)], ids=str)
def test_a_plan_survives_being_stored(plan: Plan) -> None:
    facts = facts_of(plan)
    assert facts["plan"] == plan.name
    assert plan_of(facts | {"something": "else"}) == plan


def test_how_many_seeds_come_next() -> None:
    def counts(plan: Plan, seeds: int) -> list[int]:
        found = [seeds]
        while (following := plan.more(found[-1])) is not None:
            found.append(following)
        return found

    assert counts(Fixed(), 40) == [40]
    assert counts(Looks(3, 10), 10) == [10, 20, 30]
    assert counts(UntilDecided(100), 30) == [30, 40, 50, 62, 77, 96, 100]
    assert (Fixed().most, Looks(3, 10).most, UntilDecided(100).most) == (0, 30, 100)


@pytest.mark.parametrize("plan", [Fixed(), Looks(3, 10), UntilDecided(30)], ids=str)
def test_after_the_last_seed_of_a_plan_none_comes(plan: Plan) -> None:
    assert plan.more(30) is None
    assert plan.more(31) is None


@pytest.mark.parametrize(
    ("plan", "seeds", "following"),
    [
        (Looks(3, 10), 20, 30),
        (UntilDecided(1000), 0, 10),
        (UntilDecided(1000), 100, 125),
        (UntilDecided(130), 129, 130),
    ],
)
def test_the_next_seeds_of_a_plan(plan: Plan, seeds: int, following: int) -> None:
    assert plan.more(seeds) == following


@pytest.mark.parametrize("mean", [0.85, 0.86, 0.88, 0.83])
def test_the_evidence_until_decided_is_the_largest_capital_of_those_who_bet(mean: float) -> None:
    values = np.random.default_rng(6).normal(mean, 0.003, 400)
    found = evidence(UntilDecided(400), values)
    level = ASKED.alpha / ASKED.families
    (above, below), (far_above, _), (_, far_below) = (log_wealth(values, m, level) for m in (0.85, 0.84, 0.86))
    against_same = max(above.max(), below.max())
    against_far = min(far_above.max(), far_below.max())
    assert found.p == pytest.approx(min(1, 4 * np.exp(-against_same)))
    assert found.p_equal == pytest.approx(min(1, 4 * np.exp(-against_far)))


@pytest.mark.parametrize(("values", "low", "high"), [([0.0] * 400, 0, 0.1), ([1.0] * 400, 0.9, 1), ([], 0, 1)])
def test_bounds_until_decided_that_are_0_or_1_stay_so(values: list[float], low: float, high: float) -> None:
    found = evidence(UntilDecided(400), values)
    assert (found.low == low) == (low == 0)
    assert (found.high == high) == (high == 1)
    assert low <= found.low < found.high <= high


def test_a_sample_without_spread_says_nothing_after_a_fixed_number() -> None:
    for plan in (FIXED, Looks(3, 10)):
        found = evidence(plan, [0.9] * 20)
        assert np.isnan([found.low, found.high, found.p, found.p_equal]).all()


def test_facts_of_a_plan_are_its_name_and_settings() -> None:
    assert facts_of(FIXED) == {"plan": "fixed"}
    assert facts_of(Looks(3, 10)) == {"plan": "looks", "count": 3, "step": 10}
    assert facts_of(UntilDecided(400)) == {"plan": "until decided", "most": 400}


@pytest.mark.parametrize(
    ("accuracy", "values", "edge", "side"),
    [(0.75, [0.875, 1.0, 0.9375], 1.0, "less"), (0.25, [0.125, 0.0, 0.0625], 0.0, "greater")],
)
def test_an_edge_of_the_margin_on_0_or_1_is_tested(accuracy: float, values: Any, edge: float, side: Any) -> None:
    found = evidence(FIXED, values, Question(accuracy, 0.05, 0.25, 1))
    assert found.p_equal == pytest.approx(2 * stats.ttest_1samp(values, edge, alternative=side).pvalue)
    assert found.p_equal > 0.05
    assert edge in (found.low, found.high)


@pytest.mark.parametrize("accuracy", [0.8498, 0.8598, 0.8398], ids=["the baseline", "its lower edge", "its upper edge"])
def test_the_interval_until_decided_excludes_the_baseline_and_the_edges_of_its_margin_exactly(accuracy: float) -> None:
    values = np.full(160, 0.87)
    assert log_wealth(values, 0.8498)[0].max() >= np.log(20) > log_wealth(values, 0.85)[0].max()
    found = evidence(UntilDecided(160), values, Question(accuracy, 0.05, 0.01, 1))
    # abs: an edge is a sum, rounded; the other candidates are .0005 apart
    assert found.low == pytest.approx(0.8498, abs=1e-9)


@pytest.mark.parametrize("side", [0, 1])
def test_a_mean_of_0_or_1_is_rejected_with_the_edge_of_the_margin_that_is_next_to_it(side: int) -> None:
    # On the edge nobody bets; the nearest candidate is that of the margin, .0001 away.
    values, nearest = np.abs(side - np.full(300, 0.01)), abs(side - 0.0001)
    found = evidence(UntilDecided(300), values, Question(float(side), 0.05, 0.0001, 1))
    assert found.p == pytest.approx(float(np.exp(-log_wealth(values, nearest)[side].max())))
    assert found.p <= 0.05
