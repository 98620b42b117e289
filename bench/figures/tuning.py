"""What was searched and what it was worth: heatmaps, accuracy against each axis, the best of k configurations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bench.figures import style
from bench.text import counted, percent, points

MOST_PANELS = 9  # of a heatmap
ANNOTATED = 12  # values along an axis up to which a heatmap's cells carry their number
STRENGTHS = ("regularization.l1", "regularization.l2", "regularization.dropout")
MOST_FAMILIES, MOST_AXES = 8, 6
EQUAL = 1e-9  # accuracies closer than this differ by rounding alone


def heatmap_pictures(table: pd.DataFrame, families: pd.DataFrame) -> Iterator[style.Picture]:
    """One figure per regularization axis that varies beside the learning rate, one panel per family.

    `table`: a row per configuration with family, validation_mean, n_diverged, and its varying settings under their
    dotted names. A cell is the best over all other axes; where any of its runs diverged, it is hatched.
    """
    if "optimizer.lr" not in table:
        return
    for axis in STRENGTHS:
        if axis in table:
            known = table.dropna(subset=["validation_mean", axis, "optimizer.lr"])
            spread = known.groupby("family")[[axis, "optimizer.lr"]].nunique()
            wide = spread.index[(spread > 1).all(axis=1)]
            names = [name for name in families.index if name in wide]
            if names:
                yield _heatmap_picture(known[known["family"].isin(names)], axis, names, families)


def _heatmap_picture(table: pd.DataFrame, axis: str, names: Sequence[str], families: pd.DataFrame) -> style.Picture:
    keys = ["family", "optimizer.lr", axis]
    cells = table.groupby(keys).agg(
        validation=("validation_mean", "max"), diverged=("n_diverged", "sum"), configurations=("n", "size")
    )
    cells = cells.reset_index()
    title = heatmap_title(cells, axis, names)
    with style.theme():
        figure, axes = _panels(min(len(names), MOST_PANELS), 2.3)
        low, high = cells["validation"].min(), cells["validation"].max()
        for ax, family in zip(axes, names, strict=False):
            _heatmap(ax, cells[cells["family"] == family], axis, (low, max(high, low + 0.01)))
            ax.set_title(style.wrap(family, 22, 2), fontsize=9)
        figure.supxlabel("learning rate", fontsize=11)
        figure.supylabel(axis, fontsize=11)
        if axes[0].collections:
            bar = figure.colorbar(axes[0].collections[0], ax=list(axes), shrink=0.7, label="validation accuracy")
            style.percent_axis(bar.ax.yaxis)
        name = f"heatmap-{axis.split('.')[1]}"
        hatched = "; hatched where runs diverged" if cells["diverged"].any() else ""
        some = f" ({MOST_PANELS} of {len(names)} families are drawn)" if len(names) > MOST_PANELS else ""
        alt = f"{title}. Mean validation accuracy over learning rate and {axis}, best over other axes{hatched}{some}."
        return style.finish(name, title, alt, figure, cells)


def heatmap_title(cells: pd.DataFrame, axis: str, names: Sequence[str]) -> str:
    """Where the best cell lies."""
    best = cells.sort_values("validation", ascending=False, kind="stable").iloc[0]
    if len(cells) > 1 and cells["validation"].nunique() == 1:
        return f"The validation accuracy is {percent(best['validation'])} wherever it was searched"
    name = axis.split(".")[1]
    where = f"learning rate {best['optimizer.lr']:g} and {name} {best[axis]:g}"
    who = f" ({style.short(best['family'])})" if len(names) > 1 else ""
    return f"The best validation accuracy, {percent(best['validation'])}, is at {where}{who}"


def _heatmap(ax: Axes, cells: pd.DataFrame, axis: str, limits: tuple[float, float]) -> None:
    values = cells.pivot(index=axis, columns="optimizer.lr", values="validation").sort_index(ascending=False)
    diverged = cells.pivot(index=axis, columns="optimizer.lr", values="diverged").reindex_like(values)
    few = max(values.shape) <= ANNOTATED
    text = (100 * values).map(lambda v: "" if np.isnan(v) else f"{v:.0f}")
    sns.heatmap(
        values, ax=ax, vmin=limits[0], vmax=limits[1], cmap="cividis", cbar=False, linewidths=0.5, square=False,
        linecolor=style.PAPER, annot=text if few else None, fmt="", annot_kws={"size": 8}, rasterized=not few,
        xticklabels=_labels(values.columns), yticklabels=_labels(values.index),
    )  # fmt: skip
    dark = values.to_numpy(dtype=float) < sum(limits) / 2
    for row, column in zip(*np.nonzero(diverged.to_numpy() > 0), strict=True):
        seen = "#ffffff" if dark[row, column] else "#262626"
        ax.add_patch(Rectangle((column, row), 1, 1, fill=False, hatch="////", linewidth=0, edgecolor=seen, alpha=0.6))
    ax.set(xlabel="", ylabel="")
    ax.tick_params(axis="x", rotation=45)
    ax.tick_params(axis="y", rotation=0)


def _labels(values: pd.Index, most: int = 10) -> list[str]:
    """Every value, or an empty label for some of many."""
    step = -(-len(values) // most)
    return [f"{value:.3g}" if i % step == 0 else "" for i, value in enumerate(values)]


def axes_picture(table: pd.DataFrame, axes: Sequence[str], families: pd.DataFrame) -> style.Picture:
    """Mean validation accuracy against each axis: the best over all other axes as a line, every configuration a dot.

    `table`: a row per configuration with family, validation_mean and its settings under their dotted names.
    """
    names = [str(name) for name in families.index if name in table["family"].unique()][:MOST_FAMILIES]
    table = table[table["family"].isin(names)].dropna(subset="validation_mean")
    profiles = pd.concat([_profile(table, axis) for axis in axes[:MOST_AXES]], ignore_index=True)
    title = axes_title(profiles)
    with style.theme():
        figure, panels = _panels(len(axes[:MOST_AXES]), 2.6, sharey=True)
        for ax, axis in zip(panels, axes, strict=False):
            values = _ordered(table[axis].dropna().unique())
            for family in names:
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
        figure.legend(handles, labels, loc="outside lower center", ncols=min(3, len(names)), frameon=False)
        alt = f"{title}. Best mean validation accuracy against each axis; dots are single configurations."
        return style.finish("axes", title, alt, figure, profiles)


def axes_title(profiles: pd.DataFrame) -> str:
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


def best_of_k_picture(best: pd.DataFrame, families: pd.DataFrame) -> style.Picture:
    """The test accuracy that a search over k configurations is expected to end with, per family."""
    names = [str(name) for name in families.index if name in best["family"].unique()][:MOST_FAMILIES]
    title = best_of_k_title(best)
    with style.theme():
        figure = Figure(figsize=(style.WIDTH, 3.6), layout="constrained")
        ax = figure.subplots()
        for family in names:
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


def best_of_k_title(best: pd.DataFrame) -> str:
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


def _panels(count: int, height: float, *, sharey: bool = False) -> tuple[Figure, list[Axes]]:
    columns = min(count, 3)
    rows = -(-count // columns)
    figure = Figure(figsize=(style.WIDTH, height * rows + 1.2), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharey=sharey).ravel().tolist()
    for unused in axes[count:]:
        unused.set_visible(False)
    return figure, axes[:count]
