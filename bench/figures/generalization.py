"""Training against test accuracy: who overfits, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from bench.figures import style
from bench.figures.appearance import Appearance, appearances_of, legend, legend_height
from bench.text import percent

MOST = 12  # families
NAME = 28  # characters of a name on a line of the legend
COLUMNS = 2  # of panels


def gap_picture(gaps: pd.DataFrame, confirm: pd.DataFrame, families: pd.DataFrame, of_weights: str) -> style.Picture:
    """A panel for each problem, and in it a dot per confirm seed, a large one per family.

    `gaps`: family, train, test, gap; in the order to draw. `families`: as for `appearances_of`, with ceiling.
    `of_weights`: whose accuracies these are, in words.
    """
    appearances, top = appearances_of(families), gaps.head(MOST)
    top = top.assign(**{name: families.loc[top["family"], name].to_numpy() for name in ("problem", "ceiling")})
    title = f"Training against test accuracy {of_weights}" + style.part_of(len(top), len(gaps))
    runs = confirm[(confirm["status"] == "ok") & confirm["family"].isin(top["family"])]
    known = bool(top["ceiling"].notna().any())
    with style.theme():
        shown = [appearances[family] for family in top["family"]]
        problems = top["problem"].unique()
        figure, axes = _panels(len(problems), legend_height(shown, NAME))
        for ax, problem in zip(axes, problems, strict=True):
            own = top[top["problem"] == problem]
            _draw(ax, own, runs[runs["family"].isin(own["family"])], appearances)
            ax.set_title(style.wrap(problem, NAME) if len(problems) > 1 else "")
        figure.supxlabel(f"training accuracy{' (right of the ceiling, dotted: overfitting)' * known}", fontsize=11)
        figure.supylabel("test accuracy", fontsize=11)
        legend(figure, shown, NAME, lines=False, loc="outside center right")
        rows: Any = top.head(8).to_dict("records")
        numbers = "; ".join(f"{row['family']} {percent(row['train'])} and {percent(row['test'])}" for row in rows)
        return style.finish("gap", title, f"{title}. Mean training and test accuracy: {numbers}.", figure, gaps)


def _panels(count: int, beside: float) -> tuple[Figure | SubFigure, list[Axes]]:
    """A large panel, or several small ones; a legend of the height `beside` fits beside them."""
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    height = 4.6 if count == 1 else 2.9 * rows + 0.7
    figure = style.sized("gap", max(height, 0.7 + beside))
    axes = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for axis in (axis for ax in axes if count > 1 for axis in (ax.xaxis, ax.yaxis)):
        axis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
    for unused in axes[count:]:
        unused.set_visible(False)
    return figure, axes[:count]


def _draw(ax: Axes, gaps: pd.DataFrame, runs: pd.DataFrame, appearances: Mapping[str, Appearance]) -> None:
    """The families of one problem, its ceiling, and the line on which both accuracies are equal."""
    rows: Any = gaps.to_dict("records")
    for row in rows:
        own, appearance = runs[runs["family"] == row["family"]], appearances[row["family"]]
        ax.scatter(own["train_accuracy"], own["test_accuracy"], s=14, alpha=0.5, linewidths=0, **appearance.dots)
        ax.scatter(row["train"], row["test"], **appearance.mean(90))
    low = float(runs[["train_accuracy", "test_accuracy"]].min().min()) - 0.02
    ax.plot([low, 1], [low, 1], color=style.INK, linewidth=1)
    for ceiling in gaps["ceiling"].dropna().unique():
        ax.axhline(ceiling, color=style.INK, linestyle=":", linewidth=1.2)
        ax.axvline(ceiling, color=style.INK, linestyle=":", linewidth=1.2)
    style.percent_axis(ax.xaxis)
    style.percent_axis(ax.yaxis)
