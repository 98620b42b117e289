"""A folder with a tiny grid in it, and what most tests do there: write it, load it, run a command on it, train it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bench
from bench.grid import Grid, load

TINY = """
title = "Which optimizer?"

[problem]
train = 6
validation = 5
test = 7

[network]
hidden = [4]

[training]
epochs = 4
checkpoints = 2

[[optimizer]]
name = "sgd"
lr = [0.1, 0.5]

[[optimizer]]
name = "adam"
lr = 0.05

[seeds]
tune = 2
confirm = 6

[baseline]
accuracy = 0.4
"""


@dataclass(frozen=True)
class Outcome:
    """What a command left behind: its exit code and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Place:
    """A folder with a tiny grid in it, and the paths that commands on it use."""

    folder: Path
    run_command: Callable[[Sequence[str]], Outcome]

    @property
    def grid(self) -> Path:
        return self.folder / "tiny.toml"

    @property
    def store(self) -> Path:
        return self.folder / "results" / "runs.sqlite"

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def write(self, text: str | bytes, name: str = "tiny.toml") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def load(self, *overrides: str, **options: Any) -> Grid:
        return load(self.grid, overrides, **options)

    def train(self, *overrides: str, **options: Any) -> bench.Results:
        """Run the grid into the store, in this process unless told otherwise."""
        return bench.run(**{"grid": self.grid, "jobs": 1, "store": self.store, "overrides": overrides, **options})

    def cli(self, command: str, *arguments: str | Path) -> Outcome:
        """One command, in this process, with this place's store and reports where it takes them."""
        options = [] if command == "schema" else ["--store", self.store]
        options += ["--reports", self.reports] if command in ("run", "report") else []
        return self.run_command([command, *map(str, options), *map(str, arguments)])

    def files(self) -> set[str]:
        """Everything that lies in the folder."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}
