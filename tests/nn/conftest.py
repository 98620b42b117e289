"""Stacks made from a few words: what differs between runs is said per run, the rest once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

import nn
from nn.components import settings_of
from nn.streams import Stream, bits, generator
from tests.nn.rules import PENALTIES, RULES


def make_data(
    seeds: Sequence[int], widths: Sequence[int], samples: int, stream: Stream = "train", dtype: type = np.float32
) -> nn.Data:
    """Noisy samples around one centre per class, each run's drawn from its own stream."""
    features, classes = widths[0], widths[-1]
    centres = np.random.default_rng(0).standard_normal((features, classes))
    x, labels = [], []
    for seed in seeds:
        rng = generator(seed, stream)
        labels.append(rng.integers(classes, size=samples))
        x.append(centres[:, labels[-1]] + rng.standard_normal((features, samples)))
    return nn.Data(np.stack(x), np.stack(labels), classes, dtype)


def make_network(runs: Sequence[Mapping[str, Any]], widths: Sequence[int], **settings: Any) -> nn.Network:
    """An initialized stack; `seed`, `l1`, `l2` and `dropout` are each run's own."""
    seeds = [run["seed"] for run in runs]
    hidden, layers = range(len(widths) - 2), range(len(widths) - 1)
    network = nn.Network(
        widths,
        runs=len(runs),
        penalties=[penalty(np.array([run.get(penalty.name, 0.0) for run in runs])) for penalty in PENALTIES.values()],
        dropout=np.array([run.get("dropout", 0.0) for run in runs]),
        dropout_streams=[[bits(seed, "dropout", i) for seed in seeds] for i in hidden],
        **settings,
    )
    network.initialize([[generator(seed, "init", i) for seed in seeds] for i in layers])
    return network


def make_optimizer(name: str, runs: Sequence[Mapping[str, Any]]) -> nn.Optimizer:
    """The rule with every setting as an array of shape (runs, 1)."""

    def column(key: str, default: float) -> nn.arrays.Array:
        return np.array([[run.get(key, default)] for run in runs])

    rule = RULES[name]
    own = {s.name: column(s.name, s.default) for s in settings_of(rule) if s.name != "lr"}
    return rule(nn.InverseTime(column("lr", 0.1), column("decay", 0.0)), **own)


def train_stack(
    runs: Sequence[Mapping[str, Any]],
    *,
    widths: Sequence[int],
    samples: int = 30,
    batch: int | None = None,
    epochs: int = 3,
    checkpoints: int = 50,
    optimizer: str = "adam",
    dtype: type = np.float32,
    **settings: Any,
) -> tuple[nn.Network, nn.History]:
    """Train the runs in one stack, each from its own seed and with its own hyperparameters."""
    seeds = [run["seed"] for run in runs]
    network = make_network(runs, widths, dtype=dtype, **settings)
    history = nn.train(
        network,
        make_optimizer(optimizer, runs),
        make_data(seeds, widths, samples, "train", dtype),
        make_data(seeds, widths, 11, "validation", dtype),
        epochs=epochs,
        batch=batch,
        checkpoints=checkpoints,
        batch_streams=[generator(seed, "batches") for seed in seeds],
    )
    return network, history


def numbers_of(network: nn.Network, history: nn.History, run: int) -> dict[str, bytes]:
    """Everything that training computed for one run of a stack, as bytes."""
    numbers = {
        "parameters": network.parameters[run],
        "best_parameters": history.best_parameters[run],
        "best_epoch": history.best_epoch[run],
        "best_validation_accuracy": history.best_validation_accuracy[run],
        "diverged_at": history.diverged_at[run],
        **{name: curve[run] for name, curve in history.curves.items()},
    }
    return {name: np.ascontiguousarray(value).tobytes() for name, value in numbers.items()}


# Test modules cannot import from one another, so they are given these functions as fixtures.
@pytest.fixture(scope="session")
def data_of() -> Callable[..., nn.Data]:
    return make_data


@pytest.fixture(scope="session")
def network_of() -> Callable[..., nn.Network]:
    return make_network


@pytest.fixture(scope="session")
def optimizer_of() -> Callable[..., nn.Optimizer]:
    return make_optimizer


@pytest.fixture(scope="session")
def trained() -> Callable[..., tuple[nn.Network, nn.History]]:
    return train_stack


@pytest.fixture(scope="session")
def numbers() -> Callable[..., dict[str, bytes]]:
    return numbers_of
