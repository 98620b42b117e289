"""This project: a stack of networks in NumPy."""

from collections.abc import Sequence

import numpy as np
from workloads import Weights, Workload, data, initial_weights

import nn
from nn.components import components_of
from nn.streams import bits, generator

RULES = components_of(nn.optimizers, nn.Optimizer)
STACKS = (1, 2, 4, 8, 16, 64)


class Contender:
    """Trains one network for each seed."""

    def __init__(self, workload: Workload, seeds: Sequence[int]) -> None:
        self.batch = workload.batch
        self.optimizer = RULES[workload.optimizer](np.full((len(seeds), 1), workload.lr))  # each run has its own
        streams = [[bits(seed, "dropout", i) for seed in seeds] for i in range(len(workload.widths) - 2)]
        self.network = nn.Network(
            workload.widths,
            runs=len(seeds),
            penalties=[nn.L2(workload.l2)],
            dropout=workload.dropout,
            dropout_streams=streams,
        )
        for run, seed in enumerate(seeds):
            for layer, (W, b) in zip(self.network.weights, initial_weights(workload, seed), strict=True):
                layer[run, :, :-1], layer[run, :, -1] = W.T, b
        points = [data(workload, seed) for seed in seeds]
        x, labels = np.stack([x.T for x, _ in points]), np.stack([labels for _, labels in points])
        self.data = nn.Data(x, labels, workload.widths[-1])
        self.streams = [generator(seed, "batches") for seed in seeds]

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            for batch in self.data.batches(self.batch, self.streams):
                self.optimizer.step(self.network.parameters, self.network.loss_gradient(*batch))

    def weights(self, run: int) -> Weights:
        return [(W[run, :, :-1].T, W[run, :, -1]) for W in self.network.weights]
