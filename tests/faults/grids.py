"""Hostile grid files: the ready ones, and the malformed ones of the tests, with their text or their values changed."""

import json
import tomllib
from collections.abc import Mapping, MutableMapping
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from bench.grid.components import PROBLEMS, RULES, SCHEDULES
from bench.grid.table import all_settings
from tests.bench.grid.test_malformed_grids import MALFORMED
from tests.bench.place import TINY
from tests.bench.several import SEVERAL
from tests.faults.mutations import PIECES, mutated
from tests.faults.trials import Trial

_READY = [path.read_text() for path in sorted((Path(__file__).parents[2] / "grids").rglob("*.toml"))]
_GOOD = [TINY, SEVERAL, *_READY]
_BAD = [text.encode() if isinstance(text, str) else text for text, _ in MALFORMED.values() if len(text) < 10_000]
_KEYS = [setting.key for setting in all_settings()]
_WORDS = [
    *PROBLEMS,
    *RULES,
    *SCHEDULES,
    "optimizer",
    "problem",
    *_KEYS,
    "he",
    "glorot",
    "full",
    "first",
    "tanh",
    "best",
]
_NAMES = (
    "title", "families", "effects", "problem", "network", "training", "regularization", "optimizer", "seeds",
    "baseline",
    "name", "label", "path", "target", "drop", "categorical", "split", "log", "linear", "count", "x", "",
    "a.b", "é", "__class__",
)  # fmt: skip
_TOML = (
    "[[optimizer]]\n", "[problem]\n", "[[problem]]\n", "hidden = [[1], []]\n", "{ log = [1, 2], count = 9 }", "[1, 2]",
    "{ linear = [0, 1], count = 10000 }", 'name = "adam"\n', "tune = 0\n", "confirm = 1\n", "reference = 'adam'\n",
)  # fmt: skip
_SEEN: dict[str, list[Any]] = {}  # the values that settings have in good grids, by name
_FEW = "2000"  # runs: so many are listed in no time


def attack(trial: Trial) -> None:
    """A grid file is refused in words, or it is a grid: it can be shown, and trained where it is small."""
    trial.grid.write_bytes(_content(trial.random))
    options = [] if trial.random.random() < 0.8 else [*_options(trial.random)]
    where: list[str | Path] = ["--store", trial.store, "--max-runs", _FEW, *options]
    refused = trial.bench("export", trial.grid, "--to", trial.folder / "results" / "runs.csv", *where, codes=[2])
    if "no such file; `bench run` makes it" not in refused.err:
        return
    chance = trial.random.random()
    if chance < 0.25:
        trial.bench("run", trial.grid, "--dry-run", *where)
    if chance < 0.03:
        quick = ("--set", "training.epochs=2", "--set", "training.checkpoints=1", "--max-runs", "60", "--name", "quick")
        trial.bench("run", trial.grid, "--jobs", "1", "--reports", trial.folder / "reports", *where, *quick)


def _content(random: Random) -> bytes:
    chance = random.random()
    if chance < 0.25:
        return mutated(random.choice(_GOOD).encode(), random, (*PIECES, *_TOML, *_WORDS))
    if chance < 0.3:
        return mutated(random.choice(_BAD), random, (*PIECES, *_TOML, *_WORDS))
    document = tomllib.loads(random.choice(_GOOD))
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        _change(document, random)
    text = toml(document).encode("utf-8", "surrogatepass")
    return mutated(text, random, (*PIECES, *_TOML)) if chance > 0.95 else text


def _change(document: MutableMapping[str, Any], random: Random) -> None:
    """A value anywhere in the document becomes another, or a key another, or goes, or comes."""
    tables = [document, *_tables(document)]
    table = random.choice(tables)
    chance = random.random()
    if table and chance < 0.6:
        key = random.choice([*table])
        table[key] = random.choice(_SEEN.get(key, [1])) if random.random() < 0.7 else _value(random)
    elif table and chance < 0.7:
        del table[random.choice([*table])]
    elif table and chance < 0.8:
        table[random.choice([*_NAMES, *(key.partition(".")[2] for key in _KEYS)])] = table[random.choice([*table])]
    else:
        table[random.choice([*_NAMES, *(key.partition(".")[2] for key in _KEYS)])] = _value(random)


def _tables(value: Any) -> list[MutableMapping[str, Any]]:
    """All tables within a value."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    own = [one for one in inner if isinstance(one, dict)]
    return [*own, *(table for one in inner for table in _tables(one))]


for _table in (table for text in _GOOD for table in _tables(tomllib.loads(text))):
    for _key, _given in _table.items():
        _SEEN.setdefault(_key, []).append(_given)


def _value(random: Random, depth: int = 0) -> Any:
    plain = (
        lambda: random.choice(_WORDS),
        lambda: random.choice(PIECES),
        lambda: random.choice((0, 1, 2, -1, 3, 10, 64, 1000, 10**6, 2**31, 2**63, 10**30)),
        lambda: random.choice((0.0, 0.5, 1.0, -0.0, 1e-30, 1e30, 1e-320, float("nan"), float("inf"), 1e308)),
        lambda: random.uniform(-1, 2),
        lambda: random.random() < 0.5,
        lambda: date(1979, 5, 27),
    )
    if depth > 3 or random.random() < 0.6:
        return random.choice(plain)()
    if random.random() < 0.7:
        return [_value(random, depth + 1) for _ in range(random.choice((0, 1, 2, 3, 30)))]
    return {random.choice(_NAMES): _value(random, depth + 1) for _ in range(random.randint(0, 3))}


def _options(random: Random) -> list[str]:
    """What may stand behind a grid on the command line."""
    found = []
    for _ in range(random.randint(1, 3)):
        key = random.choice([*_KEYS, "optimizer.adam.lr", "seeds.tune", "baseline.accuracy", "x", "", "..", "problem"])
        value = random.choice([toml_value(_value(random)), random.choice(PIECES)])
        option = random.choice(
            (["--set", f"{key}={value}"], ["--by", f"{key},{random.choice(_KEYS)}"], ["--by", value], ["--name", value])
        )
        found += [option[0], option[1].replace("\0", "")]
    return found


def toml(document: Mapping[str, Any]) -> str:
    """A document as TOML."""
    single = {key: value for key, value in document.items() if not _is_table(value) and not _is_tables(value)}
    lines = [f"{json.dumps(key)} = {toml_value(value)}" for key, value in single.items()]
    for key, value in document.items():
        brackets = "[[{}]]" if _is_tables(value) else "[{}]"
        for table in value if _is_tables(value) else [value] if _is_table(value) else []:
            lines += [brackets.format(json.dumps(key))]
            lines += [f"{json.dumps(name)} = {toml_value(inner)}" for name, inner in table.items()]
    return "\n".join(lines) + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_table, value))


def toml_value(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(key)} = {toml_value(inner)}' for key, inner in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value).lower()
