"""`bench.run(grid, plugins=[MyRule])`: a class in hand is made anew from its text, as in worker processes."""

from __future__ import annotations

import ast
import linecache
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import bench
import nn
from bench.errors import UsageError
from bench.grid.plugging import plugged_in
from bench.plugins import load_all
from bench.plugins.texts import NoText
from bench.plugins.writing import text_of
from nn import Optimizer, Schedule
from nn.arrays import Array, Real
from nn.components import FRACTION, setting
from nn.optimizers.base import cast, learning_rate, state
from nn.schedules import Rate
from tests.bench.place import TINY, Place
from tests.bench.plugins.own import ADAM, SGD, rule

SCALE = 0.5
TABLE = np.ones(1)


def halved(values: Array) -> Array:
    """What a rule of this module calls."""
    smaller: Array = np.multiply(values, np.float32(SCALE))
    return smaller


class Halving(Optimizer):
    """What a rule of this module derives from."""

    def halve(self, p: Array, g: Array, lr: Real) -> None:
        p -= lr * halved(g)


@dataclass(eq=False)
class Mine(Halving):
    """Gradient descent with momentum, by way of a base class, a function and a constant."""

    name = "mine"
    lr: Rate = learning_rate(0.1)
    mu: Real = setting(0.9, FRACTION, "share of the last step that is kept")
    v: Array = state()

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        np.multiply(self.v, cast(self.mu, p), out=self.v)
        self.v += g
        self.halve(p, self.v, lr)


@dataclass(eq=False)
class WithATable(Optimizer):
    """It names an array."""

    name = "tabled"
    lr: Rate = learning_rate(0.1)

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        p -= lr * g * TABLE.astype(p.dtype)


@dataclass(frozen=True)
class Falling(Schedule):
    name = "falling"

    def __call__(self, t: int) -> Real:
        return self.lr / (1 + t)


OWN = TINY.replace('name = "sgd"', 'name = "mine"')


@pytest.fixture(autouse=True)
def unplugged() -> Iterator[None]:
    with plugged_in([]):
        yield


@pytest.fixture
def cell() -> Iterator[Callable[[str], Any]]:
    """Run a text as a notebook runs a cell, in a module without a file; gives what it defines by the name Mine."""
    module = ModuleType("notebook")
    sys.modules["notebook"] = module
    cells: list[str] = []

    def run(text: str) -> Any:
        name = f"<cell {len(cells)}>"
        cells.append(name)
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        for node in ast.parse(text).body:  # one by one, as IPython does; other bits come of it than of the whole
            exec(compile(ast.Module([node], []), name, "exec", dont_inherit=True), vars(module))
        return vars(module).get("Mine")

    yield run
    del sys.modules["notebook"]
    for name in cells:
        linecache.cache.pop(name, None)


def test_a_class_of_a_module_trains_in_workers_as_here(place: Place) -> None:
    place.write(OWN)
    here = place.train(plugins=[Mine])
    there = bench.run(place.grid, jobs=2, store=place.folder / "other.sqlite", plugins=[Mine], progress=False)
    assert set(here.runs["status"]) == {"ok"}, here.runs["error"]
    assert here.runs["digest"].tolist() == there.runs["digest"].tolist()
    assert here.runs["run"].tolist() == there.runs["run"].tolist()
    assert set(here.verdicts["family"]) == {"mine", "adam"}


def test_a_file_can_be_named_too_and_a_later_call_still_knows_it(place: Place) -> None:
    place.write(TINY.replace('name = "sgd"\nlr = [0.1, 0.5]', 'name = "my-adam"\nlr = 0.05'))
    path = place.write(ADAM, "my_rule.py")
    runs = place.train(plugins=[path]).runs
    assert place.train(plugins=[str(path)]).runs.equals(runs)
    assert place.train().runs.equals(runs)
    digests = runs.groupby(["optimizer.name", "seed"])["digest"].first().unstack(0)
    assert (digests["adam"] == digests["my-adam"]).all()


