"""A few hostile inputs, the same every time; `python tests/faults inputs` tries as many as one likes."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from tests.faults import trials, watching
from tests.faults.inputs import ATTACKS
from tests.faults.processes import KNOWN
from tests.faults.trials import Trial
from tests.faults.watching import Attack, watch

pytestmark = pytest.mark.skipif(not KNOWN, reason="processes are looked up in /proc")
FEW = {"grids": 30, "stores": 4, "data": 20}


@pytest.mark.parametrize("kind", ATTACKS)
def test_a_hostile_input_is_refused_in_words_or_is_one_that_can_be_used(kind: str, tmp_path: Path) -> None:
    ended = [*watch(ATTACKS[kind](), range(FEW[kind]), tmp_path, 1)]
    assert sorted(one.number for one in ended) == [*range(FEW[kind])]
    assert [fault for one in ended for fault in one.faults] == []
    assert [*tmp_path.iterdir()] == []


def hangs(trial: Trial) -> None:
    def endless(line: list[str]) -> int:
        while True:
            pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trials, "main", endless)
        trial.bench("status")


def waits(trial: Trial) -> None:
    signal.pause()


def dies(trial: Trial) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def takes_memory(trial: Trial) -> None:
    np.ones(1 << 23)  # 64 MiB


def writes_elsewhere(trial: Trial) -> None:
    trial.bench("schema", "--picture", trial.folder / "here" / "problems.svg")


def fails(trial: Trial) -> None:
    trial.bench("replay", "x-1", codes=[0])


WRONG: dict[Attack, str] = {
    hangs: "no end of a command after 0.5 s of processor time",
    waits: "no end after 2 s",
    dies: "its process died: exit code -9",
    takes_memory: "MB of memory",
    writes_elsewhere: "os.rename",
    fails: "code 2",
}


@pytest.mark.parametrize(("attack", "fault"), WRONG.items(), ids=lambda of: getattr(of, "__name__", ""))
def test_what_goes_wrong_is_found_its_input_stays_and_the_next_is_tried(
    attack: Attack, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_SECONDS", 0.5 if attack is hangs else 60.0)
    monkeypatch.setattr(watching, "MOST_WALL_SECONDS", 2.0 if attack is waits else 60.0)

    monkeypatch.setattr(watching, "MOST_BYTES", 1 << 25 if attack is takes_memory else 1 << 30)

    def once(trial: Trial) -> None:
        if trial.folder.name == "1":
            attack(trial)

    ended = {one.number: one.faults for one in watch(once, range(3), tmp_path, 1)}
    assert (ended[0], ended[2]) == ([], [])
    assert any(fault in found for found in ended[1]), ended
    assert [path.name for path in tmp_path.iterdir()] == ["1"]
