"""A configuration's settings, typed: decoded here, once, from the dotted names and plain values of files and stores.

What a field declares (default, allowed values, meaning, whether array shapes depend on it) is all there is to say about
a setting; `table` reads the grid file's validation, defaults and JSON Schema off it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from typing import Any, Self

from bench.grid.components import PENALTIES, PROBLEMS, RULES, SCHEDULES
from bench.grid.domains import SMALLEST, Choice, Either, Full, Number, Value, Whole, Widths, plain
from bench.problems import Source
from nn.components import FRACTION, setting, settings_of
from nn.layers import ACTIVATIONS
from nn.optimizers import Optimizer
from nn.penalties import Penalty
from nn.schedules import Schedule

Values = Mapping[str, Any]  # canonical values by their names in one table

FOLDER = "problem.folder"
"""Where a machine has a data file, which only workers and the store are told: it is in no id, frame or report."""


class Part:
    """The settings of one table of a grid file."""

    @classmethod
    def of(cls, values: Values) -> Self:
        """From canonical values; what is left out has its default."""
        return cls(**_given(cls, values))

    def flat(self) -> dict[str, Value]:
        """Back to values by name."""
        return _declared(self)

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        """What runs must have in common to be trained as one stack."""
        return _fixed(self)


def _problem(values: Values) -> Source:
    """The source of a run's points, from the canonical values of the problem table."""
    problem = PROBLEMS[values["name"]]
    return problem(**_given(problem, values))


def problem_values(problem: Source) -> dict[str, Value]:
    """Back to values by name, without those that only say where this machine has what."""
    return {name: value for name, value in _all_values(problem).items() if f"problem.{name}" != FOLDER}


def _all_values(problem: Source) -> dict[str, Value]:
    return {"name": problem.name} | _declared(problem)


@dataclass(frozen=True)
class NetworkSettings(Part):
    """The network before training. `init`: "he", "glorot", or the standard deviation of the weights."""

    hidden: tuple[int, ...] = setting((64,), Widths(), "widths of the hidden layers", fixes_shape=True)
    init: float | str = setting(
        "he", Either(Choice(("he", "glorot")), Number(SMALLEST, 1000)), "standard deviation of the weights"
    )
    activation: str = setting("relu", tuple(ACTIVATIONS), "what hidden units make of their sums", fixes_shape=True)


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

    penalties: tuple[Penalty, ...]
    layers: str = setting("all", ("all", "first"), "the layers that penalties reach", fixes_shape=True)
    biases: bool = setting(False, None, "whether their biases are penalized too", fixes_shape=True)
    dropout: float = setting(0.0, FRACTION, "dropout rate after every hidden layer")

    @classmethod
    def of(cls, values: Values) -> Self:
        penalties = []
        for name, penalty in PENALTIES.items():
            keys = {own.name: penalty_key(name, own.name) for own in settings_of(penalty)}
            penalties.append(penalty(**{own: values[key] for own, key in keys.items() if key in values}))
        return cls(tuple(penalties), **_given(cls, values))

    def flat(self) -> dict[str, Value]:
        own = {
            penalty_key(penalty.name, name): value
            for penalty in self.penalties
            for name, value in _declared(penalty).items()
        }
        return own | _declared(self)

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        of_penalties = (part for penalty in self.penalties for part in _fixed(penalty))
        return *of_penalties, *_fixed(self), self.dropout > 0  # runs without dropout would pay for its random bits


def penalty_key(penalty: str, name: str) -> str:
    """What a penalty's setting is called in the regularization table: its strength has the name of the penalty."""
    return penalty if name == "strength" else f"{penalty}_{name}"


