"""What is declared once is known everywhere: a rule, a schedule, a penalty and a problem, each one class, no more."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import nn
from bench.grid import GridError, load
from bench.grid.components import PENALTIES, PROBLEMS, RULES, SCHEDULES
from bench.grid.schema import json_schema
from bench.grid.table import optimizer_settings, problem_settings, restored, schedule_settings
from bench.problems import Problem
from bench.records import Run, Stack
from bench.training.training import train, train_stack
from nn.arrays import Array, Real
from nn.components import FRACTION, NOT_NEGATIVE, POSITIVE, Interval, components_of, setting, settings_of
from nn.optimizers.base import learning_rate, state
from nn.schedules import Rate
from tests.bench.place import Place


@dataclass
class RMSProp(nn.Optimizer):
    """s <- rho s + (1 - rho) g^2;  p <- p - lr g / (sqrt(s) + eps) (Tieleman & Hinton 2012, lecture 6.5)."""

    name = "rms"
    lr: Rate = learning_rate(0.001)
    rho: Real = setting(0.9, FRACTION, "decay of the mean of squared gradients")
    eps: Real = setting(1e-7, POSITIVE, "added to the root in the denominator")
    s: Array = state()

    def update(self, p: Array, g: Array, lr: Real, work: Array) -> None:
        rho = np.asarray(self.rho, p.dtype)
        self.s[...] = rho * self.s + (1 - rho) * g * g
        p -= lr * g / (np.sqrt(self.s) + np.asarray(self.eps, p.dtype))


@dataclass(frozen=True)
class Halving(nn.Schedule):
    """lr 2^-(t / steps)."""

    name = "halving"
    steps: Real = setting(100.0, POSITIVE, "steps until the rate is halved")

    def __call__(self, t: int) -> Real:
        return self.lr * np.exp2(-t / np.asarray(self.steps))


@dataclass(frozen=True)
class Quartic(nn.Penalty):
    """strength * sum w^4."""

    name = "quartic"
    strength: Real = setting(0.0, NOT_NEGATIVE, "strength: quartic * sum w^4")
    constant = 4

    def terms(self, w: Array) -> Array:
        return w**4

    def slopes(self, w: Array, work: Array) -> Array:
        return w**3


@dataclass(frozen=True)
class Clouds(Problem):
    """Two clouds in space."""

    name = "clouds"
    features = 3
    classes = 2
    distance: float = setting(2.0, Interval(0, 100), "distance of the two centres")

    def sample(self, points: int, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = np.repeat([0, 1], points)
        return rng.standard_normal((3, 2 * points)) + self.distance * labels, labels


GRID = """
[problem]
name = "clouds"
train = 6
validation = 5
test = 7
distance = [1, 3]
[network]
hidden = [4]
[training]
epochs = 4
checkpoints = 2
[regularization]
quartic = [0, 0.1]
[[optimizer]]
name = "rms"
lr = [0.01, 0.1]
rho = 0.5
schedule = "halving"
steps = [2, 50]
[seeds]
tune = 2
confirm = 6
"""


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    """All four, as if their files stood beside the others."""
    monkeypatch.setitem(RULES, "rms", RMSProp)
    monkeypatch.setitem(SCHEDULES, "halving", Halving)
    monkeypatch.setitem(PENALTIES, "quartic", Quartic)
    monkeypatch.setitem(PROBLEMS, "clouds", Clouds)


@pytest.mark.usefixtures("added")
def test_a_grid_of_them_is_trained_judged_stored_and_replayed(place: Place) -> None:
    place.write(GRID)
    runs = place.train("baseline.accuracy=0.5").runs
    assert set(runs["status"]) == {"ok"}
    assert len(runs) == 16 * 2 + 2 * 6 + 2 * 6  # and the other side of each family's effect of the penalty
    assert set(runs["family"]) == {"rms, distance 1", "rms, distance 3"}
    assert set(runs["optimizer.steps"]) == {2.0, 50.0}
    assert set(runs["regularization.quartic"]) == {0.0, 0.1}
    assert set(runs["problem.classes"]) == {2}
    assert place.train("baseline.accuracy=0.5").runs.equals(runs)
    outcome = place.cli("verify", place.grid, "--sample", "100")
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, f"{len(runs)} of {len(runs)} runs agree with the store")


@pytest.mark.usefixtures("added")
def test_runs_alone_and_in_a_stack_have_the_same_bits(place: Place) -> None:
    place.write(GRID)
    runs = tuple(Run(c, seed) for c in place.load("problem.distance=1").configurations() for seed in (0, 7))
    together = {result.run.id: result.digest for result in train_stack(Stack(runs))}
    assert len(set(together.values())) == len(runs)
    for run in runs:
        assert train_stack(Stack((run,)))[0].digest == together[run.id]


@pytest.mark.usefixtures("added")
def test_their_settings_are_validated_and_in_the_schema(place: Place) -> None:
    place.write(GRID)
    validator = Draft202012Validator(json_schema())
    Draft202012Validator.check_schema(validator.schema)
    for override, part in {
        "problem.distance=101": "problem.distance = 101: expected a number >= 0 and <= 100",
        "problem.distence=1": 'did you mean "distance"?',
        "problem.noise=0.1": "problem.noise: unknown key; expected one of name, train",
        "optimizer.rms.rho=1": "optimizer[1].rho = 1: expected a number >= 0 and < 1",
        "optimizer.rms.schedule='constant'": 'expected no steps, or schedule = "halving" beside it',
        "regularization.quartic=-1": "regularization.quartic = -1: expected a number >= 0",
    }.items():
        with pytest.raises(GridError) as error:
            place.load(override)
        assert part in str(error.value)
    assert "quartic" in json.dumps(validator.schema)


def test_another_penalty_leaves_every_id_as_it_was_where_it_is_off(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [configuration.hash for configuration in place.load().configurations()]
    monkeypatch.setitem(PENALTIES, "quartic", Quartic)
    assert [configuration.hash for configuration in place.load().configurations()] == before
    on = [configuration.hash for configuration in place.load("regularization.quartic=0.1").configurations()]
    assert not set(on) & set(before)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_no_rule_has_a_setting_of_a_schedule(rule: str, schedule: str) -> None:
    own = {setting.name for setting in optimizer_settings(rule, ())}
    assert not own & {setting.name for setting in schedule_settings(schedule)}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_no_problem_has_a_setting_twice(problem: str) -> None:
    names = [setting.name for setting in problem_settings(problem)]
    assert len(set(names)) == len(names)


def test_a_class_that_declares_settings_without_dataclass_is_refused() -> None:
    class Forgotten(nn.Schedule):
        name = "forgotten"
        depth: float = setting(0.5, FRACTION, "how far it falls")

    with pytest.raises(TypeError, match="Forgotten: a class that declares settings needs @dataclass above it"):
        settings_of(Forgotten)


def test_two_components_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass
    class Second(nn.Adam):
        """Another Adam, by the same name."""

    monkeypatch.setattr(nn.optimizers, "Second", Second, raising=False)
    with pytest.raises(ValueError, match="adam: two components have this name"):
        components_of(nn.optimizers, nn.Optimizer)


def test_a_stored_run_of_a_component_that_is_not_there_is_one_message(place: Place, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as added:
        added.setitem(RULES, "rms", RMSProp)
        place.write(place.grid.read_text().replace('"adam"', '"rms"'))
        name = place.train().runs["run"].iloc[-1]
    outcome = place.cli("replay", name)
    assert outcome.code == 2
    assert f"optimizer.name = 'rms': not known; expected one of {', '.join(RULES)}" in outcome.err
    with pytest.raises(GridError, match=r'optimizer\[2\].name = "rms": expected one of sgd'):
        load(place.grid)


@dataclass(frozen=True)
class Stairs(nn.Schedule):
    """lr, lower by a factor after every so many steps."""

    name = "stairs"
    steps: int = setting(5, Interval(1, 50), "steps at one height", fixes_shape=True)

    def __call__(self, t: int) -> Real:
        return self.lr * 0.5 ** (t // self.steps)


@pytest.mark.usefixtures("added")
def test_schedules_may_share_the_name_of_a_setting(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCHEDULES, "stairs", Stairs)
    head = place.grid.read_text().split("[[optimizer]]")[0]
    for schedule, given, steps in (
        ("halving", "steps = 100.0", 100.0), ("halving", "", 100.0), ("stairs", "steps = 7", 7), ("stairs", "", 5)
    ):  # fmt: skip
        place.write(f'{head}[[optimizer]]\nname = "sgd"\nschedule = "{schedule}"\n{given}\n[seeds]\ntune = 1\n')
        [configuration] = place.load().configurations()
        assert configuration.settings.flat()["optimizer.steps"] == steps
    with pytest.raises(GridError, match="expected a whole number from 1 to 50"):
        place.load("optimizer.sgd.steps=100")


def test_a_setting_of_a_schedule_that_fixes_shapes_splits_stacks(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCHEDULES, "stairs", Stairs)
    head = place.grid.read_text().split("[[optimizer]]")[0]
    place.write(f'{head}[[optimizer]]\nname = "sgd"\nlr = [0.1, 0.2]\nschedule = "stairs"\nsteps = [2, 3]\n')
    shapes = [configuration.settings.shape for configuration in place.load().configurations()]
    assert [shapes.count(shape) for shape in shapes] == [2] * 4


@dataclass(frozen=True)
class Huber(nn.Penalty):
    """strength * sum of w^2 / 2 up to delta, and delta (|w| - delta / 2) beyond."""

    name = "huber"
    delta: Real = setting(1.0, POSITIVE, "where squares end")

    def terms(self, w: Array) -> Array:
        size = np.abs(w)
        terms: Array = np.where(size <= self.delta, w**2 / 2, self.delta * (size - np.asarray(self.delta) / 2))
        return terms

    def slopes(self, w: Array, work: Array) -> Array:
        return np.clip(w, -np.asarray(self.delta, w.dtype), np.asarray(self.delta, w.dtype), out=work)


def test_a_penalty_with_more_settings_stands_in_mixed_stacks(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PENALTIES, "huber", Huber)
    place.write(place.grid.read_text() + "[regularization]\nhuber = [0, 0.1, 0.2]\nhuber_delta = [0.1, 0.5]\n")
    runs = tuple(Run(c, 0) for c in place.load().configurations() if c.family == "sgd")
    together = train(runs)  # and not one by one, as `train_stack` would after a failure
    for i, run in enumerate(runs):
        assert train([run]).network.parameters.tobytes() == together.network.parameters[i].tobytes()
    with pytest.raises(ValueError, match="delta: expected 0 < delta < inf, got -5"):
        Huber(0.1, delta=-5)


@pytest.mark.parametrize(
    ("default", "allowed", "message"),
    [
        (1, Interval(1), "whole numbers need an interval with two closed ends"),
        (1, Interval(0, 5, open_low=True), "whole numbers need an interval with two closed ends"),
        ("a", ("a", "b"), "cannot differ within a stack"),
        (True, None, "cannot differ within a stack"),
    ],
)
def test_a_declaration_that_nobody_could_keep_is_refused(default: object, allowed: object, message: str) -> None:
    @dataclass(frozen=True)
    class Wrong(nn.Schedule):
        knob: object = setting(default, allowed, "what it does")

    with pytest.raises(TypeError, match=f"Wrong.knob: .*{message}"):
        settings_of(Wrong)


@pytest.mark.parametrize("change", [{"optimizer.lr": "fast"}, {"problem.name": ["spiral"]}, {"network.colour": 1}])
def test_stored_settings_that_are_none_say_which(change: dict[str, object], place: Place) -> None:
    flat = next(place.load().configurations()).settings.flat()
    with pytest.raises(ValueError, match=next(iter(change))):
        restored(flat | change)
