"""The share of seeds that has reached the target, over epochs, with the number of seeds still on their way."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.figures import style
from bench.text import percent

MOST = 8  # families
TIMES = 6  # epochs at which the seeds still on their way are counted
LINES = ("-", "--", "-.", ":")  # of families that share an optimizer


def reached_picture(reached: pd.DataFrame, times: pd.DataFrame, families: pd.DataFrame, target: float) -> style.Picture:
    """Step curves from `reached_curves`; `times`: a row per family, from `time_to_target`, in the order to draw."""
    shown = times[times["n"] > 0].head(MOST)
    title = finding(shown, target)
    with style.theme():
        figure = Figure(figsize=(style.WIDTH, 3.4 + 0.24 * len(shown)), layout="constrained")
        ax, table = figure.subplots(2, 1, height_ratios=[3.0, 0.3 + 0.24 * len(shown)], sharex=True)
        budget = float(shown["budget"].max())
        for family, line in zip(shown["family"], _lines(shown, families), strict=True):
            steps = reached[reached["family"] == family]
            optimizer = str(families.at[family, "optimizer"])
            ax.step(
                steps["epochs"], steps["reached"], where="post", color=style.colour_of(optimizer), linestyle=line,
                marker=style.marker_of(optimizer), markevery=(0.08, 0.25), label=style.short(family, 30),
            )  # fmt: skip
        ax.set_ylim(-0.03, 1.03)
        ax.set_xlim(0, budget * 1.01)
        style.percent_axis(ax.yaxis)
        ax.set_ylabel("seeds that reached it")
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
        _at_risk(table, reached, shown, families, budget)
        numbers = "; ".join(f"{style.short(str(r.family))} {r.reached} of {r.n}" for r in shown.itertuples())
        alt = f"{title}. Seeds that reached {percent(target)}: {numbers}."
        return style.finish("reached", title, alt, figure, reached)


def finding(times: pd.DataFrame, target: float) -> str:
    """How many seeds of the quickest and of the slowest family have reached the target in the end."""
    shares = (times["reached"] / times["n"]).sort_values(ascending=False, kind="stable")
    most, least = times.loc[shares.index[0]], times.loc[shares.index[-1]]
    goal = f"{percent(target)} validation accuracy by epoch {most['budget']:,.0f}"
    if not most["reached"]:
        return f"No seed reaches {goal}"
    said = f"{most['reached']} of {most['n']} seeds of {style.short(str(most['family']))} reach {goal}"
    if shares.iloc[0] > shares.iloc[-1]:
        said += f"; {least['reached']} of {least['n']} of {style.short(str(least['family']))}"
    return said


def _lines(shown: pd.DataFrame, families: pd.DataFrame) -> list[str]:
    """Another dash pattern for each further family of an optimizer."""
    optimizers = families.loc[shown["family"], "optimizer"]
    return [LINES[i % len(LINES)] for i in optimizers.groupby(optimizers.to_numpy()).cumcount()]


def _at_risk(ax: Axes, reached: pd.DataFrame, shown: pd.DataFrame, families: pd.DataFrame, budget: float) -> None:
    """Counts of seeds that have not reached the target, family by family."""
    epochs = np.linspace(0, budget, TIMES)
    for i, (family, n) in enumerate(zip(shown["family"], shown["n"], strict=True)):
        steps = reached[reached["family"] == family]
        place = np.searchsorted(steps["epochs"].to_numpy(), epochs, side="right") - 1
        left = np.round(n * (1 - steps["reached"].to_numpy()[place])).astype(int)
        for epoch, count in zip(epochs, left, strict=True):
            where = "left" if epoch == 0 else "right" if epoch == budget else "center"
            ax.annotate(str(count), (epoch, i), ha=where, va="center", fontsize=9)
    ax.set_yticks(range(len(shown)), [style.short(family, 34) for family in shown["family"]])
    for label, family in zip(ax.get_yticklabels(), shown["family"], strict=True):
        label.set_color(style.colour_of(str(families.at[family, "optimizer"])))
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xticks(epochs)
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("epoch (below the curves: seeds that have not reached the target yet)")
