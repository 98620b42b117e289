"""What each command does: call the campaign and its parts, and print; options in, exit code out."""

import json
import os
import sys
import webbrowser
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pandas as pd

from bench import campaign, statistics
from bench.commands import preview
from bench.commands.terminal import colours_wanted, verdict_lines
from bench.errors import UsageError
from bench.grid import reading as gridfile
from bench.grid.grid import Grid, Run
from bench.grid.overrides import seed_overrides
from bench.grid.schema import json_schema
from bench.limits import MOST_RUNS
from bench.replay import checking as replaying
from bench.results import Results, collect
from bench.statistics import calibration
from bench.store import exporting
from bench.store import frames as tables
from bench.store.sqlite import Store
from bench.training import throughput

DONE, FAILED = 0, 1


def _load(options: Namespace, path: str, *, writes_report: bool = False) -> Grid:
    if writes_report and options.set and options.name is None:
        raise UsageError("--set changes the question: name its report with --name, so that it overwrites no other")
    overrides = seed_overrides(options.set, options.tune, options.confirm)
    most = getattr(options, "max_runs", MOST_RUNS)
    return gridfile.load(path, overrides, name=options.name, max_runs=most)


def run(options: Namespace) -> int:
    """Train what the store lacks, write the report, print the verdicts; or only say what it would cost."""
    if options.name is not None and len(options.grids) > 1:
        raise UsageError(f"--name {options.name}: names one report, but {len(options.grids)} grids are given")
    grids = [_load(options, path, writes_report=not options.dry_run) for path in options.grids]  # all before any trains
    names = [grid.name for grid in grids]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{name}: several grids have this name and would share a report; run them one by one")
    if options.until_decided:
        _check_most_seeds(options, grids)
    if options.dry_run:
        return _dry_run(options, grids)
    _check_reports(options.reports)
    if not options.anyway:
        _check_plans(grids)
    return max(_run_one(options, grid) for grid in grids)


def _check_reports(folder: Path) -> None:
    """Refuse a folder that cannot be written to before anything is trained for it."""
    while not folder.exists():
        folder = folder.parent
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise UsageError(f"--reports: {folder} is not a folder that can be written to; name another")


def _check_most_seeds(options: Namespace, grids: Sequence[Grid]) -> None:
    """Refuse what could become more runs than --max-runs."""
    for grid in grids:
        runs = grid.runs_with(options.max_seeds)
        if runs > options.max_runs:
            raise UsageError(
                f"{grid.source}: up to {runs:,} runs with --max-seeds {options.max_seeds:,}: expected at most "
                f"{options.max_runs:,}; lower --max-seeds, or raise --max-runs"
            )


def _check_plans(grids: Sequence[Grid]) -> None:
    """Refuse designs that can decide nothing, all in one message."""
    plans = {grid.source: preview.plan(grid) for grid in grids}
    hopeless = [
        f"{source}: no verdict could be reached: {' '.join(plan.sentences)}"
        for source, plan in plans.items()
        if not plan.can_judge
    ]
    if hopeless:
        raise UsageError("\n".join([*hopeless, "add confirm seeds, or use --anyway"]))


def _dry_run(options: Namespace, grids: Sequence[Grid]) -> int:
    with _stored(options) as store:
        for grid in grids:
            shown = preview.preview(grid, store, options.jobs or campaign.cores())
            print("\n".join(preview.lines(shown)))
    return DONE


def _stored(options: Namespace) -> AbstractContextManager[Store | None]:
    """The store, or None where there is none yet."""
    return Store(options.store) if options.store.exists() else nullcontext()


def _run_one(options: Namespace, grid: Grid) -> int:
    with Store(options.store, create=True) as store:
        results = campaign.run(
            grid,
            store,
            jobs=options.jobs,
            progress=not options.quiet,
            fail_fast=options.fail_fast,
            max_seeds=options.max_seeds if options.until_decided else None,
        )
    _print_verdicts(results)
    if options.until_decided:
        _print_decided(results)
    print(f"report: {results.report(options.reports)}")
    print(f"to see it in the browser: bench report {grid.source} --open")
    return _print_failures(results)


def _print_verdicts(results: Results) -> None:
    for line in verdict_lines(results.verdicts, coloured=colours_wanted()):
        print(line)
    for family in results.choices.loc[~results.choices["chosen"], "family"]:
        print(f"{family}: not confirmed, because not all its tune runs are done")


def _print_decided(results: Results) -> None:
    """What the betting sequences say, which alone is valid when one looks until it is decided."""
    for _, verdict in results.verdicts.iterrows():
        state = results.decided[verdict["family"]]
        interval = f"[{verdict['betting_low']:.4f}, {verdict['betting_high']:.4f}]"
        print(f"{verdict['family']}: {state} after {verdict['n']} confirm seeds, betting sequence {interval}")
    print(f"`bench report` with --confirm {results.grid.seeds.confirm} shows these results again")


def _print_failures(results: Results) -> int:
    failed = results.runs[results.runs["status"] == "failed"]
    if failed.empty:
        return DONE
    print(f"bench: {len(failed)} runs failed; the next `run` tries them again. The first: ", file=sys.stderr, end="")
    print(f"{failed['run'].iloc[0]}: {failed['error'].iloc[0]}", file=sys.stderr)
    return FAILED


def _collect(options: Namespace, *, writes_report: bool = False) -> Results:
    grid = _load(options, options.grid, writes_report=writes_report)
    with Store(options.store) as store:
        return collect(grid, store)


