"""Stacks: every run in exactly one, equal shapes only, whatever the grid and the number of jobs."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.grid.grid import Configuration, Run
from bench.grid.settings import OPTIMIZERS, SHARED
from bench.training import stacks as planning
from bench.training.stacks import bytes_per_run, cache_bytes, runs_per_stack, stack_key, stacks_of

BASE: dict[str, Any] = {setting.key: setting.default for setting in (*SHARED, *OPTIMIZERS["sgd"])}
SHAPES = {
    "network.hidden": [(4,), (4, 4), (512,), ()],
    "training.batch": ["full", 32],
    "regularization.dropout": [0.0, 0.1, 0.2],
    "regularization.l2": [0.0, 0.1],
    "problem.noise": [0.1, 0.2],
    "problem.train": [10, 3000],
    "optimizer.schedule": ["constant", "inverse"],
}


@st.composite
def runs(draw: st.DrawFn) -> list[Run]:
    made = []
    for i in range(draw(st.integers(0, 6))):
        changed = {key: draw(st.sampled_from(values)) for key, values in SHAPES.items()}
        configuration = Configuration(f"hash{i}", "family", "text", BASE | changed)
        made += [Run(configuration, seed) for seed in draw(st.sets(st.integers(0, 400), max_size=40))]
    return draw(st.permutations(made))


def _key(run: Run) -> tuple[str, int]:
    return run.configuration.hash, run.seed


@given(runs=runs(), jobs=st.integers(1, 70))
def test_every_run_stands_in_exactly_one_stack_of_its_shape(runs: list[Run], jobs: int) -> None:
    stacks = list(stacks_of(runs, jobs))
    assert Counter(_key(run) for stack in stacks for run in stack.runs) == Counter(_key(run) for run in runs)
    for stack in stacks:
        assert 1 <= len(stack.runs) <= runs_per_stack(stack.settings)
        assert len({stack_key(run.configuration.settings) for run in stack.runs}) == 1
        assert [run.seed for run in stack.runs] == sorted(run.seed for run in stack.runs)


@given(count=st.integers(1, 600), jobs=st.integers(1, 64))
def test_stacks_of_one_shape_are_of_nearly_one_size_and_enough_for_every_job(count: int, jobs: int) -> None:
    configuration = Configuration("hash", "family", "text", BASE)
    sizes = [len(stack.runs) for stack in stacks_of([Run(configuration, seed) for seed in range(count)], jobs)]
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) >= min(jobs, count)


PER_RUN = ("problem.noise", "network.init", "regularization.l1", "regularization.l2", "optimizer.lr", "optimizer.decay")


@pytest.mark.parametrize("key", BASE)
def test_only_what_may_differ_within_a_stack_does(key: str) -> None:
    """What is not known to be per run must split stacks."""
    other = {"network.hidden": (5,), "training.batch": 7, "regularization.dropout": 0.5}.get(key, 77)
    pair = [Run(Configuration(name, "f", "t", BASE | change), 0) for name, change in (("a", {}), ("b", {key: other}))]
    assert len(list(stacks_of(pair))) == (1 if key in PER_RUN else 2)


def test_runs_with_different_dropout_share_a_stack_but_not_with_those_without() -> None:
    made = [
        Run(Configuration(str(rate), "family", "text", BASE | {"regularization.dropout": rate}), 0)
        for rate in (0.0, 0.1, 0.5)
    ]
    assert sorted(len(stack.runs) for stack in stacks_of(made)) == [1, 2]


def test_the_larger_the_network_the_fewer_runs_share_a_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "cache_bytes", lambda: 1 << 20)
    sizes = [runs_per_stack(BASE | {"network.hidden": hidden}) for hidden in ((), (64,), (64, 64), (4096,))]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 2
    assert runs_per_stack(BASE | {"network.hidden": (), "problem.train": 1}) == 256
    assert bytes_per_run(BASE | {"training.batch": 10}) < bytes_per_run(BASE)


def test_the_cache_has_a_plausible_size() -> None:
    assert 1 << 16 <= cache_bytes() <= 1 << 28
