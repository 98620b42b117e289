"""The harness against scikit-learn's MLPClassifier: the same samples, divisions and settings, paired by seed.

`python tests/race/mlp_classifier.py [--seeds N] [NAME ...]` prints, for each set of samples, both mean test accuracies
and the 95 % interval of their mean difference.
"""

import argparse
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import bench
from bench.grid import CONFIRM_FROM, load
from bench.problems import Source

NAMES = ("iris", "wine", "breast-cancer", "digits")
HIDDEN, EPOCHS, BATCH, RATE, L2 = 32, 100, 32, 0.003, 1e-3

GRID = """
[problem]
name = "{name}"
[network]
hidden = [{hidden}]
init = "glorot"
[training]
epochs = {epochs}
batch = {batch}
checkpoints = 1
[regularization]
l2 = {l2}
[[optimizer]]
name = "adam"
lr = {rate}
eps = 1e-8
[seeds]
tune = 0
confirm = {seeds}
"""

Accuracies = NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """Test accuracies of both, by seed: (seeds,)."""

    ours: Accuracies
    theirs: Accuracies

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the mean difference, ours minus theirs (Student's t)."""
        differences = self.ours - self.theirs
        half = stats.t.ppf(0.975, len(differences) - 1) * differences.std(ddof=1) / np.sqrt(len(differences))
        return float(differences.mean() - half), float(differences.mean() + half)


def compare(name: str, seeds: int, folder: Path) -> Pairs:
    """Train both on the divisions of the first confirm seeds."""
    path = folder / f"{name}.toml"
    settings = {"hidden": HIDDEN, "epochs": EPOCHS, "batch": BATCH, "l2": L2, "rate": RATE}
    path.write_text(GRID.format(name=name, seeds=seeds, **settings))
    runs = bench.run(path, jobs=1, store=folder / f"{name}.sqlite", progress=False).runs.sort_values("seed")
    source = next(load(path).configurations()).settings.problem
    theirs = [_their_accuracy(source, seed) for seed in range(CONFIRM_FROM, CONFIRM_FROM + seeds)]
    return Pairs(runs["test_accuracy"].to_numpy(), np.array(theirs))


def _their_accuracy(source: Source, seed: int) -> float:
    model = MLPClassifier(
        (HIDDEN,),
        solver="adam",
        learning_rate_init=RATE,
        batch_size=BATCH,
        alpha=2 * L2 * BATCH,  # its penalty is alpha / 2 / batch * w^2
        max_iter=EPOCHS,
        n_iter_no_change=EPOCHS,  # never stops early
        random_state=seed,
    )
    (x, y), (x_test, y_test) = source.draw("train", seed), source.draw("test", seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it stops after max_iter epochs, as it should
        model.fit(x.T, y)
    return float(model.score(x_test.T, y_test))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME")
    parser.add_argument("--seeds", type=int, default=60)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names:
            pairs = compare(name, options.seeds, Path(folder))
            low, high = (100 * bound for bound in pairs.interval)
            means = f"{100 * pairs.ours.mean():.2f} % here, {100 * pairs.theirs.mean():.2f} % there"
            print(f"{name}: {means}; {100 * (pairs.ours - pairs.theirs).mean():+.2f} points [{low:+.2f}, {high:+.2f}]")


if __name__ == "__main__":
    main()
