"""The table of settings: defaults are valid, values canonical, and the JSON Schema says what the validator does."""

import json
import math
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bench.grid import Baseline, GridError, Seeds, load
from bench.grid.components import RULES
from bench.grid.domains import Choice, Either, Flag, Full, Number, Whole, Widths, plain
from bench.grid.schema import json_schema
from bench.grid.table import all_settings, declared, optimizer_settings, problem_settings, shared_settings
from tests.bench.place import Place

SGD = '[[optimizer]]\nname = "sgd"\n'
SINGLE = (*declared("seeds", Seeds), *declared("baseline", Baseline))


@pytest.mark.parametrize("setting", [*all_settings(), *SINGLE], ids=lambda setting: setting.key)
def test_every_default_is_a_valid_canonical_value(setting: Any) -> None:
    canonical = setting.domain.canonical(plain(setting.default))
    assert canonical == setting.default
    assert type(canonical) is type(setting.default)
    assert setting.meaning


def test_an_omitted_setting_has_its_default(tmp_path: Path) -> None:
    path = tmp_path / "bare.toml"
    path.write_text(SGD)
    grid = load(path)
    values = {**grid.problems["spiral"], **grid.axes, **grid.optimizers["sgd"]}
    values |= {f"seeds.{name}": (value,) for name, value in vars(grid.seeds).items()}
    values |= {f"baseline.{name}": (value,) for name, value in vars(grid.baseline).items()}
    of_sgd = (*problem_settings("spiral"), *shared_settings(), *optimizer_settings("sgd", ["constant", "inverse"]))
    assert values == {setting.key: (setting.default,) for setting in (*of_sgd, *SINGLE)}
    assert grid.title == grid.name == "bare"
    assert grid.family_axes == ("optimizer",)


@pytest.mark.parametrize("optimizer", RULES)
def test_every_optimizer_trains_with_its_defaults(optimizer: str, place: Place) -> None:
    text = place.grid.read_text().split("[[optimizer]]")[0]
    place.write(text + f'[[optimizer]]\nname = "{optimizer}"\n[seeds]\ntune = 0\nconfirm = 2\n')
    assert place.train().runs["status"].tolist() == ["ok", "ok"]


@given(st.integers(-(2**60), 2**60))
def test_whole_numbers_may_be_written_as_floats(number: int) -> None:
    domain = Whole(-(2**62), 2**62)
    canonical = domain.canonical(float(number))
    assert canonical == int(float(number))
    assert type(canonical) is int


@pytest.mark.parametrize("value", ["1", "1.0", "1e0", "10e-1", "+1.00"])
def test_real_numbers_have_one_canonical_form(value: str) -> None:
    assert json.dumps(Number(0).canonical(tomllib.loads(f"x = {value}")["x"])) == "1.0"


