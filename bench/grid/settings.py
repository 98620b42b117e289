"""A configuration's settings, typed: decoded here, once, from the dotted names and plain values of files and stores.

What a field declares (default, kind, meaning, whether array shapes depend on it) is all there is to say about a
setting; `table` reads the grid file's validation, defaults and JSON Schema off it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from bench import problems
from bench.grid.kinds import Choice, Either, Full, Real, Value, Whole, Widths, plain
from bench.problems import Problem
from nn import optimizers, penalties, schedules
from nn.arrays import Array
from nn.components import FRACTION, Component, named, setting, settings_of
from nn.optimizers import Optimizer
from nn.penalties import Penalty
from nn.schedules import Schedule
from nn.streams import Stream, generator

# Every component that a grid file can name: what its module offers.
PROBLEMS = named(problems, Problem)
PENALTIES = named(penalties, Penalty)
RULES = named(optimizers, Optimizer)
SCHEDULES = named(schedules, Schedule)

_POINTS = Whole(1, 1_000_000)


class Part:
    """One table of a grid file."""

    def flat(self) -> dict[str, Value]:
        """Its settings, under their names in that table."""
        return _values(self)

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        """What runs must have in common to be trained as one stack."""
        return _fixed(self)


@dataclass(frozen=True)
class ProblemSettings(Part):
    """Where a run's data comes from, and how much of it: `train`, `validation` and `test` points per class."""

    source: Problem
    train: int = setting(100, _POINTS, "training points per class", fixes_shape=True)
    validation: int = setting(100, _POINTS, "validation points per class", fixes_shape=True)
    test: int = setting(1000, _POINTS, "test points per class", fixes_shape=True)

    def sample(self, split: Stream, seed: int) -> tuple[Array, Array]:
        """The train, validation or test set of the run with this seed: inputs (features, n) and labels (n,)."""
        return self.source.sample(getattr(self, split), generator(seed, split))

    @property
    def ceiling(self) -> float:
        """The Bayes accuracy of the test set."""
        return self.source.ceiling(self.test)

    def flat(self) -> dict[str, Value]:
        return {"name": self.source.name, **_values(self.source), **_values(self)}

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        return *_fixed(self.source), *_fixed(self)


@dataclass(frozen=True)
class NetworkSettings(Part):
    """The network before training. `init`: "he", or the standard deviation of the weights."""

    hidden: tuple[int, ...] = setting((64,), Widths(), "widths of the hidden layers", fixes_shape=True)
    init: float | str = setting("he", Either(Choice(("he",)), Real(1e-30, 1000)), "standard deviation of the weights")


@dataclass(frozen=True)
class TrainingSettings(Part):
    """How long and in which steps to train. `batch`: samples per step, None for all of them."""

    epochs: int = setting(1000, Whole(1, 10_000_000), "passes over the training set", fixes_shape=True)
    batch: int | None = setting(None, Either(Full(), Whole(1, 100_000_000)), "samples per step", fixes_shape=True)
    checkpoints: int = setting(
        50, Whole(1, 100_000), "evaluations of the validation set along the way", fixes_shape=True
    )


@dataclass(frozen=True)
class RegularizationSettings(Part):
    """What keeps the network from overfitting: all known penalties, most with strength 0, and dropout."""

    penalties: tuple[Penalty, ...] = tuple(penalty() for penalty in PENALTIES.values())
    layers: str = setting("all", ("all", "first"), "the layers that penalties reach", fixes_shape=True)
    biases: bool = setting(False, None, "whether their biases are penalized too", fixes_shape=True)
    dropout: float = setting(0.0, FRACTION, "dropout rate after every hidden layer")

    def flat(self) -> dict[str, Value]:
        own = {
            penalty_key(penalty.name, name): value
            for penalty in self.penalties
            for name, value in _values(penalty).items()
        }
        return own | _values(self)

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        # Runs without dropout would pay for its random bits.
        return *(part for penalty in self.penalties for part in _fixed(penalty)), *_fixed(self), self.dropout > 0


