"""A plug-in that writes down what every process trains, whoever sent it: one line when a stack begins, one at its end.

Plug-ins travel to workers of every kind, so that all can be watched from here. The environment variable TRAINED names
the file; a line is the time, the process, "began" or "ended", and the ids of the stack's runs.
"""

import os
import time
from dataclasses import dataclass

from bench.records import Result, Stack
from bench.training import executors, futures, training, workers
from nn import Constant


def recorded(stack: Stack) -> list[Result]:
    """Train a stack, and write that down."""
    _note("began", stack)
    results = training.train_stack(stack)
    _note("ended", stack)
    return results


def _note(what: str, stack: Stack) -> None:
    line = " ".join([f"{time.monotonic():.6f}", str(os.getpid()), what, *(run.id for run in stack.runs)])
    file = os.open(os.environ["TRAINED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{line}\n".encode())  # at once, so that lines of several processes do not mix
    os.close(file)


for module in (executors, futures, workers):
    vars(module)["train_stack"] = recorded


@dataclass(frozen=True)
class Unused(Constant):
    """A plug-in has to bring a component; no grid names this one."""

    name = "unused"
