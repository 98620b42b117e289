"""The table of settings: every key that a grid file can have, read off the classes that declare them.

Validation, defaults, the order of axes, the JSON Schema and the columns of frames are all read off this table.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.grid.components import PENALTIES, PROBLEMS, RULES, SCHEDULES
from bench.grid.domains import Choice, Domain, domain_of
from bench.grid.settings import (
    FOLDER,
    NetworkSettings,
    OptimizerSettings,
    RegularizationSettings,
    Settings,
    TrainingSettings,
    parts_of,
    penalty_key,
)
from bench.problems import DataFile
from nn.components import settings_of

# What an id has always contained, in this order, which is also that of axes. What was declared later comes behind it.
ORDER = (
    "problem.name", "problem.classes", "problem.train", "problem.validation", "problem.test", "problem.noise",
    "network.hidden", "network.init", "training.epochs", "training.batch", "training.checkpoints",
    "regularization.l1", "regularization.l2", "regularization.layers", "regularization.biases",
    "regularization.dropout",
    "optimizer.name", "optimizer.lr", "optimizer.momentum", "optimizer.beta1", "optimizer.beta2", "optimizer.eps",
    "optimizer.schedule", "optimizer.decay",
)  # fmt: skip
DEFAULT_PROBLEM = "spiral"
PLACES = (FOLDER, "problem.path")
"""Where something is found, which determines no run's numbers."""
FOUND = (FOLDER, "problem.content")
"""What no grid file says, but whoever reads it finds."""
ELSEWHERE = {
    "batch_size": "batch",
    "dropout_rate": "dropout",
    "epsilon": "eps",
    "eta": "lr",
    "hidden_layer_sizes": "hidden",
    "learning_rate": "lr",
    "learning_rate_init": "lr",
    "max_iter": "epochs",
    "n_epochs": "epochs",
    "num_epochs": "epochs",
    "units": "hidden",
}
"""What other libraries call a setting."""

_PLACES = {key: place for place, key in enumerate(ORDER)}


def place_of(key: str) -> int:
    """The place of a dotted key in `ORDER`; behind all of them if it is none of them."""
    return _PLACES.get(key, len(ORDER))


@dataclass(frozen=True)
class Key:
    """One key of a grid file: its table, its name in it, domain, default and meaning. A list of values is an axis."""

    table: str
    name: str
    domain: Domain
    default: Any
    meaning: str

    @property
    def key(self) -> str:
        """The dotted key."""
        return f"{self.table}.{self.name}"


def declared(table: str, declaring: type) -> tuple[Key, ...]:
    """The settings that a class declares, as keys of a table."""
    return tuple(Key(table, s.name, domain_of(s), s.default, s.meaning) for s in settings_of(declaring))


def problem_settings(name: str) -> tuple[Key, ...]:
    """The problem table, where it names this problem."""
    default = name if name == DataFile.name else DEFAULT_PROBLEM
    names = Key("problem", "name", Choice(tuple(PROBLEMS)), default, "where the data comes from")
    return _ordered((names, *(key for key in declared("problem", PROBLEMS[name]) if key.key not in FOUND)))


def found_settings(name: str) -> tuple[Key, ...]:
    """What belongs to this problem's table though nobody writes it."""
    return tuple(key for key in declared("problem", PROBLEMS[name]) if key.key in FOUND)


def shared_settings() -> tuple[Key, ...]:
    """The tables that are the same whatever the problem and the optimizer: network, training, regularization."""
    penalties = (
        Key("regularization", penalty_key(name, s.name), s.domain, s.default, s.meaning)
        for name, penalty in PENALTIES.items()
        for s in declared("regularization", penalty)
    )
    return (
        *declared("network", NetworkSettings),
        *declared("training", TrainingSettings),
        *_ordered((*penalties, *declared("regularization", RegularizationSettings))),
    )


def optimizer_settings(name: str, schedules: Iterable[str]) -> tuple[Key, ...]:
    """An optimizer's table, where it names this rule and these schedules; the first to have a setting declares it."""
    return (
        Key("optimizer", "name", Choice((name,)), name, "the update rule"),
        *declared("optimizer", RULES[name]),
        Key("optimizer", "schedule", Choice(tuple(SCHEDULES)), "constant", "how the learning rate changes by step"),
        *{s.name: s for schedule in reversed([*schedules]) for s in schedule_settings(schedule)}.values(),
        *declared("optimizer", OptimizerSettings),
    )


def schedule_settings(name: str) -> tuple[Key, ...]:
    """What an optimizer's table has for this schedule, besides the learning rate that it starts from."""
    return tuple(setting for setting in declared("optimizer", SCHEDULES[name]) if setting.name != "lr")


def all_settings() -> Iterator[Key]:
    """Every setting that a grid file can have, once, in its order; the first component to have one declares it."""
    problems = (setting for name in PROBLEMS for setting in problem_settings(name))
    rules = (setting for name in RULES for setting in optimizer_settings(name, SCHEDULES))
    first: dict[str, Key] = {}
    for setting in (*problems, *shared_settings(), *rules):
        first.setdefault(setting.key, setting)
    yield from first.values()


def restored(flat: Mapping[str, Any]) -> Settings:
    """Settings from their dotted names and plain values, as `Settings.flat` gives them and the store keeps them.

    Raises ValueError, with what is wrong, for a component that this program does not know, or for other values.
    """
    named: list[tuple[str, Mapping[str, Any]]] = [("problem.name", PROBLEMS), ("optimizer.name", RULES)]
    for key, components in (*named, ("optimizer.schedule", SCHEDULES)):
        if str(flat.get(key)) not in components:
            raise ValueError(f"{key} = {flat.get(key)!r}: not known; expected one of {', '.join(components)}")
    schedules = sorted(SCHEDULES, key=lambda name: name != flat["optimizer.schedule"])  # its own first
    own = optimizer_settings(flat["optimizer.name"], schedules)
    problem = flat["problem.name"]
    of_problem = (*problem_settings(problem), *found_settings(problem))
    known = {s.key: s.domain for s in (*of_problem, *shared_settings(), *own)}
    values = {"optimizer.label": flat["optimizer.name"]}
    for key, value in flat.items():
        if key != "optimizer.label" and key not in known:
            raise ValueError(f"{key}: not a setting that this program knows; a plug-in's needs --plugin FILE.py")
        try:
            values[key] = known[key].canonical(value) if key in known else value
        except (ValueError, TypeError):
            raise ValueError(f"{key} = {value!r}: expected {known[key].allowed}") from None
    return Settings(**parts_of(values))


def _ordered(settings: Iterable[Key]) -> tuple[Key, ...]:
    return tuple(sorted(settings, key=lambda setting: place_of(setting.key)))
