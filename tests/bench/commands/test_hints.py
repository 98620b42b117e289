"""What is printed to be typed does what was done: hints, "Regenerate", and messages that name a command."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.commands.hints import training_command
from bench.grid.request import Places, Request
from bench.results import collect
from bench.shell import program, typed
from bench.store.sqlite import Store
from tests.bench.place import Place

ROOT = Path(__file__).parents[3]
QUIET = ("--quiet", "--jobs", "1")


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def type_in_shell(line: str, place: Place) -> str:
    """The output of a line as a shell in the place's folder takes it; `python` is the one that runs the tests."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "BROWSER": "echo"}
    done = subprocess.run(
        ["sh", "-c", line], cwd=place.folder, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_printed_lines_make_the_same_report_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every option that can make another report, and paths that a shell would take apart."""
    (place.folder / "it's").mkdir()
    place.write(place.grid.read_text(), "it's/a grid.toml")
    monkeypatch.setattr(sys, "orig_argv", [sys.executable])
    options = ["--set", "title='Half of $HOME?'", "--set", "optimizer.sgd.lr=[0.1, 0.5]", "--tune", "3",
               "--confirm", "8", "--max-runs", "99", "--until-decided", "--max-seeds", "9", "--name", "half",
               "--store", "my runs.sqlite", "--reports", "my reports"]  # fmt: skip
    done = place.run_command(["run", "it's/a grid.toml", *options, *QUIET])
    assert done.code == 0, done.err
    folder = place.folder / "my reports" / "half"
    first = tree(folder)
    code = re.search(r"## Regenerate\n+```\n(.*?)\n```", first["report.md"].decode(), re.DOTALL)
    assert code is not None
    run, report, replay, page = (line for line in code[1].splitlines() if not line.startswith("#"))
    hint = done.out.splitlines()[-1].partition(": ")[2]
    outcomes = {run: "report: my reports/half", hint: "report.html", replay: "1 of 1 runs agree", page: "2 of 2 runs"}
    for line, said in outcomes.items():
        if line not in (replay, page):
            (folder / "report.md").write_bytes(b"")
        assert said in type_in_shell(line, place)
        assert tree(folder) == first
    assert shlex.split(hint)[1:] == [*shlex.split(report)[1:], "--open"]
    assert "<h2 id=" in (place.folder / "page.html").read_text()


def test_a_report_names_no_machine_and_the_usual_places_are_not_repeated(place: Place) -> None:
    assert place.run_command(["run", "tiny.toml", *QUIET]).code == 0
    text = (place.reports / "tiny" / "report.md").read_text()
    assert "\npython -m bench run tiny.toml\n" in text
    assert "\npython -m bench report tiny.toml\n" in text
    for name, content in tree(place.reports / "tiny").items():
        assert str(place.folder).encode() not in content, name


def test_a_design_that_can_decide_nothing_is_run_again_anyway(place: Place) -> None:
    assert place.cli("run", place.grid, "--confirm", "1", "--name", "one", "--anyway", *QUIET).code == 0
    assert "--confirm 1 --name one --anyway --store" in (place.reports / "one" / "report.md").read_text()


def test_a_race_has_a_report_of_its_own_and_needs_no_other_name(place: Place) -> None:
    with Store(place.store, create=True) as store:
        raced, changed = (collect(place.load(**own), store) for own in ({"race": True}, {"tune": 9}))
    assert "--name" not in training_command(raced, Places())
    assert training_command(changed, Places()).endswith("--tune 9 --name tiny-changed")


def test_options_are_written_as_the_command_line_takes_them() -> None:
    request = Request(
        "-x y.toml", ("seeds.tune=3", 'title="a b"'), None, 7, ("optimizer", "network.hidden"), "n", max_runs=9
    )
    expected = (
        "'./-x y.toml' --set seeds.tune=3 --set 'title=\"a b\"' --confirm 7 --by optimizer,network.hidden --name n "
        "--max-runs 9"
    )
    assert typed("run", *request.arguments) == f"python -m bench run {expected}"
    assert Places().store_option == Places().reports_option == ()
    assert Places("./results/runs.sqlite", "reports/").store_option == ()
    assert Places("-s", "r").store_option == ("--store", "./-s")
    assert Places("-s", "r").reports_option == ("--reports", "r")


@pytest.mark.skipif(shutil.which("bash") is None, reason="Bash reads what is typed")
def test_a_command_is_harmless_for_a_terminal_and_can_be_typed_whatever_bytes_are_in_a_path() -> None:
    path = os.fsdecode(b"a\x1b[2J\n\xff \\ 'b' \xc3\xa9.toml")
    line = typed(path, program=("printf", "%s"))
    assert line.isprintable()
    assert subprocess.run(["bash", "-c", line], capture_output=True, check=True).stdout == os.fsencode(path)


@pytest.mark.parametrize(
    ("started", "words"),
    [
        (["python", "/x/bench/__main__.py"], ["python", "-m", "bench"]),
        ([".venv/bin/python", "/x/bench/__main__.py"], [".venv/bin/python", "-m", "bench"]),
        (["HERE/.venv/bin/python", "/x/bench/__main__.py"], [".venv/bin/python", "-m", "bench"]),
        (["HERE/python", "/x/bench/__main__.py"], ["./python", "-m", "bench"]),
        (["/elsewhere/python", "/x/bench/__main__.py"], ["/elsewhere/python", "-m", "bench"]),
        (["/elsewhere/python", "HERE/bin/bench"], ["bench"]),
        (["/elsewhere/python", "HERE/other/bench"], ["other/bench"]),
        (["/elsewhere/python", "/elsewhere/bench"], ["/elsewhere/bench"]),
    ],
)
def test_the_program_is_named_so_that_it_can_be_typed(
    started: list[str], words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HERE is the working folder, of which `bin` is on the path."""
    script = tmp_path / "bin" / "bench"
    script.parent.mkdir()
    script.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(script.parent))
    python, argument = (text.replace("HERE", str(tmp_path)) for text in started)
    monkeypatch.setattr(sys, "orig_argv", [python, "..."])
    monkeypatch.setattr(sys, "argv", [argument])
    assert program() == words


def test_run_opens_the_report_when_it_is_done(place: Place, monkeypatch: pytest.MonkeyPatch, no_report: None) -> None:
    opened: list[str] = []

    def browser(page: str) -> bool:
        opened.append(page)
        return True

    monkeypatch.setattr("webbrowser.open", browser)
    assert "browser" in place.cli("run", place.grid, *QUIET).out
    assert opened == []
    assert "browser" not in place.cli("run", place.grid, "--open", *QUIET).out
    assert opened == [(place.reports / "tiny" / "report.html").as_uri()]


def test_where_there_is_no_browser_the_page_is_named(
    place: Place, monkeypatch: pytest.MonkeyPatch, no_report: None
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda page: False)
    done = place.cli("run", place.grid, "--open", *QUIET)
    assert done.code == 0
    assert done.err == f"there is no browser to open {place.reports / 'tiny' / 'report.html'} with\n"
