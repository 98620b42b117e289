"""From the store to tidy pandas frames: one row per run, one row per checkpoint."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from bench.grid import Configuration
from bench.grid.settings import FOLDER
from bench.grid.table import FOUND, all_settings
from bench.records import MEASURES, run_id, stage_of
from bench.store.faults import explained
from bench.store.rows import RUN_COLUMNS
from bench.store.sqlite import Store
from bench.text import written
from nn.arrays import Array
from nn.training import CURVES, checkpoint_epochs

_AT_ONCE = 50_000  # rows
_LAST = "last "  # marks the columns that `at_best` has replaced


def columns() -> list[str]:
    """The columns of the runs frame."""
    return [
        "run", "stage", "family", "configuration", "seed", *_settings(), "status", "epochs_run", *MEASURES,
        "epochs_to_target", "seconds", "environment", "test_points", "digest", "error",
    ]  # fmt: skip


def _settings() -> list[str]:
    """Every setting's dotted key, and those that need not be settings; labels before what they are labels of.

    Not the folder of a data file, which says something of a machine and nothing of a run.
    """
    keys = [setting.key for setting in all_settings()]
    optimizer = keys.index("optimizer.name")
    found = [key for key in FOUND if key != FOLDER]
    of_problem = [*found, "problem.classes", "problem.label"]
    return list(dict.fromkeys([*keys[:optimizer], *of_problem, "optimizer.label", *keys[optimizer:]]))


def runs_frame(store: Store, configurations: Sequence[Configuration], seeds: range, target: float) -> pd.DataFrame:
    """The stored runs of these configurations with these seeds: the columns `columns()`, in grid order.

    `epochs_to_target` is the first checkpoint with a validation accuracy of at least `target`, NaN where there is
    none or the run diverged.
    """
    points = pd.DataFrame(
        [_point(c) for c in configurations], columns=["hash", "family", "configuration", *_settings(), "test_points"]
    )
    points["order"] = range(len(points))
    runs = _stored(store, points["hash"], seeds).merge(points, on="hash")
    runs = runs.sort_values(["order", "seed"], ignore_index=True)
    ids = [run_id(*key) for key in zip(runs["hash"], runs["seed"], strict=True)]
    runs["run"] = pd.Series(ids, dtype=object)
    runs["stage"] = runs["seed"].map(stage_of)
    reached = _epochs_to_target(store, configurations, target)
    runs["epochs_to_target"] = [reached.get(key, np.nan) for key in zip(runs["hash"], runs["seed"], strict=True)]
    runs.loc[runs["status"] != "ok", "epochs_to_target"] = np.nan
    return runs[columns()]


def _stored(store: Store, hashes: Iterable[str], seeds: range) -> pd.DataFrame:
    """The rows of these runs, part by part: as objects of Python they take more memory."""
    rows = (row for row in store.runs(hashes) if row[1] in seeds)
    parts = [_part(some) for some in iter(lambda: [*islice(rows, _AT_ONCE)], [])]
    return pd.concat(parts, ignore_index=True) if parts else _part([])


def _part(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(RUN_COLUMNS)).astype(dict.fromkeys(MEASURES, float))


def at_best(store: Store, runs: pd.DataFrame) -> pd.DataFrame:
    """The runs with the weights of their best checkpoint: all measures are those at `best_epoch`.

    The test set's loss was measured with the last weights alone and is NaN. `as_stored` takes it back.
    """
    best = _curves_at_best(store, runs).assign(test_accuracy=runs["test_accuracy_at_best"])
    best = best.assign(test_loss=np.nan, test_data_loss=np.nan)
    return runs.assign(**{f"{_LAST}{name}": runs[name] for name in best}, **best)


def as_stored(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs frame, from one that may have been made by `at_best`."""
    last = {name: runs[_LAST + name] for name in columns() if _LAST + name in runs}
    return runs.assign(**last)[[name for name in columns() if name in runs]]  # more may have been plugged in since