@dataclass(frozen=True, eq=False)
class OptimizerSettings(Part):
    """An update rule, and the schedule of its learning rate; `rule.lr` and `schedule.lr` are what it starts from.

    `warmup`: of the schedule, whichever it is. `others`: settings of other schedules, if the grid's entry names
    several; only ids and frames know them.
    """

    label: str
    rule: Optimizer
    schedule: Schedule
    others: Mapping[str, Value]
    warmup: float = setting(0.0, FRACTION, "share of all steps in which the rate rises, in a line, to its schedule's")

    @classmethod
    def of(cls, values: Values) -> Self:
        rule, schedule = RULES[values["name"]], SCHEDULES[values["schedule"]]
        of_rule, of_schedule = _given(rule, values), _given(schedule, values)
        own = _given(cls, values)
        known = {"name", "label", "schedule", *of_rule, *of_schedule, *own}
        others = {name: value for name, value in values.items() if name not in known}
        return cls(values["label"], rule(**of_rule), schedule(**of_schedule), others, **own)

    def flat(self) -> dict[str, Value]:
        own = {"name": self.rule.name} | _declared(self.rule) | {"schedule": self.schedule.name}
        return own | _declared(self.schedule) | _declared(self) | dict(self.others) | {"label": self.label}

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        return *_fixed(self.rule), *_fixed(self.schedule)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OptimizerSettings) and self.flat() == other.flat()  # rules have state: no two are one

    def __hash__(self) -> int:
        return hash(tuple(self.flat().items()))


@dataclass(frozen=True)
class Settings:
    """Everything that determines a run's numbers, but for its seed; and the label of its optimizer."""

    problem: Source
    network: NetworkSettings
    training: TrainingSettings
    regularization: RegularizationSettings
    optimizer: OptimizerSettings

    def flat(self) -> dict[str, Any]:
        """Every setting under its dotted name, as plain values: what ids, the store and frames are made from."""
        parts: dict[str, Part] = {field.name: getattr(self, field.name) for field in fields(self)[1:]}
        tables = {"problem": _all_values(self.problem)} | {table: part.flat() for table, part in parts.items()}
        return {f"{table}.{name}": plain(value) for table, own in tables.items() for name, value in own.items()}

    @property
    def shape(self) -> tuple[Any, ...]:
        """What fixes array shapes or the code path: runs that have it in common can be trained as one stack."""
        return (
            _fixed(self.problem),
            self.network.shape,
            self.training.shape,
            self.regularization.shape,
            self.optimizer.shape,
        )

    @property
    def widths(self) -> tuple[int, ...]:
        """Input features, hidden widths, classes."""
        return (self.problem.features, *self.network.hidden, self.problem.classes)

    @property
    def training_samples(self) -> int:
        """The size of the training set."""
        return self.problem.size("train")

    @property
    def test_points(self) -> int:
        """The size of the test set."""
        return self.problem.size("test")


_PARTS: dict[str, Callable[[Values], Any]] = {
    "problem": _problem,
    "network": NetworkSettings.of,
    "training": TrainingSettings.of,
    "regularization": RegularizationSettings.of,
    "optimizer": OptimizerSettings.of,
}


def parts_of(values: Mapping[str, Value]) -> dict[str, Any]:
    """Parts of the settings, by table: what `Settings` takes; from canonical values by dotted name."""
    tables: dict[str, dict[str, Value]] = {}
    for key, value in values.items():
        table, name = _table_and_name(key)
        tables.setdefault(table, {})[name] = value
    return {table: _PARTS[table](own) for table, own in tables.items()}


@cache  # grids have many configurations and few keys
def _table_and_name(key: str) -> tuple[str, str]:
    table, _, name = key.partition(".")
    return table, name


def _given(declaring: type, values: Values) -> dict[str, Any]:
    """Those of the values that are settings of a class."""
    return {declared.name: values[declared.name] for declared in settings_of(declaring) if declared.name in values}


def _declared(declaring: object) -> dict[str, Value]:
    """The settings that an object's class declares, with their values."""
    return {declared.name: getattr(declaring, declared.name) for declared in settings_of(type(declaring))}


def _fixed(declaring: object) -> tuple[Any, ...]:
    """A class, and the values of those of its settings that fix shapes."""
    fixed = (declared.name for declared in settings_of(type(declaring)) if declared.fixes_shape)
    return type(declaring), *(getattr(declaring, name) for name in fixed)
