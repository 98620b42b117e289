"""How many collapsing seeds a verdict survives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.statistics import judge, sentence
from bench.statistics.collapse import collapse_of
from tests.bench.statistics.frames import Runs

CHANCE = 1 / 3


@pytest.mark.parametrize("alpha", [0.05, 0.01])
@pytest.mark.parametrize("n", [1, 10, 40])
def test_clean_seeds_exclude_only_as_many_as_could_have_hidden(n: int, alpha: float) -> None:
    found = collapse_of(np.full(n, 0.9), 0.85, CHANCE, alpha)
    assert found.seen == 0
    # A share q is not seen in n seeds with probability (1 - q)^n, which is alpha for this q.
    assert found.excluded == pytest.approx(1 - alpha ** (1 / n))


def test_forty_clean_seeds_exclude_more_than_seven_percent() -> None:
    assert collapse_of(np.full(40, 0.9), 0.85, CHANCE, 0.05).excluded == pytest.approx(0.072, abs=0.0005)


def test_the_breakdown_rate_is_the_share_at_chance_that_brings_the_mean_down_to_the_threshold() -> None:
    found = collapse_of(np.array([0.88, 0.882]), 0.85, CHANCE, 0.05)
    assert found.breakdown == pytest.approx((0.881 - 0.85) / (0.881 - 1 / 3))
    share = found.breakdown
    assert (1 - share) * 0.881 + share * CHANCE == pytest.approx(0.85)


def test_seeds_seen_to_collapse_are_counted_and_say_nothing_of_how_high_the_others_are() -> None:
    half_way = (0.85 + CHANCE) / 2
    values = np.array([0.9] * 36 + [0.88] * 2 + [half_way, CHANCE])
    found = collapse_of(values, 0.85, CHANCE, 0.05)
    mean = (36 * 0.9 + 2 * 0.88) / 38
    assert found.seen == 2
    assert found.breakdown == pytest.approx((mean - 0.85) / (mean - CHANCE))
    # Clopper & Pearson, one-sided: 2 or fewer of 40 are seen with probability .05.
    assert stats.binom.cdf(2, 40, found.excluded) == pytest.approx(0.05)
    assert collapse_of(np.r_[values[:-2], half_way + 1e-9, CHANCE], 0.85, CHANCE, 0.05).seen == 1


@pytest.mark.parametrize("alpha", [0.05, 0.01])
@pytest.mark.parametrize("n", [5, 40])
def test_larger_shares_than_excluded_are_wrongly_excluded_with_probability_alpha_at_most(n: int, alpha: float) -> None:
    values = [np.r_[np.full(n - k, 0.9), np.full(k, CHANCE)] for k in range(n + 1)]
    excluded = np.array([collapse_of(v, 0.85, CHANCE, alpha).excluded for v in values])
    shares = np.r_[np.linspace(0.001, 0.999, 999), np.nextafter(excluded[:-1], 1)][:, np.newaxis]
    wrong = (stats.binom.pmf(np.arange(n + 1), n, shares) * (excluded < shares)).sum(axis=1)
    # Not simulated: the sum over all counts, known to rounding.
    assert wrong.max() <= alpha + 1e-12
    assert wrong.max() > 0.99 * alpha  # and no wider than needed


@pytest.mark.parametrize(
    ("values", "threshold"), [([0.84, 0.85], 0.85), ([0.5] * 3, 0.5), ([0.9], 0.3), ([0.9], CHANCE), ([0.33] * 4, 0.85)]
)
def test_where_nothing_is_above_the_threshold_or_that_not_above_chance_nothing_can_break(
    values: list[float], threshold: float
) -> None:
    found = collapse_of(np.array(values), threshold, CHANCE, 0.05)
    assert np.isnan(found.breakdown)
    assert not found.fragile


@pytest.mark.parametrize("n", [10, 40])
def test_a_verdict_is_fragile_exactly_where_the_seeds_allow_the_share_that_undoes_it(n: int) -> None:
    excluded = 1 - 0.05 ** (1 / n)
    edge = (0.85 - excluded * CHANCE) / (1 - excluded)  # this mean breaks down at just what is excluded
    for offset, fragile in ((-1e-9, True), (1e-9, False)):
        assert collapse_of(np.full(n, edge + offset), 0.85, CHANCE, 0.05).fragile == fragile


def seeds(mean: float, n: int = 40) -> list[float]:
    """n accuracies around this mean, .002 away on both sides."""
    return [mean - 0.002, mean + 0.002] * (n // 2)


def verdict(runs: Runs, values: Any) -> pd.Series[Any]:
    return judge(runs({"adam": values}, points=10**6), 0.85, 0.05, 0.01).iloc[0]


def test_a_word_that_a_few_collapsing_seeds_would_undo_carries_a_warning(runs: Runs) -> None:
    found = verdict(runs, seeds(0.881))
    assert (found["kind"], found["fragile"], found["collapsed"]) == ("above", True, 0)
    assert found["word"] == "above, unless 5.7 % of seeds collapse"  # .031 / .5477 = .0566
    assert found["breakdown"] == pytest.approx(0.031 / (0.881 - 1 / 3))
    said = sentence(found)
    assert "It would be undone if 5.7 % of all seeds collapsed to chance; of these seeds none collapsed" in said
    assert "which at 95 % leaves up to 7.2 %: they do not exclude that." in said


def test_a_word_that_the_seeds_protect_carries_none(runs: Runs) -> None:
    found = verdict(runs, seeds(0.9))
    assert (found["word"], found["fragile"]) == ("above", False)
    assert found["breakdown"] == pytest.approx(0.05 / (0.9 - 1 / 3))  # 8.8 %
    assert "leaves up to 7.2 %: they exclude that." in sentence(found)


def test_practically_equal_breaks_down_at_the_lower_edge_of_the_margin(runs: Runs) -> None:
    found = verdict(runs, seeds(0.8501))
    assert found["kind"] == "practically equal"
    assert found["breakdown"] == pytest.approx(0.0101 / (0.8501 - 1 / 3))
    assert found["word"] == "practically equal, unless 2.0 % of seeds collapse"


@pytest.mark.parametrize(("values", "kind"), [(seeds(0.83), "below"), ([0.8, 0.91] * 10, "inconclusive")])
def test_what_collapsing_seeds_cannot_undo_is_not_warned_of(runs: Runs, values: list[float], kind: str) -> None:
    found = verdict(runs, values)
    assert found["kind"] == kind
    assert found[["breakdown", "collapse_excluded"]].isna().all()
    assert not found["fragile"]
    assert "collapse" not in found["word"] + sentence(found)