def _curves_at_best(store: Store, runs: pd.DataFrame) -> pd.DataFrame:
    """The learning curves' values at each run's best checkpoint; NaN where a run has none."""
    found = np.full((len(runs), len(CURVES)), np.nan)
    curves = _curves_of(store, runs)
    plans = runs[["run", "best_epoch", "training.epochs", "training.checkpoints"]].itertuples(index=False, name=None)
    for row, (run, epoch, *plan) in enumerate(plans):
        if epoch > 0:  # NaN after a divergence
            found[row] = curves[run][:, checkpoint_epochs(*plan).index(epoch)]
    return pd.DataFrame(found, columns=list(CURVES), index=runs.index)


def _point(configuration: Configuration) -> dict[str, Any]:
    """One configuration as a row; what is not a number is text."""
    settings = configuration.settings
    flat = {key: value if isinstance(value, int | float) else written(value) for key, value in settings.flat().items()}
    names = {"hash": configuration.hash, "family": configuration.family, "configuration": configuration.text}
    # A problem need not have a setting for its number of classes, but has one.
    of_problem = {"problem.classes": settings.problem.classes, "problem.label": configuration.problem}
    return names | flat | of_problem | {"test_points": settings.test_points}


def _epochs_to_target(
    store: Store, configurations: Sequence[Configuration], target: float
) -> dict[tuple[str, int], float]:
    """The first checkpoint at which each stored run reached the target, for those that did."""
    marks = {c.hash: _checkpoints(c) for c in configurations}
    accuracy = CURVES.index("validation_accuracy")
    reached = {}
    for name, seed, curves in _curves(store, {name: len(own) for name, own in marks.items()}):
        hits = np.flatnonzero(curves[accuracy] >= target)
        if hits.size:
            reached[name, seed] = float(marks[name][hits[0]])
    return reached


def _checkpoints(configuration: Configuration) -> list[int]:
    training = configuration.settings.training
    return checkpoint_epochs(training.epochs, training.checkpoints)


def _curves_of(store: Store, runs: pd.DataFrame) -> dict[str, Array]:
    """The stored learning curves of these runs' configurations, by run id."""
    hashes = runs["run"].str.split("-").str[0]
    plans = zip(hashes, runs["training.epochs"], runs["training.checkpoints"], strict=True)
    counts = {name: len(checkpoint_epochs(*plan)) for name, *plan in dict.fromkeys(plans)}
    return {run_id(name, seed): curves for name, seed, curves in _curves(store, counts)}


def _curves(store: Store, checkpoints: Mapping[str, int]) -> Iterator[tuple[str, int, Array]]:
    """Hash, seed and learning curves of configurations' runs. Raises StoreError for other numbers of checkpoints."""
    with explained(store.path):
        for name, seed, curves in store.curves(checkpoints):
            if curves.shape[1] != checkpoints[name]:
                raise ValueError(f"the learning curves of run {run_id(name, seed)} are not as they were stored")
            yield name, seed, curves


def curves_frame(store: Store, runs: pd.DataFrame) -> pd.DataFrame:
    """The learning curves of these runs: run, family, configuration, seed, epoch and the curves' columns."""
    stored = _curves_of(store, runs)
    runs = runs[runs["run"].isin(stored)]
    curves = [stored[run] for run in runs["run"]]
    plans = runs[["training.epochs", "training.checkpoints"]].itertuples(index=False, name=None)
    marks = [mark for plan in plans for mark in checkpoint_epochs(*plan)]
    names = runs[["run", "family", "configuration", "seed"]]
    frame = names.loc[names.index.repeat([own.shape[1] for own in curves])].reset_index(drop=True)
    numbers = np.concatenate([np.empty((len(CURVES), 0)), *curves], axis=1)
    return frame.assign(epoch=np.array(marks, np.int64), **dict(zip(CURVES, numbers, strict=True)))
