"""How many cores and how much memory: what a container allows counts too."""

import math
import os
from pathlib import Path

import pytest

from bench.training import machine
from bench.training.machine import cores, memory, memory_limits, quotas


def test_quotas_are_those_of_the_own_group_and_of_all_around_it(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "cpu.max").write_text("150000 100000\n")
    (tmp_path / "a" / "cpu.max").write_text("max 100000\n")
    (tmp_path / "cpu.max").write_text("400000 100000\n")
    assert list(quotas("/a/b", tmp_path)) == [1.5, 4]
    assert list(quotas("/a", tmp_path)) == [4]
    assert list(quotas("/", tmp_path)) == [4]
    (inner / "cpu.max").write_text("who knows")
    assert list(quotas("/a/b", tmp_path)) == [4]


@pytest.mark.parametrize(("quota", "expected"), [([], 8), ([2.9], 2), ([0.5], 1), ([16, 3], 3)])
def test_cores_are_those_that_it_may_run_on_within_the_quota(
    quota: list[float], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(machine, "quotas", lambda *_: iter(quota))
    assert cores() == expected


def test_memory_is_what_the_machine_has_within_the_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "memory.max").write_text("max\n")
    (tmp_path / "memory.max").write_text("3000\n")
    assert list(memory_limits("/a", tmp_path)) == [3000]
    monkeypatch.setattr(machine, "memory_limits", lambda *_: iter([3000]))
    assert memory() == 3000
    monkeypatch.setattr(machine, "memory_limits", lambda *_: iter([]))
    assert memory() == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    monkeypatch.delattr(os, "sysconf")
    assert memory() == math.inf
