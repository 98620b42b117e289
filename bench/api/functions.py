"""Training, loading and judging from Python."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from bench import campaign, judging, results
from bench.api.judged import Judged
from bench.api.results import Results
from bench.defaults import GRID, MOST_ADDED_SEEDS, MOST_LOOKS
from bench.errors import UsageError
from bench.grid import Grid
from bench.grid import load as load_grid
from bench.grid.feasibility import most_runs
from bench.grid.plugging import plug_in
from bench.grid.provenance import plugins_of
from bench.grid.request import USUAL_PLACES, Places, places_of
from bench.grid.written import as_file, as_texts
from bench.judging.options import in_python
from bench.judging.sheets import Data
from bench.plugins import load_all
from bench.statistics import planned
from bench.store.beside import written_beside
from bench.store.sqlite import Store
from bench.text import counted, listed
from bench.training import executors
from bench.training.futures import Pool
from nn.components import Component

Overrides = Sequence[str] | Mapping[str, Any]
Plugins = Sequence[str | Path | type[Component]]


def run(
    grid: str | Path | Mapping[str, Any] = GRID,
    *,
    jobs: int = 0,
    executor: str | Pool = "local",
    scheduler: str | None = None,
    store: str | Path | None = None,
    overrides: Overrides = (),
    tune: int | None = None,
    confirm: int | None = None,
    by: str | Sequence[str] = (),
    race: bool = False,
    name: str | None = None,
    progress: bool = True,
    fail_fast: bool = False,
    again: bool = False,
    until_decided: bool = False,
    max_seeds: int = MOST_ADDED_SEEDS,
    looks: int = 1,
    max_runs: int | None = None,
    plugins: Plugins = (),
) -> Results:
    """Train what the grid asks for and the store lacks; what `python -m bench run` does, without the report.

    `grid`: the path of a grid file, the name of a ready one, or a dict of what would stand in a file, which is then
    written to `name`.toml here. `store`: where runs are stored (None: in the project that the grid file is in,
    which is said on stderr where it is not the working directory). `jobs`: worker processes (0: as many as cores;
    1: train in this process). `executor`: "local" for these, "dask" for the cluster whose scheduler has the address
    `scheduler` (None: one on this machine, made for it), or a `distributed.Client` or `concurrent.futures.Executor`
    that is there already. `overrides`: dotted keys with values, or texts KEY=VALUE as for --set; `tune`, `confirm`:
    numbers of seeds instead of the grid's; `by`: axes whose values are the families, instead of the grid's; `race`:
    drop hopeless configurations after few tune seeds; `name`: of the report's folder. `fail_fast`: raise
    bench.RunFailed at the first run that fails. `again`: train anew what was trained by other sources than today's,
    or on another fingerprint. `until_decided`: add confirm seeds until every family is decided or has `max_seeds`
    of them. `looks`: add as many confirm seeds again while something is undecided, so that there are as many looks
    at the most. `max_runs`: refuse more than so many (default: a million). `plugins`: classes of rules, schedules,
    penalties or problems that the grid names, or files with such; they stay plugged in until others of their names
    are. Workers make a class anew from its text, and where it has none, all is trained in this process, with a
    warning that says why. Warns of runs that failed. Raises bench.UsageError for a bad grid, plug-in or store.
    """
    plug_in(load_all(plugins))
    loaded = _load(grid, overrides, tune=tune, confirm=confirm, by=_axes(by), name=name, max_runs=max_runs, race=race)
    if not 1 <= looks <= MOST_LOOKS or (until_decided and looks > 1):
        raise UsageError(f"looks = {looks}: expected 1 to {MOST_LOOKS}, and 1 with until_decided")
    plan = planned(loaded.seeds.confirm, looks=looks, until_decided=until_decided, most=max_seeds)
    most = most_runs(loaded.request)
    if plan is not None and loaded.runs_with(plan.most) > most:
        raise UsageError(f"up to {loaded.runs_with(plan.most):,} runs: expected at most {most:,}")
    chosen = executors.local(1) if _alone(loaded) else executors.chosen(executor, jobs=jobs, scheduler=scheduler)
    places = _places(loaded, store)
    with chosen as trainer, Store(places.store, create=True) as opened:
        known = campaign.run(loaded, opened, trainer, progress=progress, fail_fast=fail_fast, again=again, plan=plan)
    failed = known.runs[known.runs["status"] == "failed"]
    if len(failed):
        first = f"the first, {failed['run'].iloc[0]}: {failed['error'].iloc[0]}"
        warnings.warn(f"{counted(len(failed), 'run')} failed; the next `run` tries again; {first}", stacklevel=2)
    return _with_places(known, places)


def load(
    grid: str | Path | Mapping[str, Any] = GRID,
    *,
    store: str | Path | None = None,
    overrides: Overrides = (),
    tune: int | None = None,
    confirm: int | None = None,
    by: str | Sequence[str] = (),
    race: bool = False,
    name: str | None = None,
    max_runs: int | None = None,
    plugins: Plugins = (),
) -> Results:
    """Judge what the store has of a grid, and train nothing; what `python -m bench report` does, without the report.

    Arguments as for `run`. Who judges looks: the store writes that down, and the level is shared from then on. Raises
    bench.UsageError for a bad grid, plug-in or store, and where there is no store.
    """
    plug_in(load_all(plugins))
    loaded = _load(grid, overrides, tune=tune, confirm=confirm, by=_axes(by), name=name, max_runs=max_runs, race=race)
    places = _places(loaded, store)
    with Store(places.store) as opened:
        return _with_places(results.look(loaded, opened), places)


def judge(
    data: Data,
    *,
    score: str | None = None,
    method: str | None = None,
    seed: str | None = None,
    problem: str | None = None,
    stage: str | None = None,
    configuration: str | None = None,
    baseline: float | None = None,
    reference: str | None = None,
    margin: float | None = None,
    alpha: float = 0.05,
    bounds: tuple[float, float] | None = None,
    lower_is_better: bool | None = None,
    wide: bool = False,
    test_share: float | None = None,
    name: str | None = None,
) -> Judged:
    """Judge results that any program has produced: the statistics of `run`, without training anything.

    `data`: a table with one row per run, as a frame, a mapping of columns, a list of rows, or the path of a CSV,
    Parquet or JSON file. `score`, `method`, `seed`, `problem`, `stage`, `configuration`: names of columns; where None,
    a column whose name leaves no doubt is taken. Seeds pair the methods; problems (data sets) are judged apart.
    `stage`: says "tune" of rows that choose each method's best `configuration`, and "confirm" of those that judge it.
    `baseline`: the claim that every mean is judged against; None: methods are compared with each other alone.
    `reference`: the method that the others are compared with. `margin`: what difference is practically nothing
    (default: 1 % of the scores' range, 0 where that is unknown). `alpha`: the probability that any verdict is wrong.
    `bounds`: the least and the largest possible score (default: of accuracies 0 and 1, or 100 for percentages).
    `lower_is_better`: None where the score's name is to say so, as `loss` does. `wide`: there is a column per method,
    and the first one says which seed or problem a row is. `name`: of the report's folder.

    scikit-learn's `cv_results_` is taken as it is: its candidates are the methods, compared over folds, which are taken
    for one division of the data into so many parts. `test_share`: the share of the data that each fold tests, where it
    was divided repeatedly or at random; a column of seeds is then one of folds too.

    Raises bench.UsageError, with row, value and remedy, for what no verdict can rest on.
    """
    options = judging.Options(
        score=score,
        method=method,
        seed=seed,
        problem=problem,
        stage=stage,
        configuration=configuration,
        baseline=baseline,
        reference=reference,
        margin=margin,
        alpha=alpha,
        bounds=bounds,
        lower_is_better=lower_is_better,
        wide=wide,
        test_share=test_share,
        name=name,
    )
    try:
        return Judged.of(judging.judge(data, options))
    except UsageError as error:
        raise UsageError(in_python(str(error))) from None


def write_report(results: Results | Judged, folder: str | Path) -> Path:
    """Make `folder` the report of these results, of `run`, `load` or `judge`; return the path of its report.md.

    Raises bench.UsageError where the folder holds anything else.
    """
    from bench import report
    from bench.report.judging import JudgedView

    if isinstance(results, Judged):
        return report.write_judged(JudgedView(results), Path(folder)).path
    return report.write(results, Path(folder), Places(results.store))


def _axes(by: str | Sequence[str]) -> Sequence[str]:
    """Axes, of which one may come as a text alone."""
    return [by] if isinstance(by, str) else by


def _load(grid: str | Path | Mapping[str, Any], overrides: Overrides, **how: Any) -> Grid:
    """The grid in a file; one that is a dict gets a file, once it is known to be a grid."""
    if not isinstance(grid, Mapping):
        return load_grid(grid, as_texts(overrides), **how)
    file, text = as_file(grid, how["name"])
    loaded = load_grid(file, as_texts(overrides), **how, text=text)
    with written_beside(file) as beside:
        beside.write_text(text, encoding="utf-8")
    return loaded


def _places(grid: Grid, store: str | Path | None) -> Places:
    """Where runs and reports lie: those of the grid file's project, unless somebody names a store."""
    if store is not None:
        return Places(str(store))
    places = places_of(Path(grid.request.path))
    if places != USUAL_PLACES:
        print(f"bench: store {places.store}, reports in {places.reports}", file=sys.stderr)
    return places


def _with_places(known: results.Results, places: Places) -> Results:
    return Results(**{field.name: getattr(known, field.name) for field in fields(known)}, places=places)


def _alone(grid: Grid) -> bool:
    """Whether a grid rests on what other processes cannot have, which is warned of."""
    alone = [plugin for plugin in plugins_of(grid) if plugin.alone]
    for plugin in alone:
        names = listed(component.__name__ for component in plugin.components)
        warnings.warn(
            f"{names}: trained in this process alone, and its runs are not recognized by another: {plugin.alone}; "
            "save it in a file of its own, and name that in `plugins`",
            stacklevel=3,
        )
    return bool(alone)
