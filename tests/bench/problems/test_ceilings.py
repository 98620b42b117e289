"""The integrals behind ceilings, against other integrals, limits that are known, and finer steps."""

import math
from itertools import pairwise

import numpy as np
import pytest
import scipy

from bench.problems import Blobs, Checkerboard, Moons, Pinwheel, Rings, Xor
from bench.problems.moons import _common


def normal(x: float) -> float:
    """The standard normal distribution function."""
    return float(scipy.stats.norm.cdf(x))


@pytest.mark.parametrize("noise", [0.1, 0.5, 2.0])
def test_two_and_four_blobs_are_told_apart_by_straight_lines(noise: float) -> None:
    assert Blobs(2, noise=noise).ceiling == pytest.approx(normal(1 / noise), abs=1e-9)
    # four corners of a square: both coordinates, turned by 45 degrees, must keep their sign
    assert Blobs(4, noise=noise).ceiling == pytest.approx(normal(math.sqrt(0.5) / noise) ** 2, abs=1e-9)


def test_features_that_tell_nothing_change_no_ceiling() -> None:
    assert Blobs(5, 2, 0.4).ceiling == Blobs(5, 50, 0.4).ceiling


@pytest.mark.parametrize("noise", [0.3, 0.55, 1.0])
def test_exclusive_or_keeps_or_changes_both_signs(noise: float) -> None:
    kept = normal(1 / noise)
    assert Xor(2, noise).ceiling == pytest.approx(kept**2 + (1 - kept) ** 2, abs=1e-12)


def test_a_board_without_wrong_labels_can_be_known_and_with_half_of_them_not() -> None:
    assert Checkerboard(flipped=0).ceiling == 1
    assert Checkerboard(flipped=0.5).ceiling == 0.5


@pytest.mark.parametrize("noise", [0.05, 0.3, 1.0])
def test_finer_pixels_change_no_moons(noise: float) -> None:
    # "to 1e-6": what a quarter as many pixels change is larger than what is still wrong
    assert _common(noise, 1500) == pytest.approx(_common(noise, 750), abs=1e-6)


def test_moons_against_a_sum_over_points() -> None:
    """Densities point by point, without the product of matrices: rougher in the plane, 3,000 angles along a moon."""
    t = math.pi * (np.arange(3000) + 0.5) / 3000
    moon = np.stack([np.cos(t) - 0.5, np.sin(t) - 0.25])
    step = 0.05
    axes = np.arange(-3.2, 3.2, step) + step / 2
    common = 0.0
    for x in axes:
        density = [
            np.exp(-((x - sign * moon[0][:, None]) ** 2 + (axes - sign * moon[1][:, None]) ** 2) / (2 * 0.3**2)).mean(0)
            / (math.tau * 0.3**2)
            for sign in (1, -1)
        ]
        common += float(np.minimum(*density).sum()) * step**2
    # steps of 0.05 for 0.3: the kink where both are equal costs about 0.05^2 / 12
    assert Moons(0.3).ceiling == pytest.approx(1 - common / 2, abs=2e-4)


@pytest.mark.parametrize(("classes", "features", "noise"), [(2, 2, 0.2), (3, 2, 0.1), (3, 3, 0.1), (4, 10, 0.15)])
def test_rings_against_an_integral_over_the_distance(classes: int, features: int, noise: float) -> None:
    """The square of the distance has a noncentral chi-squared density; the highest of all, integrated."""
    distance = np.linspace(1e-6, 1 + 10 * noise + noise * features**0.5, 40_001)
    radii = np.arange(1, classes + 1)[:, None] / classes
    density = scipy.stats.ncx2.pdf((distance / noise) ** 2, features, (radii / noise) ** 2) * 2 * distance / noise**2
    highest = float(scipy.integrate.trapezoid(density.max(axis=0), distance)) / classes
    assert Rings(classes, features, noise).ceiling == pytest.approx(highest, abs=1e-6)  # as it says


def test_round_clouds_of_a_pinwheel_are_blobs() -> None:
    for classes, noise in ((2, 0.5), (3, 0.5), (6, 0.3)):
        assert Pinwheel(classes, noise, noise).ceiling == pytest.approx(Blobs(classes, noise=noise).ceiling, abs=1e-5)


@pytest.mark.parametrize(("along", "across"), [(0.5, 0.2), (0.2, 0.5), (1.0, 0.05)])
def test_two_arms_are_told_apart_by_the_side_they_lie_on(along: float, across: float) -> None:
    assert Pinwheel(2, along, across).ceiling == pytest.approx(normal(1 / along), abs=1e-5)  # as it says


def test_the_twist_changes_no_ceiling() -> None:
    assert Pinwheel(twist=0).ceiling == Pinwheel(twist=-30).ceiling


@pytest.mark.parametrize(
    "ceilings",
    [
        [Moons(noise).ceiling for noise in (0.001, 0.1, 0.3, 1.0, 10.0, 1000.0)],
        [Rings(3, 4, noise).ceiling for noise in (0.001, 0.1, 0.3, 1.0, 10.0, 1000.0)],
        [Blobs(7, noise=noise).ceiling for noise in (0.001, 0.1, 0.3, 1.0, 10.0, 1000.0)],
        [Xor(3, noise).ceiling for noise in (0.001, 0.1, 0.3, 1.0, 10.0, 1000.0)],
    ],
    ids=["moons", "rings", "blobs", "xor"],
)
def test_the_more_noise_the_lower_the_ceiling_from_knowing_to_guessing(ceilings: list[float]) -> None:
    assert ceilings[0] == pytest.approx(1, abs=1e-9)
    assert all(more <= less + 1e-9 for less, more in pairwise(ceilings))
    guessing = {2: 0.5, 3: 1 / 3, 7: 1 / 7}
    assert min(abs(ceilings[-1] - share) for share in guessing.values()) < 1e-3  # noise 1,000 times as far as classes
