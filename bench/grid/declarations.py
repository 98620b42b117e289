"""Whether a grid file, ids and stacks can work with what a component declares: each fault in a sentence."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from bench.grid.components import BUILT_IN, RULES, SCHEDULES
from bench.grid.domains import domain_of, plain
from bench.grid.settings import OptimizerSettings, penalty_key
from bench.grid.table import FOUND, PLACES, schedule_settings, shared_settings
from bench.plugins.kinds import kind_of
from bench.problems import Problem
from bench.text import printable
from nn import components
from nn.components import Component, Interval, settings_of
from nn.optimizers import Optimizer
from nn.penalties import Penalty
from nn.schedules import Schedule

_NAME = r"[A-Za-z][A-Za-z0-9_-]{0,39}"
_METHODS: dict[type[Component], dict[str, str]] = {
    Optimizer: {"update": "update(self, p, g, lr, work)"},
    Problem: {"sample": "sample(self, points, rng)"},
    Schedule: {"__call__": "__call__(self, t)"},
    Penalty: {"terms": "terms(self, w)", "slopes": "slopes(self, w, work)"},
}
"""What each kind must define, and how that is written."""


def faults_of(component: type[Component]) -> list[str]:
    """What is wrong with what a class declares; each sentence says what to change."""
    found = [*_of_name(component), *_of_methods(component)]
    if not dataclasses.is_dataclass(component):
        return [*found, "it is no dataclass; write @dataclass(frozen=True) above the class"]
    try:
        settings = settings_of(component)
    except TypeError as error:
        return [*found, str(error)]
    found += [*_of_base(component), *(fault for one in settings for fault in _of_setting(component, one))]
    return found or list(_of_class(component))


def made(component: type[Component], **settings: Any) -> Component:
    """A component with these settings and its defaults; a schedule is given the rate 1 unless another is."""
    return component(**({"lr": 1.0} if issubclass(component, Schedule) else {}) | settings)


def _of_name(component: type[Component]) -> Iterator[str]:
    name, kind = component.name, kind_of(component)
    if not isinstance(name, str) or not re.fullmatch(_NAME, name):
        yield f"name = {name!r}: expected a letter, and at most 39 more letters, digits, '-' and '_'"
    elif BUILT_IN[kind.base].get(name, component) is not component:
        yield f"name = {name!r}: a built-in {kind.word} has it; take another"


def _of_methods(component: type[Component]) -> Iterator[str]:
    for base, methods in _METHODS.items():
        for method, written in methods.items() if issubclass(component, base) else ():
            if getattr(component, method) is getattr(base, method):
                yield f"{method} is missing; write {written}"


def _of_base(component: type[Component]) -> Iterator[str]:
    """What every component of its kind has as settings, and this one as fields of another sort."""
    own = {declared.name for declared in settings_of(component)}
    for declared in settings_of(kind_of(component).base):
        if declared.name not in own:
            yield f"{declared.name} is no setting; declare it by `setting`, or by `learning_rate` if it is that"


def _of_setting(component: type[Component], declared: components.Setting) -> Iterator[str]:
    name, default = declared.name, declared.default
    if default is dataclasses.MISSING:
        if not (issubclass(component, Schedule) and name == "lr"):  # it gets the optimizer's
            yield f"{name} has no default; declare it anew, such as {name}: Rate = learning_rate(0.01)"
        return
    if not isinstance(declared.meaning, str) or not declared.meaning.strip():
        yield f"{name} does not say what it means; give `setting` a third argument of a few words"
    if name in _taken(component):
        yield f"{name} is what another setting of its table is called; rename it"
    if not _is_domain(default, declared.allowed):
        yield (
            f"{name} has the default {default!r} and the allowed values {declared.allowed!r}; expected a number and "
            "an Interval, a word and a tuple of words, or True or False and None"
        )
        return
    try:
        domain_of(declared).canonical(plain(default))
    except (ValueError, TypeError):
        yield f"{name} has the default {default!r}; expected {domain_of(declared).allowed}, or change what is allowed"


def _is_domain(default: Any, allowed: Any) -> bool:
    """Whether a grid file can say which values a setting with this default has."""
    if isinstance(default, bool):
        return allowed is None
    if isinstance(default, int | float):
        return isinstance(allowed, Interval)
    words = isinstance(allowed, tuple) and bool(allowed) and all(isinstance(word, str) for word in allowed)
    return isinstance(default, str) and words


def _taken(component: type[Component]) -> set[str]:
    """The keys of a component's table that are not its own settings."""
    if issubclass(component, Problem):
        return {"name", "label", *(key.partition(".")[2] for key in (*FOUND, *PLACES))}
    if issubclass(component, Penalty):
        own = {penalty_key(component.name, declared.name): declared.name for declared in settings_of(component)}
        others = BUILT_IN[Penalty].get(component.name) is not component
        return {own[s.name] for s in shared_settings() if others and s.table == "regularization" and s.name in own}
    words = {"name", "label", "schedule", *(own.name for own in settings_of(OptimizerSettings))}
    if issubclass(component, Schedule):
        return words | {own.name for rule in RULES.values() for own in settings_of(rule)} - {"lr"}
    return words | {own.name for schedule in SCHEDULES for own in schedule_settings(schedule)}


def _of_class(component: type[Component]) -> Iterator[str]:
    """What can be said once all its settings are in order."""
    try:
        one = made(component)
    except Exception as error:  # of its own code, too
        what = printable(f"{type(error).__name__}: {error}", 300)
        yield f"{component.__name__}() cannot be made with its defaults ({what}); give every field one that is allowed"
        return
    frozen = vars(component).get("__dataclass_params__")
    if not isinstance(one, Optimizer) and not (frozen and frozen.frozen):
        yield "it can be changed after it was made; write @dataclass(frozen=True) above the class"
    if isinstance(one, Penalty) and not isinstance(one.constant, int | float):
        yield f"constant = {one.constant!r}: expected a number"
    if isinstance(one, Penalty) and one.strength != 0:
        yield f"its strength is {one.strength!r} by default, so that every grid would have it; make that 0.0"
    if isinstance(one, Problem):
        yield from _of_problem(one)


def _of_problem(problem: Problem) -> Iterator[str]:
    for name, least in (("features", 1), ("classes", 2)):
        value = getattr(problem, name, None)
        if type(value) is not int or value < least:
            yield f"{name} = {value!r}: expected a whole number of at least {least}"
