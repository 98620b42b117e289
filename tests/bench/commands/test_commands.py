"""The commands: exit codes, messages and what they write, each tried once on a tiny grid."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import bench
from bench import campaign
from bench.commands import preview, status
from bench.errors import UsageError
from bench.grid.schema import json_schema
from bench.results import Results
from bench.training import training

ROOT = Path(__file__).parents[3]
QUIET = ("--quiet", "--jobs", "1")


def _python(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, **options)


def test_run_trains_prints_a_verdict_for_each_family_and_writes_the_report(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = place.cli("run", place.grid, *QUIET)
    assert (outcome.code, outcome.err) == (0, "")
    *verdicts, report, more = outcome.out.splitlines()
    assert [line.split()[1] for line in verdicts] == ["sgd", "adam"]
    assert report == f"report: {place.reports / 'tiny' / 'report.md'}"
    assert more.endswith(f"bench report {place.grid} --open")
    for name in ("report.md", "report.html"):
        assert (place.reports / "tiny" / name).stat().st_size > 1000
    monkeypatch.setattr(Results, "report", lambda self, folder: folder / self.grid.name / "report.md")
    again = place.cli("report", place.grid)
    assert (again.code, again.out.splitlines(), again.err) == (0, [*verdicts, report], "")


def test_the_report_of_an_overridden_grid_has_its_own_folder(place: Any, no_report: None) -> None:
    options = ["--set", "optimizer.adam.lr=0.1", "--name", "other", *QUIET]
    assert f"report: {place.reports / 'other'}" in place.cli("run", place.grid, *options).out
    assert f"report: {place.reports / 'other'}" in place.cli("report", place.grid, *options[:4]).out


def test_overrides_and_seeds_change_the_grid(place: Any, no_report: None) -> None:
    place.cli("run", place.grid, "--set", "network.hidden=[[3], [5]]", "--set", "optimizer.sgd.lr=0.2",
              "--set", "title='x'", "--tune", "3", "--confirm", "5", "--name", "n", *QUIET)  # fmt: skip
    runs = place.train("network.hidden=[[3], [5]]", "optimizer.sgd.lr=0.2", tune=3, confirm=5).runs
    assert len(runs) == 4 * 3 + 2 * 5
    status = place.cli("status", place.grid, "--set", "network.hidden=[[3], [5]]", "--set", "optimizer.sgd.lr=0.2",
                       "--tune", "3", "--confirm", "5")  # fmt: skip
    assert "0 runs to go" in status.out


def test_a_label_with_dots_can_be_overridden(place: Any) -> None:
    place.write(place.grid.read_text().replace('name = "adam"', 'name = "adam"\nlabel = "adam 0.9"'))
    assert place.load("optimizer.adam 0.9.lr=0.5").entries["adam 0.9"]["optimizer.lr"] == (0.5,)


def test_several_grids_are_run_one_after_the_other(place: Any, no_report: None) -> None:
    other = place.write(place.grid.read_text().replace("epochs = 4", "epochs = 5"), "other.toml")
    outcome = place.cli("run", place.grid, other, *QUIET)
    assert outcome.code == 0
    assert [line for line in outcome.out.splitlines() if line.startswith("report: ")] == [
        f"report: {place.reports / 'tiny'}",
        f"report: {place.reports / 'other'}",
    ]


def test_several_grids_never_share_a_report(place: Any) -> None:
    (place.folder / "sub").mkdir()
    other = place.write(place.grid.read_text(), "sub/tiny.toml")
    before = place.files()
    for options in ([place.grid, other], [place.grid, other, "--name", "both"]):
        outcome = place.cli("run", *options)
        assert outcome.code == 2
        assert "report" in outcome.err
    assert place.files() == before


def test_a_design_that_can_decide_nothing_is_refused_unless_asked_for(place: Any, no_report: None) -> None:
    before = place.files()
    refused = place.cli("run", place.grid, "--confirm", "1")
    assert refused.code == 2
    assert "--anyway" in refused.err
    assert place.files() == before
    assert place.cli("run", place.grid, "--confirm", "1", "--anyway", *QUIET).code == 0


def _counts(text: str) -> tuple[int, int]:
    """Tune runs cached and new, as a dry run prints them."""
    [line] = [line for line in text.splitlines() if line.startswith("tune runs: ")]
    words = line.replace(",", "").split()
    return int(words[2]), int(words[4])


def test_more_seeds_than_max_runs_allows_are_refused_before_any_is_trained(place: Any) -> None:
    asked = ("run", place.grid, "--until-decided", "--max-seeds", "500", "--max-runs", "1000", *QUIET)
    for outcome in place.cli(*asked), place.cli(*asked, "--dry-run"):
        assert outcome.code == 2
        assert "up to 1,006 runs with --max-seeds 500: expected at most 1,000; lower --max-seeds" in outcome.err
    assert not place.store.exists()


def test_a_dry_run_writes_nothing_and_counts_what_is_cached_and_new(place: Any) -> None:
    fresh = place.cli("run", place.grid, "--dry-run")
    assert (fresh.code, fresh.err) == (0, "")
    assert _counts(fresh.out) == (0, 6)
    assert place.files() == {"tiny.toml"}
    assert "stacks: 2, of 2 shapes" in place.cli("run", place.grid, "--dry-run", "--jobs", "1").out
    assert "stacks: 5, of 2 shapes" in place.cli("run", place.grid, "--dry-run", "--jobs", "3").out
    for part in ("memory:", "time:", "what this design can decide", "training.batch = full", "eps = 1e-07"):
        assert part in fresh.out
    place.train()
    content = place.store.read_bytes()
    assert _counts(place.cli("run", place.grid, "--dry-run").out) == (6, 0)
    assert _counts(place.cli("run", place.grid, "--dry-run", "--tune", "5").out) == (6, 9)
    assert _counts(place.cli("run", place.grid, "--dry-run", "--set", "optimizer.sgd.lr=[0.5, 0.7, 0.9]").out) == (4, 4)
    assert place.store.read_bytes() == content


def test_a_dry_run_counts_failed_runs_as_new_and_shared_configurations_once(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(training, "build", failing)
    place.train()
    monkeypatch.undo()
    assert _counts(place.cli("run", place.grid, "--dry-run").out) == (0, 6)
    place.write(place.grid.read_text() + '[[optimizer]]\nname = "adam"\nlabel = "twin"\nlr = 0.05\n')
    assert _counts(place.cli("run", place.grid, "--dry-run").out)[1] == 6


def test_status_counts_what_is_done_and_missing(place: Any) -> None:
    place.train(tune=1)
    outcome = place.cli("status", place.grid, "--tune", "2")
    assert outcome.code == 0
    assert "15 runs to go; time left: about" in outcome.out  # without its tune runs no family has a best to confirm
    done = place.cli("status", place.grid, "--tune", "1")
    assert "0 runs to go; time left: none" in done.out


def test_compare_sets_two_families_or_configurations_side_by_side(place: Any) -> None:
    place.train()
    assert place.cli("compare", place.grid, "sgd", "adam").code == 0
    assert place.cli("compare", place.grid, "sgd: lr 0.1", "sgd: lr 0.5").code == 0
    outcome = place.cli("compare", place.grid, "sgd", "lion")
    assert outcome.code == 2
    assert "lion" in outcome.err
    assert "sgd, adam" in outcome.err


def test_replay_and_verify_agree_with_the_store(place: Any) -> None:
    name = place.train().runs["run"][0]
    outcome = place.cli("replay", name)
    assert (outcome.code, outcome.out.splitlines()[0]) == (0, f"{name}: ok, as stored, bit for bit")
    outcome = place.cli("verify", place.grid, "--sample", "1000")
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, "18 of 18 runs agree with the store")


def test_speed_tells_the_throughput_and_the_time_of_what_a_grid_lacks(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign, "cores", lambda: 1)
    monkeypatch.setattr(preview, "seconds_per_run", lambda _: 10.0)
    outcome = place.cli("speed", place.grid)
    assert (outcome.code, outcome.err) == (0, "")
    title, alone, stacked, worker, time = outcome.out.splitlines()
    assert title.endswith("million run-steps per second")
    assert ["1 core" in line for line in (alone, stacked, worker)] == [True, True, False]
    assert "1 worker " in worker
    assert all(float(line.split()[-1]) > 0 for line in (alone, stacked, worker))
    assert time == f"{place.grid} on 1 core: about 3 min"  # 6 tune runs and 12 confirm runs
    place.train()
    lacking = place.cli("speed", place.grid).out.splitlines()[-1]
    assert lacking == f"{place.grid} on 1 core: about 2 min"  # the confirm runs


def test_schema_prints_the_schema(place: Any) -> None:
    outcome = place.cli("schema")
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out) == json_schema()


def test_failed_runs_are_told_and_the_exit_code_is_1(
    place: Any, no_report: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(training, "build", failing)
    outcome = place.cli("run", place.grid, *QUIET)
    assert outcome.code == 1
    assert "6 runs failed" in outcome.err
    assert "MemoryError: no room" in outcome.err
    assert "sgd: not confirmed" in outcome.out
    fast = place.cli("run", place.grid, "--fail-fast", *QUIET)
    assert fast.code == 1
    assert "failed: MemoryError: no room" in fast.err
    assert len(fast.err.splitlines()) == 1
    monkeypatch.undo()
    monkeypatch.setattr(Results, "report", lambda self, folder: folder)
    assert place.cli("run", place.grid, *QUIET).code == 0


def test_an_interrupt_is_one_message_and_130(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "build", interrupted)
    outcome = place.cli("run", place.grid, *QUIET)
    assert outcome.code == 130
    assert outcome.err.startswith("interrupted; ")
    assert len(outcome.err.splitlines()) == 1


def test_an_error_of_the_program_is_one_message_and_a_traceback_only_with_debug(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(status, "run", broken)
    outcome = place.cli("status", place.grid)
    assert (outcome.code, outcome.err) == (1, "bench: ZeroDivisionError: a defect (--debug shows where)\n")
    with pytest.raises(ZeroDivisionError):
        place.run_command(["--debug", "status", str(place.grid)])


USAGE = [
    [],
    ["no-such-command"],
    ["run", "--no-such-option"],
    ["run", "--jobs", "0"],
    ["run", "--jobs", "-1"],
    ["run", "--jobs", "many"],
    ["run", "--tune", "1.5"],
    ["run", "--confirm", "9999999999"],
    ["run", "--max-runs", "0"],
    ["report"],
    ["export", "grid.toml"],
    ["export", "grid.toml", "--to", "x.csv", "--what", "everything"],
    ["verify", "grid.toml", "--sample", "0"],
    ["replay"],
]


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_bad_usage_is_a_message_and_2(arguments: list[str], place: Any) -> None:
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
    done = _python("-c", program)
    assert done.returncode == 0, done.stderr
    for command in ("run", "report", "status", "export", "compare", "replay", "verify", "speed", "schema"):
        assert f"    {command} " in done.stdout
    loaded = set(done.stderr.replace("'", "").strip("[]\n").split(", "))
    assert not loaded & {"numpy", "pandas", "scipy", "matplotlib", "seaborn", "tqdm", "sqlite3", "multiprocessing"}


def test_output_into_a_closed_pipe_is_no_error(place: Any) -> None:
    place.train()
    buffered = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-m", "bench", "status", str(place.grid), "--store", str(place.store)]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, cwd=ROOT, env=buffered, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_progress_goes_to_a_terminal_only(place: Any, no_report: None) -> None:
    outcome = place.cli("run", place.grid, "--jobs", "1")
    assert outcome.err == ""
    assert "tune" not in outcome.out


def test_until_decided_from_python(place: Any) -> None:
    results = bench.run(place.grid, jobs=1, store=place.store, overrides=["baseline.accuracy=0.99"], until_decided=True,
                        max_seeds=40)  # fmt: skip
    assert set(results.decided.values()) == {"below"}
    assert 6 <= results.grid.seeds.confirm <= 40


def test_the_same_from_python(place: Any) -> None:
    results = bench.run(place.grid, jobs=1, store=place.store, overrides=["optimizer.adam.lr=0.1"], tune=3, confirm=4)
    assert len(results.runs) == 9 + 8
    assert list(results.verdicts["family"]) == ["sgd", "adam"]
    assert set(results.summary["family"]) == {"sgd", "adam"}
    assert len(results.curves) == 16
    with pytest.raises(UsageError, match="no such file"):
        bench.run(place.folder / "missing.toml", store=place.folder / "other.sqlite")
    assert place.files() == {"results", "results/runs.sqlite", "tiny.toml"}
