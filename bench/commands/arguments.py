"""Arguments that several commands share, and what they name: a grid, a store, what a store knows about a grid."""

from __future__ import annotations

import argparse
import shlex
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from bench.defaults import REPORTS, STORE
from bench.errors import UsageError
from bench.text import listed, path_text

if TYPE_CHECKING:
    from bench.grid import Grid, GridError
    from bench.grid.request import Places
    from bench.results import Results
    from bench.store.sqlite import Store


def add_grid(parser: argparse.ArgumentParser) -> None:
    """A grid, and its options."""
    complete_grids(parser.add_argument("grid", metavar="GRID", help="a grid file, or the name of a ready grid"))
    add_grid_options(parser)


def complete_grids(argument: argparse.Action) -> None:
    """Have a shell complete the argument by the names of ready grids, beside those of files (extra `completion`)."""
    argument.completer = _grids  # type: ignore[attr-defined]  # argcomplete's


def _grids(prefix: str, **_: object) -> list[str]:
    from argcomplete.completers import FilesCompleter

    from bench.grid.ready import titles

    return [*titles(), *FilesCompleter()(prefix)]


def add_grid_options(parser: argparse.ArgumentParser) -> None:
    """What changes a grid, and the store that its runs are in."""
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override a setting; repeatable"
    )
    parser.add_argument("--tune", type=count, metavar="N", help="number of tune seeds")
    parser.add_argument("--confirm", type=count, metavar="N", help="number of confirm seeds")
    parser.add_argument(
        "--by",
        type=axes,
        default=(),
        metavar="AXIS[,AXIS]",
        help="compare the values of these axes, as `families` would",
    )
    parser.add_argument(
        "--race", action="store_true", help="drop hopeless configurations after few tune seeds, as `seeds.race` would"
    )
    add_plugins(parser)
    parser.add_argument("--max-runs", type=positive, metavar="N", help="refuse grids of more runs (default: a million)")
    parser.add_argument("--name", help="of the report's folder; needed with --set, --tune and --confirm")
    add_store(parser)


def add_plugins(parser: argparse.ArgumentParser) -> None:
    """Files whose components grids can name; `main` plugs them in."""
    parser.add_argument(
        "--plugin",
        action="append",
        default=[],
        metavar="FILE.py",
        help="a file with rules, schedules, penalties or problems of your own; repeatable",
    )


def add_store(parser: argparse.ArgumentParser) -> None:
    """The store."""
    parser.add_argument("--store", type=Path, default=Path(STORE), metavar="FILE", help="default: %(default)s")


def add_reports(parser: argparse.ArgumentParser) -> None:
    """The folder that reports are written to."""
    parser.add_argument("--reports", type=Path, default=Path(REPORTS), metavar="DIR", help="default: %(default)s")


def axes(text: str) -> tuple[str, ...]:
    """Dotted names of axes, as typed."""
    return tuple(axis.strip() for axis in text.split(","))


def count(text: str) -> int:
    """A whole number from 0, as typed."""
    if not (text.isdecimal() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 0 to 999,999,999")
    return int(text)


def positive(text: str) -> int:
    """A whole number from 1, as typed."""
    if not (text.isdecimal() and len(text) < 10 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1 to 999,999,999")
    return int(text)


def load(options: argparse.Namespace, path: str) -> Grid:
    """The grid in a file, with the options that change it."""
    from bench import grid
    from bench.grid.ready import located

    if path.endswith(".toml") and located(Path(path)) != Path(path):
        print(
            f"bench: {path_text(path)}: not in this folder; the ready grid that came with the package", file=sys.stderr
        )

    changed = {"tune": options.tune, "confirm": options.confirm, "by": options.by, "race": options.race}
    try:
        return grid.load(path, options.set, **changed, name=options.name, max_runs=options.max_runs)
    except grid.GridError as error:
        files = _plugins_for(options, error)
        if not files:
            raise
        needed = " ".join(f"--plugin {shlex.quote(path_text(file))}" for file in files)
        raise UsageError(f"{error}\n  stored runs have it from a plug-in; add {needed}") from None


def _plugins_for(options: argparse.Namespace, error: GridError) -> list[str]:
    """The files that brought what a grid names and nobody knows, as far as the store remembers."""
    try:
        with store_if_any(options) as store:
            known = store.plugins() if store else set()
    except (UsageError, OSError):  # what is wrong with the store is not what is asked for
        return []
    names = {one.path: one.component.partition(" ")[2] for one in known if one.path.endswith(".py")}
    unknown = (path for path, name in names.items() for fault in error.faults if _names(fault, name))
    return list(dict.fromkeys(unknown))


def _names(fault: str, component: str) -> bool:
    """Whether a fault is about a component of this name: as a value, or as a key."""
    return f'"{component}"' in fault or f".{component}: unknown key" in fault


def places(options: argparse.Namespace) -> Places:
    """Where runs and reports lie."""
    from bench.grid.request import Places

    return Places(str(options.store), str(getattr(options, "reports", REPORTS)))


def stored_results(options: argparse.Namespace) -> Results:
    """What the store knows about the grid."""
    from bench.results import collect
    from bench.store.sqlite import Store

    grid = load(options, options.grid)
    with Store(options.store) as store:
        note_other_versions(grid, store)
        return collect(grid, store)


def note_other_versions(grid: Grid, store: Store) -> None:
    """Say on stderr where stored runs rest on other versions of the grid's plug-ins: they are other runs."""
    from bench.grid.provenance import plugins_of

    known = store.plugins()
    for plugin, components in plugins_of(grid).items():
        others = {one.source for one in known if one.component in components} - {plugin.digest}
        if others:
            versions = listed(sorted(others))
            shown = path_text(plugin.path)
            print(f"bench: {shown} has source {plugin.digest}; stored runs of {versions} are others", file=sys.stderr)


def store_if_any(options: argparse.Namespace) -> AbstractContextManager[Store | None]:
    """The store, or None where there is none yet."""
    from bench.store.sqlite import Store

    return Store(options.store) if options.store.exists() else nullcontext()
