"""What was searched and what it was worth: heatmaps, accuracy against each axis, the best of k configurations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Rectangle

from bench.figures import style
from bench.figures.appearance import COLOURS, Appearance, appearances_of, legend, legend_height, name_lines
from bench.text import percent, spelled, written

MOST_PANELS = 9  # of a heatmap
ANNOTATED = 12  # values along an axis up to which a heatmap's cells carry their number
STRENGTHS = ("regularization.l1", "regularization.l2", "regularization.dropout")
FAINT, DOTS = 100, 2_000  # of a family; more are small and faint, more are an image
MOST_FAMILIES, MOST_AXES = len(COLOURS), 6
NAME = 28  # characters of a name on a line of a legend
SEEDS = "with the seeds they had"
ROOM, ROOM_IN_CELLS = 22, 16  # characters side by side below a panel of three


def heatmap_pictures(table: pd.DataFrame, families: pd.DataFrame) -> Iterator[style.Picture]:
    """One figure per regularization axis that varies beside the learning rate, one panel per family.

    `table`: a row per configuration with family, validation_mean, n_diverged, whether a race has `dropped` it, and its
    varying settings under their dotted names. A cell is the best over all other axes; where any of its runs diverged,
    it is hatched, and where a race dropped all that it stands for, dotted. `families`: as for `appearances_of`.
    """
    if "optimizer.lr" not in table:
        return
    appearances = appearances_of(families)
    for axis in STRENGTHS:
        if axis in table:
            known = table.dropna(subset=["validation_mean", axis, "optimizer.lr"])
            spread = known.groupby("family")[[axis, "optimizer.lr"]].nunique()
            wide = spread.index[(spread > 1).all(axis=1)]
            names = [name for name in appearances if name in wide]
            if names:
                drawn = {name: appearances[name] for name in names[:MOST_PANELS]}
                some = style.part_of(len(drawn), len(names))
                yield _heatmap_picture(known[known["family"].isin(drawn)], axis, drawn, some)


def _heatmap_picture(table: pd.DataFrame, axis: str, appearances: Mapping[str, Appearance], some: str) -> style.Picture:
    keys = ["family", "optimizer.lr", axis]
    cells = (
        _best_first(table)
        .groupby(keys)
        .agg(
            validation=("validation_mean", "first"),
            diverged=("n_diverged", "sum"),
            configurations=("dropped", "size"),
            dropped=("dropped", "all"),
        )
    )
    cells = cells.reset_index()
    name, title = f"heatmap-{axis.split('.')[1]}", heatmap_title(cells, axis) + some
    with style.theme():
        figure, axes = _panels(name, len(appearances), min(1.0 + 0.35 * cells[axis].nunique(), 2.6))
        low, high = cells["validation"].min(), cells["validation"].max()
        for ax, (family, appearance) in zip(axes, appearances.items(), strict=True):
            _heatmap(ax, cells[cells["family"] == family], axis, (low, max(high, low + 0.01)))
            ax.set_title(name_lines(appearance, 22), fontsize=9)
        figure.supxlabel("learning rate", fontsize=11)
        figure.supylabel(axis, fontsize=11)
        bar = figure.colorbar(axes[0].collections[0], ax=list(axes), shrink=0.7, label="validation accuracy")
        style.percent_axis(bar.ax.yaxis)
        hatched = "; hatched where runs diverged" if cells["diverged"].any() else ""
        dotted = "; dotted where the race dropped all that it stands for" if cells["dropped"].any() else ""
        alt = f"{title}. A cell is the highest mean over all other axes{hatched}{dotted}."
        return style.finish(name, title, alt, figure, cells)


def heatmap_title(cells: pd.DataFrame, axis: str) -> str:
    """What is drawn, and from where to where its estimates go."""
    title = f"Mean validation accuracy over learning rate and {spelled(axis)}"
    low, high = (percent(bound) for bound in (cells["validation"].min(), cells["validation"].max()))
    return f"{title}: {low} wherever it was searched" if low == high else f"{title}, from {low} to {high}"


def _heatmap(ax: Axes, cells: pd.DataFrame, axis: str, limits: tuple[float, float]) -> None:
    values = cells.pivot(index=axis, columns="optimizer.lr", values="validation").sort_index(ascending=False)
    diverged = cells.pivot(index=axis, columns="optimizer.lr", values="diverged").reindex_like(values)
    few = max(values.shape) <= ANNOTATED
    text = (100 * values).map(lambda v: "" if np.isnan(v) else f"{v:.0f}")
    sns.heatmap(
        values, ax=ax, vmin=limits[0], vmax=limits[1], cmap="cividis", cbar=False, linewidths=0.5, square=False,
        linecolor=style.PAPER, annot=text if few else None, fmt="", annot_kws={"size": 8}, rasterized=not few,
        xticklabels=False, yticklabels=False,
    )  # fmt: skip
    dropped = cells.pivot(index=axis, columns="optimizer.lr", values="dropped").reindex_like(values)
    dark = values.to_numpy(dtype=float) < sum(limits) / 2
    for marked, hatch in ((diverged, "////"), (dropped, "..")):
        for row, column in zip(*np.nonzero(marked.fillna(0).to_numpy(dtype=float)), strict=True):
            seen = "#ffffff" if dark[row, column] else "#262626"
            mark = Rectangle((column, row), 1, 1, fill=False, hatch=hatch, linewidth=0, edgecolor=seen, alpha=0.6)
            ax.add_patch(mark)
    ax.set(xlabel="", ylabel="")
    style.label_values(ax.xaxis, values.columns.tolist(), 0.5, ROOM_IN_CELLS)
    style.label_values(ax.yaxis, values.index.tolist(), 0.5)
    ax.tick_params(labelsize=9)


def axes_picture(table: pd.DataFrame, axes: Sequence[str], families: pd.DataFrame) -> style.Picture:
    """Mean validation accuracy against each axis: the best over all other axes as a line, every configuration a dot.

    `table`: a row per configuration with family, validation_mean, whether a race has `dropped` it, and its settings
    under their dotted names; what was dropped is a cross. `families`: as for `appearances_of`.
    """
    appearances, axes = appearances_of(families), axes[:MOST_AXES]
    table = table.dropna(subset="validation_mean")
    known = [name for name in appearances if name in table["family"].unique()]
    names = known[:MOST_FAMILIES]
    table = _best_first(table[table["family"].isin(names)])
    profiles = pd.concat([_profile(table, axis) for axis in axes], ignore_index=True)
    title = "Mean validation accuracy against each setting, all others at their best"
    title += style.part_of(len(names), len(known))
    with style.theme():
        shown, columns = [appearances[name] for name in names], min(3, len(names))
        figure, panels = _panels("axes", len(axes), 2.6, below=legend_height(shown, NAME, columns), sharey=True)
        for ax, axis in zip(panels, axes, strict=True):
            values = in_order(table[axis].dropna().unique())
            place_of = {value: place for place, value in enumerate(values)}
            for family in names:
                own = table[(table["family"] == family) & table[axis].notna()]
                _scatter(ax, own[axis].map(place_of), own, appearances[family])
                best = profiles[(profiles["family"] == family) & (profiles["axis"] == axis)]
                places = best["value"].map(place_of).tolist()
                ax.plot(places, best["validation"], markersize=5, **appearances[family].line)
            style.label_values(ax.xaxis, values, 0, ROOM)
            ax.set_title(axis)
            style.percent_axis(ax.yaxis)
        figure.supylabel("mean validation accuracy", fontsize=11)
        legend(figure, shown, NAME, loc="outside lower center", ncols=columns)
        lines = "Lines: the highest mean over all other settings; dots: single configurations"
        alt = f"{title}. {lines}{_crosses(table)}."
        return style.finish("axes", title, alt, figure, profiles)


def random_axes_picture(
    table: pd.DataFrame, trends: pd.DataFrame, axes: Mapping[str, bool], families: pd.DataFrame
) -> style.Picture:
    """Mean validation accuracy against each random axis: a smooth curve with its band, every configuration a dot.

    `table`: as for `axes_picture`; `trends`: the rows of `statistics.trends`; `axes`: some of the table's, and whether
    each has a logarithmic scale; `families`: as for `appearances_of`.
    """
    appearances, drawn = appearances_of(families), dict(list(axes.items())[:MOST_AXES])
    table = table.dropna(subset="validation_mean")
    known = [name for name in appearances if name in table["family"].unique()]
    names = known[:MOST_FAMILIES]
    table, trends = _best_first(table[table["family"].isin(names)]), trends[trends["family"].isin(names)]
    title = "Mean validation accuracy against each random setting, whatever the others"
    title += style.part_of(len(names), len(known)) + style.part_of(len(drawn), len(axes), "settings")
    with style.theme():
        shown, columns = [appearances[name] for name in names], min(3, len(names))
        below = legend_height(shown, NAME, columns)
        figure, panels = _panels("random-axes", len(drawn), 2.6, below=below, sharey=True)
        for ax, (axis, is_logarithmic) in zip(panels, drawn.items(), strict=True):
            for family in names:
                own = table[(table["family"] == family) & table[axis].notna()]
                _scatter(ax, own[axis], own, appearances[family])
                curve = trends[(trends["family"] == family) & (trends["axis"] == axis)]
                line = appearances[family].line | {"marker": None}
                ax.plot(curve["value"], curve["validation"], **line)
                ax.fill_between(
                    curve["value"], curve["low"], curve["high"], color=line["color"], alpha=0.15, linewidth=0
                )
            if is_logarithmic:
                style.log_axis(ax)
            ax.set_title(axis)
            style.percent_axis(ax.yaxis)
        figure.supylabel("mean validation accuracy", fontsize=11)
        legend(figure, shown, NAME, loc="outside lower center", ncols=columns)
        lines = "Lines: local-linear fits to all configurations alike; bands: 95 % of such fits to resampled points"
        dots = f"{lines}, value by value; dots" if len(trends) else "Dots"
        alt = f"{title}. {dots}: single configurations{_crosses(table)}."
        return style.finish("random-axes", title, alt, figure, trends)


def _scatter(ax: Axes, places: pd.Series[Any], own: pd.DataFrame, appearance: Appearance) -> None:
    """A family's configurations: dots, and crosses where a race dropped them."""
    size, alpha = (8, 0.25) if len(own) > FAINT else (16, 0.5)
    dots = appearance.dots | {"rasterized": len(own) > DOTS, "s": size, "alpha": alpha}
    for some, looks in ((~own["dropped"], {"linewidths": 0}), (own["dropped"], {"marker": "x", "linewidths": 0.8})):
        ax.scatter(places[some].tolist(), own.loc[some, "validation_mean"], **dots | looks)


