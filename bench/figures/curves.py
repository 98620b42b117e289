"""Learning curves of the confirmed families, and the share of seeds that has reached the target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from bench.figures import style
from bench.text import percent

MOST = 12  # panels
THIN = 30  # seeds drawn as thin lines in each
QUARTILES = ["lower_quartile", "median", "upper_quartile"]


def curves_picture(curves: pd.DataFrame, families: pd.DataFrame, times: pd.DataFrame, target: float) -> style.Picture:
    """Validation accuracy over epochs: one panel per family with median, quartiles and seeds.

    `families`: indexed by family, in the order to draw, with optimizer, ceiling and classes; `times`: a row per
    family, from `time_to_target`. After a divergence a run counts at chance.
    """
    found = [str(name) for name in families.index[families.index.isin(curves["family"].unique())]]
    shown = curves[curves["family"].isin(found[:MOST])]
    chance = 1 / families["classes"].reindex(shown["family"]).to_numpy()
    shown = shown.assign(accuracy=shown["validation_accuracy"].fillna(pd.Series(chance, index=shown.index)))
    title = finding(times, target)
    data = _quartiles(shown).set_index("family").loc[found[:MOST]].reset_index()
    with style.theme():
        figure, axes = style.panels(len(found[:MOST]), 2.1)
        for ax, family in zip(axes, found, strict=False):
            known: Any = families.loc[family]
            _panel(ax, shown[shown["family"] == family], data[data["family"] == family], known, target)
            ax.set_title(style.wrap(family, 28 if len(found) > 2 else 50, 2), fontsize=10)
        _limits(axes, data, target)
        figure.supxlabel("epoch", fontsize=11)
        figure.supylabel("validation accuracy", fontsize=11)
        alt = _alt(title, data, len(found))
        return style.finish("learning-curves", title, alt, figure, data)


def finding(times: pd.DataFrame, target: float) -> str:
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


def _alt(title: str, data: pd.DataFrame, total: int) -> str:
    last = data.drop_duplicates("family", keep="last").head(8)
    rows = "; ".join(f"{style.short(r['family'])} {percent(r['median'])}" for r in last.to_dict("records"))
    more = f" ({MOST} of {total} families are drawn)" if total > MOST else ""
    return f"{title}. Median validation accuracy of the last epoch: {rows}{more}."
