"""The spiral: the textbook's formula, its ceiling, and splits that do not disturb one another."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from bench.problems import SIZES, Spiral

SPIRAL = Spiral(classes=3, noise=0.2, train=30, validation=20, test=100)


def _as_printed(points: int, classes: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """`spiral_data` of nnfs 0.5.1, with its global generator replaced by `rng`."""
    x, y = np.zeros((points * classes, 2)), np.zeros(points * classes, dtype="uint8")
    for j in range(classes):
        ix = range(points * j, points * (j + 1))
        r = np.linspace(0.0, 1, points)
        t = np.linspace(j * 4, (j + 1) * 4, points) + rng.standard_normal(points) * 0.2
        x[ix] = np.c_[r * np.sin(t * 2.5), r * np.cos(t * 2.5)]
        y[ix] = j
    return x, y


@pytest.mark.parametrize(("points", "classes"), [(100, 3), (7, 5), (1, 2)])
def test_it_is_the_spiral_of_the_book(points: int, classes: int) -> None:
    x, labels = Spiral(classes, 0.2).sample(points, np.random.default_rng(1))
    printed_x, printed_labels = _as_printed(points, classes, np.random.default_rng(1))
    # 4 j + 4 r instead of linspace rounds otherwise: angles up to 50 rad, so 1e-14 each
    np.testing.assert_allclose(x.T, printed_x, rtol=0, atol=1e-13)
    np.testing.assert_array_equal(labels, printed_labels)


def test_its_ceiling_is_the_bayes_accuracy() -> None:
    # to the digits that were checked when this was planned: an integral over the wrapped normals at each radius
    assert Spiral(3, 0.2, test=1_000_000).ceiling == pytest.approx(0.9098, abs=5e-5)
    assert Spiral(3, 0.2, test=100).ceiling == pytest.approx(0.9041, abs=5e-5)
    assert Spiral(3, 0.2, test=1000).ceiling == pytest.approx(0.9093, abs=5e-5)


def _bayes_right(spiral: Spiral, points: int, repeats: int) -> np.ndarray:
    """How often the rule that knows all densities is right away from the origin, for each of many test sets."""
    turns = 2 * np.pi * np.arange(-12, 13)
    right = []
    for seed in range(repeats):
        x, labels = spiral.sample(points, np.random.default_rng(seed))
        angle = np.arctan2(x[0], x[1]) - 10 * np.hypot(*x)
        away = angle - 10 * np.arange(spiral.classes)[:, np.newaxis]
        away = (away + np.pi) % (2 * np.pi) - np.pi
        densities = np.exp(-(((away[:, :, np.newaxis] + turns) / (2.5 * spiral.noise)) ** 2) / 2).sum(axis=2)
        right.append(np.mean((densities.argmax(axis=0) == labels)[np.hypot(*x) > 0]))
    return np.array(right)


@pytest.mark.parametrize(("classes", "noise"), [(2, 0.2), (2, 3.0), (3, 0.05), (3, 0.2), (3, 0.9), (5, 0.2)])
def test_its_ceiling_agrees_with_simulation(classes: int, noise: float) -> None:
    points = 60
    spiral = Spiral(classes, noise, test=points)
    right = _bayes_right(spiral, points, 150)
    away_from_origin = (spiral.ceiling * points - 1 / classes) / (points - 1)
    # 4 standard errors; where hardly any guess is wrong, as many as may be missed by chance (Poisson, 5e-5)
    error = right.std() / np.sqrt(len(right)) + 2.5 / (len(right) * classes * points)
    assert abs(right.mean() - away_from_origin) < 4 * error


def test_without_noise_only_the_origin_is_in_doubt() -> None:
    for classes in (2, 3, 100):
        assert Spiral(classes, 0, test=50).ceiling == pytest.approx((49 + 1 / classes) / 50, rel=1e-15)
    x, labels = Spiral(3, 0).sample(50, np.random.default_rng(0))
    away = x[:, 1:50]
    assert np.hypot(*away) == pytest.approx(np.arange(1, 50) / 49)
    assert len(set(map(tuple, x.T[labels == 0]))) == 50


def test_the_more_noise_the_lower_the_ceiling_down_to_guessing() -> None:
    for classes in (2, 3, 8, 100):
        ceilings = [Spiral(classes, noise, test=1000).ceiling for noise in (0, 0.01, 0.1, 0.3, 1, 10, 1000)]
        assert all(after <= before * (1 + 1e-12) for before, after in pairwise(ceilings))  # sums of rounded terms
        assert ceilings[-1] == pytest.approx(1 / classes, rel=1e-9)
        assert all(1 / classes <= value * (1 + 1e-12) for value in ceilings)


def test_one_point_of_each_class_lies_at_the_origin() -> None:
    x, labels = Spiral(4, 0.2).sample(10, np.random.default_rng(0))
    assert sorted(labels[np.hypot(*x) == 0]) == [0, 1, 2, 3]
    assert Spiral(4, 0.2, test=1).ceiling == 0.25


def test_the_ceiling_is_that_of_the_test_set() -> None:
    assert SPIRAL.ceiling == Spiral(3, 0.2, test=100).ceiling
    assert replace(SPIRAL, train=1).ceiling == SPIRAL.ceiling


def test_a_larger_training_set_shifts_no_other_set() -> None:
    for split in SIZES[1:]:
        x, labels = SPIRAL.draw(split, 5)
        other_x, other_labels = replace(SPIRAL, train=1000).draw(split, 5)
        assert x.tobytes() == other_x.tobytes()
        assert labels.tobytes() == other_labels.tobytes()


def test_every_split_and_every_seed_has_points_of_its_own() -> None:
    equal = replace(SPIRAL, train=30, validation=30, test=30)
    drawn = {equal.draw(split, seed)[0].tobytes() for split in SIZES for seed in (0, 1)}
    assert len(drawn) == 6


@pytest.mark.parametrize(("classes", "noise"), [(2, 0.2), (3, 0.2), (3, 0.05), (5, 0.1)])
def test_the_bayes_rule_is_right_as_often_as_the_ceiling_says(classes: int, noise: float) -> None:
    points = 100_000
    spiral = Spiral(classes, noise, test=points)
    x, labels = spiral.sample(points, np.random.default_rng(3))
    right = float(np.mean(spiral.classify(x) == labels))
    # four standard errors of a share of classes * points draws
    assert right == pytest.approx(spiral.ceiling, abs=4 * np.sqrt(0.25 / (classes * points)))


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_the_bayes_rule_names_the_arm_that_a_point_lies_on(classes: int) -> None:
    x, labels = Spiral(classes, 0.0).sample(50, np.random.default_rng(0))
    away = np.hypot(*x) > 0  # all arms meet at the origin
    np.testing.assert_array_equal(Spiral(classes, 0.2).classify(x)[away], labels[away])
