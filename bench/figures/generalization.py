"""Training against test accuracy: who overfits, and by how much."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from bench.figures import style
from bench.text import percent, points

MOST = 12  # families


def gap_picture(gaps: pd.DataFrame, confirm: pd.DataFrame, families: pd.DataFrame) -> style.Picture:
    """A dot per confirm seed, a large one per family. `gaps`: family, train, test, gap; in the order to draw."""
    top = gaps.head(MOST)
    title = gap_title(gaps)
    with style.theme():
        figure = Figure(figsize=(style.WIDTH, 4.6), layout="constrained")
        ax = figure.subplots()
        runs = confirm[(confirm["status"] == "ok") & confirm["family"].isin(top["family"])]
        rows: Any = top.itertuples()
        for row in rows:
            own, optimizer = runs[runs["family"] == row.family], str(families.at[row.family, "optimizer"])
            look: dict[str, Any] = {"color": style.colour_of(optimizer), "marker": style.marker_of(optimizer)}
            ax.scatter(own["train_accuracy"], own["test_accuracy"], s=14, alpha=0.5, linewidths=0, **look)
            ax.scatter(
                row.train,
                row.test,
                s=90,
                edgecolor=style.PAPER,
                zorder=4,
                label=style.short(str(row.family), 30),
                **look,
            )
        low = float(runs[["train_accuracy", "test_accuracy"]].min().min()) - 0.02
        ax.plot([low, 1], [low, 1], color=style.INK, linewidth=1)
        ceilings = families.loc[top["family"], "ceiling"].dropna().unique()
        for ceiling in ceilings:
            ax.axhline(ceiling, color=style.INK, linestyle=":", linewidth=1.2)
            ax.axvline(ceiling, color=style.INK, linestyle=":", linewidth=1.2)
        ax.set_xlabel("training accuracy of the last epoch (right of the ceiling, dotted: overfitting)")
        ax.set_ylabel("test accuracy")
        style.percent_axis(ax.xaxis)
        style.percent_axis(ax.yaxis)
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
        numbers = "; ".join(
            f"{style.short(str(r.family))} {percent(float(str(r.train)))} and {percent(float(str(r.test)))}"
            for r in top.head(8).itertuples()
        )
        return style.finish("gap", title, f"{title}. Training and test accuracy: {numbers}.", figure, gaps)


def gap_title(gaps: pd.DataFrame) -> str:
    """The family with the largest gap."""
    worst = gaps.sort_values("gap", ascending=False, kind="stable").iloc[0]
    name = style.short(str(worst["family"]))
    if worst["gap"] <= 0:
        return "No family does better on its training points than on test points"
    most = f"{name} generalizes worst" if len(gaps) > 1 else name
    return (
        f"{most}: {percent(worst['train'])} on training points, {percent(worst['test'])} on test points "
        f"(a gap of {points(worst['gap'])})"
    )
