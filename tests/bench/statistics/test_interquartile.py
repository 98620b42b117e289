"""The interquartile mean, and its intervals from runs that are drawn anew within each problem."""

import numpy as np
import pytest
from scipy import stats

from bench.statistics import interquartile
from bench.statistics.interquartile import interquartile_interval, interquartile_mean


def test_a_quarter_of_all_runs_is_cut_at_each_end() -> None:
    # Agarwal et al. 2021, appendix A.2: the mean of the middle half of all runs of all tasks, as trim_mean takes it
    assert interquartile_mean([0, 1, 2, 3, 4, 5, 6, 100]) == (2 + 3 + 4 + 5) / 4
    assert interquartile_mean([5, 1, 3]) == 3  # a quarter of three is none
    assert interquartile_mean([7]) == 7
    scores = np.random.default_rng(0).random(30)
    assert interquartile_mean(scores) == np.sort(scores)[7:23].mean() == stats.trim_mean(scores, 0.25)


def test_runs_are_drawn_anew_within_each_problem_alone() -> None:
    assert interquartile_interval([[0.2, 0.2, 0.2], [0.8, 0.8, 0.8, 0.8]]) == pytest.approx(
        (0.56, 0.56)
    )  # 2 and 3 of 5
    assert np.isnan(interquartile_interval([[0.5], [0.7]])).all()
    assert np.isnan(interquartile_interval([[0.5, 0.6], [0.7]])).all()
    assert np.isnan(interquartile_interval([])).all()
    assert np.isnan(interquartile_interval([[]])).all()


def test_bounds_are_percentiles_of_the_means_of_what_is_drawn() -> None:
    scores = np.array([0.0, 1.0])  # means of two draws: 0, .5, .5, 1 with equal probability
    assert interquartile_interval([scores], alpha=0.4) == (0, 1)
    assert interquartile_interval([scores], alpha=0.6) == (0.5, 0.5)
    many = np.random.default_rng(1).random((4, 25))
    low, high = interquartile_interval(list(many))
    narrow = interquartile_interval(list(many), alpha=0.5)
    assert low < narrow[0] < interquartile_mean(many.ravel()) < narrow[1] < high
    assert (low, high) == interquartile_interval(list(many))
    # The trimmed mean of n uniform numbers has the variance (1 / 96 + 2 / 64) / .25 / n (Huber 1981, section 3.3), of
    # 100 the standard deviation .041; a sample's own spread is within a fifth of it
    assert high - low == pytest.approx(2 * 1.96 * 0.041, rel=0.2)


def test_very_many_runs_are_drawn_in_parts_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = [np.random.default_rng(i).random(50) for i in range(4)]
    whole = interquartile_interval(scores)
    monkeypatch.setattr(interquartile, "HELD", 300)  # one sample of 200 runs at a time
    in_parts = interquartile_interval(scores)
    monkeypatch.setattr(interquartile, "DRAWN", 1000)
    fewer = interquartile_interval(scores)
    for other in (in_parts, fewer):
        # an end of an interval from 200 samples varies by a tenth of its length, one from 2,000 by 3 %
        assert other == pytest.approx(whole, abs=0.3 * (whole[1] - whole[0]))
        assert other != whole


@pytest.mark.parametrize(("runs", "documented"), [(5, 0.90), (20, 0.94)])
def test_with_few_runs_the_interval_is_as_short_as_documented(
    monkeypatch: pytest.MonkeyPatch, runs: int, documented: float
) -> None:
    monkeypatch.setattr(interquartile, "SAMPLES", 200)
    generator, centers, replicates = np.random.default_rng(2), np.linspace(0.6, 0.95, 7), 200
    truth = interquartile_mean(generator.normal(centers, 0.02, (100_000, 7)).ravel())
    bounds = [
        interquartile_interval(list(generator.normal(centers[:, np.newaxis], 0.02, (7, runs))))
        for _ in range(replicates)
    ]
    covered = np.mean([low <= truth <= high for low, high in bounds])
    # three standard errors of both this and the 600 replicates that the documented share is from
    assert covered == pytest.approx(documented, abs=3 * np.sqrt(documented * (1 - documented) * (1 / 200 + 1 / 600)))
