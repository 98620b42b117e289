"""What the stages exchange: runs and stacks of them, their results, and maps of what their networks learned."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.grid import CONFIRM_FROM, Configuration, Settings
from nn.arrays import Array
from nn.training import CURVES

Stage = Literal["tune", "confirm"]
Status = Literal["ok", "diverged", "failed"]

MEASURES = (
    *(f"{split}_{what}" for split in ("train", "validation", "test") for what in ("loss", "data_loss", "accuracy")),
    "best_validation_accuracy",
    "best_epoch",
    "test_accuracy_at_best",
)
"""The numbers of a run's row in the runs frame."""


@dataclass(frozen=True, slots=True)
class Run:
    """One configuration with one seed: the unit that is trained, stored, resumed and replayed."""

    configuration: Configuration
    seed: int

    @property
    def id(self) -> str:
        """What names it everywhere."""
        return run_id(self.configuration.hash, self.seed)

    @property
    def settings(self) -> Settings:
        """Its configuration's."""
        return self.configuration.settings

    @property
    def stage(self) -> Stage:
        """What its seed is for."""
        return stage_of(self.seed)


def run_id(configuration: str, seed: int) -> str:
    """What names a run everywhere: its configuration's hash, and its seed."""
    return f"{configuration}-{seed}"


def stage_of(seed: int) -> Stage:
    """The stage follows from the seed."""
    return "confirm" if seed >= CONFIRM_FROM else "tune"


@dataclass(frozen=True)
class Stack:
    """Runs of equal array shapes, to be trained together."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Result:
    """One trained run. `measures`: the numbers of its row in the runs frame, NaN where it diverged.

    `curves`: float64 (len(CURVES), checkpoints), NaN from a divergence on. `digest`: of the final weights' bytes.
    `error`: what was raised, for failed runs. `environment`: where it was trained (empty: here).
    """

    run: Run
    status: Status
    epochs_run: int
    measures: dict[str, float] = field(default_factory=dict)
    curves: Array = field(default_factory=lambda: np.empty((len(CURVES), 0)))
    digest: str = ""
    seconds: float = 0.0
    error: str = ""
    environment: dict[str, Any] = field(default_factory=dict)


class Stored(NamedTuple):
    """A stored run, as far as it tells how far a campaign is. `row`: its number, which grows; `accuracy`: if any."""

    row: int
    hash: str
    seed: int
    status: Status
    accuracy: float | None


@dataclass(frozen=True)
class Map:
    """One run's decision regions.

    `box`: the part of the plane that is shown: left, right, bottom, top. `predicted`, `bayes`: classes of its pixels
    (side, side) (None: no rule is known); `points` (2, n) with their `labels`; `accuracy` on test points, `agreement`
    with the Bayes rule on them. After a divergence `predicted` is -1, no class, and the shares are nan.
    `digest` names the weights, `same` says whether they are those that were stored.
    """

    seed: int
    classes: int
    box: tuple[float, float, float, float]
    predicted: NDArray[Any]
    bayes: NDArray[Any] | None
    points: NDArray[Any]
    labels: NDArray[Any]
    accuracy: float
    agreement: float
    digest: str
    family: str = ""
    which: str = ""
    same: bool = True

    def named(self, family: str, which: str, digest: str) -> Map:
        """The same map with a name, and `same` set by the stored digest."""
        return replace(self, family=family, which=which, same=digest == self.digest)
