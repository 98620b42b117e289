"""PyTorch, networks stacked along a first axis: baddbmm, and one optimizer over all their parameters."""

from collections.abc import Sequence

import torch
from pytorch_each import rule
from torch.nn import functional
from workloads import Weights, Workload, data, initial_weights

STACKS = (1, 4, 16, 64)


class Contender:
    """Trains one network for each seed."""

    def __init__(self, workload: Workload, seeds: Sequence[int]) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(0)
        self.batch, self.dropout = workload.batch, workload.dropout
        points = [data(workload, seed) for seed in seeds]
        self.x = torch.stack([torch.from_numpy(x) for x, _ in points])
        self.y = torch.stack([torch.from_numpy(labels) for _, labels in points])
        layers = zip(*[initial_weights(workload, seed) for seed in seeds], strict=True)
        self.dense = [
            (
                torch.stack([torch.from_numpy(W) for W, _ in layer]).requires_grad_(),  # (runs, inputs, outputs)
                torch.stack([torch.from_numpy(b[None]) for _, b in layer]).requires_grad_(),  # (runs, 1, outputs)
            )
            for layer in layers
        ]
        self.optimizer = rule(workload, [W for W, _ in self.dense], [b for _, b in self.dense])

    def train(self, epochs: int) -> None:
        runs, points = self.y.shape
        for _ in range(epochs):
            if self.batch is None:
                self.step(self.x, self.y)
                continue
            order = torch.rand(runs, points).argsort(dim=1)  # each run in its own
            x = self.x.gather(1, order[:, :, None].expand(-1, -1, self.x.shape[2]))
            y = self.y.gather(1, order)
            for batch in zip(x.split(self.batch, dim=1), y.split(self.batch, dim=1), strict=True):
                self.step(*batch)

    def step(self, x: torch.Tensor, y: torch.Tensor) -> None:
        samples = y.shape[1]
        self.optimizer.zero_grad()
        for i, (W, b) in enumerate(self.dense):
            if i:
                x = functional.relu(x)
                x = x * self.mask(x) if self.dropout else x
            x = torch.baddbmm(b, x, W)
        # each run's mean, summed over the runs, so that no run's gradient depends on how many there are
        (functional.cross_entropy(x.flatten(0, 1), y.flatten(), reduction="sum") / samples).backward()
        self.optimizer.step()

    def mask(self, x: torch.Tensor) -> torch.Tensor:
        """Inverted dropout with 16 random bits a unit, as in this project: twice as fast as functional.dropout."""
        words = torch.empty(-(-x.numel() // 4), dtype=torch.int64).random_(-(2**63), None)
        bits = words.view(torch.int16)[: x.numel()].view(x.shape)
        return (bits >= round(self.dropout * 65_536) - 32_768) * (1 / (1 - self.dropout))

    def weights(self, run: int) -> Weights:
        return [(W[run].detach().numpy(), b[run, 0].detach().numpy()) for W, b in self.dense]
