"""Families against each other: differences paired by seed, and mean ranks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from bench.figures import style
from bench.statistics import Ranking
from bench.statistics.claims import ABOVE, BELOW, KINDS
from bench.text import listed, plural, points, signed_points


def differences_picture(
    name: str, compared: pd.DataFrame, per_seed: pd.DataFrame, families: pd.DataFrame, margin: float
) -> style.Picture:
    """Each family minus the reference, seed by seed.

    `compared`: rows of `against_reference`; `per_seed`: a row per seed, a column per family, accuracies.
    """
    reference = str(compared["reference"].iloc[0])
    title = differences_title(compared)
    with style.theme():
        figure = Figure(figsize=(style.WIDTH, 1.7 + 0.45 * len(compared)), layout="constrained")
        ax = figure.subplots()
        rows: Any = compared.to_dict("records")
        for i, row in enumerate(rows):
            values = (per_seed[row["family"]] - per_seed[reference]).dropna().to_numpy()
            _draw_row(ax, i, values, row, str(families.at[row["family"], "optimizer"]))
        ax.axvline(0, color=style.INK, linewidth=1.4, linestyle="--")
        ax.axvspan(-margin, margin, color=style.INK, alpha=0.07, linewidth=0)
        ax.set_yticks(range(len(rows)), [style.short(row["family"], 34) for row in rows])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.grid(axis="y", visible=False)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:+.3g}" if value else "0"))
        ax.set_xlabel(style.wrap(f"points of test accuracy above {reference}, paired by seed (band: margin)", 72))
        style.right_labels(ax, [f"{KINDS[row['kind']].mark} {row['word']}" for row in rows])
        alt = f"{title}. Mean differences in points: " + "; ".join(
            f"{style.short(row['family'])} {signed_points(row['difference'])} ({row['word']})" for row in rows[:8]
        )
        return style.finish(name, title, f"{alt}.", figure, compared)


def differences_title(compared: pd.DataFrame) -> str:
    """Who differs from the reference, and by how much at least."""
    reference = style.short(str(compared["reference"].iloc[0]))
    better, worse = (compared.loc[compared["kind"] == kind.word] for kind in (ABOVE, BELOW))
    parts = []
    if len(better):
        beats = plural(len(better), "beats", "beat")
        who, least = listed(map(style.short, better["family"])), points(better["low"].min())
        parts.append(f"{who} {beats} {reference}, by at least {least}")
    if len(worse):
        who = "every other family" if len(worse) == len(compared) > 1 else listed(map(style.short, worse["family"]))
        parts.append(f"{reference} beats {who}, by at least {points(-worse['high'].max())}")
    return "; ".join(parts) or f"No family is shown to differ from {reference}"


def _draw_row(ax: Axes, i: int, values: Any, row: dict[str, Any], optimizer: str) -> None:
    colour, marker = style.colour_of(optimizer), style.marker_of(optimizer)
    ax.scatter(values, style.jitter(i, len(values)), s=14, color=colour, alpha=0.5, linewidths=0, marker=marker)
    if np.isfinite(row["low"]) and abs(row["low"]) < 1 and abs(row["high"]) < 1:
        ax.plot([row["low"], row["high"]], [i, i], color=colour, linewidth=3, zorder=3)
    ax.scatter(row["difference"], i, s=70, color=colour, edgecolor=style.PAPER, marker=marker, zorder=4)


def ranks_picture(name: str, ranking: Ranking, families: pd.DataFrame) -> style.Picture:
    """Mean rank of each family over seeds; those within the critical difference of the best are in its band."""
    table, band = ranking.families, ranking.critical_difference
    title = ranks_title(ranking)
    with style.theme():
        figure = Figure(figsize=(style.WIDTH, 1.6 + 0.36 * len(table)), layout="constrained")
        ax = figure.subplots()
        best = float(table["mean_rank"].iloc[0])
        ax.axvspan(best, best + band, color=style.INK, alpha=0.1, linewidth=0)
        for i, (family, rank) in enumerate(zip(table["family"], table["mean_rank"], strict=True)):
            optimizer = str(families.at[family, "optimizer"])
            ax.scatter(rank, i, s=80, color=style.colour_of(optimizer), marker=style.marker_of(optimizer), zorder=3)
            ax.annotate(f"{rank:.2f}", (rank, i), (8, 0), textcoords="offset points", va="center", fontsize=9)
        ax.set_yticks(range(len(table)), [style.short(name, 34) for name in table["family"]])
        ax.set_ylim(len(table) - 0.5, -0.5)
        ax.set_xlim(0.8, max(len(table), best + band) + 0.4)
        ax.set_xlabel(f"mean rank over {ranking.n} seeds, 1 = best (band: critical difference {band:.2f})")
        ranks = zip(table["family"], table["mean_rank"], strict=True)
        numbers = "; ".join(f"{style.short(family)} {rank:.2f}" for family, rank in ranks)
        return style.finish(name, title, f"{title}. Mean ranks: {numbers}.", figure, table)


def ranks_title(ranking: Ranking) -> str:
    """Who ranks first, and who cannot be told apart from it."""
    table = ranking.families
    if table["mean_rank"].nunique() == 1:
        return f"All {len(table)} families rank the same on average"
    first = style.short(str(table["family"].iloc[0]))
    limit = table["mean_rank"].iloc[0] + ranking.critical_difference
    near = table["family"][(table["mean_rank"] <= limit)].tolist()[1:]
    rest = f"by rank not told apart from {listed(map(style.short, near))}" if near else "apart from all others"
    return f"{first} ranks first ({table['mean_rank'].iloc[0]:.2f} on average), {rest}"
