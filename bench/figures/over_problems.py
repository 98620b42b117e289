"""Methods over problems: the critical-difference diagram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from bench.figures import style
from bench.figures.appearance import Appearance, appearances_of, name_lines
from bench.statistics import OverProblems
from bench.statistics.claims import INCONCLUSIVE
from bench.text import counted, listed

NAME = 24  # characters of a method's name on a line
MOST_METHODS, MOST_GROUPS = 30, 12
LETTER, LINE = 0.088, 0.165  # inches: the width of most letters, the height of a line of names
HEAD, BAR, FIRST = 0.95, 0.17, 0.3  # inches: what is above the axis, from bar to bar, from the axis to the first bar


def critical_difference_picture(found: OverProblems, methods: pd.DataFrame) -> style.Picture:
    """Mean ranks on an axis, the best on the left, and below it a bar for each group that is not told apart.

    `found`: with tests. `methods`: as for `appearances_of`, indexed by method. Dots on a bar are its members: a line
    that crosses it without one is of a method that is told apart from some of them. Nemenyi's critical difference is
    drawn above the axis, to compare.
    """
    appearances = appearances_of(methods)
    table = found.methods.head(MOST_METHODS)
    ranked = dict(zip(table["method"], table["mean_rank"], strict=True))
    groups = [tuple(name for name in group if name in ranked) for group in found.cliques]
    drawn = [group for group in groups if len(group) > 1][:MOST_GROUPS]
    title = critical_difference_title(found) + style.part_of(len(ranked), len(found.methods), "methods")
    title += style.part_of(len(drawn), len(found.cliques), "groups")
    with style.theme():
        figure = _draw(found, ranked, drawn, appearances)
        numbers = "; ".join(f"{method} {rank:.2f}" for method, rank in list(ranked.items())[:8])
        together = "; ".join(f"({listed(group, 8)})" for group in drawn[:8]) or "none"
        alt = f"{title}. Mean ranks: {numbers}. Groups that are not told apart: {together}."
        return style.finish("critical-difference", title, alt, figure, found.methods)


def critical_difference_title(found: OverProblems) -> str:
    """Over how many problems, and how many pairs are told apart by their words."""
    title = f"Mean ranks over {counted(len(found.means), 'problem')}"
    pairs, apart = len(found.pairs), int((found.pairs["kind"] != INCONCLUSIVE.word).sum())
    if pairs == 1:
        return f"{title}; the two methods are {'' if apart else 'not '}told apart"
    return f"{title}; {apart or 'none'} of {pairs} pairs of methods {'is' if apart == 1 else 'are'} told apart"


def _draw(
    found: OverProblems,
    ranked: Mapping[str, float],
    groups: Sequence[Sequence[str]],
    appearances: Mapping[str, Appearance],
) -> Figure | SubFigure:
    """All of it in inches, downwards from the axis."""
    names = {method: name_lines(appearances[method], NAME) for method in ranked}
    side = 0.4 + LETTER * max(len(line) for name in names.values() for line in name.split("\n"))
    left, right, last = side, style.WIDTH - side, len(found.methods)
    places = {method: left + (rank - 1) / (last - 1) * (right - left) for method, rank in ranked.items()}
    top, half = FIRST + BAR * len(groups), -(-len(ranked) // 2)
    better, worse = list(ranked)[:half], list(ranked)[half:][::-1]  # the outermost first, so that no lines cross
    levels = _levels(better, names, top) | _levels(worse, names, top)
    figure, ax = _inches(max(levels.values()) + 0.35)
    _axis(ax, (left, right), last, len(found.means), found.nemenyi)
    for method, level in levels.items():
        at = places[method], level, left - 0.1 if method in better else right + 0.1
        _method(ax, at, names[method], f"{ranked[method]:.2f}", appearances[method])
    for i, group in enumerate(groups):
        xs, y = [places[method] for method in group], FIRST + BAR * i
        ax.plot([min(xs) - 0.04, max(xs) + 0.04], [y, y], color=style.INK, linewidth=3.5, zorder=3)
        ax.scatter(xs, [y] * len(xs), s=16, color=style.INK, edgecolor=style.PAPER, linewidths=0.8, zorder=4)
    return figure


def _levels(methods: Sequence[str], names: Mapping[str, str], top: float) -> dict[str, float]:
    """How far below the axis each method's name stands, one below the other."""
    levels = {}
    for method in methods:
        half = LINE * (names[method].count("\n") + 1) / 2 + 0.06
        levels[method] = top + half
        top += 2 * half
    return levels


def _inches(below: float) -> tuple[Figure | SubFigure, Axes]:
    """Axes of which a unit is an inch, with 0 at the axis of ranks; without any of their own lines."""
    figure, ax = style.single("critical-difference", HEAD + below + 0.5)  # half an inch for the title
    ax.set_axis_off()
    ax.set_xlim(0, style.WIDTH)
    ax.set_ylim(below, -HEAD)
    return figure, ax


def _axis(ax: Axes, ends: tuple[float, float], last: int, problems: int, difference: float) -> None:
    """The axis of ranks from 1 to the last, and above it how far Nemenyi's critical difference reaches."""
    left, right = ends
    unit = (right - left) / (last - 1)
    ax.plot(ends, [0, 0], color=style.INK, linewidth=1.2)
    for rank in range(1, last + 1, -(-last // 12)):
        x = left + (rank - 1) * unit
        ax.plot([x, x], [0, -0.08], color=style.INK, linewidth=1.2)
        ax.annotate(str(rank), (x, -0.1), ha="center", va="bottom", fontsize=9)
    ax.annotate(f"mean rank over {counted(problems, 'problem')}, 1 = best", (left, -0.73), va="bottom", fontsize=10)
    text = f"Nemenyi's critical difference: {difference:.2f}"
    if difference <= last - 1:
        ruler = [left, left + difference * unit]
        ax.plot(ruler, [-0.4, -0.4], color=style.INK, linewidth=1.2, marker="|", markersize=7)
    else:
        text += ", more than any two ranks can differ"
    ax.annotate(text, (left, -0.49), va="bottom", fontsize=9)


def _method(ax: Axes, at: tuple[float, float, float], name: str, rank: str, look: Appearance) -> None:
    """A line from the axis, `at` a place, down to a level and out to an edge, where the name is."""
    x, level, edge = at
    outwards = -1 if edge < x else 1
    inner, outer = ("left", "right") if outwards < 0 else ("right", "left")
    ax.plot([x, x, edge], [0, level, level], color=look.colour, linewidth=1.1, zorder=2)
    ax.scatter(x, 0, s=46, zorder=5, edgecolor=style.PAPER, linewidths=0.8, **look.dots)
    ax.annotate(name, (edge + 0.06 * outwards, level), ha=outer, va="center", fontsize=10, gid="name")
    ax.annotate(rank, (edge - 0.06 * outwards, level - 0.01), ha=inner, va="bottom", fontsize=8)
