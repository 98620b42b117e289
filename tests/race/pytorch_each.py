"""PyTorch, one network after the other: nn.Sequential and torch.optim, as in its tutorials."""

from collections.abc import Sequence

import torch
from torch import nn
from workloads import Weights, Workload, data, initial_weights

STACKS = (1,)


def rule(workload: Workload, weights: list[torch.Tensor], biases: list[torch.Tensor]) -> torch.optim.Optimizer:
    """The optimizer, fused (the fastest of its implementations here); the penalty l2 w^2 is a weight decay of 2 l2."""
    groups = [{"params": weights, "weight_decay": 2 * workload.l2}, {"params": biases, "weight_decay": 0.0}]
    match workload.optimizer:
        case "adam":
            return torch.optim.Adam(groups, lr=workload.lr, eps=1e-7, fused=True)
        case "adagrad":
            return torch.optim.Adagrad(groups, lr=workload.lr, eps=1e-7, fused=True)
        case "momentum":
            return torch.optim.SGD(groups, lr=workload.lr, momentum=0.9, fused=True)
        case _:
            return torch.optim.SGD(groups, lr=workload.lr, fused=True)


class Contender:
    """Trains one network, that of the only seed."""

    def __init__(self, workload: Workload, seeds: Sequence[int]) -> None:
        (seed,) = seeds
        torch.set_num_threads(1)
        torch.manual_seed(seed)
        self.batch = workload.batch
        x, labels = data(workload, seed)
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(labels)
        layers: list[nn.Module] = []
        self.dense: list[nn.Linear] = []
        for i, (W, b) in enumerate(initial_weights(workload, seed)):
            if i:
                layers += [nn.ReLU(), nn.Dropout(workload.dropout)] if workload.dropout else [nn.ReLU()]
            self.dense.append(nn.Linear(*W.shape))
            with torch.no_grad():
                self.dense[-1].weight[:], self.dense[-1].bias[:] = torch.from_numpy(W.T), torch.from_numpy(b)
            layers.append(self.dense[-1])
        self.network = nn.Sequential(*layers)
        self.loss = nn.CrossEntropyLoss()
        self.optimizer = rule(workload, [d.weight for d in self.dense], [d.bias for d in self.dense])

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            if self.batch is None:
                self.step(self.x, self.y)
                continue
            order = torch.randperm(len(self.x))
            for x, y in zip(self.x[order].split(self.batch), self.y[order].split(self.batch), strict=True):
                self.step(x, y)

    def step(self, x: torch.Tensor, y: torch.Tensor) -> None:
        self.optimizer.zero_grad()
        self.loss(self.network(x), y).backward()
        self.optimizer.step()

    def weights(self, run: int) -> Weights:
        return [(d.weight.detach().numpy().T, d.bias.detach().numpy()) for d in self.dense]
