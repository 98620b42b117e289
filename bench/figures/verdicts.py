"""All confirmed families against the claim: raw seeds, mean, the verdict's interval, baseline and ceiling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bench.figures import style
from bench.statistics import counted_accuracy
from bench.statistics.claims import ABOVE, BELOW, EQUAL, FAILED, KINDS
from bench.text import confidence, listed, percent, plural

MOST = 24  # families in the picture; all are in the table


def verdicts_picture(verdicts: pd.DataFrame, confirm: pd.DataFrame, families: pd.DataFrame) -> style.Picture:
    """One row per family, in the order of `verdicts`.

    `families`: indexed by family, with the columns optimizer and ceiling.
    """
    drawn = verdicts[verdicts["kind"] != FAILED.word].head(MOST).reset_index(drop=True)
    runs = confirm.assign(accuracy=counted_accuracy(confirm)).dropna(subset="accuracy")
    seeds = {str(name): group.sort_values("seed")["accuracy"].to_numpy() for name, group in runs.groupby("family")}
    low, high = _limits(drawn, seeds, families)
    title = verdicts_title(verdicts)
    with style.theme():
        figure = Figure(figsize=(style.WIDTH, 1.9 + 0.46 * max(len(drawn), 1)), layout="constrained")
        ax = figure.subplots()
        for row, verdict in drawn.iterrows():
            family = verdict["family"]
            _draw_row(ax, int(str(row)), seeds[family], verdict, str(families.at[family, "optimizer"]), low)
        _ceilings(ax, families.loc[drawn["family"], "ceiling"].tolist())
        _finish_axes(ax, drawn, low, high)
        return style.finish("accuracy", title, _alt(drawn, title, len(verdicts)), figure, _data(verdicts, families))


def verdicts_title(verdicts: pd.DataFrame) -> str:
    """What the picture shows, as one sentence."""
    goal = percent(verdicts["accuracy"].iloc[0])
    above, below, equal = (
        verdicts.loc[verdicts["kind"] == kind.word, "family"].tolist() for kind in (ABOVE, BELOW, EQUAL)
    )
    if above:
        others = verdicts.loc[verdicts["kind"] != ABOVE.word, "kind"].value_counts()
        rest = "".join(f"; {others[word]} {word}" for word in KINDS if word in others)
        beats = plural(len(above), "beats", "beat")
        fragile = verdicts.loc[verdicts["kind"] == ABOVE.word, "fragile"].any()
        unless = ", unless seeds collapse more often than is excluded" if fragile else ""
        return f"{listed(map(style.short, above))} {beats} {goal} test accuracy{unless}{rest}"
    if len(below) == len(verdicts):
        return f"{'The family stays' if len(verdicts) == 1 else f'All {len(verdicts)} families stay'} below {goal}"
    if len(equal) == len(verdicts):
        return f"{listed(map(style.short, equal))}: {EQUAL.word} to {goal}"
    stay = plural(len(below), "stays", "stay")
    return f"No family is shown to beat {goal} test accuracy; {len(below)} of {len(verdicts)} {stay} below"


def _limits(drawn: pd.DataFrame, seeds: dict[str, NDArray[np.float64]], families: pd.DataFrame) -> tuple[float, float]:
    """What the axis shows: everything but far outliers below, which are marked at its edge."""
    if drawn.empty:
        return 0.0, 1.0
    values = [seeds[family] for family in drawn["family"]]
    fences = [np.quantile(v, 0.25) - 3 * max(np.quantile(v, 0.75) - np.quantile(v, 0.25), 0.02) for v in values]
    lowest = [v[v >= fence].min() for v, fence in zip(values, fences, strict=True)]
    goal = drawn["accuracy"].iloc[0]
    low = min([*lowest, goal, *drawn["word_low"].dropna()])
    high = max([*(v.max() for v in values), goal, *families.loc[drawn["family"], "ceiling"].dropna()])
    pad = 0.04 * max(high - low, 0.02)
    return max(low - pad, -0.02), min(high + pad, 1.02)


def _draw_row(ax: Axes, row: int, values: NDArray[np.float64], verdict: Any, optimizer: str, low: float) -> None:
    colour, marker = style.colour_of(optimizer), style.marker_of(optimizer)
    spread = style.jitter(row, len(values))
    seen = values >= low
    ax.scatter(values[seen], spread[seen], s=14, color=colour, alpha=0.5, linewidths=0, marker=marker)
    if not seen.all():
        ax.annotate(
            f"◀ {np.count_nonzero(~seen)} lower", (0, row + 0.3), xycoords=("axes fraction", "data"),
            fontsize=8, color=colour, va="center",
        )  # fmt: skip
    if verdict["word_low"] == verdict["word_low"]:
        ax.plot([verdict["word_low"], verdict["word_high"]], [row, row], color=colour, linewidth=3, zorder=3)
    ax.scatter(verdict["mean"], row, s=70, color=colour, edgecolor=style.PAPER, marker=marker, zorder=4)


def _ceilings(ax: Axes, ceilings: Sequence[float]) -> None:
    """The ceiling of each row's problem: one line where neighbours share it."""
    start = 0
    for row in range(1, len(ceilings) + 1):
        if row == len(ceilings) or ceilings[row] != ceilings[start]:
            ax.plot([ceilings[start]] * 2, [start - 0.5, row - 0.5], color=style.INK, linestyle=":", linewidth=1.4)
            start = row


def _finish_axes(ax: Axes, drawn: pd.DataFrame, low: float, high: float) -> None:
    ax.set_yticks(range(len(drawn)), [style.short(name, 34) for name in drawn["family"]])
    ax.set_xlim(low, high)
    ax.set_ylim(len(drawn) - 0.4, -0.9)
    ax.grid(axis="y", visible=False)
    style.percent_axis(ax.xaxis)
    level = confidence(drawn["word_confidence"].iloc[0]) if len(drawn) else ""
    ax.set_xlabel(f"test accuracy on confirm seeds: each seed, mean, and its {level} interval")
    style.right_labels(ax, [right_label(verdict) for _, verdict in drawn.iterrows()])
    if len(drawn):
        goal = drawn["accuracy"].iloc[0]
        ax.axvline(goal, color=style.INK, linewidth=1.4, linestyle="--")
        side, offset = ("left", 5) if goal < (low + high) / 2 else ("right", -5)
        label = f"claim {percent(goal)} (dashed), ceiling (dotted)"
        ax.annotate(label, (goal, -0.85), (offset, 0), textcoords="offset points", ha=side, va="top", fontsize=9)


def right_label(verdict: Any) -> str:
    """Mark and word, and what the word depends on where the seeds do not exclude that."""
    word = f"{KINDS[verdict['kind']].mark} {verdict['kind']}"
    return f"{word},\n{percent(verdict['breakdown'])} collapsing undo it" if verdict["fragile"] else word


def _data(verdicts: pd.DataFrame, families: pd.DataFrame) -> pd.DataFrame:
    columns = ["family", "configuration", "n", "mean", "word_low", "word_high", "word_confidence", "minimum", "kind"]
    return verdicts[columns].assign(ceiling=families.loc[verdicts["family"], "ceiling"].to_numpy())


def _alt(drawn: pd.DataFrame, title: str, total: int) -> str:
    rows = "; ".join(
        f"{style.short(v['family'])} {percent(v['mean'])} ({v['kind']})" for v in drawn.head(8).to_dict("records")
    )
    more = f"; {total - 8} more in the table" if total > 8 else ""
    return f"{title}. Mean test accuracy per family: {rows}{more}."
