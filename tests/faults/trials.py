"""One trial of a hostile input: commands run on it in this process, and whatever they do wrong is written down."""

import io
import os
import random
import shlex
import shutil
import signal
from collections.abc import Collection
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from bench.commands import main
from bench.commands.codes import DONE, USAGE
from tests.bench.place import Outcome
from tests.faults.writing import watched

MOST_TEXT = 12_000  # characters of an error message: 20 faults of a few hundred each
MOST_LINES = 60


class Trial:
    """A folder for an input, random numbers that follow from the trial's number, and the faults found so far.

    Commands run in the empty folder `here`; they may write into `results` and `reports` beside it, and nowhere else.
    `seconds`: of processor time for each command, at the end of which SIGPROF ends this process (0: any number).
    """

    def __init__(self, folder: Path, number: int, *, seconds: float = 0.0, aloud: bool = False) -> None:
        self.folder, self.random, self.faults = folder, random.Random(number), list[str]()
        self._seconds, self._aloud = seconds, aloud
        for name in ("here", "grids", "results", "reports"):
            (folder / name).mkdir(parents=True)
        os.chdir(folder / "here")

    @property
    def store(self) -> Path:
        """Where the store is, or would be."""
        return self.folder / "results" / "runs.sqlite"

    @property
    def grid(self) -> Path:
        """Where the grid file is."""
        return self.folder / "grids" / "grid.toml"

    def blame(self, what: str) -> None:
        """Write down what is wrong."""
        self.faults.append(what)

    def bench(self, command: str, *words: str | Path, codes: Collection[int] = (DONE, USAGE)) -> Outcome:
        """Run one command under watch. `codes`: the exit codes that it may have."""
        line = [command, *map(str, words)]
        with watched([self.folder / "results", self.folder / "reports"]) as elsewhere:
            signal.setitimer(signal.ITIMER_PROF, self._seconds)
            outcome = _run(line)
            signal.setitimer(signal.ITIMER_PROF, 0)
        typed = shlex.join(["bench", *line])
        if self._aloud:
            print(f"$ {typed}\n{outcome.out}{outcome.err}-> {outcome.code}\n")
        for fault in (*faults_of(outcome, codes), *elsewhere):
            self.blame(f"{typed}: {fault}")
        return outcome

    def forget(self) -> None:
        """Take the folder away."""
        os.chdir(self.folder.parent)
        shutil.rmtree(self.folder)


def _run(line: list[str]) -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(line)
        except SystemExit as usage:  # argparse's way
            code = int(usage.code or 0)
    return Outcome(code, out.getvalue(), err.getvalue())


def faults_of(outcome: Outcome, codes: Collection[int]) -> list[str]:
    """What is wrong with how a command ended."""
    faults = []
    if outcome.code not in codes:
        faults.append(f"code {outcome.code}: {outcome.err[:1000]}")
    elif "Traceback" in outcome.err or "(--debug shows where)" in outcome.err:
        faults.append(f"an error of the program: {outcome.err[:1000]}")
    if outcome.code == USAGE and not outcome.err.startswith(("bench: ", "usage: ")):
        faults.append(f"code 2 without a message: {outcome.err[:1000]!r}")
    if len(outcome.err) > MOST_TEXT or outcome.err.count("\n") > MOST_LINES:
        faults.append(f"a message of {outcome.err.count(chr(10)):,} lines and {len(outcome.err):,} characters")
    odd = {c for c in outcome.out + outcome.err if not c.isprintable()} - {"\n"}
    if odd:
        faults.append(f"characters that a terminal obeys: {sorted(odd)}")
    return faults
