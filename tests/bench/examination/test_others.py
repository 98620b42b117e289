"""Schedules, penalties and problems: what is right passes, and each mistake is told with what to change."""

from collections.abc import Callable

import pytest

Faults = Callable[[str], dict[str, tuple[str, ...]]]

HEAD = """\
import math
import random
from dataclasses import dataclass

import numpy as np

from bench.problems import Problem
from nn import Penalty, Schedule
from nn.components import FRACTION, POSITIVE, Interval, setting

SEEN = []
"""


def component(parent: str, body: str) -> str:
    lines = "\n".join(f"    {line}" if line else "" for line in body.splitlines())
    return f'{HEAD}\n\n@dataclass(frozen=True)\nclass Mine({parent}):\n    name = "mine"\n{lines}\n'


def schedule(rate: str, declared: str = "") -> str:
    steps = 'steps: float = setting(100.0, POSITIVE, "steps until the rate is halved")'
    lines = "\n".join(f"    {line}" for line in rate.splitlines())
    return component("Schedule", f"{steps}\n{declared}\ndef __call__(self, t):\n{lines}")


def penalty(terms: str, slopes: str, declared: str = "") -> str:
    own = f'reach: float = setting(1.0, POSITIVE, "where it ends")\n{declared}'
    methods = f"def terms(self, w):\n    {terms}\ndef slopes(self, w, work):\n    {slopes}"
    return component("Penalty", f"{own}\n{methods}")


def problem(sample: str, declared: str = "") -> str:
    own = f'features = 2\nclasses = 2\nfar: float = setting(2.0, Interval(0, 9), "distance of the centres")\n{declared}'
    lines = "\n".join(f"    {line}" for line in sample.splitlines())
    return component("Problem", f"{own}\ndef sample(self, points, rng):\n{lines}")


LABELS = "y = np.repeat([0, 1], points)\n"
CLOUDS = LABELS + "return rng.standard_normal((2, 2 * points)) + self.far * y, y"
CEILING = """@property
def ceiling(self):
    return (1 + math.erf(self.far / 2)) / 2
def classify(self, x):
    return (x.sum(axis=0) > self.far).astype(int)
"""  # the centres are far sqrt(2) apart, and each side of the middle is right with probability Phi(far / sqrt(2))

RIGHT = {
    "a schedule": schedule("return self.lr / (1 + t / self.steps)"),
    "a penalty": penalty("return w**4", "return 4 * w**3"),
    "a penalty with a constant": penalty("return w**4", "return np.multiply(w, w * w, out=work)", "constant = 4"),
    "a penalty with a reach": penalty(
        "return np.abs(w) / (np.asarray(self.reach, w.dtype) + np.abs(w))",
        "return np.sign(w) * np.asarray(self.reach, w.dtype) / (np.asarray(self.reach, w.dtype) + np.abs(w)) ** 2",
    ),
    "a problem": problem(CLOUDS),
    "a problem with a ceiling": problem(CLOUDS, CEILING),
}  # fmt: skip


@pytest.mark.parametrize("text", RIGHT.values(), ids=list(RIGHT))
def test_what_is_right_passes(faults: Faults, text: str) -> None:
    assert faults(text) == {}


ALONE = "a run alone is the run in a stack, bit for bit"
CHANCE = "leaves nothing to chance"
KEEPS = "keeps nothing from one step to the next"
SENT = "worker processes get the same"

SCHEDULES = {
    "no number": (schedule("return None"), "gives a rate for every step", "for step 0 it gives a NoneType where a num"),
    "an array": (schedule("return np.array([[self.lr]])"), "gives a rate for every step", "it gives a ndarray where"),
    "an infinite rate": (schedule("return self.lr / np.float64(t)"), "gives a rate for every step", "its rate is inf"),
    "a rate below 0": (schedule("return self.lr - t"), "gives a rate for every step", "for step 1 its rate is -0.5"),
    "nothing": (schedule("return 0.0 * self.lr"), "gives a rate for every step", "its rate is 0 in every step"),
    "an exception": (schedule("return self.rate"), "gives a rate for every step", "AttributeError in line 20"),
    "its own rate": (schedule("return 0.1"), "follows the rate that it is given", "begin from self.lr"),
    "math": (schedule("return self.lr * math.exp(-t / self.steps)"), ALONE, "TypeError in line 20"),
    "a choice for all": (
        schedule("return self.lr * np.where(t > np.min(self.steps), 0.5, 1.0)"),
        ALONE, "gives other rates than alone: compute with NumPy's functions instead of math's",
    ),
    "a draw": (schedule("return self.lr * np.random.uniform()"), CHANCE, "it draws from numpy.random, which"),
    "a fresh draw": (schedule("return self.lr * np.random.default_rng().uniform()"), CHANCE, "the second time"),
    "a list of the module": (schedule("SEEN.append(t)\nreturn self.lr / len(SEEN)"), KEEPS, "SEEN changes when it"),
    "what was asked before": (
        schedule("last = self.__dict__.get('last', 0)\nself.__dict__['last'] = t\nreturn self.lr / (1 + max(t, last))"),
        KEEPS, "the rate of a step depends on what was asked before",
    ),
    "a function": (
        schedule("return self.lr", "f: object = None\ndef __post_init__(self):\n    self.__dict__['f'] = lambda: 0"),
        SENT, "it cannot be sent to worker processes",
    ),
}  # fmt: skip

