"""Training against test accuracy: who overfits, and by how much."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from bench.figures import style
from bench.figures.appearance import appearances_of, legend, legend_height
from bench.text import percent

MOST = 12  # families
NAME = 28  # characters of a name on a line of the legend


def gap_picture(gaps: pd.DataFrame, confirm: pd.DataFrame, families: pd.DataFrame, of_weights: str) -> style.Picture:
    """A dot per confirm seed, a large one per family.

    `gaps`: family, train, test, gap; in the order to draw. `families`: as for `appearances_of`, with ceiling.
    `of_weights`: whose accuracies these are, in words.
    """
    appearances, top = appearances_of(families), gaps.head(MOST)
    title = f"Training against test accuracy {of_weights}" + style.part_of(len(top), len(gaps))
    runs = confirm[(confirm["status"] == "ok") & confirm["family"].isin(top["family"])]
    rows: Any = top.to_dict("records")
    with style.theme():
        shown = [appearances[family] for family in top["family"]]
        figure = Figure(figsize=(style.WIDTH, max(4.6, 0.7 + legend_height(shown, NAME))), layout="constrained")
        ax = figure.subplots()
        for row in rows:
            own, appearance = runs[runs["family"] == row["family"]], appearances[row["family"]]
            ax.scatter(own["train_accuracy"], own["test_accuracy"], s=14, alpha=0.5, linewidths=0, **appearance.dots)
            ax.scatter(row["train"], row["test"], s=90, edgecolor=style.PAPER, zorder=4, **appearance.dots)
        low = float(runs[["train_accuracy", "test_accuracy"]].min().min()) - 0.02
        ax.plot([low, 1], [low, 1], color=style.INK, linewidth=1)
        ceilings = families.loc[top["family"], "ceiling"].dropna().unique()
        for ceiling in ceilings:
            ax.axhline(ceiling, color=style.INK, linestyle=":", linewidth=1.2)
            ax.axvline(ceiling, color=style.INK, linestyle=":", linewidth=1.2)
        ax.set_xlabel("training accuracy" + (" (right of the ceiling, dotted: overfitting)" if len(ceilings) else ""))
        ax.set_ylabel("test accuracy")
        style.percent_axis(ax.xaxis)
        style.percent_axis(ax.yaxis)
        legend(ax, shown, NAME, lines=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
        numbers = "; ".join(f"{row['family']} {percent(row['train'])} and {percent(row['test'])}" for row in rows[:8])
        return style.finish("gap", title, f"{title}. Mean training and test accuracy: {numbers}.", figure, gaps)
