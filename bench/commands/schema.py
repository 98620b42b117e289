"""schema: JSON Schema of the grid file, for editors."""

from argparse import ArgumentParser, Namespace

from bench.commands.codes import DONE


def add_arguments(_: ArgumentParser) -> None:
    """It has none."""


def run(_: Namespace) -> int:
    import json

    from bench.grid.schema import json_schema

    print(json.dumps(json_schema(), indent=2))
    return DONE
