"""What this process may use: cores and memory, within what a container's limits allow."""

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")


def cores() -> int:
    """The number of cores, at least 1."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(min([here, *(math.floor(quota) for quota in quotas(_own_group(), _GROUPS))]), 1)


def memory() -> float:
    """Bytes, of this machine or the container; infinite where the system does not tell."""
    here = math.inf
    with suppress(AttributeError, ValueError, OSError):
        here = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([here, *memory_limits(_own_group(), _GROUPS)])


def quotas(group: str, groups: Path) -> Iterator[float]:
    """The cores that a control group, such as "/a/b", and those around it allow, where they set a limit (cgroup v2).

    `groups`: where the system shows them. A limit is a time in each period, "200000 100000" for two cores.
    """
    for limit, period in _limits("cpu.max", 2, group, groups):
        if period > 0:
            yield limit / period


def memory_limits(group: str, groups: Path) -> Iterator[int]:
    """The bytes that a control group and those around it allow, where they set a limit; as for `quotas`."""
    for (limit,) in _limits("memory.max", 1, group, groups):
        yield limit


def _limits(name: str, numbers: int, group: str, groups: Path) -> Iterator[tuple[int, ...]]:
    """What the files of this name say, of a control group first and then of those around it."""
    here = groups / group.lstrip("/")
    for folder in (here, *here.parents):
        try:
            found = tuple(map(int, (folder / name).read_text().split()))  # "max": there is no limit
        except (OSError, ValueError):
            found = ()
        if len(found) == numbers:
            yield found
        if folder == groups:
            return


def _own_group() -> str:
    """The control group of this process; the outermost where there are none."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return "/"
    return next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "/")