@dataclass(frozen=True)
class OptimizerSettings(Part):
    """An update rule (with the learning rate that its schedule starts from), and the schedule.

    `schedule_settings`: those of all schedules that the grid's entry names, of which `schedule` uses its own.
    """

    label: str
    rule: Optimizer
    schedule: type[Schedule]
    schedule_settings: Mapping[str, Value]

    def flat(self) -> dict[str, Value]:
        own = {"name": self.rule.name, **_values(self.rule), "schedule": self.schedule.name}
        return own | dict(self.schedule_settings) | {"label": self.label}

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        return *_fixed(self.rule), self.schedule


@dataclass(frozen=True)
class Settings:
    """Everything that determines a run's numbers, but for its seed; and the label of its optimizer."""

    problem: ProblemSettings
    network: NetworkSettings
    training: TrainingSettings
    regularization: RegularizationSettings
    optimizer: OptimizerSettings

    @property
    def widths(self) -> tuple[int, ...]:
        """Input features, hidden widths, classes."""
        source = self.problem.source
        return (source.features, *self.network.hidden, source.classes)

    @property
    def training_samples(self) -> int:
        """The size of the training set."""
        return self.problem.train * self.problem.source.classes

    @property
    def test_points(self) -> int:
        """The size of the test set."""
        return self.problem.test * self.problem.source.classes

    @property
    def shape(self) -> tuple[Any, ...]:
        """What fixes array shapes or the code path: runs that have it in common can be trained as one stack."""
        return (
            self.problem.shape,
            self.network.shape,
            self.training.shape,
            self.regularization.shape,
            self.optimizer.shape,
        )

    def flat(self) -> dict[str, Any]:
        """Every setting under its dotted name, as plain values: what ids, the store and frames are made from."""
        parts: dict[str, Part] = vars(self)
        return {f"{table}.{name}": plain(value) for table, part in parts.items() for name, value in part.flat().items()}


def penalty_key(penalty: str, name: str) -> str:
    """What a penalty's setting is called in the regularization table: its strength has the name of the penalty."""
    return penalty if name == "strength" else f"{penalty}_{name}"


def decode(section: str, values: Mapping[str, Value]) -> Any:
    """One part of the settings, from the canonical values of its table; what is left out has its default."""
    return _DECODERS[section](values)


def _problem(values: Mapping[str, Any]) -> ProblemSettings:
    return ProblemSettings(_made(PROBLEMS[values["name"]], values), **_given(ProblemSettings, values))


def _network(values: Mapping[str, Any]) -> NetworkSettings:
    return NetworkSettings(**_given(NetworkSettings, values))


def _training(values: Mapping[str, Any]) -> TrainingSettings:
    return TrainingSettings(**_given(TrainingSettings, values))


def _regularization(values: Mapping[str, Any]) -> RegularizationSettings:
    made = []
    for name, penalty in PENALTIES.items():
        keys = {declared.name: penalty_key(name, declared.name) for declared in settings_of(penalty)}
        made.append(penalty(**{own: values[key] for own, key in keys.items() if key in values}))
    return RegularizationSettings(tuple(made), **_given(RegularizationSettings, values))


def _optimizer(values: Mapping[str, Any]) -> OptimizerSettings:
    rule = RULES[values["name"]]
    schedule = SCHEDULES[values["schedule"]]
    taken = {"name", "label", "schedule", *(declared.name for declared in settings_of(rule))}
    defaults = {declared.name: declared.default for declared in settings_of(schedule)}
    given = {name: value for name, value in values.items() if name not in taken}
    return OptimizerSettings(values.get("label", rule.name), _made(rule, values), schedule, defaults | given)


_DECODERS = {
    "problem": _problem,
    "network": _network,
    "training": _training,
    "regularization": _regularization,
    "optimizer": _optimizer,
}

C = TypeVar("C", bound=Component)


def _made(component: type[C], values: Mapping[str, Value]) -> C:
    return component(**_given(component, values))


def _given(declaring: type, values: Mapping[str, Value]) -> dict[str, Any]:
    return {declared.name: values[declared.name] for declared in settings_of(declaring) if declared.name in values}


def _values(declaring: object) -> dict[str, Value]:
    return {declared.name: getattr(declaring, declared.name) for declared in settings_of(type(declaring))}


def _fixed(declaring: object) -> tuple[Any, ...]:
    """A class, and the values of those of its settings that fix shapes."""
    fixed = (declared.name for declared in settings_of(type(declaring)) if declared.fixes_shape)
    return type(declaring), *(getattr(declaring, name) for name in fixed)
