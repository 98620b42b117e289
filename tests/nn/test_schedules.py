"""Learning rates by step, and that optimizers ask for them step by step."""

from collections.abc import Callable

import numpy as np
import pytest

import nn


def test_a_constant_rate_is_the_same_in_every_step() -> None:
    assert [nn.Constant(0.3)(t) for t in (0, 1, 1000)] == [0.3, 0.3, 0.3]


def test_inverse_time_divides_by_one_plus_decay_times_the_step_counted_from_zero() -> None:
    schedule = nn.InverseTime(1.0, 0.5)
    assert [schedule(t) for t in (0, 1, 2, 6, 14)] == [1.0, 1 / 1.5, 0.5, 0.25, 0.125]


def test_inverse_time_without_decay_is_constant_to_the_bit() -> None:
    assert [nn.InverseTime(0.1, 0.0)(t) for t in (0, 1, 12345)] == [0.1] * 3


def test_each_run_can_have_its_own_rate_and_decay() -> None:
    lr, decay = np.array([[1.0], [2.0], [3.0]]), np.array([[0.0], [0.5], [1.0]])
    np.testing.assert_array_equal(nn.InverseTime(lr, decay)(2), [[1.0], [1.0], [1.0]])
    np.testing.assert_array_equal(nn.InverseTime(4.0, decay)(2), 4 / (1 + decay * 2))


def test_steps_multiply_the_rate_by_the_factor_in_each_of_equal_stages() -> None:
    schedule = nn.Step(1.0, stages=3, factor=0.5, steps=7)  # stages begin at 7/3 and 14/3
    assert [schedule(t) for t in range(7)] == [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25]


def test_a_stage_begins_in_the_very_step_that_is_a_whole_share() -> None:
    schedule = nn.Step(1.0, stages=100, factor=0.5, steps=100)  # 29 / 100 * 100 is less than 29 in floats
    assert [schedule(t) for t in range(100)] == [0.5**t for t in range(100)]


def test_an_exponential_rate_falls_by_one_share_in_every_step() -> None:
    schedule = nn.Exponential(1.0, final=1 / 16, steps=8)
    assert [schedule(t) for t in (0, 2, 4, 6, 8)] == [1.0, 0.5, 0.25, 0.125, 0.0625]


