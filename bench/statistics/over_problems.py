"""Methods over problems: what is told apart on problem after problem, each of them being one block.

A method is a family without its problem. Its result on a problem is one number, its mean over seeds; seeds make that
number more precise, but only problems are replicates of what is asked here. Pairs of methods are compared by
Wilcoxon's signed-rank test with Holm's correction, which looks at the two alone: tests on mean ranks such as Nemenyi's
can tell two methods apart or not for what others are ranked with them (Benavoli, Corani & Mangili 2016).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from math import ceil, log2

import numpy as np
import pandas as pd

from bench.statistics.claims import ABOVE, BELOW, INCONCLUSIVE, VERSUS, Kind
from bench.statistics.counting import counted_accuracy, counted_epochs
from bench.statistics.holm import holm
from bench.statistics.interquartile import interquartile_interval, interquartile_mean
from bench.statistics.pairs import flips_p
from bench.statistics.ranks import Friedman, control_difference, control_test, critical_difference, friedman, ranks
from bench.statistics.scores import ACCURACY, DIGITS, Score
from bench.statistics.signed_ranks import signed_ranks

FEWEST = 6
"""Problems that generalising takes: on five, the smallest two-sided p of signs is 2^(1 - 5) = .0625, above .05."""

WORDS = {**VERSUS, INCONCLUSIVE: "not told apart"}
MOST_CLIQUES = 200
COMPARED = ["difference", "won", "tied", "lost", "p", "p_adjusted", "flips_p", "flips_p_adjusted", "kind", "word"]
PAIRS = ["a", "b", *COMPARED]
AGAINST = ["method", "reference", *COMPARED, "ranks_z", "ranks_p"]


def fewest_problems(alpha: float = 0.05, comparisons: int = 1) -> int:
    """How many problems it takes before any signed-rank or sign-flip test can have a p of alpha / comparisons."""
    return max(FEWEST, ceil(1 - log2(alpha / max(comparisons, 1))))


@dataclass(frozen=True)
class OverProblems:
    """Methods compared over problems.

    Attributes
        means: what is compared, a row per problem, a column per method, nothing missing.
        left_out: the problems and methods that `complete_block` left out.
        methods: method, mean_rank (1 = best), mean (of its problems' means); best first.
        friedman: Friedman's test; None where nothing is tested, as problems are too few or there is one method.
        nemenyi, bonferroni_dunn: critical differences of mean ranks, of any pair and from one reference; nan likewise.
        against: a row per other method, in the order of `methods`: method, reference and `COMPARED` (method minus
            reference), ranks_z and ranks_p of `control_test`. Empty where nothing is tested, or without a reference.
        pairs: a row per pair, better ranked first: a, b and `COMPARED` (a minus b). Empty where nothing is tested.
        cliques: the largest groups of methods of which no two are told apart, each in the order of `methods`.

    `COMPARED`: difference of the means (negative for the better one where lower is better); won, tied, lost: on how
    many problems; p of Wilcoxon's test and, corrected by Holm for all rows, p_adjusted, from which kind and word are
    read; flips_p and flips_p_adjusted: sign flips of the differences themselves, from which no word is read.
    """

    means: pd.DataFrame
    left_out: tuple[str, ...]
    methods: pd.DataFrame
    friedman: Friedman | None
    nemenyi: float
    bonferroni_dunn: float
    against: pd.DataFrame
    pairs: pd.DataFrame
    cliques: tuple[tuple[str, ...], ...]


def method_means(
    runs: pd.DataFrame, methods: Mapping[str, str], problems: Mapping[str, str], score: Score = ACCURACY
) -> pd.DataFrame:
    """Mean score over seeds: a row per problem, a column per method, in order of appearance.

    `methods`, `problems`: of each family. Runs of one configuration of each; diverged ones count at chance, failed ones
    are missing, and so (nan) is a method without any other on a problem.
    """
    values = counted_accuracy(runs, score=score)
    return _by_method(runs, values, methods, problems).groupby(level="problem", sort=False).mean()


def method_times(runs: pd.DataFrame, methods: Mapping[str, str], problems: Mapping[str, str]) -> pd.DataFrame:
    """Epochs to the target: a row per problem and seed, a column per method; inf: never, nan: no run.

    Without the problems on which methods differ in their budget or checkpoints, whose times are not comparable.
    """
    clocks = runs.groupby(runs["family"].map(problems))[["training.epochs", "training.checkpoints"]]
    runs = runs[(clocks.transform("nunique") == 1).all(axis=1)]
    return _by_method(runs, counted_epochs(runs), methods, problems)


def method_aggregates(
    runs: pd.DataFrame,
    methods: Mapping[str, str],
    problems: Mapping[str, str],
    alpha: float = 0.05,
    score: Score = ACCURACY,
) -> pd.DataFrame:
    """Per method: runs (counted), iqm (the interquartile mean of all runs of all problems), iqm_low, iqm_high.

    Intervals are `interquartile_interval`'s, each at 1 - alpha by itself.
    """
    table = _by_method(runs, counted_accuracy(runs, score=score), methods, problems)
    rows = []
    for method in table.columns:
        scores = table[method].dropna()
        strata = [own.to_numpy() for _, own in scores.groupby(level="problem", sort=False)]
        iqm = interquartile_mean(scores) if len(scores) else np.nan
        rows.append((method, len(scores), iqm, *interquartile_interval(strata, alpha)))
    return pd.DataFrame(rows, columns=["method", "runs", "iqm", "iqm_low", "iqm_high"])


def _by_method(
    runs: pd.DataFrame, values: pd.Series[float], methods: Mapping[str, str], problems: Mapping[str, str]
) -> pd.DataFrame:
    """A row per problem and seed, a column per method, in order of appearance."""
    keys = {"problem": runs["family"].map(problems), "seed": runs["seed"], "method": runs["family"].map(methods)}
    table = pd.DataFrame(keys | {"value": values})
    wide = table.pivot(index=["problem", "seed"], columns="method", values="value")
    order = {problem: i for i, problem in enumerate(table["problem"].unique())}
    wide = wide.sort_index(level="problem", key=lambda level: level.map(order), sort_remaining=True, kind="stable")
    return wide[list(dict.fromkeys(table["method"]))]


def complete_block(means: pd.DataFrame) -> pd.DataFrame:
    """The rows and columns of `means` (problems, methods) that are left when nothing is missing any more.

    The one with the largest share of missing values is left out, problem or method, again and again.
    """
    while means.size and means.isna().to_numpy().any():
        problems, methods = means.isna().mean(axis=1), means.isna().mean(axis=0)
        if problems.max() > methods.max():
            means = means.drop(index=problems.idxmax())
        else:
            means = means.drop(columns=methods.idxmax())
    return means.astype(float)


def over_problems(
    means: pd.DataFrame, reference: str = "", alpha: float = 0.05, score: Score = ACCURACY
) -> OverProblems:
    """Compare methods (columns of `means`) over problems (rows), of which nan is missing.

    `reference`: named in advance, or chosen without a look at these means; "" (or one that `complete_block` leaves
    out): none. All pairs share alpha, and so do, apart from them, the comparisons with the reference. Nothing is tested
    on fewer problems than `fewest_problems`.
    """
    block = complete_block(means)
    n, k = block.shape
    ranked = ranks(score.sign * block)
    table = pd.DataFrame(
        {"method": block.columns, "mean_rank": ranked.mean(axis=0) if n else np.nan, "mean": block.mean().to_numpy()}
    ).sort_values(["mean_rank", "mean"], ascending=[True, score.lower_is_better], kind="stable", ignore_index=True)
    tested = k > 1 and n >= fewest_problems(alpha)
    names = table["method"].tolist() if tested else []
    pairs = _compared(block, list(combinations(names, 2)), alpha, score).rename(
        columns={"method": "a", "reference": "b"}
    )
    others = [(name, reference) for name in names if reference in names and name != reference]
    z, p = control_test(ranked, block.columns.tolist().index(reference)) if others else ([], [])
    of_ranks = pd.DataFrame({"ranks_z": z, "ranks_p": p}, index=block.columns if others else [])
    return OverProblems(
        means=block,
        left_out=tuple(str(name) for name in [*means.index, *means] if name not in block.index and name not in block),
        methods=table,
        friedman=friedman(ranked) if tested else None,
        nemenyi=critical_difference(n, k, alpha) if tested else np.nan,
        bonferroni_dunn=control_difference(n, k, alpha) if tested else np.nan,
        against=_compared(block, others, alpha, score).join(of_ranks, on="method")[AGAINST],
        pairs=pairs[PAIRS],
        cliques=cliques(names, pairs.loc[pairs["kind"] != INCONCLUSIVE.word, ["a", "b"]].to_numpy().tolist()),
    )


def _compared(means: pd.DataFrame, pairs: Sequence[tuple[str, str]], alpha: float, score: Score) -> pd.DataFrame:
    """The first of each pair minus the second: method, reference and `COMPARED`."""
    columns = ["method", "reference", *COMPARED]
    if not pairs:
        return pd.DataFrame(columns=columns)
    ones, others = (means[list(side)].to_numpy() for side in zip(*pairs, strict=True))
    unit = np.abs(means.to_numpy()).max(axis=1, keepdims=True)
    unit[unit == 0] = 1.0
    differences = score.sign * np.round((ones - others) / unit, DIGITS) * unit  # positive: better
    tests = [signed_ranks(column) for column in differences.T]
    p, flips = np.array([test.p for test in tests]), flips_p(differences, alpha / len(pairs))
    adjusted = holm(p)
    sides = [test.positive - test.negative for test in tests]
    kinds = [_kind(told <= alpha, side) for told, side in zip(adjusted, sides, strict=True)]
    return pd.DataFrame(pairs, columns=columns[:2]).assign(
        difference=score.sign * differences.mean(axis=0),
        won=np.count_nonzero(differences > 0, axis=0),
        tied=[test.zeros for test in tests],
        lost=np.count_nonzero(differences < 0, axis=0),
        p=p,
        p_adjusted=adjusted,
        flips_p=flips,
        flips_p_adjusted=holm(flips),
        kind=[kind.word for kind in kinds],
        word=[WORDS[kind] for kind in kinds],
    )


def _kind(told_apart: bool, side: float) -> Kind:
    if not told_apart:
        return INCONCLUSIVE
    return ABOVE if side > 0 else BELOW


def cliques(names: Sequence[str], apart: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The largest groups of two names or more that hold no pair of `apart`, each in the order of `names`.

    So two names are in a common group exactly if they are not told apart; but there are at most `MOST_CLIQUES`.
    Bron & Kerbosch 1973, with pivots.
    """
    different = {frozenset(pair) for pair in apart}
    near = {a: {b for b in names if b != a and frozenset((a, b)) not in different} for a in names}
    place = {name: i for i, name in enumerate(names)}
    groups = islice(_maximal(near, set(), set(names), set()), MOST_CLIQUES)
    found = (tuple(sorted(group, key=place.__getitem__)) for group in groups)
    return tuple(sorted((group for group in found if len(group) > 1), key=lambda g: [place[name] for name in g]))


def _maximal(near: Mapping[str, set[str]], group: set[str], more: set[str], done: set[str]) -> Iterator[set[str]]:
    """The largest cliques that hold `group`, some of `more` and none of `done`."""
    if not more and not done:
        yield group
        return
    pivot = max(sorted(more | done), key=lambda name: len(near[name] & more))
    for name in sorted(more - near[pivot]):
        yield from _maximal(near, group | {name}, more & near[name], done & near[name])
        more, done = more - {name}, done | {name}
