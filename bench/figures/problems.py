"""Problems to choose from: their points, and where the best possible rule draws the line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.figures import style
from bench.figures.regions import fill, scatter
from bench.problems import Problem
from bench.text import listed, missing, percent

SIDE = 240  # pixels of each panel
COLUMNS = 4


def problems_picture(problems: Sequence[Problem]) -> style.Picture:
    """A panel for each problem in the plane: the training set of seed 0, on the regions of the best possible rule.

    Others are left out, as the title says.
    """
    flat = [problem for problem in problems if problem.features == 2]
    rows = -(-len(flat) // COLUMNS)
    title = "Problems: training points on the regions of the best possible rule, and the accuracy of that rule"
    title += style.part_of(len(flat), len(problems), "problems")
    with style.theme():
        figure = Figure(figsize=(style.WIDTH, 2.2 * rows + 0.8), layout="constrained")
        axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
        for unused in axes[len(flat) :]:
            unused.set_visible(False)
        for ax, problem in zip(axes, flat, strict=False):
            _panel(ax, problem)
        data = pd.DataFrame(
            [(p.name, p.features, p.classes, p.ceiling) for p in problems],
            columns=["problem", "features", "classes", "ceiling"],
        )
        alt = f"{title}. {listed(map(_named, flat), len(flat))}."
        return style.finish("problems", title, alt, figure, data)


def _named(problem: Problem) -> str:
    """moons, 91.5 %; the name alone where the ceiling is not known."""
    return problem.name if missing(problem.ceiling) else f"{problem.name}, {percent(problem.ceiling)}"


def _panel(ax: Axes, problem: Problem) -> None:
    points, labels = problem.draw("train", 0)
    reach = float(np.abs(points).max()) * 1.05
    line = np.linspace(-reach, reach, SIDE)
    pixels = problem.classify(np.stack([axis.ravel() for axis in np.meshgrid(line, line)]))
    if pixels is not None:
        fill(ax, pixels.reshape(SIDE, SIDE), (-reach, reach, -reach, reach), problem.classes)
    scatter(ax, points, labels, problem.classes)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach))
    ax.set_title(_named(problem), fontsize=10)
