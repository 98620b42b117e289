"""run: train what the store lacks, write the report, print the verdicts."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.commands.arguments import (
    add_grid_options,
    add_reports,
    complete_grids,
    count,
    load,
    places,
    positive,
    store_if_any,
)
from bench.commands.codes import DONE, FAILED
from bench.defaults import GRID, MOST_ADDED_SEEDS, MOST_LOOKS
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.grid import Grid
    from bench.results import Results
    from bench.statistics import Plan


def add_arguments(parser: ArgumentParser) -> None:
    what = f"grid files, or names of ready grids (default: {GRID})"
    complete_grids(parser.add_argument("grids", nargs="*", metavar="GRID", default=[GRID], help=what))
    add_grid_options(parser)
    add_reports(parser)
    parser.add_argument(
        "--jobs", type=count, default=0, metavar="N", help="worker processes (default: 0, as many as cores)"
    )
    parser.add_argument(
        "--executor", choices=("local", "dask"), default="local", help="who trains: worker processes, or a Dask cluster"
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of the Dask cluster (default: one is made here)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be trained and what it would cost")
    plan = parser.add_mutually_exclusive_group()
    plan.add_argument("--until-decided", action="store_true", help="add confirm seeds until every family is decided")
    plan.add_argument(
        "--looks",
        type=looks,
        default=1,
        metavar="N",
        help="add as many confirm seeds again, up to N - 1 times, while undecided",
    )
    parser.add_argument(
        "--max-seeds", type=positive, default=MOST_ADDED_SEEDS, metavar="N", help="but not more (default: %(default)s)"
    )
    parser.add_argument("--anyway", action="store_true", help="run even a design that can decide nothing")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument("--fail-fast", action="store_true", help="stop at the first run that fails")
    parser.add_argument(
        "--again", action="store_true", help="train anew what other sources than today's, or another machine, trained"
    )
    parser.add_argument("--open", action="store_true", help="open the report in the browser when it is done")


def run(options: Namespace) -> int:
    """Refuse what should not be run before anything is trained; then one grid after the other, or only a preview."""
    from bench.statistics import planned

    if options.name is not None and len(options.grids) > 1:
        raise UsageError(f"--name {options.name}: names one report, but {len(options.grids)} grids are given")
    grids = [load(options, path) for path in options.grids]  # all before any trains
    names = [grid.name for grid in grids]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{name}: several grids have this name and would share a report; run them one by one")
    how = {"looks": options.looks, "until_decided": options.until_decided, "most": options.max_seeds}
    plans = [planned(grid.seeds.confirm, **how) for grid in grids]
    _check_most_seeds(options, grids, plans)
    if options.dry_run:
        return _dry_run(options, grids, plans)
    _check_reports(options, grids)
    if not options.anyway:
        _check_plans(grids)
    return _run(options, grids, plans)


def looks(text: str) -> int:
    """A number of looks, as typed."""
    if not 2 <= count(text) <= MOST_LOOKS:
        raise ArgumentTypeError(f"{text!r}: expected 2 to {MOST_LOOKS} looks; one is what `run` does without this")
    return int(text)


def _check_most_seeds(options: Namespace, grids: Sequence[Grid], plans: Sequence[Plan | None]) -> None:
    """Refuse what could become more runs than --max-runs."""
    from bench.grid.feasibility import most_runs

    for grid, plan in zip(grids, plans, strict=True):
        runs, allowed = grid.runs_with(plan.most) if plan else 0, most_runs(grid.request)
        if runs > allowed:
            option = f"--max-seeds {options.max_seeds:,}" if options.until_decided else f"--looks {options.looks}"
            raise UsageError(
                f"{grid.source}: up to {runs:,} runs with {option}: expected at most {allowed:,}; lower "
                f"{option.split()[0]}, or raise --max-runs"
            )


def _dry_run(options: Namespace, grids: Sequence[Grid], plans: Sequence[Plan | None]) -> int:
    from bench.commands import preview
    from bench.training.machine import cores

    with store_if_any(options) as store:
        for grid, plan in zip(grids, plans, strict=True):
            most = plan.most if plan else 0
            planned = preview.preview_of(grid, store, options.jobs or cores(), most)
            print("\n".join(preview.lines(planned)))
    return DONE


def _check_reports(options: Namespace, grids: Sequence[Grid]) -> None:
    """Refuse what could not be reported before anything is trained for it."""
    from bench import report

    for grid in grids:
        report.folder_of(grid, options.reports)


def _check_plans(grids: Sequence[Grid]) -> None:
    """Refuse designs that can decide nothing, all in one message."""
    from bench.commands import preview

    plans = {grid.source: preview.plan(grid) for grid in grids}
    hopeless = [
        f"{source}: no verdict could be reached: {' '.join(plan.sentences)}"
        for source, plan in plans.items()
        if not plan.can_judge
    ]
    if hopeless:
        raise UsageError("\n".join([*hopeless, "add confirm seeds, or use --anyway"]))


def _run(options: Namespace, grids: Sequence[Grid], plans: Sequence[Plan | None]) -> int:
    """Train all grids, and only then judge any: those of one problem share the level of their confirm seeds."""
    from bench import campaign
    from bench.results import collect
    from bench.store.sqlite import Store
    from bench.training import executors

    where = executors.chosen(options.executor, jobs=options.jobs, scheduler=options.scheduler)
    with Store(options.store, create=True) as store, where as executor:
        for grid, plan in zip(grids, plans, strict=True):
            how = {"progress": not options.quiet, "fail_fast": options.fail_fast, "again": options.again}
            results = campaign.run(grid, store, executor, plan=plan, **how)
        if len(grids) == 1:
            return _show(options, results)
        return max(_show(options, collect(grid, store)) for grid in grids)


def _show(options: Namespace, results: Results) -> int:
    from bench import report
    from bench.commands.terminal import open_in_browser, print_answer, print_report
    from bench.report.view import view_of
    from bench.shell import program, typed

    grid, where = results.grid, places(options)
    words = (*grid.request.arguments, *where.store_option, *where.reports_option)
    try:
        written = report.write_view(view_of(results, where), options.reports / grid.name)
    except report.ReportError as error:
        later = typed("report", *words, program=program())
        raise UsageError(f"{error}; every run is stored, and `{later}` makes the report of them") from error
    print_answer(written.answer)
    print_report(written)
    if options.open:
        open_in_browser(written.path)
    else:
        print(f"to see it in the browser: {typed('report', *words, '--open', program=program())}")
    return _print_failures(results)


def _print_failures(results: Results) -> int:
    failed = results.runs[results.runs["status"] == "failed"]
    if failed.empty:
        return DONE
    print(f"bench: {len(failed)} runs failed; the next `run` tries them again. The first: ", file=sys.stderr, end="")
    print(f"{failed['run'].iloc[0]}: {failed['error'].iloc[0]}", file=sys.stderr)
    return FAILED
