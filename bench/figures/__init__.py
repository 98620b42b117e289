"""Frames -> figures. The only package that imports matplotlib and seaborn.

Every function here returns a `Picture`: SVG with equal bytes for equal frames, a title that states what the frames
show, a description for those who cannot see it, and its numbers as a frame.
"""

from bench.figures.accuracy import families_picture
from bench.figures.curves import curves_picture
from bench.figures.search import heatmap_pictures
from bench.figures.style import SHAPES, Picture

__all__ = ["SHAPES", "Picture", "curves_picture", "families_picture", "heatmap_pictures"]
