"""Frames -> figures. The only package that imports matplotlib and seaborn.

Every function here returns a `Picture`: SVG with equal bytes for equal frames, a title that states what the frames
show, a description for those who cannot see it, and its numbers as a frame. Topics are named as in `statistics`.
"""

from matplotlib.axes import Axes

from bench.figures.comparisons import differences_picture, differences_title, ranks_picture
from bench.figures.convergence import curves_picture, reached_picture
from bench.figures.effects import effects_picture, effects_title
from bench.figures.generalization import gap_picture
from bench.figures.over_problems import critical_difference_picture
from bench.figures.problems import problems_picture
from bench.figures.profiles import profiles_picture
from bench.figures.regions import animate, regions_picture, run_picture
from bench.figures.style import GRID, INK, PAPER, Picture, drawn_on, save
from bench.figures.tuning import axes_picture, best_of_k_picture, heatmap_pictures, random_axes_picture
from bench.figures.verdicts import verdicts_picture

INK_PAPER_GRID = (INK, PAPER, GRID)

__all__ = [
    "INK_PAPER_GRID",
    "Axes",
    "Picture",
    "animate",
    "axes_picture",
    "best_of_k_picture",
    "critical_difference_picture",
    "curves_picture",
    "differences_picture",
    "differences_title",
    "drawn_on",
    "effects_picture",
    "effects_title",
    "gap_picture",
    "heatmap_pictures",
    "problems_picture",
    "profiles_picture",
    "random_axes_picture",
    "ranks_picture",
    "reached_picture",
    "regions_picture",
    "run_picture",
    "save",
    "verdicts_picture",
]
