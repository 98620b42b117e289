"""A plug-in's file that cannot be taken in is one message with place and remedy, and exit code 2."""

from pathlib import Path

import pytest

from bench import plugins
from bench.plugins.plugin import PluginError
from tests.bench.place import Place
from tests.bench.plugins.own import ADAM, HEAD, SGD

TWICE = SGD + SGD.replace("class Mine", "class Other").partition("\n\n\n")[2]

BAD: dict[str, tuple[str | bytes, str]] = {
    "a syntax error": ("x = 1\ndef f(:\n", "line 2: invalid syntax; correct the line"),
    "an indentation": ("if True:\nx = 1\n", "line 2: expected an indented block"),
    "an import": ("import numpy\nimport no_such_module\n", "line 2: ModuleNotFoundError: No module named 'no_such_m"),
    "a sibling": ("from helpers import help\n", "a plug-in is one file"),
    "a missing name": ("from nn import Adem\n", "line 1: ImportError: cannot import name 'Adem'"),
    "an exception": ("import numpy as np\n\nx = 1 / 0\n", "line 3: ZeroDivisionError: division by zero; correct"),
    "an exit": ("import sys\nsys.exit('bye')\n", "line 2: SystemExit: bye"),
    "an exception deeper down": ("import json\n\n\njson.loads('[')\n", "line 4: JSONDecodeError"),
    "a class that cannot be made": (SGD.replace("learning_rate(0.1)", "no_such_rate"), "line 13: NameError"),
    "a class that hides": (
        "from nn import Optimizer\nclass M(type):\n    def __getattribute__(cls, name):\n"
        "        raise RuntimeError('no')\nclass A(Optimizer, metaclass=M):\n    pass\n", "RuntimeError: no",
    ),
    "nothing": ("", "no component in it; expected a class derived from one of nn.Optimizer, bench.problems.Problem"),
    "an import alone": ("from nn import Adam\n", "no component in it"),
    "no name": (SGD.replace('    name = "mine"\n', ""), 'no name that a grid file could call Mine by; write one into'),
    "a name twice": (TWICE, "two classes, Mine and Other, are a rule named 'mine'; rename one"),
    "Latin-1": (f"# é\n{SGD}".encode("latin-1"), "byte 2: not UTF-8; save the file in UTF-8"),
    "a null byte": (b"x = 1\0\n", "holds a null byte"),
    "too much": (b"#" * 1_000_001, "larger than 1,000,000 bytes"),
    "endless nesting": ("(" * 5000, "mine.py, line 1: too many nested parentheses"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "part"), BAD.values(), ids=list(BAD))
def test_a_file_that_cannot_be_taken_in_is_one_message(place: Place, text: str | bytes, part: str) -> None:
    path = place.write(text, "mine.py")
    outcome = place.run_command(["check", str(path)])
    assert (outcome.code, outcome.out) == (2, "")
    assert part in outcome.err
    assert "mine.py" in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_what_is_no_file_is_one_message(place: Place) -> None:
    place.write(SGD, "mine.txt")
    (place.folder / "folder.py").mkdir()
    (place.folder / "dangling.py").symlink_to("nowhere.py")
    for name, part in {
        "missing.py": "missing.py: no such file; give the path of a Python file",
        "mine.txt": "mine.txt: not a Python file; expected a name that ends with .py",
        "folder.py": "folder.py: not a regular file",
        "dangling.py": "no such file",
        ".": "not a Python file",
        "a\0b.py": "plug-in a\\x00b.py: ",
        "x" * 5000 + ".py": "xxx.py: cannot be read",
    }.items():
        outcome = place.run_command(["check", name])
        assert outcome.code == 2
        assert part in outcome.err
        assert len(outcome.err.splitlines()) == 1


def test_an_unreadable_file_is_one_message(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place.write(SGD, "mine.py")

    def refused(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    outcome = place.run_command(["check", str(path)])
    assert outcome.code == 2
    assert "cannot be read: [Errno 13] Permission denied; give the path" in outcome.err


def test_the_traceback_is_shown_with_debug(place: Place) -> None:
    path = place.write("x = 1 / 0\n", "mine.py")
    with pytest.raises(PluginError) as error:
        place.run_command(["--debug", "check", str(path)])
    assert isinstance(error.value.__cause__, ZeroDivisionError)


def test_an_interrupt_is_no_fault_of_the_file(place: Place) -> None:
    path = place.write("raise KeyboardInterrupt\n", "mine.py")
    assert place.run_command(["check", str(path)]).code == 130


def test_a_text_is_executed_once_and_its_classes_stay_the_same(tmp_path: Path) -> None:
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(f"{ADAM}\n# once\n")
    first, second = plugins.load(tmp_path / "one.py"), plugins.load(str(tmp_path / "two.py"))
    assert first.components == second.components
    assert first.digest == second.digest


def test_a_digest_is_of_the_text_whatever_ends_its_lines(tmp_path: Path) -> None:
    texts = {"a.py": ADAM, "b.py": ADAM.replace("\n", "\r\n"), "c.py": "\ufeff" + ADAM, "d.py": ADAM + "# more\n"}
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text.encode())
    digests = [plugins.load(tmp_path / name).digest for name in texts]
    assert digests[:3] == digests[:1] * 3
    assert digests[3] != digests[0]


def test_what_a_file_imports_or_leaves_without_a_name_is_no_component_of_it(tmp_path: Path) -> None:
    helper = "\n\nclass Base(Optimizer):\n    pass\n\n\nAlias = Mine\n"
    (tmp_path / "mine.py").write_text(f"from nn import Adam\n{SGD}{helper}")
    assert [one.__name__ for one in plugins.load(tmp_path / "mine.py").components] == ["Mine"]


def test_a_file_may_bring_several_kinds(tmp_path: Path) -> None:
    text = """
from nn import Schedule, Penalty
from bench.problems import Problem

@dataclass(frozen=True)
class Falling(Schedule):
    name = "mine"
    def __call__(self, t):
        return self.lr / (1 + t)
"""
    (tmp_path / "mine.py").write_text(f"{HEAD}{text}{SGD.removeprefix(HEAD)}")
    found = plugins.load(tmp_path / "mine.py").components
    assert [plugins.kind_of(one).word for one in found] == ["schedule", "rule"]
    with pytest.raises(TypeError, match=r"int: derives from none of nn\.Optimizer"):
        plugins.kind_of(int)  # type: ignore[arg-type]
