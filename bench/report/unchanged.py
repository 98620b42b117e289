"""Whether a report is there already: made from the same results by the same program, and left as it was."""

from __future__ import annotations

import platform
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pandas as pd

import nn
from bench.report.judging import JudgedView
from bench.report.manifest import digest_of, read_manifest
from bench.report.view import View

LIBRARIES = ("jinja2", "matplotlib", "numpy", "pandas", "scipy", "seaborn")


def origin_of(view: View) -> str:
    """A digest of all that a report is made from: results, places, this program and its libraries."""
    results, history = view.results, view.results.history
    own = history.own and replace(history.own, asked=0)  # how often it was asked is not in the report
    facts = (results.grid, results.tuned.roles, results.plan, results.drawn, replace(history, own=own))
    used = {name: results.environments.get(name) for name in sorted(results.runs["environment"].dropna().unique())}
    digest = sha256(repr((_program(), facts, used, view.places)).encode("utf-8", "backslashreplace"))
    for frame in (results.tune, results.confirm, results.sides):  # a run's digest stands for its curves
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def origin_of_judged(view: JudgedView) -> str:
    """The same of a table that was judged."""
    results = view.results
    facts = (results.question, results.named, results.name, results.options, results.plan, results.table.roles)
    digest = sha256(repr((_program(), facts, view.reports)).encode("utf-8", "backslashreplace"))
    digest.update(pd.util.hash_pandas_object(results.table.frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def is_unchanged(folder: Path, origin: str) -> bool:
    """Whether the folder holds a report of this origin, every file as it was written."""
    manifest = read_manifest(folder.resolve())
    if manifest is None or manifest.origin != origin:
        return False
    paths = {folder / name: digest for name, digest in manifest.files.items()}
    return all(path.is_file() and digest_of(path.read_bytes()) == digest for path, digest in paths.items())


@cache
def _program() -> tuple[str, ...]:
    """The sources of this program, as one digest, and the versions of what it stands on."""
    digest = sha256()
    for root in (Path(__file__).parents[1], Path(str(nn.__file__)).parent):
        for path in sorted(path for path in root.rglob("*") if path.suffix in (".py", ".html", ".css", ".js")):
            digest.update(path.read_bytes())
    return digest.hexdigest(), platform.python_version(), *(version(name) for name in LIBRARIES)
