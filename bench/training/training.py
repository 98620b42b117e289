"""One stack: its networks, optimizer and data built from settings and seeds, trained, and measured.

Everything a worker process needs, and no more.
"""

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import nn
from bench.grid.grid import Run
from bench.problems.spiral import problem_of, sample
from bench.training.stacks import Stack
from nn.arrays import Array
from nn.streams import Stream, bits, generator
from nn.training import CURVES

DTYPE = np.float32


@dataclass(frozen=True)
class Result:
    """One trained run. `measures`: the numbers of its row in the runs frame, NaN where it diverged.

    `curves`: float64 (len(CURVES), checkpoints), NaN from a divergence on. `digest`: of the final weights' bytes.
    `error`: what was raised, for failed runs.
    """

    run: Run
    status: str
    epochs_run: int
    measures: dict[str, float] = field(default_factory=dict)
    curves: Array = field(default_factory=lambda: np.empty((len(CURVES), 0)))
    digest: str = ""
    seconds: float = 0.0
    error: str = ""


MEASURES = (
    *(f"{split}_{what}" for split in ("train", "validation", "test") for what in ("loss", "data_loss", "accuracy")),
    "best_validation_accuracy",
    "best_epoch",
    "test_accuracy_at_best",
)


@dataclass(frozen=True)
class Trained:
    """A stack after training: the network with the weights of the last epoch, and what was recorded."""

    network: nn.Network
    history: nn.History


def build(runs: Sequence[Run]) -> tuple[nn.Network, nn.Optimizer]:
    """The untrained network and the optimizer of a stack."""
    shared = runs[0].configuration.settings
    seeds = [run.seed for run in runs]
    hidden: tuple[int, ...] = shared["network.hidden"]
    problem = problem_of(shared)
    network = nn.Network(
        [problem.features, *hidden, problem.classes],
        runs=len(runs),
        l1=_column(runs, "regularization.l1"),
        l2=_column(runs, "regularization.l2"),
        penalize=shared["regularization.layers"],
        penalize_biases=shared["regularization.biases"],
        dropout=_column(runs, "regularization.dropout"),
        dropout_streams=[[bits(seed, "dropout", layer) for seed in seeds] for layer in range(len(hidden))],
        dtype=DTYPE,
    )
    scales = [run.configuration.settings["network.init"] for run in runs]
    network.initialize([[generator(seed, "init", layer) for seed in seeds] for layer in range(len(hidden) + 1)], scales)
    return network, _optimizer(runs)


_RULES: dict[str, Callable[..., nn.Optimizer]] = {
    "sgd": nn.SGD,
    "momentum": nn.Momentum,
    "adagrad": nn.AdaGrad,
    "adam": nn.Adam,
}


def _optimizer(runs: Sequence[Run]) -> nn.Optimizer:
    shared = runs[0].configuration.settings
    lr: Any = _column(runs, "optimizer.lr")
    if shared["optimizer.schedule"] == "inverse":
        lr = nn.InverseTime(lr, _column(runs, "optimizer.decay"))
    own = [key for key in shared if key.startswith("optimizer.")]
    own = [key for key in own if key.split(".")[1] not in ("name", "label", "lr", "schedule", "decay")]
    settings = {key.split(".")[1]: _column(runs, key) for key in own}
    return _RULES[shared["optimizer.name"]](lr, **settings)


def _column(runs: Sequence[Run], key: str) -> Array:
    """One setting of every run: float64 (runs, 1)."""
    return np.array([[run.configuration.settings[key]] for run in runs], dtype=np.float64)


def data_of(runs: Sequence[Run], split: Stream) -> nn.Data:
    """The train, validation or test sets of a stack."""
    drawn = [_sample(tuple(_problem(run)), split, run.seed) for run in runs]
    classes = runs[0].configuration.settings["problem.classes"]
    return nn.Data(np.stack([x for x, _ in drawn]), np.stack([labels for _, labels in drawn]), classes, DTYPE)


def _problem(run: Run) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in run.configuration.settings.items() if key.startswith("problem."))


@lru_cache(maxsize=64)  # runs that share a seed share their data, and stand together
def _sample(problem: tuple[tuple[str, Any], ...], split: Stream, seed: int) -> tuple[Array, Array]:
    return sample(dict(problem), split, seed)


def train(runs: Sequence[Run]) -> Trained:
    """Train runs of equal shapes as one computation."""
    settings = runs[0].configuration.settings
    network, optimizer = build(runs)
    batch = settings["training.batch"]
    history = nn.train(
        network,
        optimizer,
        data_of(runs, "train"),
        data_of(runs, "validation"),
        epochs=settings["training.epochs"],
        batch=None if batch == "full" else batch,
        checkpoints=settings["training.checkpoints"],
        batch_streams=[generator(run.seed, "batches") for run in runs],
    )
    return Trained(network, history)


def train_stack(stack: Stack) -> list[Result]:
    """Train a stack and measure its runs, on one BLAS thread: other numbers of threads give other bits.

    If anything is raised, each run is tried alone, so that only those at fault fail.
    """
    started = time.perf_counter()
    try:
        with threadpool_limits(1):
            results = _measure(stack.runs, train(stack.runs))
    except Exception as error:
        if len(stack.runs) > 1:
            return [result for run in stack.runs for result in train_stack(Stack((run,)))]
        text = "".join(traceback.format_exception_only(error)).strip()
        return [Result(stack.runs[0], "failed", 0, error=text)]
    seconds = (time.perf_counter() - started) / len(stack.runs)
    return [replace(result, seconds=seconds) for result in results]


def _measure(runs: Sequence[Run], trained: Trained) -> list[Result]:
    network, history = trained.network, trained.history
    test = data_of(runs, "test")
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
                sha256(final[i].tobytes()).hexdigest()[:16],
            )
        )
    return results
