"""Training stored runs again, alone, and comparing every number with what is stored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import isclose, isnan
from pathlib import Path
from typing import Any

import numpy as np

from bench.data import DataError
from bench.errors import UsageError
from bench.grid import Configuration
from bench.grid.identity import configuration_hash
from bench.grid.provenance import flat_of
from bench.grid.table import restored
from bench.problems import DataFile, Source
from bench.records import MEASURES, Result, Run, Stack
from bench.store.sqlite import Store
from bench.text import listed, path_text
from bench.training.environment import differing_sources, environment, fingerprint_of
from bench.training.training import train, train_stack

ACCURACY_TOLERANCE = 0.1
LOSS_TOLERANCE = 0.5
"""How far a replay on another fingerprint may be off: accuracies by this much, losses by this share.

Other processor kernels round differently, and training amplifies that: two trajectories that differ in the last bit
part after some hundred steps and end at different, equally good weights.
"""


@dataclass(frozen=True)
class Replay:
    """A stored run, trained again. `differences`: one line for each number that is not as stored.

    `sources`: those that are not as they were when it was trained.
    """

    result: Result
    same_fingerprint: bool
    differences: tuple[str, ...]
    sources: tuple[str, ...] = ()


def replay(store: Store, name: str, files: Collection[DataFile] = ()) -> Replay:
    """Train one stored run again and compare. Raises UsageError if there is no such run.

    `files`: where data files are today; other runs are trained on theirs where they were when the run was stored.
    """
    run, row = stored_run(store, name, files)
    result = train_stack(Stack((run,)))[0]
    trained_in = store.environments().get(row["environment"])
    same = trained_in is not None and fingerprint_of(trained_in) == fingerprint_of(environment())
    curves = store.find_curves(run.configuration.hash, run.seed)
    sources = differing_sources([trained_in, environment()]) if trained_in else []
    return Replay(result, same, tuple(_differences(result, row, curves, exact=same)), tuple(sources))


def stored_run(store: Store, name: str, files: Collection[DataFile] = ()) -> tuple[Run, dict[str, Any]]:
    """A stored run by its id, and its row; `files` as for `replay`. Raises UsageError if it cannot be replayed."""
    stem, _, seed = name.rpartition("-")
    stored = store.find(stem, int(seed)) if seed.isdecimal() and len(seed) < 19 else None
    if stored is None:
        remedy = "`bench export GRID --to runs.csv` lists the ids of a grid's runs"
        raise UsageError(f"run {name!r}: not in the store {store.path}; {remedy}")
    try:
        settings = restored(flat_of(stored.settings))
    except ValueError as error:
        raise UsageError(f"run {name!r}: {error}") from None
    if configuration_hash(settings) != stem:
        raise UsageError(
            f"run {name!r}: was trained by another version of the arithmetic and cannot be replayed by this one"
        )
    if isinstance(settings.problem, DataFile):
        settings = replace(settings, problem=_moved(settings.problem, files))
    try:
        _ = settings.problem.features
    except DataError as error:  # its samples are gone, or are others today
        raise UsageError(f"run {name!r}: {error}{_where(settings.problem)}") from None
    return Run(Configuration(stem, "", "", settings), int(seed)), stored.row


def _where(problem: Source) -> str:
    """Where a data file was looked for; a folder that is not stored whole is told from the working directory."""
    folder = Path(problem.folder).absolute() if isinstance(problem, DataFile) else None
    return f"; it was looked for in {path_text(folder)}" if folder else ""


def _moved(stored: DataFile, files: Collection[DataFile]) -> DataFile:
    """A data file where one of the same content is today."""
    for file in files:
        if file.content == stored.content:
            return replace(stored, folder=file.folder, path=file.path)
    return stored


def _differences(result: Result, row: dict[str, Any], curves: Any, *, exact: bool) -> list[str]:
    """What differs from the stored row and curves: in any bit if `exact`, else by more than the tolerances."""
    if "failed" in (row["status"], result.status):
        same = row["status"] == result.status
        return [] if same else [f"status: stored {row['status']}, now {result.status} {result.error}".rstrip()]
    differences = []
    for name in ("status", "epochs_run", *(["digest"] if exact else [])):
        if getattr(result, name) != row[name]:
            differences.append(f"{name}: stored {row[name]}, now {getattr(result, name)}")
    for name in MEASURES:
        stored, now = _number(row[name]), _number(result.measures.get(name))
        if not _agree(name, stored, now, exact=exact):
            differences.append(f"{name}: stored {stored!r}, now {now!r}")
    if exact and not np.array_equal(result.curves, curves, equal_nan=True):
        differences.append("learning curves differ")
    return differences


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _agree(name: str, stored: float, now: float, *, exact: bool) -> bool:
    if isnan(stored) or isnan(now):
        return isnan(stored) and isnan(now)
    if exact:
        return stored == now
    if name == "best_epoch":
        return True
    if name.endswith("loss"):
        return isclose(stored, now, rel_tol=LOSS_TOLERANCE, abs_tol=0.01)
    return abs(stored - now) <= ACCURACY_TOLERANCE


def sample(names: Sequence[str], count: int) -> list[str]:
    """`count` of the runs, drawn at random."""
    rng = np.random.default_rng()
    return [names[i] for i in rng.choice(len(names), min(count, len(names)), replace=False)]


def describe(name: str, done: Replay) -> str:
    """The outcome of a replay in one line, or one more for each difference."""
    how = "bit for bit" if done.same_fingerprint else "on another fingerprint, within tolerance"
    if not done.differences:
        return f"{name}: {done.result.status}, as stored, {how}"
    where = "the same fingerprint" if done.same_fingerprint else "another fingerprint"
    lines = [f"  {line}" for line in done.differences]
    if done.sources:
        lines.append(f"  {listed(done.sources, 3)}: not the sources that it was trained by")
    return "\n".join([f"{name}: differs on {where}", *lines])


def save_weights(run: Run, path: Path) -> None:
    """Train a run and save its last weights as NumPy arrays W1, W2, ...: (outputs, inputs + 1), the last column b."""
    arrays = {f"W{i}": weights[0] for i, weights in enumerate(train((run,)).network.weights, 1)}
    with path.open("wb") as file:
        np.savez(file, **arrays)
