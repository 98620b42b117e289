"""Racing: tune seeds come in rounds, and what is worse than the leader after one gets no more of them.

Of a search most runs go to configurations that a few seeds show to be hopeless. A race (Maron & Moore 1994) gives all
of them the same first seeds, and then only those that may still be the best (with paired tests: Birattari et al. 2002;
in R's irace: Lopez-Ibanez et al. 2016). Only a choice is made here, and it is judged on other seeds, so that a race can
cost a choice but bend no verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from bench.statistics.means import Estimate, Floats, estimate_of

FIRST = 3  # seeds before anything is dropped: the fewest from which a spread is more than one number
GROWTH = 1.2  # of the number of seeds from round to round, so that stacks stay full and rounds few
LEVEL = 0.05  # of dropping the truly best in one round, at most; set here, so that no grid's alpha trains anything anew
_DIGITS = 12  # of what is compared, so that equal differences of shares are equal numbers

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Race:
    """How far a race has come.

    `seeds` (configurations,): how many tune seeds each gets, as far as that is decided. `racing` (configurations,):
    which are not dropped; they have the most. `total`: how many there are. `ended`: whether all that race have them.
    `leaders`: how many configurations run to the end at the least.
    """

    seeds: NDArray[np.int_]
    racing: Flags
    total: int
    ended: bool
    leaders: int = 1

    @property
    def most(self) -> NDArray[np.int_]:
        """How many tune seeds each configuration gets at the most: (configurations,)."""
        return self.seeds if self.ended else np.where(self.racing, self.total, self.seeds)

    @property
    def least(self) -> int:
        """How many runs there are at the least, of all configurations together: only leaders are left at the end."""
        return int(self.seeds.sum()) + self.leaders * (self.total - int(self.seeds.max(initial=0)))

    @property
    def decided(self) -> bool:
        """Whether it is known already how many runs there will be."""
        return self.least == int(self.most.sum())


def rounds(seeds: int) -> list[int]:
    """The numbers of seeds after which a race looks, and all `seeds` in the end: 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, ...

    More seeds continue the same numbers, so that they continue the same race.
    """
    counts = [FIRST]
    while counts[-1] < seeds:
        counts.append(ceil(GROWTH * counts[-1]))
    return [*(count for count in counts if count < seeds), seeds]


def without_race(configurations: int, total: int) -> Race:
    """What stands for a race where every configuration gets all seeds."""
    return Race(np.full(configurations, total), np.ones(configurations, dtype=bool), total, ended=False)


def race(accuracies: Floats, groups: Flags) -> Race:
    """The race that these accuracies decide, as far as they are known.

    After each round, the leader of a group is its configuration with the best mean. Any other is dropped from the
    group whose accuracies, paired by seed, are worse by a one-sided t test at `LEVEL` / (others left). So the truly
    best is dropped with probability `LEVEL` at most in each round, whatever leads by luck: it has to lose one of as
    many tests as there are others. A configuration gets more seeds as long as any group has it.

    Args:
        accuracies: (configurations, seeds) what is to be high, in order of the seeds, on all that there are to be; nan:
            not known (yet). A race stops before the first round in which anything that races is not known.
        groups: (groups, configurations) which configurations race in each; every one in some.
    """
    left, total = groups.copy(), accuracies.shape[1]
    counts = rounds(total)
    seeds = np.full(len(accuracies), counts[0])
    for count, more in pairwise([*counts, total]):
        racing = left.any(axis=0)
        if np.isnan(accuracies[racing, :count]).any():
            return Race(seeds, np.asarray(racing), total, ended=False, leaders=_apart(left))
        if count < total:
            for own in left:
                _drop(own, accuracies[:, :count])
            seeds[left.any(axis=0)] = more
    return Race(seeds, np.asarray(left.any(axis=0)), total, ended=True, leaders=_apart(left))


def _apart(groups: Flags) -> int:
    """How many groups, taken from the smallest on, have nothing in common: each keeps a leader of its own."""
    seen, count = np.zeros(groups.shape[1], dtype=bool), 0
    for own in sorted(groups, key=np.count_nonzero):
        if not (own & seen).any():
            seen, count = seen | own, count + 1
    return count


def _drop(left: Flags, accuracies: Floats) -> None:
    """Take those that are worse than the leader out of a group."""
    places = np.flatnonzero(left)
    own = accuracies[places]
    leader = own.mean(axis=1).round(_DIGITS).argmax()
    others = len(own) - 1
    if others:
        p = _behind((own[leader] - own).round(_DIGITS), others).p_not_above(0.0)
        left[places[p <= LEVEL / others]] = False


def _behind(differences: Floats, others: int) -> Estimate:
    """How far configurations are behind their leader, from differences (configurations, seeds), its own being 0.

    Of many differences some hardly vary on three seeds, by chance, so none counts as varying less than all do on the
    mean. They share the leader, so that they correlate by 1/2 and their variances by 1/4, and the mean variance of m
    has 4 m / (m + 3) times the degrees of freedom of one (Satterthwaite 1946): for m = 1 this is the paired t test.
    That is so where all scatter alike; where they do not, the level of many tests is strict enough (by simulation).
    Where no difference varies, there is no spread to judge by, and every p is nan.
    """
    each = estimate_of(differences)
    variance = np.maximum(each.sd**2, np.sum(each.sd**2) / others)
    error = np.sqrt(np.where(variance > 0, variance / each.n, np.nan))
    return Estimate(each.n, each.mean, np.sqrt(variance), error, each.df * 4 * others / (others + 3))
