"""Training one stack: the one function that trains, and what is measured of it.

Everything that a worker process needs stands here and in `building`, and no more.
"""

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

import nn
from bench.plugins import place_of
from bench.records import Result, Run, Stack
from bench.training import building
from nn.arrays import Array
from nn.streams import generator
from nn.training import CURVES


@dataclass(frozen=True)
class Trained:
    """A stack after training: the network with the weights of the last epoch, and what was recorded."""

    network: nn.Network
    history: nn.History


F = TypeVar("F", bound=Callable[..., Any])


def one_blas_thread(function: F) -> F:
    """The function on one BLAS thread: other numbers of threads give other bits, in training and in measuring."""
    limited: F = threadpool_limits.wrap(limits=1)(function)
    return limited


@one_blas_thread
def train(runs: Sequence[Run], watch: Callable[[int, nn.Network], object] | None = None) -> Trained:
    """Train runs of equal shapes as one computation.

    `watch` is called with the epoch and the network, before the first epoch and at every checkpoint.
    """
    settings = runs[0].settings.training
    network, optimizer = building.build(runs)
    history = nn.train(
        network,
        optimizer,
        building.data_of(runs, "train"),
        building.data_of(runs, "validation"),
        epochs=settings.epochs,
        batch=settings.batch,
        checkpoints=settings.checkpoints,
        batch_streams=[generator(run.seed, "batches") for run in runs],
        watch=watch,
    )
    return Trained(network, history)


def train_stack(stack: Stack) -> list[Result]:
    """The results of a stack, each with its share of the time.

    If anything is raised, each run is tried alone, so that only those at fault fail.
    """
    started = time.perf_counter()
    try:
        results = _measure(stack.runs, train(stack.runs))
    except Exception as error:
        if len(stack.runs) > 1:
            return [result for run in stack.runs for result in train_stack(Stack((run,)))]
        what, place = "".join(traceback.format_exception_only(error)).strip(), place_of(error)
        text = f"{place}: {what}" if place else what
        return [Result(stack.runs[0], "failed", 0, error=text)]
    seconds = (time.perf_counter() - started) / len(stack.runs)
    return [replace(result, seconds=seconds) for result in results]


@one_blas_thread
def _measure(runs: Sequence[Run], trained: Trained) -> list[Result]:
    network, history = trained.network, trained.history
    test = building.data_of(runs, "test")
    final = network.parameters.copy()
    with np.errstate(all="ignore"):  # of the diverged runs
        penalty = network.penalty()
        test_loss, test_accuracy = nn.evaluate(network, test)
        network.parameters[...] = history.best_parameters
        _, test_accuracy_at_best = nn.evaluate(network, test)
    network.parameters[...] = final
    curves = np.stack([history.curves[name] for name in CURVES], axis=1)
    measures = {name: curves[:, i, -1] for i, name in enumerate(CURVES)} | {
        "test_loss": test_loss + penalty,
        "test_data_loss": test_loss,
        "test_accuracy": test_accuracy,
        "best_validation_accuracy": history.best_validation_accuracy,
        "best_epoch": history.best_epoch,
        "test_accuracy_at_best": test_accuracy_at_best,
    }
    results = []
    for i, run in enumerate(runs):
        diverged = history.diverged_at[i] > 0
        results.append(
            Result(
                run,
                "diverged" if diverged else "ok",
                int(history.diverged_at[i] if diverged else history.epochs[-1]),
                {name: float("nan") if diverged else float(values[i]) for name, values in measures.items()},
                curves[i],
                digest_of(final[i]),
            )
        )
    return results


def digest_of(parameters: Array) -> str:
    """What names the weights of one run: (n_parameters,) to 16 hexadecimal digits."""
    return sha256(parameters.tobytes()).hexdigest()[:16]
