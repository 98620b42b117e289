"""How fast the families learn: learning curves, and the share of seeds that has reached the target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.figures import style
from bench.text import percent

MOST_PANELS = 12
THIN = 30  # seeds drawn as thin lines in each panel
MOST_STEPS = 8  # families whose shares are drawn
COUNTS = 6  # epochs at which the seeds still on their way are counted
LINES = ("-", "--", "-.", ":")  # of families that share an optimizer
QUARTILES = ["lower_quartile", "median", "upper_quartile"]


def curves_picture(curves: pd.DataFrame, families: pd.DataFrame, times: pd.DataFrame, target: float) -> style.Picture:
    """Validation accuracy over epochs: one panel per family with median, quartiles and seeds.

    `families`: indexed by family, in the order to draw, with optimizer, ceiling and classes; `times`: a row per
    family, from `time_to_target`. After a divergence a run counts at chance.
    """
    names = [str(name) for name in families.index[families.index.isin(curves["family"].unique())]]
    curves = curves[curves["family"].isin(names[:MOST_PANELS])]
    chance = 1 / families["classes"].reindex(curves["family"]).to_numpy()
    curves = curves.assign(accuracy=curves["validation_accuracy"].fillna(pd.Series(chance, index=curves.index)))
    title = curves_title(times, target)
    data = _quartiles(curves).set_index("family").loc[names[:MOST_PANELS]].reset_index()
    with style.theme():
        figure, axes = style.panels(len(names[:MOST_PANELS]), 2.1)
        for ax, family in zip(axes, names, strict=False):
            known: Any = families.loc[family]
            _panel(ax, curves[curves["family"] == family], data[data["family"] == family], known, target)
            ax.set_title(style.wrap(family, 28 if len(names) > 2 else 50, 2), fontsize=10)
        _limits(axes, data, target)
        figure.supxlabel("epoch", fontsize=11)
        figure.supylabel("validation accuracy", fontsize=11)
        alt = _curves_alt(title, data, len(names))
        return style.finish("learning-curves", title, alt, figure, data)


def curves_title(times: pd.DataFrame, target: float) -> str:
    """Who reaches the target, and who first."""
    goal = f"{percent(target)} validation accuracy"
    reached = times[np.isfinite(times["median"].astype(float))].sort_values("median", kind="stable")
    if not times["reached"].sum():
        return f"No run of any family reaches {goal}"
    if reached.empty:
        return f"In no family does half of the seeds reach {goal}"
    first, count = reached.iloc[0], len(reached)
    if len(times) == 1:
        return f"Half of the seeds reach {goal} by epoch {first['median']:,.0f}"
    return (
        f"In {count} of {len(times)} families half of the seeds reach {goal}, "
        f"{'first' if count > 1 else 'namely'} {style.short(first['family'])} (by epoch {first['median']:,.0f})"
    )


def _quartiles(curves: pd.DataFrame) -> pd.DataFrame:
    groups = curves.groupby(["family", "epoch"], sort=False)["accuracy"]
    table = groups.quantile(np.array([0.25, 0.5, 0.75])).unstack()
    table.columns = pd.Index(QUARTILES)
    return table.assign(seeds=groups.size()).reset_index()


def _panel(ax: Axes, runs: pd.DataFrame, middle: pd.DataFrame, family: Any, target: float) -> None:
    colour = style.colour_of(str(family["optimizer"]))
    wide = runs.pivot(index="epoch", columns="seed", values="accuracy").sort_index(axis=1).iloc[:, :THIN]
    ax.plot(wide.index, wide.to_numpy(), color=colour, linewidth=0.5, alpha=0.3)
    ax.fill_between(middle["epoch"], middle[QUARTILES[0]], middle[QUARTILES[2]], color=colour, alpha=0.25, linewidth=0)
    every = max(1, len(middle) // 6)
    ax.plot(middle["epoch"], middle["median"], color=colour, linewidth=2.2, markersize=5, markevery=every,
            marker=style.marker_of(str(family["optimizer"])), markeredgecolor=style.PAPER)  # fmt: skip
    ax.axhline(target, color=style.INK, linestyle="--", linewidth=1.2)
    ax.axhline(family["ceiling"], color=style.INK, linestyle=":", linewidth=1.2)


def _limits(axes: list[Axes], data: pd.DataFrame, target: float) -> None:
    low = min(float(data["lower_quartile"].quantile(0.05)), target)
    for ax in axes:
        ax.set_ylim(max(low - 0.05, -0.02), 1.02)
        style.percent_axis(ax.yaxis)


def _curves_alt(title: str, data: pd.DataFrame, total: int) -> str:
    last = data.drop_duplicates("family", keep="last").head(8)
    rows = "; ".join(f"{style.short(r['family'])} {percent(r['median'])}" for r in last.to_dict("records"))
    more = f" ({MOST_PANELS} of {total} families are drawn)" if total > MOST_PANELS else ""
    return f"{title}. Median validation accuracy of the last epoch: {rows}{more}."


def reached_picture(reached: pd.DataFrame, times: pd.DataFrame, families: pd.DataFrame, target: float) -> style.Picture:
    """Step curves from `reached_curves`; `times`: a row per family, from `time_to_target`, in the order to draw."""
    times = times[times["n"] > 0].head(MOST_STEPS)
    title = reached_title(times, target)
    with style.theme():
        figure = Figure(figsize=(style.WIDTH, 3.4 + 0.24 * len(times)), layout="constrained")
        ax, table = figure.subplots(2, 1, height_ratios=[3.0, 0.3 + 0.24 * len(times)], sharex=True)
        budget = float(times["budget"].max())
        for family, line in zip(times["family"], _lines(times, families), strict=True):
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
        _at_risk(table, reached, times, families, budget)
        numbers = "; ".join(f"{style.short(str(r.family))} {r.reached} of {r.n}" for r in times.itertuples())
        alt = f"{title}. Seeds that reached {percent(target)}: {numbers}."
        return style.finish("reached", title, alt, figure, reached)


def reached_title(times: pd.DataFrame, target: float) -> str:
    """How many seeds of the quickest and of the slowest family have reached the target in the end."""
    shares = (times["reached"] / times["n"]).sort_values(ascending=False, kind="stable")
    most, least = times.loc[shares.index[0]], times.loc[shares.index[-1]]
    goal = f"{percent(target)} validation accuracy by epoch {most['budget']:,.0f}"
    if not most["reached"]:
        return f"No seed reaches {goal}"
    sentence = f"{most['reached']} of {most['n']} seeds of {style.short(str(most['family']))} reach {goal}"
    if shares.iloc[0] > shares.iloc[-1]:
        sentence += f"; {least['reached']} of {least['n']} of {style.short(str(least['family']))}"
    return sentence


def _lines(times: pd.DataFrame, families: pd.DataFrame) -> list[str]:
    """Another dash pattern for each further family of an optimizer."""
    optimizers = families.loc[times["family"], "optimizer"]
    return [LINES[i % len(LINES)] for i in optimizers.groupby(optimizers.to_numpy()).cumcount()]


def _at_risk(ax: Axes, reached: pd.DataFrame, times: pd.DataFrame, families: pd.DataFrame, budget: float) -> None:
    """Counts of seeds that have not reached the target, family by family."""
    epochs = np.linspace(0, budget, COUNTS)
    for i, (family, n) in enumerate(zip(times["family"], times["n"], strict=True)):
        steps = reached[reached["family"] == family]
        place = np.searchsorted(steps["epochs"].to_numpy(), epochs, side="right") - 1
        left = np.round(n * (1 - steps["reached"].to_numpy()[place])).astype(int)
        for epoch, count in zip(epochs, left, strict=True):
            where = "left" if epoch == 0 else "right" if epoch == budget else "center"
            ax.annotate(str(count), (epoch, i), ha=where, va="center", fontsize=9)
    ax.set_yticks(range(len(times)), [style.short(family, 34) for family in times["family"]])
    for label, family in zip(ax.get_yticklabels(), times["family"], strict=True):
        label.set_color(style.colour_of(str(families.at[family, "optimizer"])))
    ax.set_ylim(len(times) - 0.4, -0.6)
    ax.set_xticks(epochs)
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("epoch (below the curves: seeds that have not reached the target yet)")
