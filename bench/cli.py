"""The commands: `python -m bench COMMAND`. They call the campaign and its parts, and print.

Heavy imports happen in the commands that need them, so that --help answers at once.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.campaign import Results
    from bench.grid import Grid

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except UsageError as error:
        return _refuse(options, error, USAGE)
    except KeyboardInterrupt:
        print("interrupted; every finished run is stored, and the same command goes on from there", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `| head` has seen enough
        sys.stderr.close()
        return DONE
    except Exception as error:
        return _refuse(options, error, FAILED)


def _refuse(options: argparse.Namespace, error: Exception, code: int) -> int:
    if options.debug:
        raise error
    expected = isinstance(error, UsageError)
    hint = "" if expected else f"{type(error).__name__}: "
    print(f"bench: {hint}{error}" + ("" if expected else " (--debug shows where)"), file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench", description="Trains grids of small neural networks and judges what beats the baseline."
    )
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = _command(commands, "run", _run, "train what the store lacks, write the report, print the verdicts")
    run.add_argument("grids", nargs="*", metavar="GRID", default=["grids/quick.toml"], help="default: grids/quick.toml")
    _add_grid_options(run)
    _add_reports(run)
    run.add_argument("--jobs", type=_positive, default=0, metavar="N", help="worker processes (default: all cores)")
    run.add_argument("--dry-run", action="store_true", help="say what would be trained and what it would cost")
    run.add_argument("--anyway", action="store_true", help="run even a design that can decide nothing")
    run.add_argument("--max-runs", type=_positive, default=1_000_000, metavar="N", help="refuse larger grids")
    run.add_argument("--quiet", action="store_true", help="no progress, and only the verdicts")
    run.add_argument("--fail-fast", action="store_true", help="stop at the first run that fails")

    report = _command(commands, "report", _report, "rebuild the report from the store")
    _add_grid(report)
    _add_reports(report)

    status = _command(commands, "status", _status, "how many runs are done, diverged, failed, missing; time left")
    _add_grid(status)

    export = _command(commands, "export", _export, "the runs as .csv, .parquet or .json")
    _add_grid(export)
    export.add_argument("--to", required=True, type=Path, metavar="FILE", help="its ending says the format")
    export.add_argument("--what", choices=["runs", "curves"], default="runs", help="default: runs")

    replay = _command(commands, "replay", _replay, "train one stored run again, alone, and check it bit for bit")
    replay.add_argument("run", metavar="RUN", help="a run id, as in the exported runs")
    _add_store(replay)
    replay.add_argument("--weights", type=Path, metavar="FILE.npz", help="save the trained weights")

    verify = _command(commands, "verify", _verify, "replay stored runs and check them")
    _add_grid(verify)
    verify.add_argument("--sample", type=_positive, default=20, metavar="N", help="how many, at random (default: 20)")

    _command(commands, "schema", _schema, "JSON Schema of the grid file, for editors")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, function: Callable[..., int], text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(command=function)
    return parser


def _add_grid(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("grid", metavar="GRID", help="a grid file")
    _add_grid_options(parser)


def _add_grid_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override a setting; repeatable"
    )
    parser.add_argument("--tune", type=_count, metavar="N", help="number of tune seeds")
    parser.add_argument("--confirm", type=_count, metavar="N", help="number of confirm seeds")
    parser.add_argument("--name", help="of the report's folder; needed with --set")
    _add_store(parser)


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store", type=Path, default=Path("results/runs.sqlite"), metavar="FILE", help="default: results/runs.sqlite"
    )


def _add_reports(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reports", type=Path, default=Path("reports"), metavar="DIR", help="default: reports")


def _count(text: str) -> int:
    if not (text.isdecimal() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 0 to 999,999,999")
    return int(text)


def _positive(text: str) -> int:
    if _count(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r}: expected at least 1")
    return int(text)


def _load(options: argparse.Namespace, path: str, *, writes_report: bool = False) -> Grid:
    from bench import gridfile

    if writes_report and options.set and options.name is None:
        raise UsageError("--set changes the question: name its report with --name, so that it overwrites no other")
    overrides = gridfile.seed_overrides(options.set, options.tune, options.confirm)
    most = getattr(options, "max_runs", 1_000_000)
    return gridfile.load(path, overrides, name=options.name, max_runs=most)


def _run(options: argparse.Namespace) -> int:
    if options.name is not None and len(options.grids) > 1:
        raise UsageError(f"--name {options.name}: names one report, but {len(options.grids)} grids are given")
    grids = [_load(options, path, writes_report=not options.dry_run) for path in options.grids]  # before any is trained
    if options.dry_run:
        return _dry_run(options, grids)
    return max(_run_one(options, grid) for grid in grids)


def _dry_run(options: argparse.Namespace, grids: Sequence[Grid]) -> int:
    from contextlib import nullcontext

    from bench import campaign, preview
    from bench.store import Store

    with Store(options.store) if options.store.exists() else nullcontext() as store:
        for grid in grids:
            shown = preview.preview(grid, store, options.jobs or campaign.cores())
            print("\n".join(preview.lines(shown)))
    return DONE


def _run_one(options: argparse.Namespace, grid: Grid) -> int:
    from bench import campaign, preview
    from bench.store import Store

    plan = preview.plan(grid)
    if not plan.can_judge and not options.anyway:
        reason = " ".join(plan.sentences)
        raise UsageError(f"{grid.source}: no verdict could be reached: {reason} Add confirm seeds, or use --anyway")
    with Store(options.store, create=True) as store:
        results = campaign.run(grid, store, jobs=options.jobs, progress=not options.quiet, fail_fast=options.fail_fast)
    path = results.report(options.reports)
    _print_verdicts(results)
    print(f"report: {path}")
    return _print_failures(results)


def _print_verdicts(results: Results) -> None:
    from bench.statistics import sentence

    verdicts = results.verdicts
    for verdict in verdicts.to_dict("records"):
        print(sentence({str(key): value for key, value in verdict.items()}))
    for family in results.choices.loc[results.choices["configuration"] == "", "family"]:
        print(f"{family}: not confirmed, because not all its tune runs are done")


def _print_failures(results: Results) -> int:
    failed = results.runs[results.runs["status"] == "failed"]
    if failed.empty:
        return DONE
    print(f"bench: {len(failed)} runs failed; the next `run` tries them again. The first: ", file=sys.stderr, end="")
    print(f"{failed['run'].iloc[0]}: {failed['error'].iloc[0]}", file=sys.stderr)
    return FAILED


def _collect(options: argparse.Namespace, *, writes_report: bool = False) -> Results:
    from bench import campaign
    from bench.store import Store

    grid = _load(options, options.grid, writes_report=writes_report)
    with Store(options.store) as store:
        return campaign.collect(grid, store)


def _report(options: argparse.Namespace) -> int:
    results = _collect(options, writes_report=True)
    path = results.report(options.reports)
    _print_verdicts(results)
    print(f"report: {path}")
    return DONE


def _status(options: argparse.Namespace) -> int:
    from bench import campaign
    from bench.preview import duration

    results = _collect(options)
    status = results.status
    print(status.to_string(index=False))
    missing = int(status["missing"].sum() + status["failed"].sum())
    seconds = results.runs["seconds"].mean()
    left = f"about {duration(missing * seconds / campaign.cores())}" if len(results.runs) else "unknown"
    print(f"{missing:,} runs to go; time left: {left if missing else 'none'}")
    return DONE


def _export(options: argparse.Namespace) -> int:
    from bench import campaign, tables
    from bench.exporting import export
    from bench.store import Store

    grid = _load(options, options.grid)
    with Store(options.store) as store:
        frame = campaign.collect(grid, store).runs
        if options.what == "curves":
            frame = tables.curves_frame(store, frame)
    export(frame, options.to)
    print(f"{len(frame):,} rows written to {options.to}")
    return DONE


def _replay(options: argparse.Namespace) -> int:
    from bench import replay
    from bench.store import Store

    with Store(options.store) as store:
        done = replay.replay(store, options.run)
        if options.weights is not None:
            run, _ = replay.stored_run(store, options.run)
            replay.save_weights(run, options.weights)
    return _print_replays({options.run: done})


def _verify(options: argparse.Namespace) -> int:
    from bench import replay
    from bench.store import Store

    names = _collect(options).runs["run"].tolist()
    if not names:
        raise UsageError(f"store {options.store}: holds no run of {options.grid}; `bench run` trains them")
    with Store(options.store) as store:
        return _print_replays({name: replay.replay(store, name) for name in replay.sample(names, options.sample)})


def _print_replays(replays: dict[str, object]) -> int:
    from bench.replay import Replay, describe

    differing = 0
    for name, done in replays.items():
        assert isinstance(done, Replay)
        differing += bool(done.differences)
        print(describe(name, done))
    print(f"{len(replays) - differing} of {len(replays)} runs agree with the store")
    return FAILED if differing else DONE


def _schema(options: argparse.Namespace) -> int:
    from bench.settings import json_schema

    print(json.dumps(json_schema(), indent=2))
    return DONE
