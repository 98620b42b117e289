"""What is raced: the workloads, and the data and initial weights that every contender is given."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from bench.problems import Source

Weights = list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]  # of each layer: W (inputs, outputs), b (outputs,)


@dataclass(frozen=True)
class Workload:
    """A network, its data and its training. `batch` None: all points at once; `source`: where the data come from."""

    name: str
    widths: tuple[int, ...]
    points: int
    batch: int | None = None
    dropout: float = 0.0
    optimizer: str = "adam"
    lr: float = 0.02
    l2: float = 1e-4
    check_epochs: int = 200  # enough to tell a contender that does something else
    source: Source | None = None

    @property
    def steps(self) -> int:
        """Optimizer steps per epoch; the last batch is smaller where the batch size does not divide the points."""
        return 1 if self.batch is None else -(-self.points // self.batch)

    def __str__(self) -> str:
        network = "-".join(map(str, self.widths))
        batch = "full batch" if self.batch is None else f"batch {self.batch}"
        dropout = f", dropout {self.dropout}" if self.dropout else ""
        optimizer = "" if self.optimizer == "adam" else f", {self.optimizer}"
        return f"{self.name}: {network}, {self.points:,} points, {batch}{dropout}{optimizer}"


WORKLOADS = [
    Workload("W1", (2, 64, 3), 300),
    Workload("W2", (2, 64, 3), 300, dropout=0.1),
    Workload("W3", (2, 64, 3), 300, batch=32, check_epochs=40),
    Workload("W4", (2, 64, 3), 300, batch=32, dropout=0.1, check_epochs=40),
    Workload("W5", (2, 64, 64, 3), 300, check_epochs=60),
    Workload("W6", (2, 64, 64, 3), 300, dropout=0.1, check_epochs=60),
    Workload("W7", (2, 512, 3), 3000, dropout=0.1, check_epochs=30),
    Workload("W8", (20, 128, 128, 10), 5000, batch=128, lr=0.001, check_epochs=2),
    Workload("W9", (784, 128, 10), 4000, batch=128, lr=0.001, check_epochs=2),
    Workload("W10", (64, 128, 10), 1500, batch=128, lr=0.001, check_epochs=4),
    Workload("W11", (30, 100, 2), 400, batch=32, lr=0.001, check_epochs=4),
    Workload("W1-sgd", (2, 64, 3), 300, optimizer="sgd", lr=0.5),
    Workload("W1-momentum", (2, 64, 3), 300, optimizer="momentum", lr=0.1),
    Workload("W1-adagrad", (2, 64, 3), 300, optimizer="adagrad", lr=0.1),
]


def data(workload: Workload, seed: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """One run's points, float32 (n, features), and labels, int64 (n,): a spiral in the plane, else noisy centres."""
    if workload.source is not None:
        x, labels = workload.source.draw("train", seed)
        return np.ascontiguousarray(x.T, np.float32), labels
    rng = np.random.default_rng([seed, 0])
    features, classes = workload.widths[0], workload.widths[-1]
    labels = np.arange(workload.points) % classes
    if features == 2:
        r = rng.random(workload.points)
        angle = 2.5 * (4 * (labels + r) + 0.2 * rng.standard_normal(workload.points))
        x = np.stack([r * np.sin(angle), r * np.cos(angle)], axis=1)
    else:
        centres = rng.standard_normal((classes, features))
        x = centres[labels] + 1.5 * rng.standard_normal((workload.points, features))
    return x.astype(np.float32), labels


def initial_weights(workload: Workload, seed: int) -> Weights:
    """One run's weights before training (He et al. 2015), float32, and zero biases."""
    rng = np.random.default_rng([seed, 1])
    return [
        ((np.sqrt(2 / m) * rng.standard_normal((m, n))).astype(np.float32), np.zeros(n, np.float32))
        for m, n in pairwise(workload.widths)
    ]


def loss(workload: Workload, seed: int, weights: Weights) -> float:
    """Mean cross-entropy of one run's data, dropout off, in float64: one yardstick for all contenders."""
    x, labels = data(workload, seed)
    h = outputs(x.astype(np.float64), weights)
    h -= h.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(h).sum(axis=1)) - h[np.arange(len(h)), labels]))


def outputs(x: np.ndarray[Any, Any], weights: Weights) -> np.ndarray[Any, Any]:
    """What a network says of points (n, features), dropout off: (n, classes), before the softmax."""
    for i, (W, b) in enumerate(weights):
        x = (np.maximum(x, 0) if i else x) @ W + b
    return x
