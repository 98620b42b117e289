"""The README's lines for MLflow and W&B, with their own clients, where these are installed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.place import Place

ROOT = Path(__file__).parents[2]
[BOTH] = re.findall(r"```python\n(import mlflow\n.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
MLFLOW, WANDB = BOTH.split("\nimport wandb\n")


def execute(lines: str, place: Place) -> str:
    """What a program prints that has these lines behind stored results, in the place's folder."""
    begin = f"import bench\nresults = bench.load({str(place.grid)!r}, store={str(place.store)!r})\n"
    quiet = {"WANDB_SILENT": "true", "WANDB_CACHE_DIR": str(place.folder), "WANDB_CONFIG_DIR": str(place.folder)}
    env = os.environ | {"PYTHONPATH": str(ROOT)} | quiet
    command = [sys.executable, "-c", begin + lines]
    done = subprocess.run(command, cwd=place.folder, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_mlflow_has_a_run_for_each_family(place: Place) -> None:
    pytest.importorskip("mlflow", reason="is no part of the test environment: pip install mlflow")
    verdicts = place.train().verdicts
    found = execute(f"{MLFLOW}\nprint(mlflow.search_runs().to_json(orient='records'))", place).splitlines()[-1]
    runs = {run["tags.mlflow.runName"]: run for run in json.loads(found)}
    assert set(runs) == set(verdicts["family"])
    for row in verdicts.to_dict("records"):
        run = runs[row["family"]]
        assert run["params.verdict"] == row["word"]
        assert run["metrics.mean"] == pytest.approx(row["mean"], abs=1e-9)  # JSON has ten digits


def test_wandb_has_a_run_for_each_family(place: Place) -> None:
    pytest.importorskip("wandb", reason="is no part of the test environment: pip install wandb")
    families = place.train().verdicts["family"]
    execute(f"import wandb\n{WANDB}", place)
    files = [file.read_bytes() for file in place.folder.glob("wandb/offline-run-*/run-*.wandb")]
    assert len(files) == len(families) == 2
    for family in families:
        assert any(family.encode() in file for file in files)
