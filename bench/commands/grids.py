"""grids: list the ready grids, or print one: `grids quick > my.toml`."""

from argparse import ArgumentParser, Namespace

from bench.commands.arguments import complete_grids
from bench.commands.codes import DONE
from bench.errors import UsageError


def add_arguments(parser: ArgumentParser) -> None:
    what = "the one to print, or a data file of theirs"
    complete_grids(parser.add_argument("name", nargs="?", metavar="NAME", help=what))


def run(options: Namespace) -> int:
    from bench.grid.ready import FOLDER, data_files, ready, titles
    from bench.text import listed, printable, suggest

    if options.name is None:
        width = max(map(len, titles()))
        print("\n".join(f"{name:{width}}  {title}" for name, title in titles().items()))
        print(f"\ndata files of theirs: {', '.join(data_files())}")
        return DONE
    file = FOLDER / options.name if options.name in data_files() else ready(options.name)
    if file is None:
        known = [*titles(), *data_files()]
        raise UsageError(
            f"{printable(options.name)}: no ready grid; expected one of {listed(known, len(known))}"
            f"{suggest(options.name, known)}"
        )
    print(file.read_text("utf-8"), end="")
    return DONE
