"""A whole search with a peer: `python tests/race/searches.py PEER JOB RUNS` trains, chooses, confirms, tabulates.

The peers' training loops are those of the race; here is what a user writes around them, in two processes, to
which `whole.py` leaves two cores. JOB is what `whole.py` pickles; RUNS becomes a CSV file of every run's accuracies.
"""

import csv
import importlib
import os
import pickle
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # read when the libraries are first imported, so before them
os.environ["JAX_PLATFORMS"] = "cpu"
sys.path.insert(0, str(Path(__file__).parents[2]))  # `bench` of this checkout

import numpy as np  # noqa: E402
from workloads import Weights, Workload, outputs  # noqa: E402

PROCESSES = 2
Run = tuple[Workload, int]  # and its seed


@dataclass(frozen=True)
class Outcome:
    """A row of RUNS."""

    optimizer: str
    lr: float
    l2: float
    dropout: float
    seed: int
    validation: float
    test: float


Train = Callable[[Sequence[Run]], Sequence[Outcome]]


def outcome(run: Run, weights: Weights) -> Outcome:
    """Both accuracies after the last epoch; the test set of a tune run is looked at by nobody but the check."""
    workload, seed = run
    accuracies = []
    for split in ("validation", "test"):
        x, labels = workload.source.draw(split, seed)
        accuracies.append(float(np.mean(outputs(x.T.astype(np.float32), weights).argmax(axis=1) == labels)))
    return Outcome(workload.optimizer, workload.lr, workload.l2, workload.dropout, seed, *accuracies)


def one(module: str, epochs: int, run: Run) -> Outcome:
    """Train one network."""
    workload, seed = run
    contender = importlib.import_module(module).Contender(workload, [seed])
    contender.train(epochs)
    return outcome(run, contender.weights(0))


def together(epochs: int, runs: Sequence[Run]) -> list[Outcome]:
    """Train networks of one shape with JAX: learning rates and penalties are arguments, and one of each per network."""
    import jax
    import jax_vmap

    def train(lr: Any, l2: Any, *rest: Any) -> Any:
        return jax_vmap.train(replace(runs[0][0], lr=lr, l2=l2), *rest)

    contender = jax_vmap.Contender(runs[0][0], [seed for _, seed in runs])
    settings = [np.array([getattr(workload, name) for workload, _ in runs], np.float32) for name in ("lr", "l2")]
    contender.run = partial(jax.jit(jax.vmap(train, in_axes=(0, 0, 0, 0, 0, None))), *settings)
    contender.train(epochs)
    contender.state = jax.tree.map(np.asarray, contender.state[:1])  # at once, and not run by run
    return [outcome(run, contender.weights(i)) for i, run in enumerate(runs)]


@contextmanager
def scikit_learn(epochs: int) -> Iterator[Train]:
    """joblib over MLPClassifier."""
    from joblib import Parallel, delayed

    with Parallel(n_jobs=PROCESSES) as parallel:
        yield lambda runs: parallel(delayed(one)("scikit_learn", epochs, run) for run in runs)


@contextmanager
def pytorch_each(epochs: int) -> Iterator[Train]:
    """A pool of processes over a plain loop."""
    with ProcessPoolExecutor(PROCESSES) as processes:
        yield lambda runs: list(processes.map(partial(one, "pytorch_each", epochs), runs))


@contextmanager
def jax_vmap(epochs: int) -> Iterator[Train]:
    """A pool of processes over shapes: what differs in more than learning rate and penalty is compiled apart.

    All runs of a shape at once, and processes that share their cores: stacks of 4, 9 and 18 took 10 to 40 % longer, and
    a core for each process as long.
    """

    def train(runs: Sequence[Run]) -> list[Outcome]:
        shapes = defaultdict(list)
        for run in runs:
            shapes[run[0].optimizer, run[0].dropout].append(run)
        return [*chain.from_iterable(processes.map(partial(together, epochs), shapes.values()))]

    with ProcessPoolExecutor(PROCESSES) as processes:
        yield train


PEERS = {"scikit_learn": scikit_learn, "pytorch_each": pytorch_each, "jax_vmap": jax_vmap}


def search(train: Train, workloads: Sequence[Workload], tune: Sequence[int], confirm: Sequence[int]) -> list[Outcome]:
    """All on tune seeds; then on confirm seeds what is best of each rule, with and without penalty, and dropout."""
    tuned = train([(workload, seed) for workload in workloads for seed in tune])
    accuracy = dict(means(tuned, "validation"))
    best: dict[Any, Workload] = {}
    for workload in sorted(workloads, key=lambda w: accuracy[settings_of(w)]):
        for axis in ("l2", "dropout"):
            best[workload.optimizer, axis, getattr(workload, axis)] = workload
    return [*tuned, *train([(workload, seed) for workload in dict.fromkeys(best.values()) for seed in confirm])]


def settings_of(of: Workload | Outcome) -> tuple[str, float, float, float]:
    """What names a configuration."""
    return of.optimizer, of.lr, of.l2, of.dropout


def means(outcomes: Sequence[Outcome], measure: str) -> list[tuple[tuple[str, float, float, float], float]]:
    """The table: the mean of each configuration."""
    values = defaultdict(list)
    for own in outcomes:
        values[settings_of(own)].append(getattr(own, measure))
    return [(settings, float(np.mean(own))) for settings, own in values.items()]


def main(peer: str, job: str, runs: str) -> None:
    epochs, workloads, tune, confirm = pickle.loads(Path(job).read_bytes())
    with PEERS[peer](epochs) as train:
        outcomes = search(train, workloads, tune, confirm)
    for settings, mean in means(outcomes[len(workloads) * len(tune) :], "test"):
        print(*settings, mean)
    with open(runs, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Outcome.__dataclass_fields__)
        writer.writerows(map(astuple, outcomes))


if __name__ == "__main__":
    main(*sys.argv[1:])
