"""The command line around the commands: usage, help, exit codes, and errors as one message."""

import errno
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.commands import main, status
from bench.training import building
from tests.bench.place import Place

ROOT = Path(__file__).parents[3]


def test_an_interrupt_is_one_message_and_130(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(building, "build", interrupted)
    outcome = place.cli("run", place.grid, "--quiet", "--jobs", "1")
    assert outcome.code == 130
    assert outcome.err == "interrupted; every finished run is stored, and the same command goes on from there\n"
    monkeypatch.setattr(status, "run", interrupted)  # which trains nothing with which it could go on
    outcome = place.cli("status", place.grid)
    assert (outcome.code, outcome.err) == (130, "interrupted; the same command starts anew\n")


def test_an_error_of_the_program_is_one_message_and_a_traceback_only_with_debug(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(status, "run", broken)
    outcome = place.cli("status", place.grid)
    assert (outcome.code, outcome.err) == (1, "bench: ZeroDivisionError: a defect (--debug shows where)\n")
    with pytest.raises(ZeroDivisionError):
        place.run_command(["--debug", "status", str(place.grid)])


def test_the_version_names_what_the_numbers_rest_on(place: Place) -> None:
    said = place.run_command(["--version"])
    assert said.code == 0
    assert re.fullmatch(r"bench [\d.]+, numerics \d+ \(Python [\d.]+, NumPy [\d.]+\)\n", said.out)


def test_zero_jobs_are_as_many_as_cores(place: Place) -> None:
    said = [place.cli("run", place.grid, "--dry-run", *jobs).out for jobs in ((), ("--jobs", "0"))]
    assert said[0] == said[1] != ""


def test_a_shell_completes_commands_options_and_grids() -> None:
    pytest.importorskip("argcomplete", reason="completes, and is not installed")

    def completed(line: str) -> set[str]:
        asked = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": " ", "COMP_LINE": line, "COMP_POINT": str(len(line)),
                 "COMP_TYPE": "9", "_ARGCOMPLETE_STDOUT_FILENAME": "/dev/stdout"}  # fmt: skip
        command = [sys.executable, "-c", "from bench.commands import main; main()"]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | asked, capture_output=True, text=True, check=False)
        return set(done.stdout.split())

    assert completed("bench re") == {"report", "replay"}
    assert completed("bench run --until") == {"--until-decided"}
    assert completed("bench run rul") == completed("bench report rul") == {"rules"}
    assert completed("bench replay grids/course/one") == {"grids/course/one-seed.toml"}


USAGE = [
    [],
    ["no-such-command"],
    ["run", "--no-such-option"],
    ["run", "--jobs", "-1"],
    ["run", "--jobs", "many"],
    ["run", "--tune", "1.5"],
    ["run", "--confirm", "9999999999"],
    ["run", "--max-runs", "0"],
    ["report"],
    ["export", "grid.toml"],
    ["export", "grid.toml", "--to", "x.csv", "--what", "everything"],
    ["verify", "grid.toml", "--sample", "0"],
    ["replay", "grid.toml", "--worst", "--seed", "1"],
    ["check"],
]


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_bad_usage_is_a_message_and_2(arguments: list[str], place: Place) -> None:
    outcome = place.run_command(arguments)
    assert outcome.code == 2
    assert "error: " in outcome.err
    assert "Traceback" not in outcome.err
    assert place.files() == {"tiny.toml"}


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    program = (
        "import sys; from bench.commands import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as done: assert done.code == 0\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for command in ("run", "report", "status", "export", "compare", "replay", "verify", "speed", "check", "schema"):
        assert f"    {command} " in done.stdout
    loaded = set(done.stderr.replace("'", "").strip("[]\n").split(", "))
    assert not loaded & {"numpy", "pandas", "scipy", "matplotlib", "seaborn", "tqdm", "sqlite3", "multiprocessing"}
    assert not loaded & {"webbrowser", "json"}  # the first alone takes a quarter as long as all of --help


def test_output_into_a_closed_pipe_is_no_error(place: Place) -> None:
    place.train()
    buffered = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-m", "bench", "status", str(place.grid), "--store", str(place.store)]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, cwd=ROOT, env=buffered, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("environment", "closing"),
    [
        ({"PYTHONIOENCODING": "ascii"}, ""),
        ({"PYTHONIOENCODING": "cp1252"}, ""),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, ""),
        ({}, ">&-"),
        ({}, ">&- 2>&-"),
        ({}, "| head -0"),
    ],
)
def test_no_terminal_can_cost_the_report(environment: dict[str, str], closing: str, place: Place) -> None:
    words = [sys.executable, "-m", "bench", "run", str(place.grid), "--jobs", "1", "--quiet"]
    places = ["--store", str(place.store), "--reports", str(place.reports)]
    done = subprocess.run(
        f"set -o pipefail; {shlex.join([*words, *places])} {closing}",
        shell=True, executable="bash", cwd=ROOT, env={**os.environ, **environment}, capture_output=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert (place.reports / "tiny" / "report.html").stat().st_size > 10_000


def test_a_file_that_looks_like_an_option_is_named_as_a_path(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place.folder)
    place.write(place.grid.read_text(), "-x.toml")
    with pytest.raises(SystemExit, match="2"):
        main(["run", "-x.toml"])
    assert "unrecognized arguments: -x.toml; the file is named as ./-x.toml" in capsys.readouterr().err
    assert place.cli("run", "./-x.toml", "--name", "x", "--dry-run").code == 0


def test_a_full_disk_where_the_output_goes_is_one_message(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(status, "run", full)
    outcome = place.cli("status", place.grid)
    assert outcome.code == 2
    assert outcome.err == (
        "bench: No space left on device; make room on the disk; what is stored stays, and the same command goes on "
        "from there\n"
    )
