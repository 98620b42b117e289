"""scikit-learn's MLPClassifier. It has neither dropout nor AdaGrad, and for two classes one logistic output."""

import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from workloads import Weights, Workload, data, initial_weights

STACKS = (1,)


def takes_part(workload: Workload) -> bool:
    return workload.dropout == 0 and workload.optimizer != "adagrad" and workload.widths[-1] > 2


class Contender:
    """Trains one network, that of the only seed."""

    def __init__(self, workload: Workload, seeds: Sequence[int]) -> None:
        (seed,) = seeds
        self.x, self.y = data(workload, seed)
        samples = workload.points if workload.batch is None else workload.batch
        self.model = MLPClassifier(
            workload.widths[1:-1],
            solver="adam" if workload.optimizer == "adam" else "sgd",
            momentum=0.9 if workload.optimizer == "momentum" else 0.0,
            nesterovs_momentum=False,
            alpha=2 * workload.l2 * samples,  # its penalty is alpha / 2 / samples * w^2
            batch_size=samples,
            shuffle=workload.batch is not None,
            learning_rate_init=workload.lr,
            n_iter_no_change=10**9,  # never stops early
            warm_start=True,
            random_state=seed,
        )
        self.train(1)  # makes the weights, in place of which come those of the race
        for own, (W, _) in zip(self.model.coefs_, initial_weights(workload, seed), strict=True):
            own[:] = W
        for own in self.model.intercepts_:
            own[:] = 0

    def train(self, epochs: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.model.set_params(max_iter=epochs).fit(self.x, self.y)

    def weights(self, run: int) -> Weights:
        return [(W.astype(np.float64), b) for W, b in zip(self.model.coefs_, self.model.intercepts_, strict=True)]
