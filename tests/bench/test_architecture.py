"""The data goes one way: no module imports one to its right, and each outside thing has one module that knows it."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Left to right as the data flows; a module may import what stands before it, and the members of its own package.
FLOW = [
    "errors", "text", "shell", "defaults", "data", "problems", "plugins", "grid", "examination", "records", "training",
    "store", "replay", "statistics", "results", "judging", "figures", "report", "page", "campaign", "commands", "api",
    "__init__", "__main__",
]  # fmt: skip


def _modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@cache
def _imports(path: Path) -> tuple[tuple[str, bool], ...]:
    """Every module that a file imports, anywhere in it; and whether for type checkers alone."""
    return tuple(_found_imports(path))


def _found_imports(path: Path) -> Iterator[tuple[str, bool]]:
    tree = ast.parse(path.read_text())
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in for_types) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where things come from"
            assert node.module is not None
            names = [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "bench" else [node.module]
            yield from ((name, id(node) in for_types) for name in names)


def _place(path: Path) -> str:
    """The module or package directly below bench that a file belongs to."""
    return path.relative_to(ROOT / "bench").parts[0].removesuffix(".py")


def test_the_flow_names_what_one_sees_in_the_folder() -> None:
    assert {_place(path) for path in _modules("bench")} == set(FLOW)


def test_few_files_lie_beside_the_stages() -> None:
    assert len(list((ROOT / "bench").glob("*.py"))) <= 8


def test_settings_are_read_by_name_and_not_by_string_once_they_are_decoded() -> None:
    """`settings["problem.train"]` is unknown to types; frames, whose columns have these names, are another matter."""
    for path in _modules("bench"):
        if _place(path) != "grid":
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Subscript) and isinstance(getattr(node.slice, "value", None), str):
                    read = ast.unparse(node.value)
                    assert not read.endswith(("settings", "flat()")), f"{path}:{node.lineno}"


@pytest.mark.parametrize("path", _modules("bench"), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_imports_one_to_its_right(path: Path) -> None:
    own = _place(path)
    for name, for_types in _imports(path):
        parts = name.split(".")
        if parts[0] != "bench" or for_types:
            continue
        other = parts[1] if len(parts) > 1 and parts[1] in FLOW else "__init__"
        if other != own:
            assert FLOW.index(other) < FLOW.index(own), f"{path}: imports {name}"


@pytest.mark.parametrize(
    ("library", "knows"),
    [
        ("sqlite3", {"store"}),
        ("multiprocessing", {"training"}),
        ("concurrent", {"training"}),
        ("threading", {"store", "training"}),
        ("matplotlib", {"figures"}),
        ("seaborn", {"figures"}),
        ("jinja2", {"page", "report"}),
        ("argparse", {"commands"}),
        ("tomllib", {"grid"}),
        (
            "importlib",
            {"commands", "plugins", "report", "training"},
        ),  # report and --version tell versions; Dask is there or is not
        ("csv", {"data"}),
        ("sklearn", {"data"}),
        ("zipfile", {"data"}),
        ("pickle", {"examination", "training"}),  # whether a component can be sent to workers; sending it
        ("random", {"examination"}),  # whether a component draws from it
    ],
)
def test_each_outside_thing_has_one_module_that_knows_it(library: str, knows: set[str]) -> None:
    importing = {_place(p) for p in _modules("bench") for name, _ in _imports(p) if name.split(".")[0] == library}
    assert importing <= knows


def test_the_network_knows_numpy_and_nothing_else() -> None:
    allowed = {"nn", "numpy", *sys.stdlib_module_names}
    imported = {name.split(".")[0] for path in _modules("nn") for name, _ in _imports(path)}
    assert imported <= allowed
    assert not imported & {"multiprocessing", "sqlite3", "socket", "subprocess"}


def test_nothing_from_a_grid_can_become_code() -> None:
    forbidden = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "importlib.import_module"}
    for path in [*_modules("bench"), *_modules("nn")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in forbidden, f"{path}:{node.lineno}"
            assert not (isinstance(node, ast.keyword) and node.arg == "shell"), f"{path}: a shell"
            if isinstance(node, ast.Attribute) and node.attr == "exec_module":
                assert path == ROOT / "bench" / "plugins" / "plugin.py", "foreign code is executed in one place"
