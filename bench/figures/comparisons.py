"""Families against each other: differences paired by seed, and mean ranks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from bench.figures import style
from bench.figures.appearance import Appearance, appearances_of, name_lines
from bench.statistics import Ranking
from bench.statistics.claims import ABOVE, BELOW, EQUAL, KINDS, UNBOUNDED, difference_unbounded
from bench.statistics.scores import ACCURACY, Score
from bench.text import counted, listed, plural

MOST = 24  # families beside the reference in the picture; all are in the table
NAME = 30  # characters of a family's name on a line


def differences_picture(
    name: str,
    compared: pd.DataFrame,
    per_seed: pd.DataFrame,
    families: pd.DataFrame,
    margin: float,
    comparable: int = 0,
    on: tuple[str, Mapping[str, str]] = ("", {}),
    score: Score = ACCURACY,
) -> style.Picture:
    """Each family minus the reference, seed by seed. `comparable`: how many families there are, if more.

    `compared`: rows of `against_reference`; `per_seed`: a row per seed, a column per family, accuracies; `families`:
    as for `appearances_of`; `on`: the problem, where there are several, and what families are called on it; `score`:
    what differs.
    """
    appearances = _called(appearances_of(families), on[1])
    reference = str(compared["reference"].iloc[0])
    title = _on(on[0]) + differences_title(compared, {family: look.name for family, look in appearances.items()}, score)
    rows: Any = compared.head(MOST).to_dict("records")
    title += style.part_of(len(rows) + 1, max(comparable, len(compared) + 1), score.terms.families)
    labels = [f"{name_lines(appearances[row['family']], NAME)}\n{word_of(row, score)}" for row in rows]
    with style.theme():
        figure, ax = style.rows(name, labels)
        for i, row in enumerate(rows):
            values = (per_seed[row["family"]] - per_seed[reference]).dropna().to_numpy()[: style.MOST_DOTS]
            _draw_row(ax, i, values, row, appearances[row["family"]], score)
        ax.axvline(0, color=style.INK, linewidth=1.4, linestyle="--")
        ax.axvspan(-margin, margin, color=style.INK, alpha=0.07, linewidth=0)
        style.points_axis(ax.xaxis, 100 / score.whole if score.whole else 1)
        better = " (lower is better)" if score.lower_is_better else ""
        what = f"{'points of ' if score.whole else ''}{score.name} above {appearances[reference].name}{better},"
        band = " (band: margin)" if margin else ""
        dots = style.dots_drawn(len(per_seed), score.terms.seeds)
        ax.set_xlabel(f"{style.wrap(what, 60)}\npaired by {score.terms.seed}{band}{dots}")
        numbers = "; ".join(
            f"{on[1].get(row['family'], row['family'])} {score.signed(row['difference'])} ({word_of(row, score)})"
            for row in rows[:8]
        )
        unit = " in points" if score.whole else ""
        alt = f"{title}. Mean differences from {on[1].get(reference, reference)}{unit}, and what is judged: "
        return style.finish(name, title, f"{alt}{numbers}.", figure, compared)


def _called(appearances: Mapping[str, Appearance], names: Mapping[str, str]) -> dict[str, Appearance]:
    """The same appearances, with other names where there are any."""
    return {family: replace(look, name=names.get(family, look.name)) for family, look in appearances.items()}


def _on(problem: str) -> str:
    """How a title begins that is about one problem of several."""
    return f"{problem}: " if problem else ""


def word_of(row: Mapping[str, Any], score: Score = ACCURACY) -> str:
    """Mark and word of a judged difference, and whether there was too little to bound it."""
    unbounded = f", {UNBOUNDED}" if difference_unbounded(row, score.span) else ""
    return f"{KINDS[row['kind']].mark} {row['word']}{unbounded}"


def differences_title(compared: pd.DataFrame, called: Mapping[str, str] | None = None, score: Score = ACCURACY) -> str:
    """Who differs from the reference, and by how much at least. `called`: other names of the families."""
    names = dict(called or {})
    reference = names.get(str(compared["reference"].iloc[0]), str(compared["reference"].iloc[0]))
    better, worse, equal = (compared.loc[compared["kind"] == kind.word] for kind in (ABOVE, BELOW, EQUAL))
    parts = []
    if len(better):
        beats = plural(len(better), "beats", "beat")
        who, least = listed(names.get(f, f) for f in better["family"]), score.difference(_least(better))
        parts.append(f"{who} {beats} {reference}, by at least {least}")
    if len(worse):
        who = listed(names.get(f, f) for f in worse["family"])
        if len(worse) == len(compared) > 1:
            who = f"each of {len(worse)} others"
        parts.append(f"{reference} beats {who}, by at least {score.difference(_least(worse))}")
    if len(equal):
        who = listed(names.get(f, f) for f in equal["family"])
        parts.append(f"{who} {plural(len(equal), 'is', 'are')} {EQUAL.word} to {reference}")
    return "; ".join(parts) or f"No {score.terms.family} is shown to differ from {reference}"


def _least(judged: pd.DataFrame) -> float:
    """How far from 0 all these intervals are, none of which holds it."""
    return float(judged[["low", "high"]].abs().to_numpy().min())


def _draw_row(ax: Axes, i: int, values: Any, row: dict[str, Any], appearance: Appearance, score: Score) -> None:
    ax.scatter(values, style.jitter(i, len(values)), s=14, alpha=0.5, linewidths=0, **appearance.dots)
    draw_judged(ax, i, row, appearance, score)


def draw_judged(ax: Axes, i: int, row: dict[str, Any], appearance: Appearance, score: Score = ACCURACY) -> None:
    """A difference, and its interval if it has bounds."""
    if row["low"] == row["low"] and not difference_unbounded(row, score.span):
        ax.plot([row["low"], row["high"]], [i, i], color=appearance.colour, linewidth=3, zorder=3)
    ax.scatter(row["difference"], i, **appearance.mean(70))


def ranks_picture(
    name: str,
    ranking: Ranking,
    families: pd.DataFrame,
    comparable: int = 0,
    on: tuple[str, Mapping[str, str]] = ("", {}),
    score: Score = ACCURACY,
) -> style.Picture:
    """Mean rank of each family over seeds; those within the critical difference of the best are in its band.

    `comparable`, `on`, `score`: as for `differences_picture`.
    """
    appearances = _called(appearances_of(families), on[1])
    table, band = ranking.families, ranking.critical_difference
    title = _on(on[0]) + ranks_title(ranking, score)
    title += style.part_of(len(ranking.families), comparable, score.terms.families)
    with style.theme():
        labels = [name_lines(appearances[family], NAME) for family in table["family"]]
        figure, ax = style.rows(name, labels)
        best = float(table["mean_rank"].iloc[0])
        ax.axvspan(best, best + band, color=style.INK, alpha=0.1, linewidth=0)
        for i, (family, rank) in enumerate(zip(table["family"], table["mean_rank"], strict=True)):
            ax.scatter(rank, i, s=80, zorder=3, **appearances[family].dots)
            ax.annotate(f"{rank:.2f}", (rank, i), (8, 0), textcoords="offset points", va="center", fontsize=9)
        ax.set_xlim(0.8, max(len(table), best + band) + 0.4)
        ax.set_xlabel(
            f"mean rank over {ranking.n} {score.terms.seeds}, 1 = best (band: critical difference {band:.2f})"
        )
        ranks = zip(table["family"], table["mean_rank"], strict=True)
        numbers = "; ".join(f"{on[1].get(family, family)} {rank:.2f}" for family, rank in ranks)
        return style.finish(name, title, f"{title}. Mean ranks: {numbers}.", figure, table)


def ranks_title(ranking: Ranking, score: Score = ACCURACY) -> str:
    """Over how many seeds, and of how many pairs the scores are shown to differ (ranks alone decide nothing)."""
    terms, noun = score.terms, score.noun
    title = f"Mean ranks over {counted(ranking.n, terms.seed)}"
    pairs = len(ranking.pairs)
    differ = int(ranking.pairs["kind"].isin([ABOVE.word, BELOW.word]).sum())
    if pairs == 1:
        return f"{title}; the two {terms.families} {'are' if differ else 'are not'} shown to differ in {noun}"
    return f"{title}; {differ} of {pairs} pairs of {terms.families} are shown to differ in {noun}"
