"""How far a campaign is: a bar on a terminal or in a notebook, and in a file or a pipe a line every half minute."""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from tqdm import tqdm  # tqdm.auto, which is for notebooks, takes a while

from bench.records import Result, Run, Stage
from bench.text import counted, percent, printable

INTERVAL = 30.0  # seconds between lines


class Advance(Protocol):
    """Told how many more runs are done, and what there is to say of them all."""

    def __call__(self, runs: int, note: str = "", /) -> object:
        """Show it."""


@contextmanager
def progress(what: str, total: int, *, shown: bool = True) -> Iterator[Advance]:
    """Give a function that is told how many more of `total` runs are done. `shown`: whether anything is printed."""
    if not shown:
        yield lambda _, __="": None
    elif _in_notebook():
        from tqdm import auto

        with auto.tqdm(total=total, desc=what, unit="run", leave=False) as bar:
            yield _Bar(bar).advance
    elif sys.stderr is not None and sys.stderr.isatty():
        with tqdm(total=total, desc=what, unit="run", leave=False) as bar:
            yield _Bar(bar).advance
    else:
        yield _Lines(what, total).advance


class SoFar:
    """What a stage's runs say while they are trained. `runs`: all that will be.

    Of tune runs the highest mean validation accuracy of a configuration, of confirm runs how many families have all of
    theirs: nobody is to look at what these say before.
    """

    def __init__(self, stage: Stage, runs: Sequence[Run]) -> None:
        self._stage, self._left = stage, Counter(run.configuration.family for run in runs)
        self._families, self._best = len(self._left), ""
        self._known: dict[str, tuple[float, int, str]] = {}  # by hash: sum of accuracies, runs, family

    def note(self, results: Sequence[Result]) -> str:
        """With these runs too."""
        self._left.subtract(result.run.configuration.family for result in results)
        if self._stage == "confirm":
            complete = sum(left <= 0 for left in self._left.values())
            return f"{complete} of {counted(self._families, 'family', 'families')} complete"
        self._add([result for result in results if result.status != "failed"])
        if not self._best:
            return ""
        return f"best so far {percent(self._mean(self._best))}, {printable(self._known[self._best][2], 40)}"

    def _add(self, results: Sequence[Result]) -> None:
        changed = {result.run.configuration.hash for result in results}
        for result in results:
            own = result.run.configuration
            total, count, _ = self._known.get(own.hash, (0.0, 0, ""))
            diverged = result.status == "diverged"  # which counts at chance
            accuracy = 1 / own.settings.problem.classes if diverged else result.measures["validation_accuracy"]
            self._known[own.hash] = total + accuracy, count + 1, own.family
        rivals = self._known if self._best in changed else {*changed, *filter(None, [self._best])}
        self._best = max(sorted(rivals), key=self._mean, default="")

    def _mean(self, key: str) -> float:
        total, count, _ = self._known[key]
        return total / count


class _Bar:
    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def advance(self, runs: int, note: str = "") -> None:
        if note:
            self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(runs)


def _in_notebook() -> bool:
    kernels = sys.modules.get("ipykernel.kernelapp")
    return kernels is not None and kernels.IPKernelApp.initialized()


class _Lines:
    def __init__(self, what: str, total: int) -> None:
        self._what, self._total, self._done = what, total, 0
        self._began = self._said = time.monotonic()
        self._note = ""

    def advance(self, runs: int, note: str = "") -> None:
        self._done += runs
        self._note = note or self._note
        now = time.monotonic()
        if now - self._said >= INTERVAL:
            self._said = now
            meter = tqdm.format_meter(
                self._done,
                self._total,
                now - self._began,
                prefix=self._what,
                unit="run",
                ncols=0,
                postfix=self._note or None,
            )
            print(meter, file=sys.stderr, flush=True)
