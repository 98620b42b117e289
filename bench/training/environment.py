"""The fingerprint and the sources: what the bits of a run's numbers may depend on besides its id."""

import hashlib
import json
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

import nn

_PLACES = ("nn", "bench/problems", "bench/data", "bench/training/building.py", "bench/training/training.py")
"""Where the sources lie that make a run's numbers; files named `__init__` only gather them."""

_COMPONENTS = ("nn/optimizers/", "nn/schedules/", "nn/penalties/", "bench/problems/")
"""Where a new file is a new component, which no older run can rest on."""

UNKNOWN: dict[str, Any] = {"commit": "", "fingerprint": {}}
"""What is said of an environment of which nothing is known any more."""

_APART = {f"nn/{name}.py" for name in ("classifier", "conventions", "inputs", "labels", "saving")}
"""The front of one network, as scikit-learn's users have it, which no run goes through."""


@cache
def environment() -> dict[str, Any]:
    """Python, NumPy, BLAS and processor (the fingerprint), the git commit, a digest of each source that makes a run's
    numbers, and an id that is a hash of them all."""
    facts: dict[str, Any] = {"fingerprint": _fingerprint(), "commit": _commit(), "sources": sources()}
    return {"id": _hash(facts), **facts}


def check(facts: Mapping[str, Any]) -> None:
    """Raise ValueError unless facts that were stored have the form of an environment's."""
    fingerprint, texts = facts.get("fingerprint"), facts.get("sources", {})
    libraries = fingerprint.get("blas", []) if isinstance(fingerprint, dict) else None
    formed = isinstance(libraries, list) and all(isinstance(library, dict) for library in libraries)
    formed = formed and isinstance(texts, dict) and all(isinstance(text, str) for text in texts.values())
    if not (formed and isinstance(facts.get("commit"), str)):
        raise ValueError("what is known of an environment is not as it was stored")


def fingerprint_of(facts: Mapping[str, Any]) -> str:
    """A short hash that is equal where bits are expected to be equal."""
    return _hash(facts["fingerprint"])


def gives_the_bits_of(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the same bits are promised: one fingerprint, and the same sources."""
    return fingerprint_of(one) == fingerprint_of(other) and not differing_sources([one, other])


def differing_sources(environments: Iterable[Mapping[str, Any]]) -> list[str]:
    """The sources that are not the same in all environments, in order; components that only some have are passed over.

    Environments that were stored before sources were have none, so that all of another's differ.
    """
    all_of_them: list[Mapping[str, str]] = [facts.get("sources", {}) for facts in environments]
    return [
        path
        for path in sorted({path for sources in all_of_them for path in sources} - _APART)
        if len({own.get(path) for own in all_of_them if path in own or not path.startswith(_COMPONENTS)}) > 1
    ]


@cache
def sources() -> dict[str, str]:
    """Sixteen hexadecimal digits of the text of each source that makes a run's numbers, by its path."""
    roots = {"nn": Path(str(nn.__file__)).parents[1], "bench": Path(__file__).parents[2]}
    found = {}
    for place in _PLACES:
        root = roots[place.partition("/")[0]]
        for path in sorted((root / place).rglob("*.py")) if not place.endswith(".py") else [root / place]:
            name = path.relative_to(root).as_posix()
            if path.name != "__init__.py" and name not in _APART:
                text = path.read_text(encoding="utf-8")
                found[name] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return found


def _hash(facts: Any) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


def _fingerprint() -> dict[str, Any]:
    config: Any = np.show_config(mode="dicts")
    loaded = [pool for pool in threadpool_info() if pool["user_api"] == "blas" and "scipy.libs" not in pool["filepath"]]
    built_with = config.get("Build Dependencies", {}).get("blas", {})  # for a BLAS that threadpoolctl does not know
    blas = [{key: pool.get(key) for key in ("internal_api", "version", "architecture")} for pool in loaded]
    return {
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "numpy": np.__version__,
        "blas": blas or [{key: built_with.get(key) for key in ("name", "version")}],
        "system": platform.system(),
        "machine": platform.machine(),
        "processor_features": _processor_features(),
    }


def _processor_features() -> list[str]:
    """The processor features that NumPy found and has code for."""
    config: Any = np.show_config(mode="dicts")
    extensions = config.get("SIMD Extensions", {})  # empty lists are left out
    return sorted([*extensions.get("baseline", []), *extensions.get("found", [])])


def _commit() -> str:
    """The git commit of this checkout, with + if files differ from it; empty where this is none of its own."""
    folder = Path(__file__).parents[1]
    try:
        where = ["git", "-C", str(folder)]
        commit = subprocess.run(
            [*where, "rev-parse", "--show-prefix", "--short=12", "HEAD"], capture_output=True, text=True, timeout=10
        )
        changed = subprocess.run(
            [*where, "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    if commit.returncode != 0 or not commit.stdout.startswith(f"{folder.name}/\n"):
        return ""
    return commit.stdout.split()[1] + ("+" if changed.stdout.strip() else "")
