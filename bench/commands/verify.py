"""verify: replay stored runs and check them."""

from argparse import ArgumentParser, Namespace

from bench.commands.arguments import add_grid, places, positive, stored_results
from bench.commands.replay import print_replays
from bench.errors import UsageError


def add_arguments(parser: ArgumentParser) -> None:
    add_grid(parser)
    parser.add_argument(
        "--sample", type=positive, default=20, metavar="N", help="how many, at random (default: %(default)s)"
    )


def run(options: Namespace) -> int:
    from bench.commands.hints import training_command
    from bench.problems import DataFile
    from bench.replay import checking
    from bench.report.remarks import changed_data
    from bench.store.sqlite import Store

    results = stored_results(options)
    runs = results.runs
    names = runs.loc[runs["status"] != "failed", "run"].unique().tolist()  # a failed run has no numbers
    if not names:
        command = training_command(results, places(options))
        what = f"store {options.store}: holds no run of {options.grid}; to train them: {command}"
        raise UsageError("\n".join([what, *changed_data(results)]))
    with Store(options.store) as store:
        chosen = checking.sample(names, options.sample)
        files = [source for source in results.grid.sources if isinstance(source, DataFile)]
        return print_replays((name, checking.replay(store, name, files)) for name in chosen)
