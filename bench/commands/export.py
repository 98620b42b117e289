"""export: the runs as .csv, .parquet or .json."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from bench.commands.arguments import add_grid, load, places
from bench.commands.codes import DONE


def add_arguments(parser: ArgumentParser) -> None:
    add_grid(parser)
    parser.add_argument("--to", required=True, type=Path, metavar="FILE", help="its ending says the format")
    parser.add_argument("--what", choices=["runs", "curves"], default="runs", help="default: %(default)s")


def run(options: Namespace) -> int:
    from bench.commands.terminal import print_lacking
    from bench.results import collect
    from bench.store import exporting, frames
    from bench.store.sqlite import Store
    from bench.text import counted, path_text

    exporting.check_ending(options.to)
    grid = load(options, options.grid)
    with Store(options.store) as store:
        results = collect(grid, store)
        frame = results.runs if options.what == "runs" else frames.curves_frame(store, results.runs)
    exporting.export(frame, options.to)
    print(f"{counted(len(frame), 'row')} written to {path_text(options.to)}")
    print_lacking(results, places(options))
    return DONE
