"""How many cores this process may use: those that it may run on, within what a container's quota allows."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")


def cores() -> int:
    """The number of cores, at least 1."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(min([here, *(math.floor(quota) for quota in quotas(_own_group(), _GROUPS))]), 1)


def quotas(group: str, groups: Path) -> Iterator[float]:
    """The cores that a control group, such as "/a/b", and those around it allow, where they set a limit (cgroup v2).

    `groups`: where the system shows them. A limit is a time in each period, "200000 100000" for two cores.
    """
    here = groups / group.lstrip("/")
    for folder in (here, *here.parents):
        try:
            limit, period = (folder / "cpu.max").read_text().split()
            if limit != "max":
                yield int(limit) / int(period)
        except (OSError, ValueError, ZeroDivisionError):  # none there, or of another kind
            pass
        if folder == groups:
            return


def _own_group() -> str:
    """The control group of this process; the outermost where there are none."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return "/"
    return next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "/")
