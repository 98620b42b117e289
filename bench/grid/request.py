"""How somebody asked for a grid, and the command lines that ask for it again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bench.defaults import REPORTS, STORE
from bench.grid.ready import located


@dataclass(frozen=True)
class Request:
    """A grid file, and the options that change the grid: what `load` was given.

    `overrides`: texts KEY=VALUE. `tune`, `confirm`: numbers of seeds. `by`: axes whose values are families, instead of
    the file's. `name`: of the report's folder. None, or nothing, where the file decides. `plugins`: the files without
    which the grid cannot be read. `max_runs`: how many runs it may have; None where the program decides. `race`: to
    race for tune seeds, whatever the file says.
    """

    path: str = ""
    overrides: tuple[str, ...] = ()
    tune: int | None = None
    confirm: int | None = None
    by: tuple[str, ...] = ()
    name: str | None = None
    plugins: tuple[str, ...] = ()
    max_runs: int | None = None
    race: bool = False

    @property
    def file_overrides(self) -> list[str]:
        """All that is set instead of what the file says."""
        seeds = {"seeds.tune": self.tune, "seeds.confirm": self.confirm}
        counts = (f"{key}={count}" for key, count in seeds.items() if count is not None)
        return [*self.overrides, *counts, *(["seeds.race=true"] if self.race else [])]

    @property
    def needs_name(self) -> bool:
        """Whether somebody has to name the report's folder, since the usual one is another question's."""
        return self.name is None and bool(self.overrides or self.tune is not None or self.confirm is not None)

    @property
    def usual_name(self) -> str:
        """What the report's folder is called if nobody names it: as the file, by which axes it has families, a race."""
        by = f"-by-{'-'.join(self.by)}" if self.by else ""
        return f"{Path(self.path).stem}{by}{'-race' if self.race else ''}"

    @property
    def changes(self) -> tuple[str, ...]:
        """The options that make another grid than the file's; together with it, the question."""
        counts = {"--tune": self.tune, "--confirm": self.confirm}
        return (
            *(part for override in self.overrides for part in ("--set", override)),
            *(part for option, count in counts.items() if count is not None for part in (option, str(count))),
            *(("--by", ",".join(self.by)) if self.by else ()),
            *(("--race",) if self.race else ()),
        )

    @property
    def arguments(self) -> tuple[str, ...]:
        """The grid file with all options that change the grid, as the command line takes them."""
        given = {"--name": self.name, "--max-runs": self.max_runs}
        rest = (part for option, value in given.items() if value is not None for part in (option, str(value)))
        return (_as_argument(self.path), *self.changes, *self.plugin_options, *rest)

    @property
    def plugin_options(self) -> tuple[str, ...]:
        """`--plugin`, for each."""
        return tuple(part for path in self.plugins for part in ("--plugin", _as_argument(path)))


@dataclass(frozen=True)
class Places:
    """Where runs are stored and reports are written."""

    store: str = STORE
    reports: str = REPORTS

    @property
    def store_option(self) -> tuple[str, ...]:
        """`--store`, if it is not the usual one."""
        return () if Path(self.store) == Path(STORE) else ("--store", _as_argument(self.store))

    @property
    def reports_option(self) -> tuple[str, ...]:
        """`--reports`, if they are not where they usually are."""
        return () if Path(self.reports) == Path(REPORTS) else ("--reports", _as_argument(self.reports))


USUAL_PLACES = Places()


def places_of(grid_file: Path) -> Places:
    """Those of the project that a grid file is in: where the nearest store above it is, wherever one works.

    Without a store there, the working directory, if the file is in it or below, or is a ready one of the package; else
    the file's folder, or the one above where that is called grids.
    """
    here, folder = Path.cwd(), located(grid_file).resolve().parent
    known = [above for above in (folder, *folder.parents) if (above / STORE).is_file()]
    if known:
        home = known[0]
    elif folder.is_relative_to(here) or not grid_file.exists():
        home = here
    else:
        home = folder.parent if folder.name == "grids" else folder
    return Places(*(os.path.relpath(home / name) for name in (STORE, REPORTS)))


def _as_argument(path: str) -> str:
    """A path that is not taken for an option."""
    return f"./{path}" if path.startswith("-") else path
