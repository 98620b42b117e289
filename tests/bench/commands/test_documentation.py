"""The README and `--help` agree: each command is in both, and no option is named that does not exist."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import nn
from bench.grid import load
from bench.grid.components import PENALTIES, RULES, SCHEDULES
from nn.layers import ACTIVATIONS
from tests.bench.place import Place

README = (Path(__file__).parents[3] / "README.md").read_text()
GRIDS = Path(__file__).parents[3] / "grids"
ACTIONS = ("check", "merge", "forget")  # of `bench store`


@pytest.fixture
def help_of(place: Place, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What `bench [COMMAND] --help` prints."""
    monkeypatch.setenv("COLUMNS", "200")  # a line for each command
    return lambda *command: place.run_command([*command, "--help"]).out


@pytest.fixture
def listed(help_of: Any) -> dict[str, str]:
    """The commands of --help, each with what it says of it."""
    return dict(re.findall(r"^    ([a-z]+)(?: +(\S.*))?$", help_of(), re.MULTILINE))


def test_the_readme_has_a_row_for_every_command_and_no_other(listed: dict[str, str]) -> None:
    rows = re.findall(r"^\| `bench ([a-z]+)[^|]*` \| .", README, re.MULTILINE)
    assert set(rows) == set(listed)


def test_every_command_has_help(help_of: Any, listed: dict[str, str]) -> None:
    assert listed
    for command, text in listed.items():
        assert text
        assert text[1:] in help_of(command), command  # it begins with a capital there


def test_the_actions_of_the_store_are_in_the_readme_and_have_help(help_of: Any) -> None:
    listed = re.findall(r"^    ([a-z]+) +\S", help_of("store"), re.MULTILINE)
    assert tuple(listed) == ACTIONS
    assert all(f"store {action}" in README for action in ACTIONS)


def test_every_option_of_the_readme_exists(help_of: Any, listed: dict[str, str]) -> None:
    ours = re.sub(r"^\.venv/bin/dask .*$", "", README, flags=re.MULTILINE)  # Dask's commands have options of their own
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", ours))
    commands = [*((command,) for command in listed), *(("store", action) for action in ACTIONS)]
    known = {option for command in commands for option in re.findall(r"--[a-z][a-z-]+", help_of(*command))}
    assert "--until-decided" in named
    assert named <= known


def test_the_readme_lists_every_rule_schedule_penalty_and_activation() -> None:
    for components, classes in ((RULES, nn.optimizers), (SCHEDULES, nn.schedules), (PENALTIES, nn.penalties)):
        for component in components.values():
            assert hasattr(classes, component.__name__)
            assert f"`{component.__name__}`" in README
    assert all(f"`{name}`" in README for name in (*SCHEDULES, *PENALTIES, *ACTIVATIONS))


def test_the_list_of_ready_grids_says_what_each_asks_and_how_large_it_is() -> None:
    pytest.importorskip("sklearn", reason="ships the digits of one of them, and is not installed")
    rows = {}
    for file in sorted(GRIDS.rglob("*.toml")):
        grid = load(file)
        runs = len(grid) * grid.seeds.tune + (grid.family_count + grid.effect_count) * grid.seeds.confirm
        rows[str(file.relative_to(GRIDS))] = (grid.title, f"{grid.family_count}", f"{runs:,}")
    found = re.findall(
        r"^\| \[(.+)\]\(\1\) \| (.+) \| ([\d,]+) \| ([\d,]+) \|$", (GRIDS / "README.md").read_text(), re.M
    )
    assert {name: tuple(row) for name, *row in found} == rows


def families(place: Place, text: str, by: list[str]) -> list[str]:
    """The families of a grid, in its order."""
    place.write(text)
    return list(dict.fromkeys(family.name for family in place.load(by=by).families))


def test_the_grids_of_the_readme_are_grids(place: Place) -> None:
    whole, problems, data = re.findall(r"^```toml\n(.*?)^```", README, re.M | re.S)
    rows = re.findall(r"^\| `(\[.*\])`(?: \(default\))? \| ([^|]+) \| [^|]+ \|$", README, re.M)
    assert len(rows) == 3
    for by, named in rows:
        found, expected = families(place, whole, json.loads(by)), named.split("; ")
        assert found == expected or (expected[-1] == "..." and found[: len(expected) - 1] == expected[:-1])
    adam = '[[optimizer]]\nname = "adam"\n'
    assert families(place, problems + adam, ["problem"]) == [
        "spiral", "parity of 3, noise 0.4", "parity of 3, noise 0.5",
    ]  # fmt: skip
    place.write((GRIDS / "own-data.csv").read_bytes(), "own-data.csv")
    assert families(place, data + adam, ["problem"]) == ["own-data"]
