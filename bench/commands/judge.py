"""judge: the statistics and the report for results of any program."""

from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction, Namespace
from math import isfinite
from pathlib import Path

from bench.commands.arguments import add_reports
from bench.commands.codes import DONE

ROLES = {
    "score": "column of scores",
    "method": "column that says what is compared, such as an optimizer",
    "seed": "column that says which run of a method it is",
    "problem": "column of data sets, which are judged apart",
    "stage": "column that says tune or confirm: tune rows choose each method's configuration, confirm rows judge it",
    "configuration": "column of the settings that tune rows choose among",
}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a row per run, at most a million: .csv, .parquet, .json or .jsonl"
    )
    for role, meaning in ROLES.items():
        parser.add_argument(f"--{role}", metavar="COLUMN", help=f"{meaning} (default: by its name)")
    parser.add_argument("--baseline", type=number, metavar="X", help="the claim that every mean is judged against")
    parser.add_argument("--reference", metavar="METHOD", help="what the others are compared with (default: the best)")
    parser.add_argument("--margin", type=number, metavar="X", help="what difference is practically nothing")
    parser.add_argument("--alpha", type=number, default=0.05, metavar="P", help="level (default: %(default)s)")
    parser.add_argument("--bounds", type=number, nargs=2, metavar=("LOW", "HIGH"), help="what a score can be")
    parser.add_argument(
        "--lower-is-better",
        action=BooleanOptionalAction,
        default=None,
        help="as for losses (default: as the score's name says)",
    )
    parser.add_argument(
        "--wide",
        action="store_true",
        help="a column per method; the first column (or --problem, --seed) says which problem or seed",
    )
    parser.add_argument(
        "--test-share",
        type=number,
        metavar="P",
        help="seeds are folds that test this share of the data each (default, of a column fold: 1 / number of folds)",
    )
    parser.add_argument("--name", help="of the report's folder (default: the file's); other options need another")
    add_reports(parser)
    parser.add_argument("--open", action="store_true", help="open the report in the browser")


def number(text: str) -> float:
    """A finite number, as typed."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise ArgumentTypeError(f"{text!r}: expected a number")
    return value


def run(options: Namespace) -> int:
    from bench import report
    from bench.commands.terminal import open_in_browser, print_answer, print_report
    from bench.grid.request import Places
    from bench.judging import Options, judge
    from bench.report.judging import JudgedView

    names = (*ROLES, "baseline", "reference", "margin", "alpha", "lower_is_better", "wide", "test_share", "name")
    asked = {name: getattr(options, name) for name in names}
    results = judge(options.file, Options(**asked, bounds=options.bounds and tuple(options.bounds)))
    view = JudgedView(results, Places(reports=str(options.reports)).reports_option)
    written = report.write_judged(view, options.reports / results.name)
    print_answer(written.answer)
    print_report(written)
    if options.open:
        open_in_browser(written.path)
    return DONE
