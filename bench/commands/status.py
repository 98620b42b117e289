"""status: how many runs are done, diverged, failed, missing; time left."""

from argparse import ArgumentParser, Namespace

from bench.commands.arguments import add_grid, stored_results
from bench.commands.codes import DONE


def add_arguments(parser: ArgumentParser) -> None:
    add_grid(parser)


def run(options: Namespace) -> int:
    from bench.report.remarks import changed_data
    from bench.results.races import saving
    from bench.text import duration
    from bench.training.cores import cores

    results = stored_results(options)
    table = results.status
    print(table.to_string(index=False))
    missing = int(table["missing"].sum() + table["failed"].sum())
    seconds = results.runs.loc[results.runs["status"] != "failed", "seconds"].mean()
    left = f"about {duration(missing * seconds / cores())}" if len(results.runs) else "unknown"
    for sentence in changed_data(results):
        print(sentence)
    if results.grid.seeds.race:
        print(saving(results.tuned.races.values()))
    print(f"{missing:,} runs to go; time left: {left if missing else 'none'}")
    return DONE
