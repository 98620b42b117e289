"""The page shows runs of rules, schedules, penalties and problems of somebody's own as it shows built-in ones."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from bench.grid.plugging import plugged_in
from tests.bench.place import Place
from tests.bench.plugins.own import ADAM, PENALTY, SCHEDULE, clouds

OWN = PENALTY + SCHEDULE + clouds(2)
GRID = """
title = "Whose?"
[problem]
name = "clouds"
train = 20
validation = 20
test = 20
[network]
hidden = [4]
[training]
epochs = 30
[regularization]
quartic = 1e-3
[[optimizer]]
name = "my-adam"
lr = 0.05
schedule = "falling"
[[optimizer]]
name = "adam"
lr = 0.05
schedule = "falling"
[seeds]
tune = 0
confirm = 6
"""


@pytest.fixture(autouse=True)
def unplugged() -> Iterator[None]:
    """Each test begins with what is built in, and leaves nothing behind."""
    with plugged_in([]):
        yield


@pytest.mark.usefixtures("no_report")
def test_a_rule_that_was_plugged_in_has_its_page(place: Place) -> None:
    """Adam written anew is Adam bit for bit, so that the page has the same weights twice."""
    place.write(GRID)
    place.write(ADAM, "my_rule.py")
    place.write(OWN, "own.py")
    plugged = ("--plugin", "my_rule.py", "--plugin", "own.py")
    assert place.cli("run", place.grid, *plugged, "--quiet", "--jobs", "1").code == 0
    done = place.cli("replay", place.grid, *plugged, "--seed", "1000000", "--page", "both.html")
    assert (done.code, done.err) == (0, "")
    page = (place.folder / "both.html").read_text()
    mine, adam = _networks(page)
    assert mine["plane"]["weights"] == adam["plane"]["weights"]
    assert mine["curves"] == adam["curves"]
    assert mine["colour"] != adam["colour"]
    assert page.count("bit for bit as stored") == 2
    assert "my-adam, lr 0.05, beta1 0.9, beta2 0.999, eps 1e-07; schedule falling; quartic 0.001" in page


def _networks(page: str) -> list[dict[str, Any]]:
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    networks: list[dict[str, Any]] = json.loads(data[1])["networks"]
    return networks
