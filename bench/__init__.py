"""The harness: a grid file in, thousands of trained runs, and a judged report out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.limits import GRID, MOST_SEEDS_UNTIL_DECIDED, STORE

if TYPE_CHECKING:
    from bench.results import Results

__all__ = ["run"]


def run(
    grid: str | Path = GRID,
    *,
    jobs: int = 0,
    store: str | Path = STORE,
    overrides: Sequence[str] = (),
    tune: int | None = None,
    confirm: int | None = None,
    name: str | None = None,
    progress: bool = True,
    fail_fast: bool = False,
    until_decided: bool = False,
    max_seeds: int = MOST_SEEDS_UNTIL_DECIDED,
) -> Results:
    """Train what the grid asks for and the store lacks; what `python -m bench run` does, without the report.

    `jobs`: worker processes (0: as many as cores; 1: train in this process). `overrides`: texts KEY=VALUE, as
    for --set; `tune`, `confirm`: numbers of seeds instead of the grid's. `fail_fast`: raise bench.campaign.RunFailed at
    the first run that fails. `until_decided`: add confirm seeds until every family is decided or has `max_seeds` of
    them. Returns an object whose `runs`, `curves`, `summary` and `verdicts` are pandas frames and whose `report()`
    writes the report. Raises bench.errors.UsageError for a bad grid or store.
    """
    from bench import campaign
    from bench.grid import reading
    from bench.grid.overrides import seed_overrides
    from bench.store.sqlite import Store

    loaded = reading.load(grid, seed_overrides(overrides, tune, confirm), name=name)
    with Store(store, create=True) as opened:
        limit = max_seeds if until_decided else None
        return campaign.run(loaded, opened, jobs=jobs, progress=progress, fail_fast=fail_fast, max_seeds=limit)
