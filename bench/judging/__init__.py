"""Judging what other programs have trained: a table of scores in, the same statistics as for grids."""

from bench.judging.from_table import judge
from bench.judging.options import Options
from bench.judging.results import Judged

__all__ = ["Judged", "Options", "judge"]
