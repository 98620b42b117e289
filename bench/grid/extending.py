"""What to add to an axis whose best value is the smallest or the largest that was tried."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.grid.domains import Domain, Either, Number, Whole, Widths
from bench.grid.table import all_settings

RATES = tuple(float(f"{digit}e{power}") for power in range(-30, 31) for digit in (1, 3))
FRACTIONS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)


def is_ordered(key: str) -> bool:
    """Whether a setting's values are numbers, or numbers beside a word; widths are where there is one layer."""
    return isinstance(_numbers(key), Number | Whole)


def beyond(key: str, value: float, edge: str) -> list[float]:
    """The next two values below the "smallest" or above the "largest" of an axis, as far as the setting allows them.

    Whole numbers are halved or doubled; others go on along 1, 3, 10, 30, ..., or along `FRACTIONS` where 1 is the end.
    """
    if math.isinf(value):  # a batch that is "full"
        return []
    domain, up = _numbers(key), edge == "largest"
    if isinstance(domain, Whole):
        steps: Sequence[float] = [int(value * factor) for factor in ((2, 4) if up else (1 / 2, 1 / 4))]
    else:
        ladder = FRACTIONS if isinstance(domain, Number) and domain.high == 1 else RATES
        steps = [v for v in ladder if v > value][:2] if up else [v for v in ladder if v < value][:-3:-1]
    return [step for step in dict.fromkeys(steps) if _allows(domain, step)]


def _numbers(key: str) -> Domain:
    """The domain of a setting's numbers."""
    domain = {setting.key: setting.domain for setting in all_settings()}[key]
    if isinstance(domain, Either):
        return domain.second
    return domain.width if isinstance(domain, Widths) else domain


def _allows(domain: Domain, value: float) -> bool:
    try:
        domain.canonical(value)
    except ValueError:
        return False
    return True
