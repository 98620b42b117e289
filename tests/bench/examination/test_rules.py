"""The examination passes what is right, and tells each mistake by a sentence that says what to change."""

import random
from collections.abc import Callable

import numpy as np
import pytest

from bench.examination import examine
from bench.grid.components import BUILT_IN
from nn.components import Component
from tests.bench.plugins.own import ADAM, SGD, rule

Faults = Callable[[str], dict[str, tuple[str, ...]]]


@pytest.mark.parametrize(
    "component",
    [one for base, known in BUILT_IN.items() for one in known.values() if issubclass(one, base)],  # data are no rule
    ids=lambda one: str(one.name),
)
def test_what_is_built_in_passes(component: type[Component]) -> None:
    assert [finding for finding in examine(component) if finding.faults] == []


ODD = {
    "a module that takes itself away": rule("p -= lr * g", top="import sys\ndel sys.modules[__name__]\n"),
    "a value that shows no end": rule("p -= lr * g", top="d = {}\nd['d'] = d\n"),
    "a value that shows nothing": rule(
        "p -= lr * g", top="class X:\n    def __repr__(self):\n        raise ValueError\nx = X()\n"
    ),
}


@pytest.mark.parametrize("text", [ADAM, SGD, *ODD.values()], ids=["Adam", "gradient descent", *ODD])
def test_a_rule_that_is_right_passes(faults: Faults, text: str) -> None:
    assert faults(text) == {}


IN_PLACE = "remembers in place, in the parameters' dtype and shape"
CHANGES = "changes parameters in place, and no gradients"
ALONE = "a run alone is the run in a stack, bit for bit"
CHANCE = "leaves nothing to chance"
FORGETS = "keeps nothing from one training to the next"
DOWN = "finite and downhill on a parabola and Rosenbrock's function"
RATE = "obeys its learning rate"
SENT = "worker processes get the same"
STEP = "takes a step"

MOMENTUM = 'mu: float = setting(0.9, FRACTION, "share that is kept")\nv: np.ndarray = state()'
WRONG = {
    # the five that a newcomer writes
    "global randomness": (rule("p -= lr * g * np.random.uniform(0.5, 1)"), CHANCE, "it draws from numpy.random, which"),
    "not in place": (rule("p = p - lr * g"), CHANGES, "it leaves the parameters as they are: change `p` in place"),
    "another dtype": (
        rule("self.v = 0.9 * self.v - lr * g.astype(np.float64)\np += self.v", MOMENTUM),
        IN_PLACE,
        "self.v is float64 where the parameters are float32: write into the array that state() made",
    ),
    "the first run's shape": (
        rule("if self.t == 0:\n    self.v = np.zeros(p.shape[1], p.dtype)\nself.v += g[0]\np -= lr * self.v"),
        ALONE,
        "run 2 of a stack of 3 gets other numbers than alone",
    ),
    "state of the class": (
        rule("self.seen.append(1)\np -= lr * g / len(self.seen)", "seen = []"),
        FORGETS,
        "Mine.seen changes when it is used: what a rule remembers belongs to the instance, in a field made by state()",
    ),
    # and others
    "Python's generator": (
        rule("p -= lr * g * random.random()", top="import random\n"), CHANCE, "it draws from random, which belongs"
    ),
    "a fresh generator": (
        rule("p -= lr * g * np.random.default_rng().uniform()"), CHANCE, "the same gives other numbers the second time"
    ),
    "changed gradients": (rule("g *= lr\np -= g"), CHANGES, "it changes the gradients, which belong to the network"),
    "another array": (
        rule("self.v = cast(self.mu, p) * self.v - lr * g\np += self.v", MOMENTUM),
        IN_PLACE,
        "self.v becomes another array in each step: write into it, such as self.v[...] = ...",
    ),
    "another shape": (
        rule("self.v = np.stack([g, g])\np -= lr * self.v[0]"), IN_PLACE, "self.v has shape (2, 3, 53), not (3, 53)"
    ),
    "a norm of all runs": (
        rule("p -= lr * g / np.linalg.norm(g)"), ALONE, "so sums and norms need axis=1, keepdims=True"
    ),
    "settings that are not cast": (
        rule("self.v[...] = self.mu * self.v - lr * g\np += self.v", MOMENTUM),
        ALONE,
        "other numbers in float32: write cast(self.setting, p), of nn.optimizers.base",
    ),
    "a flag": (
        rule("p -= lr * g / (np.linalg.norm(g) if self.scaled else 1)",
             'scaled: bool = setting(False, None, "whether steps are scaled", fixes_shape=True)'),
        ALONE, "with scaled = True, run 1 of a stack of 3 gets other numbers than alone",
    ),
    "a word": (
        rule("p -= lr * {'plain': g}[self.form]",
             'form: str = setting("plain", ("plain", "sign"), "form of the step", fixes_shape=True)'),
        STEP, "with form = 'sign', KeyError in line 17: 'sign'; correct it",
    ),
    "a global": (
        rule("COUNT.append(1)\np -= lr * g / len(COUNT)", top="COUNT = []\n"), FORGETS, "COUNT changes when it is used"
    ),
    "an array of the module": (
        rule("W[0] += 1\np -= lr * g / W[0]", top="W = np.zeros(1, np.float32)\n"), FORGETS, "W changes when it is used"
    ),
    "what reset forgets": (
        rule("self.n = getattr(self, 'n', 0) + 1\np -= lr * g / self.n"), FORGETS, "after reset() it goes on where"
    ),
    "the first shape": (
        rule("self.w = getattr(self, 'w', np.empty_like(p))\nnp.multiply(g, lr, out=self.w)\np -= self.w"),
        FORGETS,
        "after reset() it still has the shape of the first parameters",
    ),
    "uphill": (rule("p += lr * g"), DOWN, "on a parabola it does not come downhill at any rate"),
    "never finite": (rule("p -= lr * g\np[:, -1] = np.where(p[:, -1] > 9, p[:, -1], np.inf)"), DOWN, "no rate from"),
    "nothing over nothing": (rule("p -= lr * g / np.abs(g)"), DOWN, "a gradient of 0 makes parameters that are no"),
    "no rate": (rule("p -= np.float32(0.01) * g"), RATE, "its numbers do not depend on the learning rate"),
    "its own rate": (rule("p -= cast(self.lr, p) * g"), RATE, "in `update` the rate of the step is the argument `lr`"),
    "a rate of its own making": (
        rule("p -= (lr if isinstance(self.lr, float) else 2 * lr) * g"), RATE, "a schedule that stays at 0.5 gives"
    ),
    "a function in a field": (
        rule("p -= lr * g", "f: object = None\ndef __post_init__(self):\n    super().__post_init__()\n"
             "    self.f = lambda: 0"), SENT, "it cannot be sent to worker processes"
    ),
    "an exception": (rule("p -= lr * h"), STEP, "NameError in line 17: name 'h' is not defined; correct it"),
    "an exit": (rule("raise SystemExit"), STEP, "SystemExit in line 17"),
    "too few arguments": (SGD.replace("lr, work", "lr"), STEP, "TypeError: Mine.update() takes 4 positional arguments"),
    "its declaration": (SGD.replace('"mine"', '"adam"'), "its declaration", "a built-in rule has it"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "check", "part"), WRONG.values(), ids=list(WRONG))
