"""A grid file in, its configurations out: one question, the axes to sweep, the seeds, the baseline.

`reading` (with `overrides`, `axes`, `faults`, `feasibility`) makes a `Grid` of the file; a `Grid` expands into
`Configuration`s, whose `settings` are typed and whose ids `identity` makes; `table` lists every setting there is, read
off the classes that declare it, in words and JSON of `kinds` and `schema`.
"""

from bench.grid.expansion import Configuration
from bench.grid.faults import GridError
from bench.grid.grid import CONFIRM_FROM, Baseline, Grid, Seeds
from bench.grid.reading import load
from bench.grid.settings import Settings

__all__ = ["CONFIRM_FROM", "Baseline", "Configuration", "Grid", "GridError", "Seeds", "Settings", "load"]