def report(options: Namespace) -> int:
    """Rebuild the report from the store."""
    results = _collect(options, writes_report=True)
    path = results.report(options.reports)
    _print_verdicts(results)
    print(f"report: {path}")
    if options.open:
        webbrowser.open(path.with_name("report.html").absolute().as_uri())
    return DONE


def status(options: Namespace) -> int:
    """Print how many runs are done, diverged, failed and missing."""
    results = _collect(options)
    table = results.status
    print(table.to_string(index=False))
    missing = int(table["missing"].sum() + table["failed"].sum())
    seconds = results.runs.loc[results.runs["status"] != "failed", "seconds"].mean()
    left = f"about {preview.duration(missing * seconds / campaign.cores())}" if len(results.runs) else "unknown"
    print(f"{missing:,} runs to go; time left: {left if missing else 'none'}")
    return DONE


def export(options: Namespace) -> int:
    """Write the runs or the curves to a file."""
    exporting.check_ending(options.to)
    grid = _load(options, options.grid)
    with Store(options.store) as store:
        frame = collect(grid, store).runs
        if options.what == "curves":
            frame = tables.curves_frame(store, frame)
    exporting.export(frame, options.to)
    print(f"{len(frame):,} rows written to {options.to}")
    return DONE


def compare(options: Namespace) -> int:
    """Print the comparison of two families or configurations."""
    results = _collect(options)
    asked = results.grid.baseline
    a, b = _side(results, options.a), _side(results, options.b)
    compared = statistics.compare(a, b, asked.alpha, asked.margin)
    print(statistics.comparison_sentence({**compared}))
    print(compared.to_string())
    return DONE


def _side(results: Results, name: str) -> pd.DataFrame:
    """The runs of a family (its confirm runs) or of one configuration (its tune runs)."""
    tune, confirm = results.tune, results.confirm
    names = tune["family"] + ": " + tune["configuration"]
    for runs in (confirm[confirm["family"] == name], tune[names == name], tune[tune["run"].str.startswith(f"{name}-")]):
        if len(runs):
            return runs
    families = ", ".join(results.choices["family"])
    raise UsageError(
        f"{name!r}: no stored runs of such a family or configuration in {results.grid.source}; "
        f"expected one of the families {families}, or `FAMILY: CONFIGURATION`"
    )


def speed(options: Namespace) -> int:
    """Print this machine's throughput."""
    cores = campaign.cores()
    print("2-64-3, 300 points, full batch, Adam; million run-steps per second")
    for measured in throughput.throughputs(cores):
        print(f"{measured.how:<24} {measured.steps / 1e6:8.3f}")
    if options.grid is not None:
        grid = _load(options, options.grid)
        with _stored(options) as store:
            for jobs in range(1, cores + 1):
                seconds = preview.eta(preview.preview(grid, store, jobs))
                print(f"{grid.source} on {jobs} core{'s' if jobs > 1 else ''}: about {preview.duration(seconds)}")
    return DONE


def replay(options: Namespace) -> int:
    """Train one stored run again and compare."""
    wanted = [(path, endings) for path, endings in (
        (options.weights, (".npz",)), (options.figure, (".svg", ".png", ".pdf")), (options.animate, (".gif",)),
    ) if path is not None]  # fmt: skip
    for path, endings in wanted:  # before anything is trained
        if path.suffix.lower() not in endings or not path.parent.is_dir():
            raise UsageError(f"{path}: expected a file in an existing folder, with the ending {', '.join(endings)}")
    with Store(options.store) as store:
        done = replaying.replay(store, options.run)
    for path, endings in wanted:
        _write(_writer(endings[0]), done.result.run, path)
    return _print_replays([(options.run, done)])


def _writer(ending: str) -> Callable[[Run, Path], None]:
    """What writes a run's weights, figure or film."""
    from bench.commands import pictures  # it imports matplotlib

    return {".npz": replaying.save_weights, ".svg": pictures.write_figure, ".gif": pictures.write_film}[ending]


def _write(write: Callable[[Run, Path], None], run: Run, path: Path) -> None:
    """Write a file of a run, or say why it cannot be written."""
    try:
        write(run, path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
    print(f"written: {path}")


def verify(options: Namespace) -> int:
    """Train some stored runs again and compare."""
    runs = _collect(options).runs
    names = runs.loc[runs["status"] != "failed", "run"].unique().tolist()  # a failed run has no numbers
    if not names:
        raise UsageError(f"store {options.store}: holds no run of {options.grid}; `bench run` trains them")
    with Store(options.store) as store:
        chosen = replaying.sample(names, options.sample)
        return _print_replays((name, replaying.replay(store, name)) for name in chosen)


def _print_replays(replays: Iterable[tuple[str, replaying.Replay]]) -> int:
    """Print each outcome as soon as it is there."""
    agreed = []
    for name, done in replays:
        print(replaying.describe(name, done), flush=True)
        agreed.append(not done.differences)
    print(f"{sum(agreed)} of {len(agreed)} runs agree with the store")
    return DONE if all(agreed) else FAILED


def calibrate(_: Namespace) -> int:
    """Print the simulated size and coverage of every procedure, and whether each holds what its name promises."""
    print(calibration.calibrate().to_string(index=False))
    return DONE


def schema(_: Namespace) -> int:
    """Print the grid file's JSON Schema."""
    print(json.dumps(json_schema(), indent=2))
    return DONE
