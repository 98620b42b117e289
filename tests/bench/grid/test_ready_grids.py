"""The grids in `grids/`: each is valid, and the page beside them tells what it asks and how large it is."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.commands import main
from bench.grid import load
from bench.grid.components import PROBLEMS
from bench.grid.feasibility import MOST_RUNS
from bench.problems import SIZES, Problem
from nn.components import settings_of

GRIDS = Path(__file__).parents[3] / "grids"
PAGE = (GRIDS / "README.md").read_text()
FILES = sorted(str(path.relative_to(GRIDS)) for path in GRIDS.rglob("*.toml"))
GENERATORS = {name: problem for name, problem in PROBLEMS.items() if issubclass(problem, Problem)}


@pytest.mark.parametrize("file", FILES)
def test_its_row_has_its_question_its_families_and_its_runs(file: str) -> None:
    if file == "digits.toml":
        pytest.importorskip("sklearn")
    grid = load(GRIDS / file)
    runs = grid.runs_with(grid.seeds.confirm)
    assert runs <= MOST_RUNS
    assert f"| [{file}]({file}) | {grid.title} | {grid.family_count} | {runs:,} |\n" in PAGE


def test_no_row_is_about_a_file_that_is_not_there() -> None:
    assert sorted(re.findall(r"^\| \[([^]]+)\]", PAGE, re.M)) == FILES


@pytest.mark.parametrize("name", GENERATORS)
def test_the_page_has_the_settings_of_every_problem(name: str) -> None:
    own = [s for s in settings_of(GENERATORS[name]) if s.name not in SIZES]
    assert f"| `{name}` | {', '.join(f'`{s.name} = {s.default}`' for s in own)} |\n" in PAGE
    sizes = {s.name: s.default for s in settings_of(GENERATORS[name]) if s.name in SIZES}
    assert "`train = {train}`, `validation = {validation}` and `test = {test}`".format(**sizes) in PAGE


def test_the_picture_is_what_the_command_draws(tmp_path: Path) -> None:
    """Its pixels depend on the versions of matplotlib and of its font, the panels not."""
    assert main(["schema", "--picture", str(tmp_path / "problems.png")]) == 0
    with Image.open(tmp_path / "problems.png") as drawn, Image.open(GRIDS / "problems.png") as kept:
        assert drawn.size == kept.size
        now, then = (np.asarray(image.convert("L").resize((60, 40)), dtype=float) for image in (drawn, kept))
    # Grey values of large pixels, 0 to 255: letters of another version change some by a few.
    assert np.abs(now - then).mean() < 2
