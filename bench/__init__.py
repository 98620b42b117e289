"""The harness: a grid file in, thousands of trained runs, and a judged report out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.results import Results

__all__ = ["run"]


def run(
    grid: str | Path = "grids/quick.toml",
    *,
    jobs: int = 0,
    store: str | Path = "results/runs.sqlite",
    overrides: Sequence[str] = (),
    tune: int | None = None,
    confirm: int | None = None,
    name: str | None = None,
    progress: bool = True,
) -> Results:
    """Train what the grid asks for and the store lacks; what `python -m bench run` does, without the report.

    `jobs`: worker processes (0: as many as cores; 1: train in this process). `overrides`: texts KEY=VALUE, as
    for --set; `tune`, `confirm`: numbers of seeds instead of the grid's. Returns an object whose `runs`, `curves`,
    `summary` and `verdicts` are pandas frames and whose `report()` writes the report. Raises
    bench.errors.UsageError for a bad grid or store.
    """
    from bench import campaign, gridfile
    from bench.overrides import seed_overrides
    from bench.store import Store

    loaded = gridfile.load(grid, seed_overrides(overrides, tune, confirm), name=name)
    with Store(store, create=True) as opened:
        return campaign.run(loaded, opened, jobs=jobs, progress=progress)
