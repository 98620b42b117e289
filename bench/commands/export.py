"""export: the runs as .csv, .parquet or .json."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from bench.commands.arguments import add_grid, load
from bench.commands.codes import DONE


def add_arguments(parser: ArgumentParser) -> None:
    add_grid(parser)
    parser.add_argument("--to", required=True, type=Path, metavar="FILE", help="its ending says the format")
    parser.add_argument("--what", choices=["runs", "curves"], default="runs", help="default: %(default)s")


def run(options: Namespace) -> int:
    from bench.results import collect
    from bench.store import exporting, frames
    from bench.store.sqlite import Store

    exporting.check_ending(options.to)
    grid = load(options, options.grid)
    with Store(options.store) as store:
        frame = collect(grid, store).runs
        if options.what == "curves":
            frame = frames.curves_frame(store, frame)
    exporting.export(frame, options.to)
    print(f"{len(frame):,} rows written to {options.to}")
    return DONE
