"""Holm's correction of many p values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bench.statistics.means import Floats


def holm(p: ArrayLike) -> Floats:
    """Adjusted `p` (m,): those at most alpha are all rejected rightly with probability 1 - alpha (Holm 1979).

    A p of nan, of a comparison that has no data yet, counts among the m and stays nan.
    """
    p = np.asarray(p, dtype=np.float64)
    order = np.argsort(p)  # nan last
    stepped = np.minimum(np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)), 1.0)
    adjusted = np.empty_like(p)
    adjusted[order] = stepped
    return adjusted
