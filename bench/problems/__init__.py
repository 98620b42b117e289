"""Where a run's data comes from. A new problem is a file beside these and a line here."""

from bench.problems.base import Problem
from bench.problems.spiral import Spiral

__all__ = ["Problem", "Spiral"]
