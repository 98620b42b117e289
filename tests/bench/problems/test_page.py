"""The page beside the ready grids tells the settings of every problem, and shows what they look like."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.commands import main
from bench.grid.components import PROBLEMS
from bench.problems import SIZES, Problem
from nn.components import settings_of

GRIDS = Path(__file__).parents[3] / "grids"
PAGE = (GRIDS / "README.md").read_text()
GENERATORS = {name: problem for name, problem in PROBLEMS.items() if issubclass(problem, Problem)}


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
