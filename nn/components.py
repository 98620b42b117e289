"""What a component (a rule, a schedule, a penalty, a problem) declares of its settings: once, as fields of its class.

A component is a dataclass, and each of its settings a field made by `setting`: default, allowed values, meaning.
Constructors check that numbers lie in their intervals; whoever needs to know more (a grid file's validation, which
checks the rest, and its documentation) reads it off the class with `settings_of`.
"""

import dataclasses
import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, ClassVar, TypeVar, cast

import numpy as np

from nn.arrays import Real


@dataclass(frozen=True)
class Interval:
    """The finite numbers from `low` to `high`, without an end that is open."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    def contains(self, values: Real) -> bool:
        """Whether all of `values`, a number or an array, lie in it; NaN lies nowhere."""
        numbers: Any = values if isinstance(values, float) else np.asarray(values, np.float64)  # grids hold many floats
        above = numbers > self.low if self.open_low else numbers >= self.low
        below = numbers < self.high if self.open_high else numbers <= self.high
        inside = above & below & (abs(numbers) < math.inf)
        return inside if isinstance(inside, bool) else bool(inside.all())

    def check(self, name: str, value: Real) -> None:
        """Raise ValueError unless `value` is a number in the interval, or an array of such, of shape (runs, 1)."""
        if isinstance(value, float) and self.contains(value):
            return
        shape = np.shape(value)
        if shape and shape[1:] != (1,):
            raise ValueError(f"{name}: expected a number or an array of shape (runs, 1), got shape {shape}")
        if not self.contains(value):
            below = "<" if self.open_high or math.isinf(self.high) else "<="
            bounds = f"{self.low:g} {'<' if self.open_low else '<='} {name} {below} {self.high:g}"
            raise ValueError(f"{name}: expected {bounds}, got {value}")


POSITIVE = Interval(0, open_low=True)
NOT_NEGATIVE = Interval(0)
FRACTION = Interval(0, 1, open_high=True)


@dataclass(frozen=True)
class Setting:
    """One setting of a component.

    `default`: its type says what values there are: a float stands for any number, an int for whole numbers, a bool for
    true and false, a str for words. `allowed`: the interval that numbers lie in, or the words; None for true and false;
    a domain of `bench.grid` for what a grid file alone can say (a list of widths, a number or a word). `fixes_shape`:
    whether the shapes of arrays or the steps of a computation depend on it; all others can differ from run to run of a
    stack, and are then arrays of shape (runs, 1).
    """

    name: str
    default: Any
    allowed: Any
    meaning: str
    fixes_shape: bool = False


def setting(default: Any, allowed: Any, meaning: str, *, fixes_shape: bool = False) -> Any:
    """A dataclass field that is a setting (see `Setting`)."""
    return dataclasses.field(default=default, metadata={"setting": (allowed, meaning, fixes_shape)})


def settings_of(component: type) -> tuple[Setting, ...]:
    """The settings that a class declares, in the order of its constructor's arguments.

    Raises TypeError where it declares some without @dataclass.
    """
    return _settings_of(cast("Hashable", component))  # mypy asks the instances whether the class has a hash


@cache
def _settings_of(component: type) -> tuple[Setting, ...]:
    if "__dataclass_fields__" not in vars(component) and any(
        isinstance(value, dataclasses.Field) for value in vars(component).values()
    ):
        raise TypeError(f"{component.__name__}: a class that declares settings needs @dataclass above it")
    fields = sorted(dataclasses.fields(component), key=lambda field: field.kw_only is True)
    declared = [field for field in fields if "setting" in field.metadata]
    settings = tuple(Setting(field.name, field.default, *field.metadata["setting"]) for field in declared)
    for one in settings:
        _check_declaration(component, one)
    return settings


@cache
def _intervals_of(component: type) -> tuple[tuple[str, Interval], ...]:
    """The settings that are numbers in an interval."""
    return tuple((one.name, one.allowed) for one in settings_of(component) if isinstance(one.allowed, Interval))


def _check_declaration(component: type, declared: Setting) -> None:
    """Raise TypeError for a declaration that nobody could keep."""
    allowed, where = declared.allowed, f"{component.__name__}.{declared.name}"
    words = isinstance(declared.default, bool) or isinstance(allowed, tuple)
    if words and not declared.fixes_shape:
        raise TypeError(f"{where}: words and flags cannot differ within a stack; declare it with fixes_shape=True")
    if type(declared.default) is int and isinstance(allowed, Interval):
        closed = not (allowed.open_low or allowed.open_high)
        if not (closed and math.isfinite(allowed.low) and math.isfinite(allowed.high)):
            raise TypeError(f"{where}: whole numbers need an interval with two closed ends (or is it to be a float?)")


class Component:
    """Base of all components. `name`: what a grid file calls it; without one it is known to Python alone."""

    name: ClassVar[str] = ""

    def __post_init__(self) -> None:
        self.check()

    def check(self, *but: str) -> None:
        """Raise ValueError for a number that lies outside of its interval; settings named in `but` are left out."""
        for name, interval in _intervals_of(cast("Hashable", type(self))):
            if name not in but:
                interval.check(name, getattr(self, name))


C = TypeVar("C", bound=Component)


def stacked(components: Sequence[C]) -> C:
    """One component for a stack of runs, made of one for each run: their settings as columns of shape (runs, 1).

    What fixes shapes is the same for all of them, and taken from the first.
    """
    first = components[0]
    columns: dict[str, Any] = {
        declared.name: getattr(first, declared.name)
        if declared.fixes_shape
        else np.array([[getattr(one, declared.name)] for one in components], np.float64)
        for declared in settings_of(type(first))
    }
    return type(first)(**columns)


def components_of(module: ModuleType, base: type[C]) -> dict[str, type[C]]:
    """The components of a kind that a module offers, by the names that grid files call them, in the module's order.

    Raises ValueError where two share a name, and TypeError where one lacks @dataclass.
    """
    found: dict[str, type[C]] = {}
    for component in vars(module).values():
        if isinstance(component, type) and issubclass(component, base) and component.name:
            settings_of(component)
            if found.setdefault(component.name, component) is not component:
                raise ValueError(f"{component.name}: two components have this name")
    return found