def _crosses(table: pd.DataFrame) -> str:
    return f"; crosses: those that the race dropped, {SEEDS}" if table["dropped"].any() else ""


def _profile(table: pd.DataFrame, axis: str) -> pd.DataFrame:
    known = table.dropna(subset=axis)
    place_of = {value: place for place, value in enumerate(in_order(known[axis].unique()))}
    known = known.assign(order=known[axis].map(place_of).astype(int))
    best = known.groupby(["family", "order", axis], sort=True)["validation_mean"].first().reset_index()
    return pd.DataFrame(
        {"axis": axis, "family": best["family"], "value": best[axis], "validation": best["validation_mean"]}
    ).astype({"value": object})


def _best_first(table: pd.DataFrame) -> pd.DataFrame:
    """The best first, and last what a race dropped: it may have been lucky on few seeds."""
    return table.sort_values(["dropped", "validation_mean"], ascending=[True, False], kind="stable")


def in_order(values: Iterable[Any]) -> list[Any]:
    """Numbers by size, widths of layers by that of the first, then of the second; other texts as they come."""
    return sorted(values, key=_size)


def _size(value: Any) -> tuple[int, tuple[float, ...]]:
    if isinstance(value, int | float | np.number):
        return 0, (float(value),)
    widths = [] if value == written(()) else str(value).split("-")
    return (0, tuple(map(float, widths))) if all(width.isdecimal() for width in widths) else (1, ())


