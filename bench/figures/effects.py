"""What each choice does: for every family and axis, with minus without, each at its best."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from bench.figures import style
from bench.grid.effects import WITHOUT
from bench.statistics.claims import ABOVE, BELOW, EFFECT, EQUAL, FAILED, KINDS
from bench.text import counted, listed, percent, signed_points

MOST = 40  # effects in the picture; all are in the table
MOST_NAMED = 3  # families in the title


def effects_picture(effects: pd.DataFrame, families: pd.DataFrame, margin: float) -> style.Picture:
    """The difference that each choice makes, with its interval.

    `effects`: the rows of `statistics.effects` without interactions, some with runs; `families`: indexed by family,
    with the column optimizer.
    """
    drawn: Any = effects[effects["kind"] != FAILED.word].head(MOST).to_dict("records")
    title = effects_title(effects)
    with style.theme():
        figure = Figure(figsize=(style.WIDTH, 1.7 + 0.34 * len(drawn)), layout="constrained")
        ax = figure.subplots()
        for i, row in enumerate(drawn):
            _draw_row(ax, i, row, str(families.at[row["family"], "optimizer"]))
        ax.axvline(0, color=style.INK, linewidth=1.4, linestyle="--")
        ax.axvspan(-margin, margin, color=style.INK, alpha=0.07, linewidth=0)
        ax.set_yticks(range(len(drawn)), [style.short(effect_name(row), 46) for row in drawn])
        ax.set_ylim(len(drawn) - 0.4, -0.6)
        ax.grid(axis="y", visible=False)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:+.3g}" if value else "0"))
        level = percent(drawn[0]["confidence"])
        ax.set_xlabel(style.wrap(f"points of test accuracy; intervals hold together at {level} (band: margin)", 72))
        style.right_labels(ax, [f"{KINDS[row['kind']].mark} {row['word']}" for row in drawn])
        alt = "; ".join(f"{effect_name(row)} {signed_points(row['difference'])} ({row['word']})" for row in drawn[:8])
        return style.finish("effects", title, f"{title}. Mean differences in points: {alt}.", figure, effects)


def effect_name(row: Any) -> str:
    """A family and what is compared in it: "adam: with dropout", "adam: hidden 128 for 64"."""
    return f"{row['family']}: {'with ' if row['against'] == WITHOUT else ''}{choice_name(row)}"


def choice_name(row: Any) -> str:
    """What is chosen: "dropout", "hidden 128 for 64"."""
    axis = str(row["axis"]).split(".", 1)[1]
    return axis if row["against"] == WITHOUT else f"{axis} {row['value']} for {row['against']}"


def effects_title(effects: pd.DataFrame) -> str:
    """Which choices are shown to help or to hurt, and in how many families."""
    parts, choices = [], [choice_name(row) for row in effects.to_dict("records")]
    for choice, rows in effects.groupby(pd.Series(choices, index=effects.index), sort=False):
        for kind in (ABOVE, BELOW):
            shown = rows[rows["kind"] == kind.word]
            if len(shown):
                parts.append(f"{choice} {EFFECT[kind]} {_where(shown, len(rows))}")
    nothing = int((effects["kind"] == EQUAL.word).sum())
    if nothing:
        parts.append(f"{nothing} of {counted(len(effects), 'effect')} practically nothing")
    return "; ".join(parts) or f"No choice is shown to help or to hurt ({counted(len(effects), 'effect')})"


def _where(shown: pd.DataFrame, families: int) -> str:
    """Families by name, as far as they are few."""
    few = len(shown) <= MOST_NAMED and families <= MOST_NAMED + 1
    return listed(map(style.short, shown["family"])) if few else f"{len(shown)} of {families} families"


def _draw_row(ax: Axes, i: int, row: dict[str, Any], optimizer: str) -> None:
    colour, marker = style.colour_of(optimizer), style.marker_of(optimizer)
    if row["low"] == row["low"] and row["low"] > -1 and row["high"] < 1:
        ax.plot([row["low"], row["high"]], [i, i], color=colour, linewidth=3, zorder=3)
    ax.scatter(row["difference"], i, s=60, color=colour, edgecolor=style.PAPER, marker=marker, zorder=4)
