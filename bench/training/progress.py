"""How far a campaign is: a bar on a terminal or in a notebook, and in a file or a pipe a line every half minute."""

import sys
import threading
import time
import warnings
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Protocol, Self

from tqdm import tqdm  # tqdm.auto, which is for notebooks, takes a while

from bench.grid import Configuration
from bench.records import Run, Stored
from bench.text import counted, percent, printable

INTERVAL = 30.0  # seconds between lines


class Advance(Protocol):
    """Told how many more runs are done, and what there is to say of them all."""

    def __call__(self, runs: int, note: str = "", /) -> object:
        """Show it."""


@contextmanager
def progress(what: str, total: int, *, shown: bool = True) -> Iterator[Advance]:
    """Give a function that is told how many more of `total` runs are done. `shown`: whether anything is printed."""
    if not (shown and total and sys.stderr):
        yield lambda _, __="": None
    elif _in_notebook():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # without ipywidgets, a bar of text is as good
            from tqdm import auto

        with auto.tqdm(total=total, desc=what, unit="run", leave=False) as bar:
            yield _Bar(bar).advance
    elif sys.stderr.isatty():
        with tqdm(total=total, desc=what, unit="run", leave=False) as bar:
            yield _Bar(bar).advance
    else:
        with _Lines(what, total) as lines:
            yield lines.advance


class SoFar(ABC):
    """What a stage's runs say while they are trained, by whichever process.

    `runs`: those that are waited for; `row`: what is stored after it may be one of them, and it is the last of which
    `note` was told; `measure`: which accuracy that is to say.
    """

    def __init__(self, runs: Iterable[Run], row: int, measure: str = "validation_accuracy") -> None:
        self.row, self.measure = row, measure
        self._waited = {(run.configuration.hash, run.seed): run.configuration for run in runs}

    def note(self, stored: Iterable[Stored]) -> str:
        """With what was stored meanwhile, be it waited for or not."""
        for one in stored:
            self.row = one.row
            key = one.hash, one.seed
            if one.status != "failed" and key in self._waited:
                self._count(self._waited.pop(key), one)
        return self._words()

    @abstractmethod
    def _count(self, configuration: Configuration, stored: Stored) -> None: ...

    @abstractmethod
    def _words(self) -> str: ...


class Best(SoFar):
    """Of tune runs, the highest mean validation accuracy of a configuration.

    `known`: what all other runs say, by hash: family, mean accuracy, number.
    """

    def __init__(
        self, runs: Iterable[Run], row: int, measure: str, known: Mapping[str, tuple[str, float, int]]
    ) -> None:
        super().__init__(runs, row, measure)
        self._known = dict(known)
        self._best = max(sorted(known), key=self._mean, default="")

    def _count(self, configuration: Configuration, stored: Stored) -> None:
        name = configuration.hash
        _, mean, count = self._known.get(name, ("", 0.0, 0))
        chance = 1 / configuration.settings.problem.classes  # what a run counts at that diverged
        accuracy = chance if stored.accuracy is None or stored.status == "diverged" else stored.accuracy
        self._known[name] = configuration.family, mean + (accuracy - mean) / (count + 1), count + 1
        rivals = self._known if name == self._best else {name, self._best} - {""}
        self._best = max(sorted(rivals), key=self._mean)

    def _mean(self, name: str) -> float:
        return self._known[name][1]

    def _words(self) -> str:
        if not self._best:
            return ""
        return f"best so far {percent(self._mean(self._best))}, {printable(self._known[self._best][0], 40)}"


class Complete(SoFar):
    """Of confirm runs, how many families have all of theirs: nobody is to look at what these say before.

    `configurations`: all that are confirmed.
    """

    def __init__(self, runs: Iterable[Run], row: int, configurations: Iterable[Configuration]) -> None:
        super().__init__(runs, row)
        self._families: dict[str, set[str]] = {}  # by hash
        for one in configurations:
            self._families.setdefault(one.hash, set()).add(one.family)
        self._left = Counter({family: 0 for families in self._families.values() for family in families})
        for configuration in self._waited.values():
            self._left.update(self._families[configuration.hash])

    def _count(self, configuration: Configuration, stored: Stored) -> None:
        self._left.subtract(self._families[configuration.hash])

    def _words(self) -> str:
        complete = sum(left == 0 for left in self._left.values())
        return f"{complete} of {counted(len(self._left), 'family', 'families')} complete"


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
    """Lines from a thread of its own, since a stack may take longer than a line should be waited for."""

    def __init__(self, what: str, total: int) -> None:
        self._what, self._total, self._done, self._note = what, total, 0, ""
        self._began = time.monotonic()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._say, daemon=True)

    def advance(self, runs: int, note: str = "") -> None:
        self._done += runs
        self._note = note or self._note

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _say(self) -> None:
        while not self._end.wait(INTERVAL):
            seconds = time.monotonic() - self._began
            line = tqdm.format_meter(
                self._done, self._total, seconds, ncols=0, prefix=self._what, unit="run", postfix=self._note or None
            )
            with suppress(OSError):  # a full disk, a reader that is gone
                print(line, file=sys.stderr, flush=True)
