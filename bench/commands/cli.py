"""The command line: `python -m bench COMMAND`; parsing, exit codes, and errors as one readable message.

What the commands do is in `commands`, which is imported when one is run, so that --help answers at once.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import UsageError
from bench.limits import GRID, MOST_RUNS, MOST_SEEDS_UNTIL_DECIDED, REPORTS, STORE

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        from bench.commands import actions as commands

        command: Callable[[argparse.Namespace], int] = getattr(commands, options.command)
        code = command(options)
        sys.stdout.flush()  # here, where a closed pipe can be answered
        return code
    except UsageError as error:
        return _refuse(options, error, USAGE)
    except KeyboardInterrupt:
        print("interrupted; every finished run is stored, and the same command goes on from there", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python flushes when it ends
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

    _add_run(commands)
    _add_readers(commands)
    _add_replays(commands)
    _command(commands, "schema", "JSON Schema of the grid file, for editors")
    return parser


def _add_run(commands: "Commands") -> None:
    """run."""
    run = _command(commands, "run", "train what the store lacks, write the report, print the verdicts")
    run.add_argument("grids", nargs="*", metavar="GRID", default=[GRID], help=f"default: {GRID}")
    _add_grid_options(run)
    _add_reports(run)
    run.add_argument("--jobs", type=_positive, default=0, metavar="N", help="worker processes (default: all cores)")
    run.add_argument("--dry-run", action="store_true", help="say what would be trained and what it would cost")
    run.add_argument("--until-decided", action="store_true", help="add confirm seeds until every family is decided")
    most = MOST_SEEDS_UNTIL_DECIDED
    run.add_argument("--max-seeds", type=_positive, default=most, metavar="N", help=f"but not more (default: {most})")
    run.add_argument("--anyway", action="store_true", help="run even a design that can decide nothing")
    run.add_argument("--max-runs", type=_positive, default=MOST_RUNS, metavar="N", help="refuse larger grids")
    run.add_argument("--quiet", action="store_true", help="no progress")
    run.add_argument("--fail-fast", action="store_true", help="stop at the first run that fails")


def _add_readers(commands: "Commands") -> None:
    """What reads the store and trains nothing."""
    report = _command(commands, "report", "rebuild the report from the store")
    _add_grid(report)
    _add_reports(report)
    report.add_argument("--open", action="store_true", help="open it in the browser")

    status = _command(commands, "status", "how many runs are done, diverged, failed, missing; time left")
    _add_grid(status)

    export = _command(commands, "export", "the runs as .csv, .parquet or .json")
    _add_grid(export)
    export.add_argument("--to", required=True, type=Path, metavar="FILE", help="its ending says the format")
    export.add_argument("--what", choices=["runs", "curves"], default="runs", help="default: runs")

    compare = _command(commands, "compare", "two families or configurations, paired by seed")
    _add_grid(compare)
    compare.add_argument(
        "a", metavar="A", help="a family, or a configuration as `FAMILY: CONFIGURATION` or by its hash"
    )
    compare.add_argument("b", metavar="B", help="another")


def _add_replays(commands: "Commands") -> None:
    """What trains to check, to show or to measure."""
    replay = _command(commands, "replay", "train one stored run again, alone, and check it bit for bit")
    replay.add_argument("run", metavar="RUN", help="a run id, as in the exported runs")
    _add_store(replay)
    replay.add_argument("--weights", type=Path, metavar="FILE.npz", help="save the trained weights")
    replay.add_argument("--figure", type=Path, metavar="FILE", help="draw its decision regions and learning curves")
    replay.add_argument(
        "--animate", type=Path, metavar="FILE.gif", help="draw its training as decision regions over epochs"
    )

    verify = _command(commands, "verify", "replay stored runs and check them")
    _add_grid(verify)
    verify.add_argument("--sample", type=_positive, default=20, metavar="N", help="how many, at random (default: 20)")

    speed = _command(commands, "speed", "this machine's throughput, and the time of what a grid lacks")
    speed.add_argument("grid", nargs="?", metavar="GRID", help="a grid file")
    _add_grid_options(speed)

    # Not in the help: it takes minutes, and says whether the statistics are right, not what a grid's results are.
    calibrate = commands.add_parser("calibrate", description="Simulate size and coverage of every procedure in use.")
    calibrate.set_defaults(command="calibrate")


def _command(commands: "Commands", name: str, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(command=name)
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show tracebacks")
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
    parser.add_argument("--store", type=Path, default=Path(STORE), metavar="FILE", help=f"default: {STORE}")


def _add_reports(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reports", type=Path, default=Path(REPORTS), metavar="DIR", help=f"default: {REPORTS}")


def _count(text: str) -> int:
    if not (text.isdecimal() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 0 to 999,999,999")
    return int(text)


def _positive(text: str) -> int:
    if _count(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r}: expected at least 1")
    return int(text)
