"""The ready grids, which travel with the package: the folder `grids` beside it, in a checkout and when installed."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from bench.text import suggest

FOLDER = Path(__file__).parents[2] / "grids"


def titles() -> dict[str, str]:
    """The question of each ready grid, by its name, such as `quick` or `book/ch10`."""
    files = sorted(FOLDER.rglob("*.toml"), key=lambda file: (len(file.parts), file))
    return {_name(file): str(tomllib.loads(file.read_text("utf-8")).get("title", "")) for file in files}


def data_files() -> list[str]:
    """The names of the data files that ready grids read."""
    return [file.name for file in sorted(FOLDER.glob("*.csv"))]


def ready(name: str | Path) -> Path | None:
    """The file of a ready grid, named as `titles` does, or as in a checkout: `quick.toml`, `grids/quick.toml`."""
    plain = _plain(name)
    return FOLDER / f"{plain}.toml" if plain in titles() else None


def nearest(name: str | Path) -> str:
    """The ready grid whose name is nearest, as the end of a message; "" if none is."""
    return suggest(_plain(name), titles())


def located(path: Path) -> Path:
    """The file that a path means: that, or where there is none the ready grid of that name."""
    return path if os.path.exists(path) else ready(path) or path  # this one raises nothing, whatever the path


def _plain(name: str | Path) -> str:
    return Path(name).as_posix().removeprefix("grids/").removesuffix(".toml")


def _name(file: Path) -> str:
    return file.relative_to(FOLDER).with_suffix("").as_posix()