def best_of_k_picture(best: pd.DataFrame, families: pd.DataFrame) -> style.Picture:
    """The test accuracy that a search over k configurations is expected to end with, per family."""
    appearances = appearances_of(families)
    known = [name for name in appearances if name in best["family"].unique()]
    names = known[:MOST_FAMILIES]
    best = best[best["family"].isin(names)]
    title = "Expected test accuracy of the best of k configurations" + style.part_of(len(names), len(known))
    with style.theme():
        shown = [appearances[name] for name in names]
        figure, ax = style.single("best-of-k", max(3.6, 0.7 + legend_height(shown, NAME)))
        for family in names:
            own = best[best["family"] == family]
            ax.plot(own["k"], own["test"], markevery=max(1, len(own) // 8), **appearances[family].line)
        ax.set_xlabel("k, configurations tried (drawn at random from the grid)")
        ax.set_ylabel("expected test accuracy")
        style.whole_axis(ax.xaxis)
        if best["k"].max() > 20:
            ax.set_xscale("log")
            ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        style.percent_axis(ax.yaxis)
        legend(ax, shown, NAME, loc="center left", bbox_to_anchor=(1.0, 0.5))
        last = best.drop_duplicates("family", keep="last").head(8)
        numbers = "; ".join(f"{row['family']} {percent(row['test'])}" for row in last.to_dict("records"))
        return style.finish("best-of-k", title, f"{title}. With the whole grid tried: {numbers}.", figure, best)


def _panels(
    name: str, count: int, height: float, *, below: float = 0.4, sharey: bool = False
) -> tuple[Figure | SubFigure, list[Axes]]:
    columns = min(count, 3)
    rows = -(-count // columns)
    figure = style.sized(name, height * rows + 0.8 + below)
    axes = figure.subplots(rows, columns, squeeze=False, sharey=sharey).ravel().tolist()
    for unused in axes[count:]:
        unused.set_visible(False)
    return figure, axes[:count]
