"""What every rule, schedule and penalty must keep, also one that was written a minute ago (see `rules`)."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest

import nn
from nn.components import Component, Interval, settings_of, stacked
from tests.nn.rules import PENALTIES, RULES, SCHEDULES, made

COMPONENTS: dict[str, type[Component]] = {**RULES, **SCHEDULES, **PENALTIES}


@pytest.mark.parametrize("component", COMPONENTS.values(), ids=list(COMPONENTS))
def test_its_defaults_are_allowed_and_every_setting_says_what_it_means(component: type[Component]) -> None:
    for setting in settings_of(component):
        assert setting.meaning
        if isinstance(setting.allowed, Interval) and setting.default is not dataclasses.MISSING:
            assert setting.allowed.contains(setting.default)
    assert component.__doc__


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_a_learning_rate_with_a_default(name: str) -> None:
    assert "lr" in {setting.name for setting in settings_of(RULES[name])}
    RULES[name]()


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_is_reset_starts_again(name: str) -> None:
    gradients = np.random.default_rng(0).standard_normal((5, 1, 3))
    optimizer, paths = made(name, 0.1), []
    for _ in range(2):
        p = np.ones((1, 3))
        for g in gradients:
            optimizer.step(p, g)
        paths.append(p.tobytes())
        optimizer.reset()
    assert paths[0] == paths[1]


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_rates_of_a_schedule_are_finite_and_in_proportion_to_the_one_it_is_given(name: str) -> None:
    one, four = (SCHEDULES[name](lr=lr).over(1000) for lr in (0.25, 1.0))
    rates = np.array([one(t) for t in range(1000)])
    assert np.isfinite(rates).all()
    assert (rates >= 0).all()
    assert rates.any()
    np.testing.assert_allclose(np.array([four(t) for t in range(1000)]), 4 * rates, rtol=1e-14)  # a rounding or two


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_of_a_stack_gives_each_run_its_own_rate(name: str) -> None:
    lr = np.array([[0.1], [0.2], [0.3]])
    together = SCHEDULES[name](lr=lr).over(1000)
    for t in (0, 1, 7, 1000):
        alone = [SCHEDULES[name](lr=float(rate)).over(1000)(t) for rate in lr[:, 0]]
        np.testing.assert_array_equal(np.broadcast_to(together(t), (3, 1))[:, 0], alone)


@pytest.mark.parametrize("name", PENALTIES)
def test_the_gradient_of_a_penalty_is_its_slope(name: str) -> None:
    penalty, h = PENALTIES[name](strength=0.5), 1e-6
    w = np.random.default_rng(1).standard_normal((1, 40)) + 0.1
    analytical = penalty.constant * penalty.slopes(w, np.empty_like(w))
    numerical = (penalty.terms(w + h) - penalty.terms(w - h)) / (2 * h)
    # Central differences of smooth functions of about 1: h^2 and rounding of 1e-16 / h.
    np.testing.assert_allclose(analytical, numerical, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("component", COMPONENTS.values(), ids=list(COMPONENTS))
def test_workers_and_copies_get_the_same_component(component: type[Component]) -> None:
    one = component(lr=0.25) if component in SCHEDULES.values() else component()  # type: ignore[call-arg]
    for same in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one)):
        assert type(same) is component
        assert all(getattr(same, s.name) == getattr(one, s.name) for s in settings_of(component))


@pytest.mark.parametrize("name", RULES)
def test_a_stack_has_the_settings_of_its_runs_side_by_side(name: str) -> None:
    rules = [made(name, lr) for lr in (0.1, 0.2)]
    together = stacked(rules)
    np.testing.assert_array_equal(together.lr, [[0.1], [0.2]])
    for setting in settings_of(RULES[name]):
        assert np.shape(getattr(together, setting.name)) == (() if setting.fixes_shape else (2, 1))
    assert isinstance(together, nn.Optimizer)
