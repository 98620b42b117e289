"""Numbers as text, one way in all tables."""

from __future__ import annotations

import math
from typing import Any

from bench.statistics.sentences import percent

NOTHING = "–"


def missing(value: Any) -> bool:
    """Whether there is no number."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def share(value: Any) -> str:
    """A fraction as percent."""
    return NOTHING if missing(value) else percent(float(value))


def confidence(value: Any) -> str:
    """A level in percent, to four digits: 98.75 %."""
    return NOTHING if missing(value) else f"{100 * value:.4g} %"


def whole(value: Any) -> str:
    """A count or an epoch; infinity is "not reached"."""
    if missing(value):
        return NOTHING
    return "not reached" if math.isinf(value) else f"{value:,.0f}"


def number(value: Any) -> str:
    """Any setting or number, short."""
    if missing(value):
        return NOTHING
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def probability(value: Any) -> str:
    """A p value."""
    if missing(value):
        return NOTHING
    return "< 0.0001" if value < 1e-4 else f"{value:.2g}"


def point(value: Any) -> str:
    """A difference of accuracies in percentage points, with its sign."""
    return NOTHING if missing(value) else f"{100 * value:+.2f}"


def counted(count: int, thing: str, plural: str = "") -> str:
    """3 runs, 1 run, no runs."""
    many = plural or f"{thing}s"
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {many}" if count else f"no {many}"


def text(value: Any) -> str:
    """Text as it is."""
    return NOTHING if missing(value) or value == "" else str(value)
