"""What is said of collected samples follows from how they are divided, and from what was chosen on them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.problems import DataFile, Source, Spiral
from bench.report.document import Bullets, Folded, Table
from bench.report.samples import about_samples
from bench.report.sections import calibration, protocol, recipes
from bench.report.view import view_of
from bench.results import Results


def view(*sources: Source, tune: int = 0) -> Any:
    """As much of a view as these sentences are made from."""
    grid = SimpleNamespace(seeds=SimpleNamespace(tune=tune))
    return SimpleNamespace(sources=list(sources), results=SimpleNamespace(grid=grid))


@pytest.fixture
def samples(tmp_path: Path) -> DataFile:
    """40 rows, three quarters of class x, with columns that put some of them into parts."""
    rows = [f"{i * 7 % 11},{'y' if i % 4 == 0 else 'x'},{PARTS[i % 8]},{TESTS[i % 8]}" for i in range(40)]
    (tmp_path / "own.csv").write_text("\n".join(["a,kind,part,test", *rows]))
    return DataFile(folder=str(tmp_path), path="own.csv", target="kind", drop=("part", "test")).found()


PARTS = ["train", "train", "validation", "test", "validation", "test", "train", "train"]
TESTS = ["train", "train", "train", "test", "test", "train", "train", "train"]


def test_nothing_is_said_of_generated_points() -> None:
    assert about_samples(view(Spiral())) == []


def test_each_table_is_described_once(samples: DataFile) -> None:
    [said] = about_samples(view(samples, samples))
    assert said.startswith('"own.csv": 40 samples in 2 classes. No ceiling is known; always saying the most frequent ')
    assert "is right on 80.0 % of the test. " in said  # 8 of 10: 7.5 and 2.5, of which the first is rounded up
    assert " Seeds divide the same samples: an interval is about other divisions of them, and not about new " in said


def test_what_was_chosen_on_the_same_samples_is_said(samples: DataFile) -> None:
    chosen = "Seeds divide the same samples, on which settings were chosen too: an interval"
    assert chosen in about_samples(view(samples, tune=2))[0]
    assert chosen not in about_samples(view(samples))[0]


@pytest.mark.parametrize(
    ("split", "drop", "drawn"),
    [
        ("part", "test", "other first weights and batches, and not about other samples"),
        ("test", "part", "other validation samples, first weights and batches, and not about other samples"),
    ],
)
def test_a_test_that_a_column_fixes_varies_with_no_seed(samples: DataFile, split: str, drop: str, drawn: str) -> None:
    one = replace(samples, split=split, drop=(drop,))
    said = about_samples(view(one, tune=2))[0]
    assert said.endswith(f" All seeds share the test samples: an interval is about {drawn}.")


def test_the_code_to_copy_says_what_it_has_to_be_given(fabricated: Callable[..., Results]) -> None:
    grid = '[problem]\nname = "digits"\nstandardize = [true, false]\n[[optimizer]]\nname = "adam"\n[seeds]\ntune = 0\n'
    view = view_of(fabricated(grid, lambda run: 0.9 + run.seed % 7 / 100))
    blocks = [block for block in recipes.section(view).blocks if isinstance(block, Folded)]
    assert {block.summary: "divided by its standard deviation" in str(block.blocks[0]) for block in blocks} == {
        "adam, standardize true": True,
        "adam, standardize false": False,
    }


@pytest.mark.parametrize(
    ("problems", "points", "limits"),
    [
        ('[problem]\nname = "moons"\n', True, "for the generated problem and"),
        ('[problem]\nname = "iris"\n', False, "for these samples and"),
        ('[[problem]]\nname = "moons"\n[[problem]]\nname = "xor"\n', True, "for the generated problems and"),
        ('[[problem]]\nname = "moons"\n[[problem]]\nname = "iris"\n', False, "for these problems and"),
    ],
)
def test_the_protocol_calls_generated_what_is_generated(
    problems: str, points: bool, limits: str, fabricated: Callable[..., Results]
) -> None:
    pytest.importorskip("sklearn", reason="ships the samples, and is not installed")
    grid = f'{problems}[[optimizer]]\nname = "adam"\n[seeds]\ntune = 0\nconfirm = 2\n'
    rules = protocol.section(view_of(fabricated(grid, lambda run: 0.9 + run.seed % 7 / 100))).blocks[0]
    assert isinstance(rules, Bullets)
    assert any("with test points drawn anew for each seed" in rule for rule in rules.texts) == points
    assert any(f"results hold {limits}" in rule for rule in rules.texts)


@pytest.mark.parametrize(("problem", "generated"), [("moons", True), ("iris", False)])
def test_test_points_that_are_not_drawn_anew_have_no_binomial_error_and_may_have_been_chosen_on(
    problem: str, generated: bool, fabricated: Callable[..., Results]
) -> None:
    pytest.importorskip("sklearn", reason="ships the samples, and is not installed")
    grid = f'[problem]\nname = "{problem}"\n[[optimizer]]\nname = "adam"\nlr = [0.01, 0.02]\n[seeds]\nconfirm = 12\n'
    blocks = calibration.section(view_of(fabricated(grid, lambda run: 0.9 + run.seed % 7 / 100))).blocks
    captions = [block.caption for block in blocks if isinstance(block, Table)]
    assert any("Where the spread of test accuracy comes from" in caption for caption in captions) == generated
    [chosen] = [caption for caption in captions if "winner's curse" in caption]
    assert chosen.endswith(", which verdicts do not contain.") == generated
