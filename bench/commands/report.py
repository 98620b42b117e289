"""report: rebuild the report from the store."""

from argparse import ArgumentParser, Namespace

from bench.commands.arguments import add_grid, add_reports, stored_results
from bench.commands.codes import DONE


def add_arguments(parser: ArgumentParser) -> None:
    add_grid(parser)
    add_reports(parser)
    parser.add_argument("--open", action="store_true", help="open it in the browser")


def run(options: Namespace) -> int:
    import webbrowser

    from bench import report
    from bench.commands.terminal import print_answer

    results = stored_results(options, writes_report=True)
    path = report.write(results, options.reports / results.grid.name)
    print_answer(results)
    print(f"report: {path}")
    if options.open:
        webbrowser.open(path.with_name("report.html").absolute().as_uri())
    return DONE
