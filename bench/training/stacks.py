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


def multiply_adds(settings: Settings) -> float:
    """Of one run: what seconds are about proportional to."""
    weights = sum(inputs * outputs for inputs, outputs in pairwise(settings.widths))
    return float(settings.training.epochs * settings.training_samples * weights)


def stack_counts(shapes: Iterable[tuple[int, Settings]], jobs: int = 1) -> list[int]:
    """How many stacks so many runs of each shape make: as few as the cache allows, but something for each job.

    A shape is divided further among as many jobs as its share of all the work would keep busy: small stacks are slow.
    """
    shapes = list(shapes)
    work = [runs * multiply_adds(settings) for runs, settings in shapes]
    busy = [jobs * own / (sum(work) or 1.0) for own in work]
    return [
        max(math.ceil(runs / runs_per_stack(settings)), min(math.ceil(round(share, 6)), runs))
        for (runs, settings), share in zip(shapes, busy, strict=True)
    ]


def stacks_of(runs: Iterable[Run], jobs: int = 1) -> Iterator[Stack]:
    """Pack runs into stacks, in an order in which runs of one seed, which share their data, stand together."""
    groups: dict[tuple[Any, ...], list[Run]] = {}
    for run in runs:
        groups.setdefault(run.settings.shape, []).append(run)
    counts = stack_counts(((len(group), group[0].settings) for group in groups.values()), jobs)
    for group, count in zip(groups.values(), counts, strict=True):
        group.sort(key=lambda run: run.seed)
        edges = [len(group) * i // count for i in range(count + 1)]
        for start, stop in pairwise(edges):
            yield Stack(tuple(group[start:stop]))
