"""The package as it is installed, without its checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bench.grid.ready import titles

ROOT = Path(__file__).parents[3]


def test_a_wheel_runs_from_an_empty_folder(tmp_path: Path) -> None:
    """Unpacked, as an installer does, where it is found before this checkout."""
    pytest.importorskip("setuptools", "77", reason="builds the wheel, and is not installed, or too old")
    source, installed, empty = (tmp_path / name for name in ("source", "installed", "empty"))
    for folder in ("nn", "bench", "grids"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source / file)
    build = "from setuptools import build_meta; build_meta.build_wheel('.')"
    subprocess.run([sys.executable, "-c", build], cwd=source, capture_output=True, check=True, timeout=120)
    with zipfile.ZipFile(next(source.glob("*.whl"))) as wheel:
        wheel.extractall(installed)
    empty.mkdir()

    def bench(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "bench", *arguments],
            cwd=empty,
            env=os.environ | {"PYTHONPATH": str(installed)},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout

    assert bench("grids").count("\n") == len(titles()) + 2
    assert "report: reports/smoke" in bench("run", "smoke", "--quiet", "--jobs", "1")
    assert {path.name for path in empty.iterdir()} == {"results", "reports"}
    (empty / "own.toml").write_text(bench("grids", "own-data"))
    (empty / "own-data.csv").write_text(bench("grids", "own-data.csv"))
    asked = [bench("run", grid, "--dry-run").splitlines() for grid in ("own.toml", "own-data")]
    assert len({line for lines in asked for line in lines if "problem.content" in line}) == 1
