"""What the checks of all kinds share."""

import copy
import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.examination.watching import global_generators, shared_values
from nn.arrays import Array
from nn.components import Component, Interval, Setting, settings_of


@dataclass(frozen=True)
class Check:
    """One check: what holds where it is passed, and how a class's faults are found.

    `rests_on`: the names of others without which it would tell what follows from their faults.
    """

    name: str
    find: Callable[[Any], Iterator[str]]
    rests_on: tuple[str, ...] = ()


Use = Callable[[], bytes]
"""Something that is done with a component, anew each time, and the numbers that it gives."""


def same(a: Array, b: Array) -> bool:
    """Whether all bits are equal."""
    return a.tobytes() == b.tobytes()


def chance(component: type[Component], use: Use, remedy: str) -> Iterator[str]:
    """What a use draws from that belongs to all, or from what nobody knows: it is tried twice.

    Where it changes what all share, that is what makes the difference, and `memory` tells it.
    """
    before = shared_values(component)
    ends, used = [], []
    for seed in (1, 2):
        with global_generators(seed) as drawn:
            ends.append(use())
        used += drawn
    for name in dict.fromkeys(used):
        yield f"it draws from {name}, which belongs to all: {remedy}"
    if not used and ends[0] != ends[1] and shared_values(component) == before:
        yield f"the same gives other numbers the second time: {remedy}"


def memory(component: type[Component], use: Use, remedy: str) -> Iterator[str]:
    """What a use changes of the class or its module."""
    before = shared_values(component)
    use()
    after = shared_values(component)
    for name in after:
        if before.get(name) != after[name]:
            yield f"{name} changes when it is used: {remedy}"


def transport(one: Component) -> Iterator[str]:
    """Whether worker processes get the same component; so must a copy."""
    try:
        others = [pickle.loads(pickle.dumps(one)), copy.deepcopy(one)]
    except Exception as error:
        yield f"it cannot be sent to worker processes ({type(error).__name__}): keep numbers and arrays in its fields"
        return
    names = [declared.name for declared in settings_of(type(one))]
    if any(getattr(other, name) != getattr(one, name) for other in others for name in names):
        yield "a copy has other settings: leave pickling and copying to the dataclass"


def varied(component: type[Component], **given: list[float]) -> dict[str, list[float]]:
    """Three values of each setting that can differ within a stack; `given`: those of some of them."""
    own = [declared for declared in settings_of(component) if not declared.fixes_shape and declared.name not in given]
    return {**given, **{declared.name: _spread(declared) for declared in own}}


def forms(component: type[Component]) -> Iterator[dict[str, Any]]:
    """The settings that all runs of a stack share: by default, and each word, flag and smallest number besides."""
    yield {}
    for one in settings_of(component):
        if one.fixes_shape:
            yield from ({one.name: value} for value in _others(one) if value != one.default)


def _others(declared: Setting) -> Iterable[Any]:
    if isinstance(declared.default, bool):
        return (False, True)
    if not isinstance(declared.allowed, Interval):
        words: tuple[str, ...] = declared.allowed
        return words
    closed = np.isfinite(declared.allowed.low) and not declared.allowed.open_low
    return (type(declared.default)(declared.allowed.low),) if closed else ()


def form_text(form: dict[str, Any]) -> str:
    """The beginning of a fault that is found with these settings alone."""
    return "".join(f"with {name} = {value!r}, " for name, value in form.items())


def columns(values: dict[str, list[float]]) -> dict[str, Any]:
    """Settings of a stack, each a column of shape (runs, 1)."""
    return {name: np.array([own]).T for name, own in values.items()}


def of_run(values: dict[str, list[float]], run: int) -> dict[str, float]:
    """Settings of one run of it, as numbers."""
    return {name: own[run] for name, own in values.items()}


def _spread(declared: Setting) -> list[float]:
    """A number's default, and two more from within its interval."""
    allowed: Interval = declared.allowed
    low = allowed.low if np.isfinite(allowed.low) else declared.default - 1
    high = allowed.high if np.isfinite(allowed.high) else max(low, declared.default) + 1
    return [declared.default, low + 0.25 * (high - low), low + 0.55 * (high - low)]
