"""Angles that several problems share."""

import math

import numpy as np

from nn.arrays import Array


def around(count: int) -> Array:
    """So many directions, evenly spaced around the circle from 0: angles (count,)."""
    angles: Array = math.tau * np.arange(count) / count
    return angles