TAKES = "takes weights, and gives what has their shape and dtype"
PENALTIES = {
    "changed weights": (penalty("w *= w\n    return w", "return w"), TAKES, "terms changes the weights"),
    "nothing": (penalty("pass", "pass"), TAKES, "terms gives a NoneType: return an array"),
    "a sum": (penalty("return np.sum(w**2, axis=1)", "return w"), TAKES, "terms gives float32 (3,) for weights"),
    "another dtype": (
        penalty("return w**2 / np.asarray(self.reach)", "return 2 * w"), TAKES, "terms gives float64 (3, 53)"
    ),
    "nothing over nothing": (penalty("return np.abs(w)", "return w / np.abs(w)"), TAKES, "numbers that are not finite"),
    "another slope": (
        penalty("return w**2", "return w"),
        "its slopes are those of its terms", "slopes are the derivative of terms, without the factor `constant`",
    ),
    "the strength twice": (
        penalty("return self.strength * w**2", "return 2 * self.strength * w"),
        "its slopes are those of its terms", "terms depend on the strength, by which they are multiplied elsewhere",
    ),
    "a mean of all": (
        penalty("return w**2 / len(w)", "return 2 * w / len(w)"), ALONE, "run 1 of a stack of 3 is penalized otherwise"
    ),
    "a draw": (
        penalty("return w**2", "return 2 * w * np.float32(1 + 1e-9 * random.random())"), CHANCE, "it draws from random"
    ),
    "a list of the module": (penalty("SEEN.append(1)\n    return w**2", "return 2 * w"), KEEPS, "SEEN changes when it"),
}  # fmt: skip

GIVES = "gives as many points of each class as it is asked for"
DEPENDS = "points depend on the generator alone"
DRAWS = "keeps nothing from one draw to the next"
BEST = "its ceiling is the share that its best rule gets right"
PROBLEMS = {
    "nothing": (problem("pass"), GIVES, "sample does not give two arrays: return inputs and labels"),
    "lists": (problem("return [[0.0] * 2 * points] * 2, [0] * points + [1] * points"), GIVES, "not give two arrays"),
    "points by features": (
        problem(LABELS + "return rng.standard_normal((2 * points, 2)), y"),
        GIVES, "inputs have shape (4, 2) where (2, 4) is expected, features by points: transpose or stack them",
    ),
    "single precision": (
        problem(LABELS + "return rng.standard_normal((2, 2 * points), np.float32), y"),
        GIVES, "inputs are float32",
    ),
    "no number": (problem(LABELS + "return np.full((2, 2 * points), np.nan), y"), GIVES, "inputs are not all finite"),
    "labels that are no whole numbers": (
        problem(CLOUDS.replace("y, y", "y, y.astype(float)")), GIVES, "labels are float64 of shape (2,) where whole"
    ),
    "classes of other sizes": (
        problem("y = (rng.random(2 * points) < 0.5).astype(int)\nreturn rng.standard_normal((2, 2 * points)), y"),
        GIVES, "of each class from 0 to 1: all classes have as many points",
    ),
    "the end of an interval": (
        problem(LABELS + "return rng.standard_normal((2, 2 * points)) / self.far, y"),
        GIVES, "far=0.0): inputs are not all finite",
    ),
    "its own generator": (
        problem(LABELS + "return np.random.default_rng().standard_normal((2, 2 * points)), y"),
        DEPENDS, "draw from the generator `rng` that `sample` is given",
    ),
    "one seed": (
        problem(LABELS + "return np.random.default_rng(0).standard_normal((2, 2 * points)), y"),
        DEPENDS, "other seeds give the same points",
    ),
    "the generator of all": (
        problem(LABELS + "return np.random.normal(size=(2, 2 * points)), y"), DEPENDS, "it draws from numpy.random"
    ),
    "a list of the module": (problem("SEEN.append(1)\n" + CLOUDS), DRAWS, "SEEN changes when it is used"),
    "one array for all": (
        problem("y, x = np.repeat([0, 1], points), KEPT.setdefault(points, rng.standard_normal((2, 2 * points)))\n"
                "return x, y").replace("SEEN = []", "KEPT = {}"), DRAWS, "changing the points that it gave changes"
    ),
    "a ceiling below guessing": (
        problem(CLOUDS, "@property\ndef ceiling(self):\n    return 0.3"), BEST, "the ceiling is 0.3; it lies between"
    ),
    "a ceiling that is a method": (
        problem(CLOUDS, "def ceiling(self):\n    return 0.9"), BEST, "ceiling is a method: make it a property"
    ),
    "another ceiling": (
        problem(CLOUDS, CEILING.replace("/ 2)) / 2", "/ 3)) / 2")), BEST, "classify is right on 9"
    ),
    "a rule without a ceiling": (
        problem(CLOUDS, "def classify(self, x):\n    return (x[0] > 0).astype(int)"), BEST, "give both, or neither"
    ),
    "a rule of another shape": (
        problem(CLOUDS, CEILING.replace("astype(int)", "astype(int)[np.newaxis]")), BEST, "classify gives shape (1, 20"
    ),
    "no equality": (
        problem(CLOUDS, "def __eq__(self, other):\n    return self is other\ndef __hash__(self):\n    return id(self)"),
        SENT, "two of the same settings are not equal",
    ),
}  # fmt: skip
WRONG = {f"{kind}: {name}": one for kind, table in {
    "schedule": SCHEDULES, "penalty": PENALTIES, "problem": PROBLEMS,
}.items() for name, one in table.items()}  # fmt: skip


@pytest.mark.parametrize(("text", "check", "part"), WRONG.values(), ids=list(WRONG))
def test_a_mistake_is_told_with_what_to_change(faults: Faults, text: str, check: str, part: str) -> None:
    found = faults(text)
    assert any(part in fault for fault in found[check]), found
