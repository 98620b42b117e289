"""`nn` stands on NumPy and Python alone."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import nn

FILES = sorted(Path(nn.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_no_file_imports_anything_but_numpy_python_and_nn(file: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports say in full where they come from"
            imported.add(str(node.module).split(".")[0])
    assert imported <= {"numpy", "nn"} | sys.stdlib_module_names


def test_using_it_loads_nothing_but_numpy_and_python() -> None:
    script = """
import sys, numpy, numpy.random
before = {name.partition(".")[0] for name in sys.modules}
import nn
model = nn.Classifier((4,), epochs=2, batch=3, dropout=0.1, l1=0.1)
model.fit([[0.0], [1.0], [2.0], [3.0]], list("abab")).predict([[1]])
print(*sorted({name.partition(".")[0] for name in sys.modules} - before - set(sys.stdlib_module_names)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(nn.__file__).parents[1], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["nn"]


def test_everything_it_offers_exists_once() -> None:
    assert sorted(set(nn.__all__)) == sorted(nn.__all__)
    assert all(hasattr(nn, name) for name in nn.__all__)