def test_a_cosine_goes_from_the_rate_to_zero() -> None:
    schedule = nn.Cosine(2.0, steps=12)
    expected = [2.0, 1 + np.sqrt(0.5), 1.5, 1.0, 0.5, 0.0]
    # cos(pi / 4), cos(pi / 3) and cos(pi / 2) are right to a rounding of 1e-16
    np.testing.assert_allclose(np.array([schedule(t) for t in (0, 3, 4, 6, 8, 12)]), expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize("make", [nn.Step, nn.Exponential, nn.Cosine])
def test_after_the_last_step_the_rate_stays(make: type[nn.schedules.OverTraining]) -> None:
    schedule = make(1.0, steps=10)
    assert schedule(15) == schedule(1000) == schedule(10)
    assert schedule(9) < schedule(0) == 1


def test_a_warm_up_rises_in_a_line_to_the_rate_that_it_precedes() -> None:
    rising = nn.WarmUp(nn.Step(1.0, stages=2, factor=0.5), 0.4).over(10)
    assert [rising(t) for t in range(10)] == [0.25, 0.5, 0.75, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5]
    assert [nn.WarmUp(0.5, 0.4, steps=10)(t) for t in range(5)] == [0.125, 0.25, 0.375, 0.5, 0.5]


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_a_warm_up_of_one_step_or_none_changes_nothing(share: float) -> None:
    schedule = nn.Cosine(0.3, steps=10)
    assert [nn.WarmUp(schedule, share, steps=10)(t) for t in range(10)] == [schedule(t) for t in range(10)]


def test_training_says_how_many_steps_there_are() -> None:
    rng = np.random.default_rng(0)
    data = nn.Data(rng.standard_normal((1, 2, 10)), rng.integers(3, size=(1, 10)), 3)

    def used(rate: nn.schedules.Rate, batch: int | None) -> nn.schedules.Rate:
        """The rate in training; afterwards the optimizer has the one that it was given, for other trainings."""
        optimizer, rates = nn.SGD(rate), []
        network = nn.Network([2, 3])
        nn.train(
            network,
            optimizer,
            data,
            None,
            epochs=4,
            batch=batch,
            batch_streams=[rng],
            watch=lambda *_: rates.append(optimizer.lr),
        )
        assert optimizer.lr is rate
        return rates[-1]

    for batch, steps in ((None, 4), (4, 12), (5, 8), (99, 4)):
        rate = used(nn.WarmUp(nn.Cosine(0.1), 0.5), batch)
        assert rate == nn.WarmUp(nn.Cosine(0.1, steps=steps), 0.5, steps=steps)
        assert used(nn.Cosine(0.1, steps=7), batch) == nn.Cosine(0.1, steps=7)  # what is given is kept
    assert used(0.1, None) == 0.1


@pytest.mark.parametrize("rate", [nn.Step(0.1), nn.Exponential(0.1), nn.Cosine(0.1), nn.WarmUp(0.1, 0.5)], ids=repr)
def test_a_schedule_over_a_training_of_unknown_length_is_refused(rate: nn.schedules.Rate) -> None:
    with pytest.raises(ValueError, match="expected steps, of the whole training"):
        nn.SGD(rate).step(np.zeros((1, 1)), np.ones((1, 1)))


@pytest.mark.parametrize("schedule", [nn.Constant(0.5), nn.InverseTime(0.5, 1.0)], ids=["constant", "inverse time"])
def test_an_optimizer_uses_the_rate_of_its_step(schedule: nn.Constant | nn.InverseTime) -> None:
    optimizer, p = nn.SGD(schedule), np.zeros((1, 1))
    moves = []
    for _ in range(4):
        before = p.copy()
        optimizer.step(p, np.ones((1, 1)))
        moves.append(float((before - p)[0, 0]))
    # The moves are differences of sums: a few roundings of 1e-16.
    np.testing.assert_allclose(np.array(moves), np.array([schedule(t) for t in range(4)]), rtol=1e-14)
    assert optimizer.t == 4


def test_a_rate_per_batch_counts_steps_not_epochs() -> None:
    rng = np.random.default_rng(0)
    data = nn.Data(rng.standard_normal((1, 2, 10)), rng.integers(3, size=(1, 10)), 3)
    optimizer = nn.SGD(nn.InverseTime(0.1, 1.0))
    nn.train(nn.Network([2, 3]), optimizer, data, data, epochs=4, batch=4, batch_streams=[rng])
    assert optimizer.t == 4 * 3


@pytest.mark.parametrize(
    ("lr", "decay"), [(0.0, 0.1), (-1.0, 0.1), (float("nan"), 0.1), (0.1, -0.1), (0.1, float("inf"))]
)
def test_a_schedule_refuses_rates_that_mean_nothing(lr: float, decay: float) -> None:
    with pytest.raises(ValueError, match="expected 0"):
        nn.InverseTime(lr, decay)


def test_hyperparameters_of_a_stack_are_a_column_so_that_they_cannot_spread_over_the_parameters() -> None:
    with pytest.raises(ValueError, match=r"lr: expected a number or an array of shape \(runs, 1\), got shape \(9,\)"):
        nn.SGD(np.full(9, 0.1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Step(0.1, factor=1.0), "expected 0 <= factor < 1, got 1.0"),
        (lambda: nn.Exponential(0.1, final=0.0), "expected 0 < final <= 1, got 0.0"),
        (lambda: nn.WarmUp(0.1, 1.0), "expected 0 <= share < 1, got 1.0"),
        (lambda: nn.WarmUp(-0.1, 0.5), "expected 0 < rate < inf, got -0.1"),
        (lambda: nn.Cosine(0.1, steps=-1), "steps: expected a whole number >= 1, or none, got -1"),
        (lambda: nn.Step(0.1, steps=0), "steps: expected a whole number >= 1, or none, got 0"),
        (lambda: nn.Exponential(0.1, steps=1.5), "steps: expected a whole number >= 1, or none, got 1.5"),  # type: ignore[arg-type]
        (lambda: nn.WarmUp(0.1, 0.5, steps=-1), "steps: expected a whole number >= 1, or none, got -1"),
    ],
)
def test_settings_of_schedules_out_of_range_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
