"""Ids: a hash over everything that determines a run's numbers, but for its seed.

Stored runs are found by their ids for ever, so what is written here is a format: a line for each setting, table by
table; those that the first version had in its order, and behind them later ones by name. A shared setting that came
later (one that every grid has, such as another penalty's strength) is left out where it is at its default, so that
older ids stay what they were; such a default must never change. A component's own settings are always in; of a data
file it is the content, and not where it lies. Behind what a plug-in brought stands a line with a hash of its source.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import nn
from bench.grid.components import plugin_behind
from bench.grid.domains import Value, plain
from bench.grid.settings import OptimizerSettings, Settings
from bench.grid.table import ORDER, PLACES, declared, place_of, shared_settings
from bench.problems import Problem

_TABLES = tuple(dict.fromkeys(key.split(".")[0] for key in ORDER))


def line(key: str, value: Value) -> str:
    """What a setting adds to the text that is hashed."""
    written = plain(value)
    if key in PLACES:
        return ""
    if key not in ORDER and (key, written) in _later_defaults():
        return ""
    plugin = plugin_behind(key, value)
    return f"\n{key}={json.dumps(written)}" + (f"\n{key}.source={plugin.digest}" if plugin else "")


def _later_defaults() -> list[tuple[str, Any]]:
    """The defaults of all settings that every grid has."""
    every_grid = (*shared_settings(), *declared("problem", Problem), *declared("optimizer", OptimizerSettings))
    return [(setting.key, plain(setting.default)) for setting in every_grid]


def id_order(key: str) -> tuple[int, int, str]:
    """What lines are sorted by: table by table, what the first version had in its order, the rest by name."""
    return _TABLES.index(key.split(".")[0]), place_of(key), key


def hash_of(lines: Iterable[str]) -> str:
    """A hash over lines in `id_order`, and the version of the arithmetic."""
    text = f"nn.NUMERICS={nn.NUMERICS}" + "".join(lines)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def configuration_hash(settings: Settings) -> str:
    """What names a configuration in run ids."""
    flat = settings.flat()
    del flat["optimizer.label"]
    return hash_of(line(key, flat[key]) for key in sorted(flat, key=id_order))
