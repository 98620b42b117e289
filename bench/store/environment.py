"""The fingerprint: what the bits of a run's numbers may depend on besides its id."""

import hashlib
import json
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info


@cache
def environment() -> dict[str, Any]:
    """Python, NumPy, BLAS and processor (the fingerprint), the git commit, and an id that is a hash of them all."""
    facts: dict[str, Any] = {"fingerprint": _fingerprint(), "commit": _commit()}
    return {"id": _hash(facts), **facts}


def fingerprint_of(facts: dict[str, Any]) -> str:
    """A short hash that is equal where bits are expected to be equal."""
    return _hash(facts["fingerprint"])


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
