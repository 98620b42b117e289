"""A declaration that grid files, ids or stacks could not work with is found, with what to change."""

from pathlib import Path

import pytest

from bench import plugins
from bench.grid.components import BUILT_IN
from bench.grid.declarations import faults_of
from bench.problems import Samples
from nn.components import Component
from tests.bench.plugins.own import HEAD, SGD, rule

MORE = """
from bench.problems import Problem
from nn import Penalty, Schedule
from nn.components import NOT_NEGATIVE, POSITIVE, Interval
"""
PENALTY = """

@dataclass(frozen=True)
class Mine(Penalty):
    name = "mine"
    {}

    def terms(self, w):
        return w**4

    def slopes(self, w, work):
        return 4 * w**3
"""
SCHEDULE = """

@dataclass(frozen=True)
class Mine(Schedule):
    name = "mine"
    {}

    def __call__(self, t):
        return self.lr
"""
PROBLEM = """

@dataclass(frozen=True)
class Mine(Problem):
    name = "mine"
    features = 3
    classes = 2
    {}

    def sample(self, points, rng):
        return rng.standard_normal((3, 2 * points)), np.repeat([0, 1], points)
"""


def declaring(line: str) -> str:
    return rule("p -= lr * g", line, MORE)


def of(template: str, line: str = "") -> str:
    return f"{HEAD}{MORE}{template.format(line)}"


_PLUGGABLE = [one for kind in BUILT_IN.values() for one in kind.values() if not issubclass(one, Samples)]  # no files


@pytest.mark.parametrize("component", _PLUGGABLE, ids=lambda one: str(one.name))
def test_built_in_components_declare_well(component: type[Component]) -> None:
    assert faults_of(component) == []


@pytest.mark.parametrize("text", [SGD, of(PENALTY), of(SCHEDULE), of(PROBLEM)])
def test_a_short_declaration_is_enough(text: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(text)
    assert faults_of(*plugins.load(tmp_path / "mine.py").components) == []


WRONG = {
    "a blank": (SGD.replace('"mine"', '"my rule"'), "name = 'my rule': expected a letter, and at most 39 more"),
    "a number": (SGD.replace('"mine"', "5"), "name = 5: expected a letter"),
    "a long name": (SGD.replace("mine", "m" * 41), "expected a letter, and at most 39 more"),
    "a built-in's": (SGD.replace("mine", "adam"), "name = 'adam': a built-in rule has it; take another"),
    "an inherited name": (f"{HEAD}\nfrom nn import Adam\nclass Mine(Adam):\n    pass\n", "'adam': a built-in rule"),
    "no update": (SGD.replace("def update", "def upgrade"), "update is missing; write update(self, p, g, lr, work)"),
    "no @dataclass": (SGD.replace("@dataclass(eq=False)", ""), "Mine: a class that declares settings needs @dataclass"),
    "no rate": (
        SGD.replace("    lr: float = learning_rate(0.1)\n", ""),
        "lr has no default; declare it anew, such as lr: Rate = learning_rate(0.01)",
    ),
    "a plain rate": (
        SGD.replace("learning_rate(0.1)", "0.1"), "lr is no setting; declare it by `setting`, or by `learning_rate`"
    ),
    "a list for a name": (SGD.replace('"mine"', '["mine"]'), "name = ['mine']: expected a letter"),
    "a control character": (SGD.replace('"mine"', '"\\x1b[31m"'), "name = '\\x1b[31m': expected a letter"),
    "no words": (declaring('a: str = setting("b", (), "a", fixes_shape=True)'), "a word and a tuple of words"),
    "its own way of being made": (
        SGD.replace("def update", "def __post_init__(self):\n        raise RuntimeError('no')\n\n    def update"),
        "Mine() cannot be made with its defaults (RuntimeError: no); give every field one that is allowed",
    ),
    "a constant that is none": (
        of(PENALTY, "constant = 'x'"), "constant = 'x': expected a number"
    ),
    "no meaning": (declaring('a: float = setting(0.5, FRACTION, " ")'), "a does not say what it means; give `setting`"),
    "a default outside": (
        declaring('a: float = setting(1.5, FRACTION, "a")'),
        "a has the default 1.5; expected a number >= 0 and < 1, or change what is allowed",
    ),
    "a pair of numbers": (
        declaring('a: float = setting(0.5, (0, 1), "a", fixes_shape=True)'),
        "expected a number and an Interval",
    ),
    "a word alone": (declaring('a: str = setting("b", "b", "a", fixes_shape=True)'), "a word and a tuple of words"),
    "a flag and words": (declaring('a: bool = setting(True, ("b",), "a", fixes_shape=True)'), "True or False and None"),
    "no values": (declaring('a: float = setting(0.5, None, "a")'), "expected a number and an Interval"),
    "a list": (declaring('a: object = setting((1, 2), POSITIVE, "a")'), "a has the default (1, 2)"),
    "another word": (
        declaring('a: str = setting("c", ("a", "b"), "a", fixes_shape=True)'),
        "a has the default 'c'; expected \"a\" or \"b\"",
    ),
    "words in a stack": (declaring('a: str = setting("a", ("a", "b"), "a")'), "declare it with fixes_shape=True"),
    "a setting of schedules": (
        declaring('decay: float = setting(0.5, FRACTION, "a")'),
        "decay is what another setting of its table is called; rename it",
    ),
    "a key of the table": (declaring('label: float = setting(0.5, FRACTION, "a")'), "label is what another setting"),
    "a setting of a rule": (of(SCHEDULE, 'momentum: float = setting(0.5, FRACTION, "a")'), "momentum is what another"),
    "a label of its own": (of(PROBLEM, 'label: int = setting(5, Interval(1, 9), "a")'), "label is what another"),
    "a strength": (
        of(PENALTY, 'strength: float = setting(0.1, NOT_NEGATIVE, "a")'),
        "its strength is 0.1 by default, so that every grid would have it; make that 0.0",
    ),
    "a penalty named as dropout": (of(PENALTY).replace('"mine"', '"dropout"'), "strength is what another setting"),
    "not frozen": (of(PROBLEM).replace("(frozen=True)", "").replace("@dataclass", ""), "@dataclass(frozen=True) above"),
    "one class": (of(PROBLEM).replace("classes = 2", "classes = 1"), "classes = 1: expected a whole number of at lea"),
    "no features": (of(PROBLEM).replace("    features = 3\n", ""), "features = None: expected a whole number"),
    "no sample": (of(PROBLEM).replace("sample", "simple"), "sample is missing; write sample(self, points, rng)"),
    "no slopes": (of(PENALTY).replace("slopes", "slope"), "slopes is missing; write slopes(self, w, work)"),
    "no call": (of(SCHEDULE).replace("__call__", "rate"), "__call__ is missing; write __call__(self, t)"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "part"), WRONG.values(), ids=list(WRONG))
def test_a_declaration_that_cannot_be_kept_says_what_to_change(text: str, part: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(text)
    [component] = plugins.load(tmp_path / "mine.py").components
    faults = faults_of(component)
    assert any(part in fault for fault in faults), faults


def test_a_field_that_must_be_given_is_a_fault(tmp_path: Path) -> None:
    text = of(SCHEDULE, "start: int = field(kw_only=True)").replace("import dataclass", "import dataclass, field")
    (tmp_path / "mine.py").write_text(text)
    [fault] = faults_of(*plugins.load(tmp_path / "mine.py").components)
    assert fault.startswith("Mine() cannot be made with its defaults (TypeError: ")
    assert fault.endswith("give every field one that is allowed")
