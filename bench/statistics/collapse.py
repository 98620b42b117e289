"""How many collapsing seeds a verdict survives: what no test on few seeds can exclude, said beside the word.

A network that collapses on one seed in a hundred shows nothing of it on most samples of forty; the mean that is judged
is then not the mean that is claimed. The t test cannot see that, and neither can the worst seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.statistics.means import Floats, clopper_pearson


@dataclass(frozen=True)
class Collapse:
    """What the seeds say about collapsing.

    Attributes
        seen: seeds that ended at most half way from chance to the threshold.
        breakdown: the share of seeds at chance that would bring the mean of the others down to the threshold; nan where
            it is not above it.
        excluded: larger shares of collapsing seeds are excluded at the level asked for (Clopper & Pearson 1934;
            with none seen, 1 - alpha^(1 / n)).
    """

    seen: int
    breakdown: float
    excluded: float

    @property
    def fragile(self) -> bool:
        """Whether the seeds allow as many to collapse as would undo what is said."""
        return bool(self.breakdown <= self.excluded)


def collapse_of(values: Floats, threshold: float, chance: float, alpha: float) -> Collapse:
    """What the accuracies `values` (n,), n at least 1, say about a mean above `threshold`, itself above `chance`.

    `excluded` is a one-sided bound: with probability 1 - alpha, no larger share collapses.
    """
    collapsed = values <= (threshold + chance) / 2
    others = values[~collapsed]
    mean = float(others.mean()) if others.size else np.nan
    breakdown = (mean - threshold) / (mean - chance) if mean > threshold > chance else np.nan
    _, excluded = clopper_pearson(int(collapsed.sum()), values.size, 2 * alpha)
    return Collapse(int(collapsed.sum()), breakdown, float(excluded))
