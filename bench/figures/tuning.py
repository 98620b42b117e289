"""What tuning is worth: accuracy against each axis, and the best of k configurations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bench.figures import style
from bench.text import counted, percent, points

MOST_FAMILIES, MOST_AXES = 8, 6
EQUAL = 1e-9  # accuracies closer than this differ by rounding alone


def axes_picture(table: pd.DataFrame, axes: Sequence[str], families: pd.DataFrame) -> style.Picture:
    """Mean validation accuracy against each axis: the best over all other axes as a line, every configuration a dot.

    `table`: a row per configuration with family, validation_mean and its settings under their dotted names.
    """
    shown = [str(name) for name in families.index if name in table["family"].unique()][:MOST_FAMILIES]
    table = table[table["family"].isin(shown)].dropna(subset="validation_mean")
    profiles = pd.concat([_profile(table, axis) for axis in axes[:MOST_AXES]], ignore_index=True)
    title = axes_finding(profiles)
    with style.theme():
        figure, panels = _panels(len(axes[:MOST_AXES]))
        for ax, axis in zip(panels, axes, strict=False):
            values = _ordered(table[axis].dropna().unique())
            for family in shown:
                optimizer = str(families.at[family, "optimizer"])
                look: Any = {"color": style.colour_of(optimizer), "marker": style.marker_of(optimizer)}
                own = table[(table["family"] == family) & table[axis].notna()]
                ax.scatter(
                    [values.index(v) for v in own[axis]], own["validation_mean"], s=8, alpha=0.25, linewidths=0, **look
                )
                best = profiles[(profiles["family"] == family) & (profiles["axis"] == axis)]
                ax.plot([values.index(v) for v in best["value"]], best["validation"], markersize=5,
                        label=style.short(family, 24), **look)  # fmt: skip
            step = -(-len(values) // 8)
            ax.set_xticks(range(0, len(values), step), [_text(v) for v in values[::step]], rotation=45)
            ax.set_title(axis)
            style.percent_axis(ax.yaxis)
        figure.supylabel("mean validation accuracy", fontsize=11)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(3, len(shown)), frameon=False)
        alt = f"{title}. Best mean validation accuracy against each axis; dots are single configurations."
        return style.finish("axes", title, alt, figure, profiles)


def axes_finding(profiles: pd.DataFrame) -> str:
    """The axis that matters most."""
    groups = profiles.groupby(["axis", "family"], sort=False)["validation"]
    ranges = (groups.max() - groups.min()).groupby("axis", sort=False).max()
    if not ranges.max() > EQUAL:
        return "No axis matters: every value is as good as the best, all else at its best"
    axis = ranges.sort_values(ascending=False, kind="stable").index[0]
    return f"{axis} matters most: its worst value costs a family up to {points(ranges[axis])}, all else at its best"


def _profile(table: pd.DataFrame, axis: str) -> pd.DataFrame:
    known = table.dropna(subset=axis).assign(order=lambda t: _orders(t[axis]))
    best = known.groupby(["family", "order", axis], sort=True)["validation_mean"].max().reset_index()
    return pd.DataFrame(
        {"axis": axis, "family": best["family"], "value": best[axis], "validation": best["validation_mean"]}
    ).astype({"value": object})


def _orders(values: pd.Series) -> list[int]:
    ordered = _ordered(values.unique())
    return [ordered.index(value) for value in values]


def _ordered(values: Any) -> list[Any]:
    """Numbers by size, texts in order of appearance."""
    values = list(values)
    return sorted(values) if all(isinstance(v, int | float | np.number) for v in values) else values


def _text(value: Any) -> str:
    return style.short(f"{value:.3g}" if isinstance(value, int | float | np.number) else str(value), 12)


def _panels(count: int) -> tuple[Figure, list[Any]]:
    columns = min(count, 3)
    rows = -(-count // columns)
    figure = Figure(figsize=(style.WIDTH, 2.6 * rows + 1.2), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel().tolist()
    for unused in axes[count:]:
        unused.set_visible(False)
    return figure, axes[:count]


def best_of_k_picture(best: pd.DataFrame, families: pd.DataFrame) -> style.Picture:
    """The test accuracy that a search over k configurations is expected to end with, per family."""
    shown = [str(name) for name in families.index if name in best["family"].unique()][:MOST_FAMILIES]
    title = best_of_k_finding(best)
    with style.theme():
        figure = Figure(figsize=(style.WIDTH, 3.6), layout="constrained")
        ax = figure.subplots()
        for family in shown:
            own, optimizer = best[best["family"] == family], str(families.at[family, "optimizer"])
            ax.plot(own["k"], own["test"], color=style.colour_of(optimizer), marker=style.marker_of(optimizer),
                    markevery=max(1, len(own) // 8), label=style.short(family, 30))  # fmt: skip
        ax.set_xlabel("configurations tried (drawn at random from the grid)")
        ax.set_ylabel("expected test accuracy")
        if best["k"].max() > 20:
            ax.set_xscale("log")
            ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        style.percent_axis(ax.yaxis)
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
        last = best.drop_duplicates("family", keep="last").head(8)
        numbers = "; ".join(f"{style.short(str(r['family']))} {percent(r['test'])}" for r in last.to_dict("records"))
        return style.finish("best-of-k", title, f"{title}. With the whole grid tried: {numbers}.", figure, best)


def best_of_k_finding(best: pd.DataFrame) -> str:
    """Who is best with few trials, and who with all."""
    least = int(best.groupby("family")["k"].max().min())
    few = min(3, least)

    def leader(k: int) -> str:
        at = best[best["k"] == k].sort_values("test", ascending=False, kind="stable")
        return style.short(str(at["family"].iloc[0]))

    if best["family"].nunique() == 1:
        own = best["test"]
        return f"Trying all {len(own)} configurations instead of one is worth {points(own.iloc[-1] - own.iloc[0])}"
    if np.ptp(best["test"]) < EQUAL:
        return f"Every family is expected to end with {percent(best['test'].iloc[0])}, however many are tried"
    tries = counted(few, "configuration")
    if few == least or leader(few) == leader(least):
        return f"{leader(least)} is the best choice for {tries} tried" + (f", and for {least}" if least > few else "")
    return f"With {tries} tried {leader(few)} is the best choice; with {least}, {leader(least)}"
