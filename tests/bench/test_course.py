"""The four lessons of grids/course: what they say is seen is true of their runs, and their commands work."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bench
from bench.commands import main
from bench.records import Run
from bench.replay.recording import record
from bench.report.view import view_of
from bench.statistics.claims import ABOVE, BELOW, EQUAL, INCONCLUSIVE

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "grids" / "course"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All lessons share it, as in a class: the level is shared where they share seeds."""
    return tmp_path_factory.mktemp("course") / "runs.sqlite"


@pytest.fixture(scope="module")
def lessons(store: Path) -> dict[str, bench.Results]:
    """What each lesson's runs say, by the name of its file."""
    files = sorted(COURSE.glob("*.toml"))
    for file in files:
        bench.run(file, jobs=1, store=store)
    return {file.stem: bench.load(file, store=store) for file in files}


def kinds(results: bench.Results) -> dict[str, str]:
    """The bare word of each family's verdict."""
    return dict(zip(results.verdicts["family"], results.verdicts["kind"], strict=True))


def compared(results: bench.Results) -> dict[str, str]:
    """The bare word of each family beside the reference."""
    [comparisons] = view_of(results).comparisons.values()
    return dict(zip(comparisons["family"], comparisons["kind"], strict=True))


def means(results: bench.Results, column: str) -> pd.Series[float]:
    """The mean over each family's confirm runs."""
    found: pd.Series[float] = results.confirm.groupby("family")[column].mean()
    return found


def test_learning_rates_a_rule_is_what_its_rate_is(lessons: dict[str, bench.Results]) -> None:
    results = lessons["learning-rates"]
    assert kinds(results) == {
        "sgd at 0.01": BELOW.word, "sgd at 100": BELOW.word, "sgd searched": ABOVE.word, "adam searched": ABOVE.word,
    }  # fmt: skip
    assert compared(results)["adam searched"] == EQUAL.word


def test_learning_rates_what_is_seen_on_the_page(lessons: dict[str, bench.Results]) -> None:
    curves = lessons["learning-rates"].curves
    slow = curves[curves["family"] == "sgd at 0.01"]
    losses = slow.groupby("epoch")["train_loss"].median()
    assert losses[200] < losses[160] < losses[100]
    fast = lessons["learning-rates"].confirm.query("family == 'sgd at 100'")
    assert (fast["status"] == "diverged").mean() > 0.5


def test_momentum_and_adam_how_far_each_comes(lessons: dict[str, bench.Results]) -> None:
    results = lessons["momentum-and-adam"]
    assert kinds(results) == {"sgd": BELOW.word, "momentum": ABOVE.word, "adam": ABOVE.word}
    assert compared(results) == {"sgd": BELOW.word, "adam": ABOVE.word}
    loss = means(results, "train_loss")
    assert loss["adam"] < loss["momentum"] < loss["sgd"]


NONE, L1, L2, DROPOUT = (
    "l1 0, l2 0, dropout 0", "l1 0.003, l2 0, dropout 0", "l1 0, l2 0.01, dropout 0", "l1 0, l2 0, dropout 0.3",
)  # fmt: skip


def test_penalties_and_dropout_help_on_new_points_and_not_on_those_that_are_known(
    lessons: dict[str, bench.Results],
) -> None:
    results = lessons["penalties-and-dropout"]
    known = results.confirm.groupby("family")["train_accuracy"].min()
    assert known[NONE] == 1
    better = compared(results)
    for one in (L1, L2, DROPOUT):
        assert better[one] == ABOVE.word
        assert means(results, "train_accuracy")[one] <= 1


def test_penalties_and_dropout_what_is_seen_on_the_page(lessons: dict[str, bench.Results]) -> None:
    results = lessons["penalties-and-dropout"]
    assert set(kinds(results).values()) == {INCONCLUSIVE.word}
    runs = results.confirm[results.confirm["family"] == NONE].sort_values(["test_accuracy", "seed"])
    assert runs["seed"].iloc[(len(runs) - 1) // 2] == 1000016  # its median
    losses = results.curves.pivot(index="epoch", columns=["family", "seed"], values="validation_loss")
    rises = losses.iloc[-1] / losses.min()
    assert rises[NONE].min() > 2
    assert rises[L2].max() < 1.1
    training = results.curves.pivot(index="epoch", columns=["family", "seed"], values="train_loss")[NONE]
    assert (training.iloc[-1] <= training.min() * 1.01).all()  # a hundredth: it wavers about the lowest
    assert results.families == 12
    assert len(results.verdicts) == 8


def test_penalties_keep_weights_small(lessons: dict[str, bench.Results]) -> None:
    """By their root mean square at the end, of one seed."""
    configurations = {c.family: c for c in lessons["penalties-and-dropout"].grid.configurations()}
    ends = {name: record(Run(configurations[name], 1_000_000), 1).frames[-1].weights for name in (NONE, L1, L2)}
    sizes = {name: float(np.sqrt(np.mean(np.square(end)))) for name, end in ends.items()}
    assert sizes[L1] < 0.8 * sizes[NONE]
    assert sizes[L2] < 0.8 * sizes[NONE]
    assert ends[NONE].size == 1218


def test_one_seed_some_reach_what_the_mean_does_not(lessons: dict[str, bench.Results]) -> None:
    results = lessons["one-seed"]
    assert set(kinds(results).values()) == {BELOW.word}
    assert compared(results) == {"adam at 0.04": BELOW.word}
    seeds = results.confirm.pivot(index="seed", columns="family", values="test_accuracy")
    assert (seeds["adam at 0.05"] >= 0.85).any()
    assert (seeds["adam at 0.04"] > seeds["adam at 0.05"]).any()


COMMANDS = re.findall(r"^bench (?:replay|compare) .*$", (COURSE / "README.md").read_text(), re.M)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.usefixtures("lessons")
def test_each_command_of_the_readme_works(
    command: str, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [word.replace("grids/course", str(COURSE)) for word in shlex.split(command)[1:]]
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--store", str(store)]) == 0
    assert ("--page" in words) == (len(list(tmp_path.glob("*.html"))) == 1)


def test_each_lesson_has_a_page_and_a_command_that_runs_it() -> None:
    text = (COURSE / "README.md").read_text()
    assert len(COMMANDS) == 5
    for file in COURSE.glob("*.toml"):
        assert f"bench run grids/course/{file.name}\n" in text
        assert f"--page {file.stem}.html\n" in text
