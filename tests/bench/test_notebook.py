"""A notebook that is executed: run, show, plot, best, load."""

from pathlib import Path
from typing import Any

import pytest

from tests.bench.place import Place

CELLS = [
    "import bench\nresults = bench.run('tiny.toml', jobs=1)",
    "results",
    "results.figures['accuracy']",
    "axes = results.plot('learning-curves')",
    "print(results.best('adam').code)",
    "bench.load('tiny.toml').verdicts",
    "import matplotlib.pyplot as plt\nlines = plt.plot([1, 2])",
]


@pytest.mark.filterwarnings("default")  # what Jupyter's packages warn of each other
def test_a_notebook_runs_shows_plots_and_loads(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat = pytest.importorskip("nbformat", reason="writes notebooks, and is not installed")
    preprocessors = pytest.importorskip("nbconvert.preprocessors", reason="executes notebooks, and is not installed")
    pytest.importorskip("ipykernel", reason="is what a notebook runs in, and is not installed")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    where = {"metadata": {"path": str(place.folder)}}
    preprocessors.ExecutePreprocessor(timeout=120, kernel_name="python3").preprocess(notebook, where)
    outputs: list[dict[str, Any]] = [_data(cell) for cell in notebook.cells]
    assert not [said for said in notebook.cells[0].outputs if "Warning" in said.get("text", "")]
    assert "Which optimizer?" in outputs[1]["text/html"]
    assert "<img" in outputs[1]["text/html"]
    assert "<svg" in outputs[2]["image/svg+xml"]
    assert "image/png" in outputs[3]
    assert "nn.Classifier(" in notebook.cells[4].outputs[0].text
    assert "<table" in outputs[5]["text/html"]
    assert "image/png" in outputs[6]  # what others draw is shown as before
    assert {"results", "tiny.toml"} == {path.name for path in place.folder.iterdir()}


def _data(cell: Any) -> dict[str, Any]:
    """All that a cell has shown, by type."""
    return {kind: value for output in cell.outputs for kind, value in output.get("data", {}).items()}