def test_a_cell_that_is_run_again_with_another_text_is_another_rule(place: Place, cell: Callable[[str], Any]) -> None:
    place.write(OWN)
    first = place.train(plugins=[cell(SGD)])
    other = place.train(plugins=[cell(SGD.replace("p -= lr * g", "p -= lr * g * cast(0.5, p)"))])
    again = place.train(plugins=[cell(SGD)])
    ids = [set(results.runs.loc[results.runs["optimizer.name"] == "mine", "run"]) for results in (first, other, again)]
    assert ids[0] == ids[2]
    assert not ids[0] & ids[1]
    assert first.report(place.reports).exists()  # what is older can still be reported
    text = (place.reports / "tiny" / "report.md").read_text()
    assert "The plug-in class Mine (source " in text
    assert "The commands above have it only from a file that --plugin names" in text
    assert "from class" not in text


HELPERS = "import numpy as np\nfrom nn import Optimizer\nSIGN = -1.0\nSHIFT = (1, [2.0], {'a': None})\n"


def test_what_a_cell_defined_before_comes_along(place: Place, cell: Callable[[str], Any]) -> None:
    cell(HELPERS)
    cell("def lowered(p, step):\n    return np.add(p, SIGN * step, out=p)\n")
    cell("class Base(Optimizer):\n    def go(self, p, step):\n        return lowered(p, step) if SHIFT else None\n")
    mine = cell(SGD.replace("(Optimizer)", "(Base)").replace("p -= lr * g", "self.go(p, lr * g)"))
    place.write(OWN)
    digests = [
        bench.run(place.grid, jobs=jobs, store=place.folder / f"{jobs}.sqlite", plugins=[mine], progress=False)
        .runs["digest"]
        .tolist()
        for jobs in (1, 2)
    ]
    assert digests[0] == digests[1]
    text = text_of(mine)
    order = ["SIGN = -1.0", "def lowered", "class Base", "class Mine"]
    assert sorted(order, key=text.index) == order


def test_infinity_and_nan_come_along(cell: Callable[[str], Any]) -> None:
    top = "MOST = float('inf')\nNOTHING = float('nan')\n"
    text = text_of(cell(rule("np.fmin(g, MOST, out=work)\np -= lr * np.fmax(work, NOTHING)", top=top)))
    assert "MOST = float('inf')\n" in text
    assert "NOTHING = float('nan')\n" in text


