"""schema: JSON Schema of the grid file, for editors."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from bench.commands.arguments import add_plugins
from bench.commands.codes import DONE
from bench.commands.files import PICTURES, check_path, write_to


def add_arguments(parser: ArgumentParser) -> None:
    add_plugins(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--markdown", action="store_true", help="every setting as Markdown, for people")
    what.add_argument("--picture", type=Path, metavar="FILE", help="draw all problems that generate their points")


def run(options: Namespace) -> int:
    if options.picture is not None:
        check_path(options.picture, PICTURES)
        write_to(options.picture, _draw)
        return DONE
    import json

    from bench.grid.markdown import settings_as_markdown
    from bench.grid.schema import json_schema

    print(settings_as_markdown() if options.markdown else json.dumps(json_schema(), indent=2))
    return DONE


def _draw(path: Path) -> None:
    from bench.figures import problems_picture, save
    from bench.grid.components import PROBLEMS
    from bench.problems import Problem

    save(problems_picture([problem() for problem in PROBLEMS.values() if issubclass(problem, Problem)]), path)
