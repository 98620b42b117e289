"""Which runs train together: stacks of runs with equal array shapes, as many as the processor's cache holds."""

import math
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.grid import Settings
from bench.records import Run, Stack
from nn.network import working_set


def bytes_per_run(settings: Settings) -> int:
    """What one run touches in each step, from array shapes alone."""
    samples = min(settings.training_samples, settings.training.batch or settings.training_samples)
    return working_set(settings.widths, samples, dropout=settings.regularization.dropout > 0)


def runs_per_stack(settings: Settings) -> int:
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


def stack_count(runs: int, settings: Settings, jobs: int = 1) -> int:
    """How many stacks so many runs of equal shapes make: as few as the cache allows, but one for each job if it can."""
    return max(math.ceil(runs / runs_per_stack(settings)), min(jobs, runs))


def stacks_of(runs: Iterable[Run], jobs: int = 1) -> Iterator[Stack]:
    """Pack runs into stacks, in an order in which runs of one seed, which share their data, stand together."""
    groups: dict[tuple[Any, ...], list[Run]] = {}
    for run in runs:
        groups.setdefault(run.settings.shape, []).append(run)
    for group in groups.values():
        group.sort(key=lambda run: run.seed)
        count = stack_count(len(group), group[0].settings, jobs)
        edges = [len(group) * i // count for i in range(count + 1)]
        for start, stop in pairwise(edges):
            yield Stack(tuple(group[start:stop]))
