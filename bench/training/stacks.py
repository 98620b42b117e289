"""Which runs train together: stacks of runs with equal array shapes, as many as the processor's cache holds."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

from bench.grid.grid import Run
from nn.network import working_set

# What a stack shares: these settings fix array shapes or the code path. All others may differ within a stack.
_static = itemgetter(
    "problem.name",
    "problem.classes",
    "problem.train",
    "problem.validation",
    "problem.test",
    "network.hidden",
    "training.epochs",
    "training.batch",
    "training.checkpoints",
    "regularization.layers",
    "regularization.biases",
    "optimizer.name",
    "optimizer.schedule",
)


@dataclass(frozen=True)
class Stack:
    """Runs that are trained together."""

    runs: tuple[Run, ...]

    @property
    def settings(self) -> Any:
        """The settings of its first run; the static ones are those of all."""
        return self.runs[0].configuration.settings


def bytes_per_run(settings: Mapping[str, Any]) -> int:
    """What one run touches in each step, from array shapes alone."""
    samples = settings["problem.classes"] * settings["problem.train"]
    if settings["training.batch"] != "full":
        samples = min(samples, settings["training.batch"])
    widths = (2, *settings["network.hidden"], settings["problem.classes"])
    return working_set(widths, samples, dropout=settings["regularization.dropout"] > 0)


def runs_per_stack(settings: Mapping[str, Any]) -> int:
    """As many runs as the cache holds, but enough to share the cost of each call, and at most 256."""
    most: int = cache_bytes() // bytes_per_run(settings)
    return min(max(most, 2), 256)


@cache
def cache_bytes() -> int:
    """The processor's second-level cache in bytes; 1 MiB where the system does not tell."""
    for index in range(4):
        folder = Path(f"/sys/devices/system/cpu/cpu0/cache/index{index}")
        try:
            if (folder / "level").read_text().strip() == "2":
                return 1024 * int((folder / "size").read_text().strip().removesuffix("K"))
        except (OSError, ValueError):
            continue
    return 1 << 20


def stack_key(settings: Mapping[str, Any]) -> tuple[Any, ...]:
    """Runs whose settings have equal keys can share a stack."""
    has_dropout = settings["regularization.dropout"] > 0  # those without would pay for its random bits
    return (*_static(settings), has_dropout)


def stack_count(runs: int, settings: Mapping[str, Any], jobs: int = 1) -> int:
    """How many stacks so many runs of equal shapes make: as few as the cache allows, but one for each job if it can."""
    return max(math.ceil(runs / runs_per_stack(settings)), min(jobs, runs))


def stacks_of(runs: Iterable[Run], jobs: int = 1) -> Iterator[Stack]:
    """Pack runs into stacks, in an order in which runs of one seed, which share their data, stand together."""
    groups: dict[tuple[Any, ...], list[Run]] = {}
    for run in runs:
        groups.setdefault(stack_key(run.configuration.settings), []).append(run)
    for group in groups.values():
        group.sort(key=lambda run: run.seed)
        count = stack_count(len(group), group[0].configuration.settings, jobs)
        edges = [len(group) * i // count for i in range(count + 1)]
        for start, stop in pairwise(edges):
            yield Stack(tuple(group[start:stop]))