def test_a_mistake_is_told_with_what_to_change(faults: Faults, text: str, check: str, part: str) -> None:
    found = faults(text)
    assert any(part in fault for fault in found[check]), found


def test_where_it_cannot_take_a_step_the_rest_is_left_out(faults: Faults) -> None:
    assert list(faults(rule("raise ValueError"))) == [STEP]
    assert list(faults(SGD.replace('"mine"', '"adam"'))) == ["its declaration"]


def test_generators_that_belong_to_all_are_left_as_they_were(faults: Faults) -> None:
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    expected = random.random(), np.random.uniform()  # noqa: NPY002
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    faults(WRONG["global randomness"][0])
    faults(WRONG["Python's generator"][0])
    assert (random.random(), np.random.uniform()) == expected  # noqa: NPY002


def test_one_that_is_wrong_in_five_ways_is_told_each(faults: Faults) -> None:
    body = """if not hasattr(self, "v"):
    self.v = np.zeros(p.shape[1])
self.v = 0.9 * self.v + g[0] + 0.01 * np.random.randn()
self.steps["taken"] = self.steps.get("taken", 0) + 1
p = p - lr * self.v"""
    found = faults(rule(body, "steps = {}"))
    told = " ".join(fault for own in found.values() for fault in own)
    for part in (
        "it draws from numpy.random",
        "it leaves the parameters as they are: change `p` in place",
        "self.v is float64 where the parameters are float32",
        "self.v has shape (53,), not (3, 53) as the parameters: make it a field by state()",
        "Mine.steps changes when it is used",
    ):
        assert part in told
    assert ALONE not in found  # it would tell what follows from these
    assert RATE not in found


def test_what_is_drawn_or_kept_is_told_alone(faults: Faults) -> None:
    assert list(faults(WRONG["global randomness"][0])) == [CHANCE]
    assert list(faults(WRONG["a fresh generator"][0])) == [CHANCE]
    assert list(faults(WRONG["state of the class"][0])) == [FORGETS]
    assert list(faults(WRONG["not in place"][0])) == [CHANGES]
