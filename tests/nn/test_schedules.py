"""Learning rates by step, and that optimizers ask for them step by step."""

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
