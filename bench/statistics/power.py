"""What a number of seeds can decide: power, seeds needed, smallest attainable p."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import comb, inf, sqrt

import numpy as np
import scipy  # its parts are loaded where they are first used

from bench.text import counted, plural

MOST_PRACTICAL = 20_000  # beyond this many seeds a sample size is reported as infinite


def power(effect: float, n: float, alpha: float = 0.05, sided: int = 2) -> float:
    """Power of a one-sample t test: noncentral t with noncentrality effect * sqrt(n) (Cohen 1988, ch. 2).

    `effect` is the difference in standard deviations, `n` may be fractional, `sided` is 1 or 2.
    """
    critical = -scipy.special.stdtrit(n - 1, alpha / sided)
    probability = scipy.stats.nct.sf(critical, n - 1, abs(effect) * sqrt(n))
    if sided == 2:  # far from its centre SciPy's distribution is nan instead of 0
        probability += np.nan_to_num(scipy.stats.nct.cdf(-critical, n - 1, abs(effect) * sqrt(n)))
    return float(probability)


def equivalence_power(effect: float, margin: float, n: float, alpha: float = 0.05) -> float:
    """Power of two one-sided t tests, both `effect` and `margin` in standard deviations.

    Bonferroni's bound (power of one plus power of the other minus 1), which is exact once it is large.
    """
    near = power(margin - abs(effect), n, alpha, sided=1)
    far = power(margin + abs(effect), n, alpha, sided=1)
    return max(0.0, near + far - 1)


def seeds_needed(effect: float, alpha: float = 0.05, wanted: float = 0.8, sided: int = 2) -> float:
    """Seeds (fractional, at least 2) for a t test to find `effect` with power `wanted`; inf if too many."""
    return _smallest(lambda n: power(effect, n, alpha, sided) - wanted)


def seeds_needed_for_equality(effect: float, margin: float, alpha: float = 0.05, wanted: float = 0.8) -> float:
    """Seeds (fractional) for two one-sided tests to succeed with power `wanted`; inf if too many."""
    if abs(effect) >= margin:
        return inf
    return _smallest(lambda n: equivalence_power(effect, margin, n, alpha) - wanted)


def _smallest(excess: Callable[[float], float]) -> float:
    if excess(2) >= 0:
        return 2.0
    if not excess(MOST_PRACTICAL) >= 0:
        return inf
    return float(scipy.optimize.brentq(excess, 2, MOST_PRACTICAL, xtol=1e-3))


def detectable_effect(n: int, alpha: float = 0.05, wanted: float = 0.8) -> float:
    """Smallest difference, in standard deviations, that a two-sided t test on n seeds finds with that power.

    inf for fewer than two seeds.
    """
    if n < 2:
        return inf
    high = 1.0
    while power(high, n, alpha) < wanted:
        high *= 2
    return float(scipy.optimize.brentq(lambda effect: power(effect, n, alpha) - wanted, 0, high))


def smallest_flip_p(n: int) -> float:
    """The smallest two-sided p that an exact sign-flip test on n pairs can reach: 2^(1 - n), at most 1."""
    return min(1.0, 2.0 ** (1 - n))


@dataclass(frozen=True)
class Design:
    """What a plan can decide before anything is trained.

    Attributes
        n_tune, n_confirm, families, comparisons: the plan.
        alpha_baseline: level of each verdict against the baseline, alpha / families.
        alpha_comparison: level of all comparisons between families together.
        detectable_effect: smallest distance from the baseline found with power 0.8, in standard deviations.
        detectable_difference: the same as accuracy, with the `sd` that was assumed.
        smallest_p: smallest p that the paired sign-flip test can reach.
        can_judge, can_compare: whether any verdict, or any comparison, can come out of this.
        sentences: all of this in plain English, for printing.
    """

    n_tune: int
    n_confirm: int
    families: int
    comparisons: int
    alpha_baseline: float
    alpha_comparison: float
    detectable_effect: float
    detectable_difference: float
    smallest_p: float
    can_judge: bool
    can_compare: bool
    sentences: tuple[str, ...]


def design(
    n_tune: int,
    n_confirm: int,
    families: int,
    alpha: float = 0.05,
    *,
    comparisons: int | None = None,
    sd: float = 0.02,
) -> Design:
    """Can this design decide at all?

    Args:
        n_tune, n_confirm: seeds per configuration and per confirmed family (0 or more).
        families: number of families that are confirmed and judged.
        alpha: family-wise level.
        comparisons: number of paired comparisons; all pairs of families if None.
        sd: standard deviation of test accuracy between seeds assumed for `detectable_difference`.
    """
    pairs = comb(families, 2) if comparisons is None else comparisons
    effect = detectable_effect(n_confirm, alpha / max(families, 1))
    attainable = smallest_flip_p(n_confirm)
    plan = Design(
        n_tune=n_tune,
        n_confirm=n_confirm,
        families=families,
        comparisons=pairs,
        alpha_baseline=alpha / max(families, 1),
        alpha_comparison=alpha,
        detectable_effect=effect,
        detectable_difference=effect * sd,
        smallest_p=attainable,
        # No accuracy is further than 1 from a baseline: a larger detectable difference means never.
        can_judge=families > 0 and effect * sd < 1,
        can_compare=pairs > 0 and attainable <= alpha,  # all comparisons get their signs together (max-T)
        sentences=(),
    )
    return replace(plan, sentences=_sentences(plan, sd))


def _sentences(plan: Design, sd: float) -> tuple[str, ...]:
    sentences = [_on_judging(plan, sd)]
    if plan.comparisons:
        sentences.append(_on_comparing(plan))
    return tuple(sentences)


def _on_judging(plan: Design, sd: float) -> str:
    seeds = f"{plan.n_confirm} confirm {plural(plan.n_confirm, 'seed')}"
    level = f"{plan.alpha_baseline:.2g}"
    if not plan.can_judge:
        return f"{seeds} per family can decide nothing against the baseline at level {level}: add some."
    return (
        f"{seeds} per family find a distance of {plan.detectable_effect:.2g} times the standard deviation from the "
        f"baseline (about {100 * plan.detectable_difference:.2g} points if the standard deviation between "
        f"seeds is {100 * sd:.2g}) with probability 0.8 at level {level}."
    )


def _on_comparing(plan: Design) -> str:
    verb = "can" if plan.can_compare else "can never"
    return (
        f"Paired by seed, the smallest attainable p is {plan.smallest_p:.2g}; it {verb} fall to "
        f"{plan.alpha_comparison:.2g} ({counted(plan.comparisons, 'comparison')} together), so families {verb} be told "
        "apart."
    )