def test_negative_zero_is_zero() -> None:
    assert math.copysign(1, Number(0).canonical(-0.0)) == 1


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, "1", None, [1], 10**400, -1])
@pytest.mark.parametrize("domain", [Number(0), Whole(0, 10), Number(0, 1, open_low=True)])
def test_what_is_no_number_in_range_is_no_value(domain: Any, value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (a domain says no more; the message is the grid file's)
        domain.canonical(value)


@pytest.mark.parametrize(
    ("domain", "inside", "outside"),
    [
        (Number(0, 1), [0, 1], [-1e-300, 1.0000001]),
        (Number(0, 1, open_low=True, open_high=True), [1e-300, 0.9999999], [0, 1]),
        (Whole(1, 5), [1, 5], [0, 6, 1.5]),
        (Choice(("a", "b")), ["a"], ["c", "A", "", ["a"], {}]),
        (Flag(), [True, False], [0, 1, "true"]),
        (Either(Full(), Whole(1, 5)), ["full", 5], ["half", 6, True]),
        (Widths(), [[], [1], [65536] * 100], [[0], [65537], [1] * 101, 5, "64", [1.5]]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_edges_of_each_kind(domain: Any, inside: list[Any], outside: list[Any]) -> None:
    validator = Draft202012Validator(domain.schema())
    for value in inside:
        domain.canonical(value)
        assert validator.is_valid(value), value
    for value in outside:
        with pytest.raises(ValueError):  # noqa: PT011
            domain.canonical(value)
        assert not validator.is_valid(value), value


VALID = [
    SGD,
    'title = "t"\nfamilies = ["optimizer", "problem.noise"]\n[problem]\nnoise = [0, 0.1]\n' + SGD,
    "[network]\nhidden = [[64], [64, 64], []]\ninit = [0.01, 'he']\n" + SGD,
    "[network]\nhidden = []\n" + SGD,
    "[training]\nepochs = 1e3\nbatch = ['full', 32]\n" + SGD,
    SGD + "lr = { log = [1e-3, 1], count = 7 }\nschedule = ['constant', 'inverse']\n",
    SGD + "lr = { linear = [0.1, 1], count = 4.0 }\n",
    SGD + "schedule = 'inverse'\ndecay = [0, 5e-7]\nlabel = 'x'\n",
    SGD + "[seeds]\ntune = 1\nconfirm = 2\n[baseline]\naccuracy = 0.5\ntarget = 1\nalpha = 0.01\nmargin = 0\n",
    "[regularization]\nbiases = [true, false]\nlayers = ['all', 'first']\n" + SGD,
]
INVALID = [
    "",
    "typo = 1\n" + SGD,
    "[problem]\nnoise = []\n" + SGD,
    "[problem]\nnoise = [0.1, 0.1]\n" + SGD,
    "[problem]\ntrain = 0\n" + SGD,
    "[network]\nhidden = 64\n" + SGD,
    "[network]\nhidden = [[]" + ", [0]]\n" + SGD,
    "families = []\n" + SGD,
    "title = 3\n" + SGD,
    '[[optimizer]]\nname = "adamax"\n',
    '[optimizer]\nname = "sgd"\n',
    SGD + "momentum = 0.9\n",
    SGD + "lr = { log = [0, 1], count = 3 }\n",
    SGD + "lr = { log = [1e-3, 1], linear = [0, 1], count = 3 }\n",
    SGD + "lr = { log = [1e-3, 1] }\n",
    SGD + "lr = { log = [1e-3, 1], count = 1 }\n",
    SGD + "lr = 0\n",
    SGD + "lr = true\n",
    SGD + "lr = [[0.1]]\n",
    SGD + "label = 5\n",
    SGD + "[seeds]\ntune = [1, 2]\n",
    SGD + "[baseline]\naccuracy = 1\n",
    "[network]\ninit = 'xavier'\n" + SGD,
    "[network]\nhidden = { linear = [2, 8], count = 3 }\n" + SGD,
    "[regularization]\nlayers = { linear = [0, 1], count = 2 }\n" + SGD,
]


def _accepted(text: str, folder: Path) -> bool:
    path = folder / "grid.toml"
    path.write_text(text)
    try:
        load(path)
    except GridError:
        return False
    return True


@pytest.mark.parametrize(("text", "valid"), [(t, True) for t in VALID] + [(t, False) for t in INVALID])
def test_the_schema_and_the_validator_agree(text: str, valid: bool, tmp_path: Path) -> None:
    assert _accepted(text, tmp_path) == valid
    assert Draft202012Validator(json_schema()).is_valid(tomllib.loads(text)) == valid


def test_the_schema_is_a_schema_and_describes_every_setting() -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    for setting in (*all_settings(), *SINGLE):
        assert json.dumps(setting.meaning) in text


def test_the_grids_that_come_with_the_project_fit_the_schema() -> None:
    paths = list(Path(__file__).parents[3].glob("grids/**/*.toml"))
    assert paths
    for path in paths:
        Draft202012Validator(json_schema()).validate(tomllib.loads(path.read_text()))
