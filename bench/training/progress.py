"""How far a campaign is: a bar on a terminal or in a notebook, and in a file or a pipe a line every half minute."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm  # tqdm.auto, which is for notebooks, takes a while

INTERVAL = 30.0  # seconds between lines


@contextmanager
def progress(what: str, total: int, *, shown: bool = True) -> Iterator[Callable[[int], object]]:
    """Give a function that is told how many more of `total` runs are done. `shown`: whether anything is printed."""
    if not shown:
        yield lambda _: None
    elif _in_notebook():
        from tqdm import auto

        with auto.tqdm(total=total, desc=what, unit="run", leave=False) as bar:
            yield bar.update
    elif sys.stderr is not None and sys.stderr.isatty():
        with tqdm(total=total, desc=what, unit="run", leave=False) as bar:
            yield bar.update
    else:
        yield _Lines(what, total).advance


def _in_notebook() -> bool:
    kernels = sys.modules.get("ipykernel.kernelapp")
    return kernels is not None and kernels.IPKernelApp.initialized()


class _Lines:
    def __init__(self, what: str, total: int) -> None:
        self._what, self._total, self._done = what, total, 0
        self._began = self._said = time.monotonic()

    def advance(self, runs: int) -> None:
        self._done += runs
        now = time.monotonic()
        if now - self._said >= INTERVAL:
            self._said = now
            meter = tqdm.format_meter(
                self._done, self._total, now - self._began, prefix=self._what, unit="run", ncols=0
            )
            print(meter, file=sys.stderr, flush=True)
