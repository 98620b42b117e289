"""schema: JSON Schema of the grid file, for editors."""

from argparse import ArgumentParser, Namespace

from bench.commands.arguments import add_plugins
from bench.commands.codes import DONE


def add_arguments(parser: ArgumentParser) -> None:
    add_plugins(parser)
    parser.add_argument("--markdown", action="store_true", help="every setting as Markdown, for people")


def run(options: Namespace) -> int:
    import json

    from bench.grid.markdown import settings_as_markdown
    from bench.grid.schema import json_schema

    print(settings_as_markdown() if options.markdown else json.dumps(json_schema(), indent=2))
    return DONE