def test_a_script_may_define_its_rule_beside_the_call(place: Place) -> None:
    """`__main__` is not imported again by workers, guarded or not."""
    place.write(OWN)
    script = place.write(
        f"{SGD}\nimport bench\nprint('once')\n"
        f"results = bench.run({str(place.grid)!r}, jobs=2, store={str(place.store)!r}, plugins=[Mine])\n"
        "print(results.runs['status'].unique().tolist())\n",
        "script.py",
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert done.stdout.splitlines() == ["once", "['ok']"], done.stderr


ALONE: dict[str, tuple[Callable[[Callable[[str], Any]], Any], str]] = {
    "an array that it names": (
        lambda cell: WithATable, "TABLE, which it names, is a value of type ndarray, and not written as text"
    ),
    "a function around it": (
        lambda cell: _inner(), "Inner is defined inside of a function or a class"
    ),
    "no text": (
        lambda cell: _without_text(), "the text of Mine is not to be found"
    ),
    "no module": (
        lambda cell: _of_module(cell(SGD), "nowhere"), "Mine belongs to no module"
    ),
    "a name that is gone": (
        lambda cell: cell(rule("p -= lr * g if self.t >= 0 else GONE", top="GONE = 1\n") + "del GONE\n"),
        "GONE is not defined",
    ),
    "a function put in later": (
        lambda cell: _patched(cell(ADAM.replace("MyAdam", "Mine").replace("my-adam", "mine"))),
        "the text of Mine is not what it was when that was made",
    ),
    "an attribute changed later": (
        lambda cell: _changed(cell(SGD.replace('"mine"', '"mine"\n    factor = 2.0'))),
        "Mine.factor is not what the text of Mine gives",
    ),
    "a list that holds itself": (
        lambda cell: cell(rule("p -= lr * g * len(LOOP)", top="LOOP = []\nLOOP.append(LOOP)\n")),
        "LOOP, which it names, is a value of type list, and not written as text",
    ),
}  # fmt: skip


def _changed(component: Any) -> Any:
    component.factor = 3.0
    return component


def _inner() -> Any:
    @dataclass(eq=False)
    class Inner(Optimizer):
        name = "mine"
        lr: Rate = learning_rate(0.1)

        def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
            p -= lr * g

    return Inner


def _without_text() -> Any:
    scope = vars(sys.modules["notebook"])
    exec(SGD, scope)
    return scope["Mine"]


def _of_module(component: Any, name: str) -> Any:
    component.__module__ = name
    return component


def _patched(component: Any) -> Any:
    def update(self: Any, p: Array, g: Array, lr: Real, work: Array) -> None:
        p -= 2 * lr * g

    update.__qualname__ = "Mine.update"
    component.update = update
    return component


@pytest.mark.parametrize(("made", "why"), ALONE.values(), ids=list(ALONE))
def test_without_a_text_all_is_trained_here_and_that_is_said(
    place: Place, cell: Callable[[str], Any], made: Callable[[Any], Any], why: str
) -> None:
    component = made(cell)
    place.write(OWN.replace('"mine"', f'"{component.name}"'))
    with pytest.warns(UserWarning, match="trained in this process alone, and its runs are not recognized by ") as said:
        results = place.train(jobs=2, plugins=[component])
    assert why in str(said[0].message)
    assert str(said[0].message).startswith(f"{component.__name__}: trained in this process alone")
    assert set(results.runs["status"]) == {"ok"}
    with pytest.warns(UserWarning, match="alone"):
        assert place.train(jobs=1, plugins=[component]).runs["run"].tolist() == results.runs["run"].tolist()


def test_a_grid_that_does_not_name_it_is_trained_by_workers_without_a_word(place: Place) -> None:
    assert place.train(jobs=2, plugins=[WithATable]).runs["status"].unique().tolist() == ["ok"]


def test_a_stored_run_of_a_class_says_so(place: Place) -> None:
    place.write(OWN)
    results = place.train(plugins=[Mine])
    name = results.runs.loc[results.runs["optimizer.name"] == "mine", "run"].iloc[0]
    with plugged_in([]):
        mine = place.cli("replay", name)
        assert mine.code == 0  # this process still has it
    program = [sys.executable, "-m", "bench", "replay", name, "--store", str(place.store)]
    done = subprocess.run(program, cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "rests on the plug-in <class Mine>, which brings the rule mine; give the class to bench.run" in done.stderr


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ("my_rule.py", "plugins = 'my_rule.py': expected a list of classes and of files, such as [MyRule]"),
        (Mine, "expected a list of classes and of files"),
        ([Mine()], " is no class; expected one derived from nn.Optimizer"),
        ([5], "plugins: 5 is no class; expected one derived from nn.Optimizer, bench.problems.Problem"),
        ([int], "plugins: int is no component; expected a class derived from nn.Optimizer"),
        (["missing.py"], "missing.py: no such file"),
        ([Halving], "Halving: name = '': expected a letter"),
        ([nn.Adam], "Adam: name = 'adam': a built-in rule has it; take another"),
        ([Mine, Falling, WithATable, Mine], ""),
    ],
    ids=str,
)
def test_what_is_no_plug_in_is_refused(place: Place, given: Any, part: str) -> None:
    if not part:
        assert [len(plugin.components) for plugin in load_all(given)] == [1, 1, 1, 1]
        return
    with pytest.raises(UsageError) as error:
        place.train(plugins=given)
    assert part in str(error.value)
    assert place.files() == {"tiny.toml"}


def test_names_are_imported_from_where_they_live_by_whatever_name(cell: Callable[[str], Any]) -> None:
    head = "from math import sqrt as root\nfrom numpy import sqrt as roots\nfrom numpy.linalg import norm\nSIZE = 3\n"
    body = "p -= lr * roots(g * g) * cast(root(SIZE), p) / norm(g, axis=1, keepdims=True)"
    lines = text_of(cell(rule(body, top=head))).splitlines()
    for line in (
        "from math import sqrt as root",
        "from numpy import sqrt as roots",
        "from numpy.linalg import norm",
        "SIZE = 3",
    ):
        assert line in lines


def test_a_text_says_what_it_imports(cell: Callable[[str], Any]) -> None:
    text = text_of(Mine)
    assert text.startswith("from __future__ import annotations\n")
    for line in (
        "import numpy as np",
        "from dataclasses import dataclass",
        "from nn.components import FRACTION",
        "SCALE = 0.5",
    ):
        assert line in text.splitlines()
    with pytest.raises(NoText, match="TABLE, which it names, is a value of type ndarray"):
        text_of(WithATable)
    assert "from __future__" not in text_of(cell(SGD))
