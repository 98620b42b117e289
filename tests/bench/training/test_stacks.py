"""Stacks: every run in exactly one, equal shapes only, whatever the grid and the number of jobs."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.grid import Configuration, Settings
from bench.grid.domains import plain
from bench.grid.table import optimizer_settings, problem_settings, restored, shared_settings
from bench.problems import Spiral
from bench.records import Run
from bench.training import stacks as planning
from bench.training.stacks import bytes_per_run, cache_bytes, runs_per_stack, stack_counts, stacks_of

TABLE = (*problem_settings("spiral"), *shared_settings(), *optimizer_settings("sgd", ["inverse"]))
BASE: dict[str, Any] = {setting.key: plain(setting.default) for setting in TABLE}


def settings(**changes: Any) -> Settings:
    """The defaults, but for these: `training_batch=32` stands for training.batch."""
    return restored(BASE | {name.replace("_", ".", 1): value for name, value in changes.items()})


def run(name: str, seed: int, **changes: Any) -> Run:
    return Run(Configuration(name, "family", "text", settings(**changes)), seed)


SHAPES: dict[str, list[Any]] = {
    "network_hidden": [[4], [4, 4], [512], []],
    "training_batch": ["full", 32],
    "regularization_dropout": [0.0, 0.1, 0.2],
    "regularization_l2": [0.0, 0.1],
    "problem_noise": [0.1, 0.2],
    "problem_train": [10, 3000],
    "optimizer_schedule": ["constant", "inverse"],
}


@st.composite
def runs(draw: st.DrawFn) -> list[Run]:
    made = []
    for i in range(draw(st.integers(0, 6))):
        changed = {key: draw(st.sampled_from(values)) for key, values in SHAPES.items()}
        made += [run(f"hash{i}", seed, **changed) for seed in draw(st.sets(st.integers(0, 400), max_size=40))]
    return draw(st.permutations(made))


def _key(run: Run) -> tuple[str, int]:
    return run.configuration.hash, run.seed


@given(runs=runs(), jobs=st.integers(1, 70))
def test_every_run_stands_in_exactly_one_stack_of_its_shape(runs: list[Run], jobs: int) -> None:
    stacks = list(stacks_of(runs, jobs))
    assert Counter(_key(run) for stack in stacks for run in stack.runs) == Counter(_key(run) for run in runs)
    for stack in stacks:
        assert 1 <= len(stack.runs) <= runs_per_stack(stack.runs[0].settings)
        assert len({run.settings.shape for run in stack.runs}) == 1
        assert [run.seed for run in stack.runs] == sorted(run.seed for run in stack.runs)


@given(count=st.integers(1, 600), jobs=st.integers(1, 64))
def test_stacks_of_one_shape_are_of_nearly_one_size_and_enough_for_every_job(count: int, jobs: int) -> None:
    configuration = Configuration("hash", "family", "text", settings())
    sizes = [len(stack.runs) for stack in stacks_of([Run(configuration, seed) for seed in range(count)], jobs)]
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) >= min(jobs, count)


def test_few_runs_of_many_shapes_are_not_divided_further(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the rounds of a race: small stacks are slow, and there is one for each job anyway."""
    monkeypatch.setattr(planning, "cache_bytes", lambda: 1 << 24)  # room for all
    shapes = [(3, settings(network_activation=own)) for own in ("relu", "leaky-relu", "tanh")]
    assert stack_counts(shapes, 3) == [1, 1, 1]
    assert stack_counts(shapes, 6) == [2, 2, 2]
    assert stack_counts(shapes, 100) == [3, 3, 3]


def test_what_is_most_of_the_work_is_divided_among_most_of_the_jobs() -> None:
    large, small = settings(network_hidden=[64]), settings(network_hidden=[4])
    assert stack_counts([(4, large), (4, small)], 4) == [4, 1]
    assert stack_counts([(0, large)], 4) == [0]


PER_RUN = (
    "problem.noise", "network.init", "regularization.l1", "regularization.l2", "optimizer.lr", "optimizer.decay",
    "optimizer.warmup",
)  # fmt: skip

OTHER = {
    "network.hidden": [5], "training.batch": 7, "regularization.dropout": 0.5, "regularization.layers": "first",
    "regularization.biases": True, "optimizer.name": "adam", "optimizer.schedule": "inverse",
    "optimizer.warmup": 0.5, "network.activation": "tanh",
}  # fmt: skip


@pytest.mark.parametrize("key", [key for key in BASE if key != "problem.name"])
def test_only_what_may_differ_within_a_stack_does(key: str) -> None:
    """What is not known to be per run must split stacks."""
    name = key.replace(".", "_", 1)
    pair = [run("a", 0), run("b", 0, **{name: OTHER.get(key, 77)})]
    assert len(list(stacks_of(pair))) == (1 if key in PER_RUN else 2)


def test_another_problem_splits_stacks() -> None:
    @dataclass(frozen=True)
    class Twin(Spiral):
        """Another problem with the same settings."""

        name = "twin"

    one = run("a", 0)
    other = Run(Configuration("b", "family", "text", replace(one.settings, problem=Twin())), 0)
    assert len(list(stacks_of([one, other]))) == 2


def test_runs_with_different_dropout_share_a_stack_but_not_with_those_without() -> None:
    made = [run(str(rate), 0, regularization_dropout=rate) for rate in (0.0, 0.1, 0.5)]
    assert sorted(len(stack.runs) for stack in stacks_of(made)) == [1, 2]


def test_the_larger_the_network_the_fewer_runs_share_a_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "cache_bytes", lambda: 1 << 20)
    sizes = [runs_per_stack(settings(network_hidden=hidden)) for hidden in ([], [64], [64, 64], [4096])]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 2
    assert runs_per_stack(settings(network_hidden=[], problem_train=1)) == 256
    assert bytes_per_run(settings(training_batch=10)) < bytes_per_run(settings())


def test_the_cache_has_a_plausible_size() -> None:
    assert 1 << 16 <= cache_bytes() <= 1 << 28
