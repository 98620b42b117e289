"""report: rebuild the report from the store."""

from argparse import ArgumentParser, Namespace

from bench.commands.arguments import add_grid, add_reports, load, note_other_versions, places
from bench.commands.codes import DONE


def add_arguments(parser: ArgumentParser) -> None:
    add_grid(parser)
    add_reports(parser)
    parser.add_argument("--open", action="store_true", help="open it in the browser")


def run(options: Namespace) -> int:
    from bench import report
    from bench.commands.terminal import open_in_browser, print_answer, print_lacking, print_report
    from bench.report.view import view_of
    from bench.results import look
    from bench.store.sqlite import Store

    grid = load(options, options.grid)
    folder = report.folder_of(grid, options.reports)
    with Store(options.store) as store:
        note_other_versions(grid, store)
        results = look(grid, store)
    view = view_of(results, places(options))
    written = report.write_view(view, folder)
    print_answer(written.answer)
    print_lacking(results, places(options))
    print_report(written)
    if options.open:
        open_in_browser(written.path)
    return DONE
