"""All confirmed families against the claim: raw seeds, mean, the verdict's interval, baseline and ceiling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from bench.figures import style
from bench.figures.appearance import Appearance, appearances_of, name_lines
from bench.statistics import counted_accuracy
from bench.statistics.claims import ABOVE, BELOW, EQUAL, FAILED, KINDS, UNBOUNDED, mean_unbounded
from bench.statistics.scores import ACCURACY, Score
from bench.text import all_of, confidence, listed, missing, percent, plural

MOST = 24  # families in the picture; all are in the table
NAME = 30  # characters of a family's name on a line
FAR = 0.25  # a ceiling that would stretch the axis by more than this share is named at its edge
NOTHING_ENDED = "no run ended well"  # what a kind of verdict means that is called "failed", as some of the runs are
IN_TITLE = {FAILED.word: "without a run that ended well"}


def verdicts_picture(
    verdicts: pd.DataFrame, confirm: pd.DataFrame, families: pd.DataFrame, score: Score = ACCURACY
) -> style.Picture:
    """One row per family that has a mean, in the order of `verdicts`.

    `families`: as for `appearances_of`, with the column ceiling. `score`: what is judged.
    """
    appearances = appearances_of(families)
    known = verdicts.dropna(subset="mean")
    drawn = known.head(MOST).reset_index(drop=True)
    runs = confirm.assign(accuracy=counted_accuracy(confirm, score=score)).dropna(subset="accuracy")
    seeds = {str(name): group.sort_values("seed")["accuracy"].to_numpy() for name, group in runs.groupby("family")}
    low, high = _limits(drawn, seeds, score)
    ceilings = families.loc[drawn["family"], "ceiling"].tolist()
    names = {family: appearance.name for family, appearance in appearances.items()}
    title = verdicts_title(verdicts, names, score.of_cases)
    title += style.part_of(len(drawn), len(known), score.terms.cases)
    rows: Any = drawn.to_dict("records")
    labels = [f"{name_lines(appearances[row['family']], NAME)}\n{row_label(row, score)}" for row in rows]
    with style.theme():
        figure, ax = style.rows(score.noun, labels)
        for i, row in enumerate(rows):
            _draw_row(ax, i, seeds[row["family"]], row, appearances[row["family"]], (low, high), score)
        high = _ceilings(ax, ceilings, low, high)
        _finish_axes(ax, rows, low, high, score)
        return style.finish(score.noun, title, _alt(rows, title, score), figure, _data(verdicts, families, score))


def verdicts_title(verdicts: pd.DataFrame, called: Mapping[str, str] | None = None, score: Score = ACCURACY) -> str:
    """What the picture shows, as one sentence. `called`: other names of the families."""
    goal, words = score.value(verdicts["accuracy"].iloc[0]), {kind.word: word for kind, word in score.words.items()}
    above, below, equal = (
        [dict(called or {}).get(family, family) for family in verdicts.loc[verdicts["kind"] == kind.word, "family"]]
        for kind in (ABOVE, BELOW, EQUAL)
    )
    if above:
        others = verdicts.loc[verdicts["kind"] != ABOVE.word, "kind"].value_counts()
        rest = "".join(
            f"; {others[word]} {IN_TITLE.get(word, words.get(word, word))}" for word in KINDS if word in others
        )
        beats = plural(len(above), "beats", "beat")
        fragile = verdicts.loc[verdicts["kind"] == ABOVE.word, "fragile"].any()
        unless = f", unless {score.terms.seeds} collapse more often than is excluded" if fragile else ""
        return f"{listed(above)} {beats} {goal} {score.name}{unless}{rest}"
    if len(below) == len(verdicts):
        families = all_of(len(verdicts), score.terms.family, score.terms.families)
        return (
            f"{families[0].upper()}{families[1:]} {plural(len(verdicts), 'stays', 'stay')} {score.side(BELOW)} {goal}"
        )
    if len(equal) == len(verdicts):
        return f"{listed(equal)}: {EQUAL.word} to {goal}"
    worse = words.get(BELOW.word, BELOW.word)
    stay = f"; {len(below)} of {len(verdicts)} {plural(len(below), 'stays', 'stay')} {worse}"
    return f"No {score.terms.family} is shown to beat {goal} {score.name}{stay if below else f' or to stay {worse}'}"


def _called(word: str) -> str:
    return NOTHING_ENDED if word == FAILED.word else word


def _bounds(rows: pd.DataFrame, score: Score) -> list[float]:
    """The ends of all intervals that say something."""
    known: Any = rows.dropna(subset="word_low").to_dict("records")
    return [row[bound] for row in known if not unbounded(row, score) for bound in ("word_low", "word_high")]


def unbounded(row: Mapping[str, Any], score: Score) -> bool:
    """Whether the interval of a mean leaves all open."""
    return mean_unbounded(row, score.low, score.high)


def _limits(drawn: pd.DataFrame, seeds: dict[str, NDArray[np.float64]], score: Score) -> tuple[float, float]:
    """What the axis shows but for the ceiling: everything but far outliers on the worse side, marked at its edge."""
    if drawn.empty:
        return 0.0, 1.0
    values = [score.sign * seeds[family] for family in drawn["family"]]
    near = 0.02 * _unit(values, score)  # spreads that are seen
    fences = [np.quantile(v, 0.25) - 3 * max(np.quantile(v, 0.75) - np.quantile(v, 0.25), near) for v in values]
    kept = [score.sign * v[v >= fence] for v, fence in zip(values, fences, strict=True)]
    goal = drawn["accuracy"].iloc[0]
    ends = [*_bounds(drawn, score), *([] if missing(goal) else [goal])]
    low, high = min([*(v.min() for v in kept), *ends]), max([*(v.max() for v in kept), *ends])
    pad = 0.04 * max(high - low, near)
    edge = 0.02 * _unit(values, score)
    return max(low - pad, score.low - edge), min(high + pad, score.high + edge)


def _unit(values: list[NDArray[np.float64]], score: Score) -> float:
    """What differences are large or small beside: all that can be, or what there is."""
    return score.span if score.bounded else float(np.ptp(np.concatenate(values))) or 1.0


def _draw_row(
    ax: Axes,
    i: int,
    values: NDArray[np.float64],
    row: Mapping[str, Any],
    appearance: Appearance,
    limits: tuple[float, float],
    score: Score,
) -> None:
    spread, (low, high) = style.jitter(i, len(values)), limits
    lower, higher = values < low, values > high
    seen = ~(lower | higher) & (np.arange(len(values)) < style.MOST_DOTS)
    ax.scatter(values[seen], spread[seen], s=14, alpha=0.5, linewidths=0, **appearance.dots)
    for hidden, place, text in ((lower, 0, "◀ {} lower"), (higher, 1, "{} higher ▶")):
        if hidden.any():
            ax.annotate(
                text.format(np.count_nonzero(hidden)), (place, i + 0.3), xycoords=("axes fraction", "data"),
                fontsize=8, color=appearance.colour, va="center", ha="right" if place else "left",
            )  # fmt: skip
    if row["word_low"] == row["word_low"] and not unbounded(row, score):
        ax.plot([row["word_low"], row["word_high"]], [i, i], color=appearance.colour, linewidth=3, zorder=3)
    ax.scatter(row["mean"], i, **appearance.mean(70))


def _ceilings(ax: Axes, ceilings: list[float], low: float, high: float) -> float:
    """The ceiling of each row's problem, one line where neighbours share it; returns where the axis ends then.

    A ceiling far beyond everything else is named at the edge of the axis.
    """
    most = high + FAR * (high - low)
    near = [ceiling for ceiling in ceilings if ceiling <= most]
    for ceiling, first, last in _stretches(ceilings):
        if ceiling <= most:
            ax.plot([ceiling] * 2, [first - 0.5, last + 0.5], color=style.INK, linestyle=":", linewidth=1.4)
        else:
            ax.annotate(
                f"ceiling {percent(ceiling)} ▶", (1, first - 0.45), xycoords=("axes fraction", "data"), fontsize=8,
                ha="right", va="center", bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 1},
            )  # fmt: skip
    return max([high, *(min(ceiling + 0.02 * (high - low), 1.02) for ceiling in near)])


def _stretches(ceilings: list[float]) -> Iterator[tuple[float, int, int]]:
    """Each known ceiling with the first and the last of the neighbouring rows that share it."""
    start = 0
    for row in range(1, len(ceilings) + 1):
        if row == len(ceilings) or ceilings[row] != ceilings[start]:
            if not missing(ceilings[start]):
                yield ceilings[start], start, row - 1
            start = row


def _finish_axes(ax: Axes, rows: list[dict[str, Any]], low: float, high: float, score: Score) -> None:
    ax.set_xlim(low, high)
    ax.set_ylim(len(rows) - 0.4, -1.0)
    if score.whole:
        style.percent_axis(ax.xaxis, score.whole)
    if not rows:
        return
    level, goal = confidence(rows[0]["word_confidence"]), rows[0]["accuracy"]
    where = " on confirm seeds" if score == ACCURACY else ""
    dots = style.dots_drawn(max(row["n"] for row in rows), score.terms.seeds)
    ax.set_xlabel(
        f"{style.drawable(score.name)}{where}:\neach {score.terms.seed}, mean, and its {level} interval{dots}"
    )
    ax.axvline(goal, color=style.INK, linewidth=1.4, linestyle="--")
    dotted = ", ceiling (dotted)" if any(line.get_linestyle() == ":" for line in ax.lines) else ""
    side, offset = ("left", 5) if goal < (low + high) / 2 else ("right", -5)
    label = f"claim {score.value(goal)} (dashed){dotted}"
    ax.annotate(label, (goal, -0.95), (offset, 0), textcoords="offset points", ha=side, va="top", fontsize=9)


def row_label(row: Mapping[str, Any], score: Score = ACCURACY) -> str:
    """Mark and word, and what the word depends on where the seeds do not exclude that."""
    kind = KINDS[row["kind"]]
    word = f"{kind.mark} {score.words.get(kind, _called(row['kind']))}"
    if unbounded(row, score):
        word += f", {UNBOUNDED}"
    return f"{word},\n{percent(row['breakdown'])} collapsing undo it" if row["fragile"] else word


def _data(verdicts: pd.DataFrame, families: pd.DataFrame, score: Score) -> pd.DataFrame:
    columns = [
        "family",
        "configuration",
        "n",
        "mean",
        "word_low",
        "word_high",
        "word_confidence",
        score.extreme,
        "kind",
    ]
    return verdicts[columns].assign(ceiling=families.loc[verdicts["family"], "ceiling"].to_numpy())


def _alt(rows: list[dict[str, Any]], title: str, score: Score) -> str:
    words = {kind.word: word for kind, word in score.words.items()}
    numbers = "; ".join(
        f"{row['family']} {score.value(row['mean'])} ({words.get(row['kind'], _called(row['kind']))})"
        for row in rows[:8]
    )
    return f"{title}. Mean {score.name} per {score.terms.family}: {numbers}."
