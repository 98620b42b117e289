"""A grid file in, its configurations out: one question, the axes to sweep, the seeds, the baseline.

`reading` (with `parsing`, `overrides`, `axes`, `faults`, `feasibility`) makes a `Grid` of the file; `expansion` makes
of it `Configuration`s, whose `settings` are typed and whose hashes `identity` makes. `table` lists every setting there
is, read off the classes that declare it (`components` lists those), each with its domain (`domains`); `schema` and
`markdown` write the table for editors and for people; `extending` says what to add to an axis.
"""

from bench.grid.effects import Contrast, contrasts
from bench.grid.expansion import Configuration
from bench.grid.extending import beyond, is_ordered
from bench.grid.faults import GridError
from bench.grid.grid import CONFIRM_FROM, MOST_BLOCKS, Baseline, Grid, Seeds
from bench.grid.reading import load
from bench.grid.settings import Settings

__all__ = [
    "CONFIRM_FROM",
    "MOST_BLOCKS",
    "Baseline",
    "Configuration",
    "Contrast",
    "Grid",
    "GridError",
    "Seeds",
    "Settings",
    "beyond",
    "contrasts",
    "is_ordered",
    "load",
]
