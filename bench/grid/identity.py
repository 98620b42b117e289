"""Ids: a hash over everything that determines a run's numbers, but for its seed.

Stored runs are found by their ids for ever, so what is written here is a format: the lines of the settings that the
first version had, in its order, then those of later ones by name. A shared setting that was added later (an axis that
every grid has, such as another penalty) is left out where it is at its default, so that older ids stay what they were;
such a default must never change.
"""

import hashlib
import json
from collections.abc import Iterable

import nn
from bench.grid.kinds import Value, plain
from bench.grid.settings import Settings
from bench.grid.table import ORDER, place_of, shared_settings


def line(key: str, value: Value) -> str:
    """What a setting adds to the text that is hashed."""
    if key not in ORDER and any(setting.key == key and setting.default == value for setting in shared_settings()):
        return ""
    return f"\n{key}={json.dumps(plain(value))}"


def id_order(key: str) -> tuple[int, str]:
    """What lines are sorted by."""
    return place_of(key), key


def hash_of(lines: Iterable[str]) -> str:
    """A hash over lines in `id_order`, and the version of the arithmetic."""
    text = f"nn.NUMERICS={nn.NUMERICS}" + "".join(lines)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def configuration_hash(settings: Settings) -> str:
    """What names a configuration in run ids."""
    flat = settings.flat()
    del flat["optimizer.label"]
    return hash_of(line(key, flat[key]) for key in sorted(flat, key=id_order))
