"""compare: two families or configurations, paired by seed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from bench.commands.arguments import add_grid, places, stored_results
from bench.commands.codes import DONE
from bench.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from bench.grid.request import Places
    from bench.results import Results


def add_arguments(parser: ArgumentParser) -> None:
    add_grid(parser)
    parser.add_argument("a", metavar="A", help="a family, or a configuration as `FAMILY: CONFIGURATION` or by its hash")
    parser.add_argument("b", metavar="B", help="another")


def run(options: Namespace) -> int:
    from bench import statistics

    results = stored_results(options)
    baseline = results.grid.baseline
    a, b = _side(results, options.a, places(options)), _side(results, options.b, places(options))
    if a["run"].tolist() == b["run"].tolist():
        raise UsageError(f"{options.a!r} and {options.b!r} are the same runs; name two different ones")
    if {*a["stage"]} != {*b["stage"]}:
        raise UsageError(
            f"{options.a!r} has runs on {a['stage'].iloc[0]} seeds and {options.b!r} on {b['stage'].iloc[0]} seeds, so "
            "there are no pairs; name two families, or two configurations"
        )
    compared = statistics.compare(a, b, baseline.alpha, baseline.margin)
    print(statistics.comparison_sentence({**compared}))
    if "tune" in {*a["stage"], *b["stage"]}:
        print("These are tune seeds, on which families chose their best: exploration.")
    print(compared.to_string())
    return DONE


def _side(results: Results, name: str, places: Places) -> pd.DataFrame:
    """The runs of a family (its confirm runs) or of one configuration (its tune runs)."""
    from bench.commands.hints import training_command
    from bench.text import quoted, suggest

    tune, confirm = results.tune, results.compared
    names = tune["family"] + ": " + tune["configuration"]
    for runs in (confirm[confirm["family"] == name], tune[names == name], tune[tune["run"].str.startswith(f"{name}-")]):
        if len(runs):
            return runs
    families = results.choices["family"].tolist()
    if name in families:
        command = training_command(results, places)
        raise UsageError(f"{name!r}: the confirm runs of its best are not stored; to train them: {command}")
    known = ", ".join(map(quoted, families))
    raise UsageError(
        f"{name!r}: no stored runs of such a family or configuration in {results.grid.source}; "
        f"expected one of the families {known}, or `FAMILY: CONFIGURATION`{suggest(name, [*families, *names.unique()])}"
    )
