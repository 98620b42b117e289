"""What every problem must keep. A check takes the class and yields faults; the others rest on the first."""

import math
import pickle
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from bench.examination import common
from bench.examination.common import Check
from bench.problems import SIZES, Problem
from nn.arrays import Array
from nn.components import Interval, settings_of
from nn.streams import generator

Class = type[Problem]

_POINTS = 20  # per class
_MANY = 20_000  # points of all classes, to see how often the best rule is right


def gives_points(problem: Class) -> Iterator[str]:
    """So many labelled points of every class, with its features, also with each number as low as it can be."""
    for one, points in product(_variants(problem), (1, 2, 50)):
        given: Any = one.sample(points, generator(0, "train"))
        fault = _of_pair(given) or _of_inputs(one, points, given[0]) or _of_labels(one, points, given[1])
        if fault:
            yield f"of {one!r}: {fault}"
            return


def _of_pair(given: Any) -> str:
    if isinstance(given, tuple) and [type(part) for part in given] == [np.ndarray] * 2:
        return ""
    return "sample does not give two arrays: return inputs and labels, such as `return x, labels`"


def _of_inputs(one: Problem, points: int, x: Array) -> str:
    shape = (one.features, one.classes * points)
    if np.shape(x) != shape:
        return f"inputs have shape {np.shape(x)} where {shape} is expected, features by points: transpose or stack them"
    if x.dtype != np.float64:
        return f"inputs are {x.dtype}: give float64"
    return "" if np.isfinite(x).all() else "inputs are not all finite: guard divisions, roots and logarithms"


def _of_labels(one: Problem, points: int, labels: Array) -> str:
    if np.shape(labels) != (one.classes * points,) or not np.issubdtype(labels.dtype, np.integer):
        expected = f"whole numbers of shape {(one.classes * points,)}"
        return f"labels are {labels.dtype} of shape {np.shape(labels)} where {expected} are expected"
    if sorted(labels.tolist()) != np.repeat(np.arange(one.classes), points).tolist():
        return f"labels are not {points} of each class from 0 to {one.classes - 1}: all classes have as many points"
    return ""


def a_seed_is_all_that_points_depend_on(problem: Class) -> Iterator[str]:
    """The same generator gives the same points, and another one others."""
    remedy = "draw from the generator `rng` that `sample` is given, and from nothing else"
    yield from common.chance(problem, partial(_bytes, problem), remedy)
    drawn = {_draw(problem(), seed).tobytes() for seed in range(3)}
    if len(drawn) < 3:
        yield f"other seeds give the same points: {remedy}"


def keeps_nothing(problem: Class) -> Iterator[str]:
    """Whatever was drawn before, and whatever became of it."""
    remedy = "points must follow from the settings and `rng` alone, in arrays made anew"
    yield from common.memory(problem, partial(_bytes, problem), remedy)
    one = problem()
    first = one.sample(_POINTS, generator(0, "train"))[0]
    before = first.tobytes()
    first += 1
    if one.sample(_POINTS, generator(0, "train"))[0].tobytes() != before:
        yield f"changing the points that it gave changes those that it gives next: {remedy}"


def its_ceiling_is_one(problem: Class) -> Iterator[str]:
    """A share that no constant guess exceeds, or NaN; where the best rule is known, as often as that is right."""
    for one in _variants(problem):
        equal = replace(one, test=-(-_MANY // one.classes))
        ceiling = equal.ceiling
        if not isinstance(ceiling, float):
            yield f"ceiling is a {type(ceiling).__name__}: make it a property that gives a float, or NaN"
            return
        if not (math.isnan(ceiling) or 1 / one.classes <= ceiling <= 1):
            least = f"1 / classes = {1 / one.classes:.4g}, which guessing has"
            yield f"of {one!r}: the ceiling is {ceiling:.4g}; it lies between {least}, and 1, or is NaN"
            return
        fault = _of_best_rule(equal, ceiling)
        if fault:
            yield f"of {one!r}: {fault}"
            return


def _of_best_rule(one: Problem, ceiling: float) -> str:
    x, labels = one.draw("test", 1)
    predicted = one.classify(x)
    if predicted is None:
        return ""
    if np.shape(predicted) != np.shape(labels):
        return f"classify gives shape {np.shape(predicted)} for {labels.size:,} points: give a class for each"
    if math.isnan(ceiling):
        return "classify is known and the ceiling is not: give both, or neither"
    right, error = float(np.mean(predicted == labels)), math.sqrt(max(ceiling * (1 - ceiling), 1e-4) / labels.size)
    if abs(right - ceiling) <= 4 * error:  # one sound problem in 16,000 is further off
        return ""
    return f"classify is right on {right:.1%} of {labels.size:,} points and the ceiling {ceiling:.1%}: one is wrong"


def can_be_sent(problem: Class) -> Iterator[str]:
    """Worker processes get the same problem, and know it for the same: its data are kept."""
    one = problem()
    yield from common.transport(one)
    if hash(one) != hash(problem()) or one != pickle.loads(pickle.dumps(one)):
        yield "two of the same settings are not equal: leave == and hash to @dataclass(frozen=True)"


_USE, _CHANCE, _KEEPS = (
    "gives as many points of each class as it is asked for",
    "points depend on the generator alone",
    "keeps nothing from one draw to the next",
)
CHECKS = (
    Check(_USE, gives_points),
    Check(_CHANCE, a_seed_is_all_that_points_depend_on, (_USE,)),
    Check(_KEEPS, keeps_nothing, (_USE,)),
    Check("its ceiling is the share that its best rule gets right", its_ceiling_is_one, (_USE, _CHANCE, _KEEPS)),
    Check("worker processes get the same", can_be_sent),
)


def _variants(problem: Class) -> list[Problem]:
    """By default, and with each number at the lowest value that is allowed, or next to it."""
    lowest = {
        one.name: type(one.default)(one.allowed.low + (1e-3 if one.allowed.open_low else 0))
        for one in settings_of(problem)
        if one.name not in SIZES and isinstance(one.allowed, Interval) and math.isfinite(one.allowed.low)
    }
    return [problem(), *(problem(**{name: value}) for name, value in lowest.items())]


def _draw(one: Problem, seed: int) -> Array:
    return one.sample(_POINTS, generator(seed, "train"))[0]


def _bytes(problem: Class) -> bytes:
    return b"".join(part.tobytes() for part in problem().sample(_POINTS, generator(0, "train")))
