"""Accuracy against a random axis: a smooth curve through all configurations, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.statistics.means import Floats

SPAN = 2 / 3  # of the points that a fit sees, the nearest; Cleveland's usual one
FEWEST = 10  # different points of a family from which it has a curve
RESAMPLES, MOST_DRAWS = 1_000, 10_000_000
CONFIDENCE, SEED = 0.95, 20_261_201
PLACES = 33  # at which a curve is computed
TRENDS = ["axis", "family", "value", "validation", "low", "high"]


def trends(table: pd.DataFrame, axes: Mapping[str, bool]) -> pd.DataFrame:
    """The mean validation accuracy of configurations along each random axis, whatever else is drawn, per family.

    Local-linear regression with tricube weights on the nearest `SPAN` of a family's configurations (Cleveland 1979,
    without his robust iterations). Its band has 95 % of the curves of resampled points (a pointwise bootstrap;
    `RESAMPLES` of them with a fixed seed, fewer beyond `MOST_DRAWS` draws): configurations that differ only in what is
    listed are one point.

    Args:
        table: a row per configuration with family, validation_mean, and the axes under their dotted names; nan where
            an optimizer lacks one.
        axes: the random axes, and whether each is drawn on a logarithmic scale.

    Returns rows of `TRENDS`, by axis and family, `value` rising; none of a family with fewer than `FEWEST` points, or
    with fewer than 3 values of the axis.
    """
    table = table.dropna(subset="validation_mean")
    points = table.groupby([*axes], dropna=False, sort=False).ngroup()
    parts = []
    for axis, is_logarithmic in axes.items():
        known = table[pd.to_numeric(table[axis], errors="coerce").notna()]
        for family, own in known.groupby("family", sort=False):
            values, unit = own[axis].to_numpy(np.float64), points[own.index].to_numpy()
            if len(np.unique(unit)) < FEWEST or len(np.unique(values)) < 3:
                continue
            x = np.log(values) if is_logarithmic else values
            places, curve, low, high = local_linear(x, own["validation_mean"].to_numpy(np.float64), unit)
            value = np.exp(places) if is_logarithmic else places
            parts.append(
                pd.DataFrame(
                    {"axis": axis, "family": family, "value": value, "validation": curve, "low": low, "high": high}
                )
            )
    none = pd.DataFrame(columns=TRENDS).astype(dict.fromkeys(TRENDS[2:], np.float64))
    return pd.concat(parts, ignore_index=True)[TRENDS] if parts else none


def local_linear(x: Floats, y: Floats, unit: NDArray[np.integer[Any]]) -> tuple[Floats, Floats, Floats, Floats]:
    """Places from the smallest x to the largest, the curve there, and its band from low to high: `PLACES` of each.

    Args:
        x, y: (n,) what is fitted.
        unit: (n,) which of them are resampled together.
    """
    places = np.linspace(x.min(), x.max(), PLACES)
    distance = x - places[:, None]
    nearest = np.partition(np.abs(distance), ceil(SPAN * len(x)) - 1, axis=1)[:, [ceil(SPAN * len(x)) - 1]]
    width = np.maximum(nearest * (1 + 1e-6), np.ptp(x) / 10)  # never 0, nor nothing within it, where values are equal
    weights = np.clip(1 - np.abs(distance / width) ** 3, 0, None) ** 3
    moments = [weights * distance**power for power in (0, 1, 2)] + [weights * y, weights * distance * y]
    _, place = np.unique(unit, return_inverse=True)
    rng, units = np.random.default_rng(SEED), int(place.max()) + 1
    resamples = int(np.clip(MOST_DRAWS // len(x), 100, RESAMPLES))
    times = rng.multinomial(units, np.full(units, 1 / units), size=resamples)[:, place].astype(np.float64)
    fits = _intercept([times @ moment.T for moment in moments])
    low, high = np.nanquantile(fits, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
    return places, _intercept([moment.sum(axis=1) for moment in moments]), low, high


def _intercept(sums: list[Floats]) -> Floats:
    """The fitted lines at distance 0, from sums of weights times 1, d, d^2, y, d y; the mean where no line is fixed."""
    one, d, dd, y, dy = sums
    spread = one * dd - d * d
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(spread > 1e-9 * one * dd, (dd * y - d * dy) / spread, y / one))
