"""speed: this machine's throughput, and the time of what a grid lacks."""

from argparse import ArgumentParser, Namespace

from bench.commands.arguments import add_grid_options, complete_grids, load, store_if_any
from bench.commands.codes import DONE


def add_arguments(parser: ArgumentParser) -> None:
    what = "a grid file, or the name of a ready grid"
    complete_grids(parser.add_argument("grid", nargs="?", metavar="GRID", help=what))
    add_grid_options(parser)


def run(options: Namespace) -> int:
    from bench.commands import preview
    from bench.text import counted, duration
    from bench.training import throughput
    from bench.training.machine import cores

    most = cores()
    print("2-64-3, 300 points, full batch, Adam; million run-steps per second")
    for measured in throughput.throughputs(most):
        print(f"{measured.how:<24} {measured.steps / 1e6:8.3f}")
    if options.grid is not None:
        grid = load(options, options.grid)
        with store_if_any(options) as store:
            for jobs in range(1, most + 1):
                lacks = preview.preview_of(grid, store, jobs)
                time = f"{lacks.at_most}about {duration(preview.eta(lacks))}"
                print(f"{grid.source} on {counted(jobs, 'core')}: {time}")
    return DONE
