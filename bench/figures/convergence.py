"""How fast the families learn: learning curves, and the share of seeds that has reached the target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from bench.figures import style
from bench.figures.appearance import COLOURS, Appearance, appearances_of, name_lines
from bench.text import counted, percent

MOST_PANELS = 12
THIN = 30  # seeds drawn as thin lines in each panel
MOST_STEPS = len(COLOURS)  # families whose shares are drawn
COUNTS = 6  # epochs at which the seeds still on their way are counted
QUARTILES = ["lower_quartile", "median", "upper_quartile"]


def curves_picture(curves: pd.DataFrame, families: pd.DataFrame, times: pd.DataFrame, target: float) -> style.Picture:
    """Validation accuracy over epochs: one panel per family with median, quartiles and seeds.

    `families`: as for `appearances_of`, with ceiling and classes; `times`: a row per family, from `time_to_target`, in
    the order to draw. After a divergence a run counts at chance.
    """
    appearances = appearances_of(families)
    known = times[times["family"].isin(curves["family"].unique())]
    names = known["family"].head(MOST_PANELS).tolist()
    curves = curves[curves["family"].isin(names)]
    chance = 1 / families["classes"].reindex(curves["family"]).to_numpy()
    curves = curves.assign(accuracy=curves["validation_accuracy"].fillna(pd.Series(chance, index=curves.index)))
    title = curves_title(known.head(MOST_PANELS), target) + style.part_of(len(names), len(known))
    data = _quartiles(curves).set_index("family").loc[names].reset_index()
    with style.theme():
        figure, axes = style.panels("learning-curves", len(names), 2.1)
        for ax, family in zip(axes, names, strict=True):
            ceiling = float(families["ceiling"][family])
            _panel(ax, curves[curves["family"] == family], data[data["family"] == family], appearances[family])
            for height, line in ((target, "--"), (ceiling, ":")):
                ax.axhline(height, color=style.INK, linestyle=line, linewidth=1.2)
            ax.set_title(name_lines(appearances[family], 78 // min(len(names), 3)), fontsize=10)
            style.whole_axis(ax.xaxis)
        _limits(axes, data, target)
        figure.supxlabel("epoch", fontsize=11)
        figure.supylabel("validation accuracy", fontsize=11)
        return style.finish("learning-curves", title, _curves_alt(title, data), figure, data)


def curves_title(times: pd.DataFrame, target: float) -> str:
    """In how many families half of the seeds reach the target: a count of these seeds, without a comparison."""
    title, goal = "Validation accuracy over epochs", percent(target)
    if not times["reached"].sum():
        return f"{title}: no run reaches {goal}"
    if len(times) == 1:
        return f"{title}: {times['reached'].iloc[0]} of {counted(int(times['n'].iloc[0]), 'seed')} reach {goal}"
    reached = int(np.isfinite(times["median"].astype(float)).sum())
    return f"{title}: in {reached} of {len(times)} families at least half of the seeds reach {goal}"


def _quartiles(curves: pd.DataFrame) -> pd.DataFrame:
    groups = curves.groupby(["family", "epoch"], sort=False)["accuracy"]
    table = groups.quantile(np.array([0.25, 0.5, 0.75])).unstack()
    table.columns = pd.Index(QUARTILES)
    return table.assign(seeds=groups.size()).reset_index()


def _panel(ax: Axes, runs: pd.DataFrame, middle: pd.DataFrame, appearance: Appearance) -> None:
    wide = runs.pivot(index="epoch", columns="seed", values="accuracy").sort_index(axis=1).iloc[:, :THIN]
    ax.plot(wide.index, wide.to_numpy(), color=appearance.colour, linewidth=0.5, alpha=0.3)
    ax.fill_between(
        middle["epoch"], middle[QUARTILES[0]], middle[QUARTILES[2]], color=appearance.colour, alpha=0.25, linewidth=0
    )
    every = max(1, len(middle) // 6)
    ax.plot(
        middle["epoch"], middle["median"], linewidth=2.2, markersize=5, markevery=every, markeredgecolor=style.PAPER,
        **appearance.dots,
    )  # fmt: skip


def _limits(axes: list[Axes], data: pd.DataFrame, target: float) -> None:
    low = min(float(data["lower_quartile"].quantile(0.05)), target)
    for ax in axes:
        ax.set_ylim(max(low - 0.05, -0.02), 1.02)
        style.percent_axis(ax.yaxis)


def _curves_alt(title: str, data: pd.DataFrame) -> str:
    last = data.drop_duplicates("family", keep="last").head(8)
    rows = "; ".join(f"{row['family']} {percent(row['median'])}" for row in last.to_dict("records"))
    return f"{title}. Lines: median and single seeds, band: quartiles. Median of the last epoch: {rows}."


def reached_picture(reached: pd.DataFrame, times: pd.DataFrame, families: pd.DataFrame, target: float) -> style.Picture:
    """Step curves from `reached_curves`, above the numbers of seeds that are still on their way.

    `times`: a row per family, from `time_to_target`, in the order to draw; `families`: as for `appearances_of`.
    """
    appearances = appearances_of(families)
    drawn: Any = times[times["n"] > 0].head(MOST_STEPS).to_dict("records")
    title = reached_title(drawn, target) + style.part_of(len(drawn), int((times["n"] > 0).sum()))
    labels = [name_lines(appearances[row["family"]], 28) for row in drawn]
    below = 0.3 + len(labels) * (0.18 * max(label.count("\n") for label in labels) + 0.24)
    with style.theme():
        figure = style.sized("reached", 3.4 + below)
        ax, table = figure.subplots(2, 1, height_ratios=[3.0, below], sharex=True)
        budget = max(row["budget"] for row in drawn)
        for row in drawn:
            steps = reached[reached["family"] == row["family"]]
            line = appearances[row["family"]].line
            ax.step(steps["epochs"], steps["reached"], where="post", markevery=(0.08, 0.25), **line)
        ax.set_ylim(-0.03, 1.03)
        ax.set_xlim(0, budget * 1.01)
        style.percent_axis(ax.yaxis)
        ax.set_ylabel("seeds that reached it")
        _on_their_way(table, reached, drawn, appearances, budget)
        table.set_yticks(range(len(labels)), labels)
        table.tick_params(axis="y", pad=42)
        numbers = "; ".join(f"{row['family']} {row['reached']} of {row['n']}" for row in drawn)
        alt = f"{title}. A line climbs where seeds reach it. Seeds that reached it in the end: {numbers}."
        return style.finish("reached", title, alt, figure, reached)


def reached_title(times: Sequence[Mapping[str, Any]], target: float) -> str:
    """What is counted, or that there is nothing to count."""
    goal = f"{percent(target)} validation accuracy"
    if not any(row["reached"] for row in times):
        return f"No seed reaches {goal} by epoch {max(row['budget'] for row in times):,.0f}"
    return f"Seeds that have reached {goal} by each epoch"


def _on_their_way(
    ax: Axes,
    reached: pd.DataFrame,
    drawn: Sequence[Mapping[str, Any]],
    appearances: Mapping[str, Appearance],
    budget: float,
) -> None:
    """Counts of seeds that have not reached the target, family by family, each with its line as a legend."""
    epochs = np.linspace(0, budget, COUNTS)
    for i, row in enumerate(drawn):
        steps = reached[reached["family"] == row["family"]]
        places = np.searchsorted(steps["epochs"].to_numpy(), epochs, side="right") - 1
        left = np.rint(row["n"] * (1 - steps["reached"].to_numpy()[places])).astype(int)
        for epoch, count in zip(epochs, left, strict=True):
            where = "left" if epoch == 0 else "right" if epoch == budget else "center"
            ax.annotate(str(count), (epoch, i), ha=where, va="center", fontsize=9)
        sample = ax.plot([-0.075, -0.05, -0.025], [i] * 3, markevery=[1], **appearances[row["family"]].line)
        sample[0].set(transform=ax.get_yaxis_transform(), clip_on=False)
    ax.set_ylim(len(drawn) - 0.4, -0.6)
    ax.set_xticks(epochs)
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("epoch (below the lines: seeds that have not reached it yet)")
