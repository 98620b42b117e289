"""Performance profiles: on what share of problems and seeds a method is within a factor of the fastest."""

from __future__ import annotations

import pandas as pd

from bench.figures import style
from bench.figures.appearance import appearances_of, legend, legend_height
from bench.text import counted, percent

MOST = 20  # methods
NAME = 28  # characters of a method's name on a line of the legend


def profiles_picture(profiles: pd.DataFrame, methods: pd.DataFrame, instances: int, target: float) -> style.Picture:
    """Step curves from `performance_profiles`. `methods`: as for `appearances_of`, in the order to draw.

    `instances`: how many problems with a seed there are.
    """
    appearances, known = appearances_of(methods), profiles["method"].unique()
    names = [name for name in methods.index if name in known][:MOST]
    where = counted(instances, "problem and seed", "problems and seeds")
    title = f"Time to {percent(target)} validation accuracy, as a multiple of the fastest method's, on {where}"
    title += style.part_of(len(names), len(known), "methods")
    with style.theme():
        shown = [appearances[name] for name in names]
        figure, ax = style.single("performance-profiles", max(4.0, 0.7 + legend_height(shown, NAME)))
        for name in names:
            own = profiles[profiles["method"] == name]
            ax.step(
                own["tau"], own["share"], where="post", markevery=(0.05, 0.3), markersize=5, **appearances[name].line
            )
        ax.set_xscale("log", base=2)
        ax.set_xlim(0.95, max(float(profiles["tau"].max()), 2.0) * 1.05)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.set_ylim(-0.03, 1.03)
        style.percent_axis(ax.yaxis)
        ax.set_xlabel("within this multiple of the fastest")
        ax.set_ylabel("share of problems and seeds")
        legend(ax, shown, NAME, loc="center left", bbox_to_anchor=(1.0, 0.5))
        ends = profiles.groupby("method")["share"]
        numbers = "; ".join(f"{m} {percent(ends.first()[m])} and {percent(ends.last()[m])}" for m in names[:8])
        alt = f"{title}. Shares on which a method is the fastest, and on which it gets there at all: {numbers}."
        return style.finish("performance-profiles", title, alt, figure, profiles)
