"""What was searched: validation accuracy over learning rate and strength."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bench.figures import style
from bench.text import percent

MOST = 9  # panels
STRENGTHS = ("regularization.l1", "regularization.l2", "regularization.dropout")
ANNOTATED = 12  # values along an axis up to which cells carry their number


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
            shown = [name for name in families.index if name in wide]
            if shown:
                yield _heatmaps(known[known["family"].isin(shown)], axis, shown, families)


def _heatmaps(table: pd.DataFrame, axis: str, shown: Sequence[str], families: pd.DataFrame) -> style.Picture:
    keys = ["family", "optimizer.lr", axis]
    cells = table.groupby(keys).agg(
        validation=("validation_mean", "max"), diverged=("n_diverged", "sum"), configurations=("n", "size")
    )
    cells = cells.reset_index()
    title = finding(cells, axis, shown)
    with style.theme():
        figure, axes = _figure(min(len(shown), MOST))
        low, high = cells["validation"].min(), cells["validation"].max()
        for ax, family in zip(axes, shown, strict=False):
            _panel(ax, cells[cells["family"] == family], axis, (low, max(high, low + 0.01)))
            ax.set_title(style.wrap(family, 22, 2), fontsize=9)
        figure.supxlabel("learning rate", fontsize=11)
        figure.supylabel(axis, fontsize=11)
        if axes[0].collections:
            bar = figure.colorbar(axes[0].collections[0], ax=list(axes), shrink=0.7, label="validation accuracy")
            style.percent_axis(bar.ax.yaxis)
        name = f"heatmap-{axis.split('.')[1]}"
        hatched = "; hatched where runs diverged" if cells["diverged"].any() else ""
        some = f" ({MOST} of {len(shown)} families are drawn)" if len(shown) > MOST else ""
        alt = f"{title}. Mean validation accuracy over learning rate and {axis}, best over other axes{hatched}{some}."
        return style.finish(name, title, alt, figure, cells)


def finding(cells: pd.DataFrame, axis: str, shown: Sequence[str]) -> str:
    """Where the best cell lies."""
    best = cells.sort_values("validation", ascending=False, kind="stable").iloc[0]
    if len(cells) > 1 and cells["validation"].nunique() == 1:
        return f"The validation accuracy is {percent(best['validation'])} wherever it was searched"
    name = axis.split(".")[1]
    where = f"learning rate {best['optimizer.lr']:g} and {name} {best[axis]:g}"
    who = f" ({style.short(best['family'])})" if len(shown) > 1 else ""
    return f"The best validation accuracy, {percent(best['validation'])}, is at {where}{who}"


def _figure(count: int) -> tuple[Figure, list[Axes]]:
    columns = min(count, 3)
    rows = -(-count // columns)
    figure = Figure(figsize=(style.WIDTH, 2.3 * rows + 1.2), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    axes = [ax for row in grid for ax in row]
    for unused in axes[count:]:
        unused.set_visible(False)
    return figure, axes[:count]


def _panel(ax: Axes, cells: pd.DataFrame, axis: str, limits: tuple[float, float]) -> None:
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
