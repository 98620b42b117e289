"""`bench run`: what it trains, prints and writes, what it refuses, and what it says without training."""

import errno
import shlex
from typing import Any

import pytest

from bench.report import folder
from bench.training import building
from tests.bench.place import Place

QUIET = ("--quiet", "--jobs", "1")


def test_run_trains_prints_a_verdict_for_each_family_and_writes_the_report(place: Place) -> None:
    outcome = place.cli("run", place.grid, *QUIET)
    assert (outcome.code, outcome.err) == (0, "")
    *answer, report, more = outcome.out.splitlines()
    assert {line.split()[1] for line in answer if "┊" in line and "claim" not in line} == {"sgd", "adam"}
    assert report == f"report: {place.reports / 'tiny' / 'report.md'}"
    assert f"-m bench report {place.grid} --store {place.store} --reports {place.reports} --open" in more
    for name in ("report.md", "report.html"):
        assert (place.reports / "tiny" / name).stat().st_size > 1000
    again = place.cli("report", place.grid)
    assert (again.code, again.out.splitlines(), again.err) == (0, [*answer, f"{report} (unchanged)"], "")
    assert f"{report} (unchanged)" in place.cli("run", place.grid, *QUIET).out.splitlines()


def test_the_report_of_an_overridden_grid_has_its_own_folder(place: Place, no_report: None) -> None:
    options = ["--set", "optimizer.adam.lr=0.1", "--name", "other", *QUIET]
    assert f"report: {place.reports / 'other'}" in place.cli("run", place.grid, *options).out
    assert f"report: {place.reports / 'other'}" in place.cli("report", place.grid, *options[:4]).out


def test_overrides_and_seeds_change_the_grid(place: Place, no_report: None) -> None:
    place.cli("run", place.grid, "--set", "network.hidden=[[3], [5]]", "--set", "optimizer.sgd.lr=0.2",
              "--set", "title='x'", "--tune", "3", "--confirm", "5", "--name", "n", *QUIET)  # fmt: skip
    runs = place.train("network.hidden=[[3], [5]]", "optimizer.sgd.lr=0.2", tune=3, confirm=5).runs
    assert len(runs) == 4 * 3 + 2 * 5
    status = place.cli("status", place.grid, "--set", "network.hidden=[[3], [5]]", "--set", "optimizer.sgd.lr=0.2",
                       "--tune", "3", "--confirm", "5")  # fmt: skip
    assert "0 runs to go" in status.out


def test_a_label_with_dots_can_be_overridden(place: Place) -> None:
    place.write(place.grid.read_text().replace('name = "adam"', 'name = "adam"\nlabel = "adam 0.9"'))
    assert place.load("optimizer.adam 0.9.lr=0.5").optimizers["adam 0.9"]["optimizer.lr"] == (0.5,)


def test_several_grids_are_run_one_after_the_other(place: Place, no_report: None) -> None:
    other = place.write(place.grid.read_text().replace("epochs = 4", "epochs = 5"), "other.toml")
    outcome = place.cli("run", place.grid, other, *QUIET)
    assert outcome.code == 0
    assert [line for line in outcome.out.splitlines() if line.startswith("report: ")] == [
        f"report: {place.reports / 'tiny' / 'report.md'}",
        f"report: {place.reports / 'other' / 'report.md'}",
    ]


def test_several_grids_never_share_a_report(place: Place) -> None:
    (place.folder / "sub").mkdir()
    other = place.write(place.grid.read_text(), "sub/tiny.toml")
    before = place.files()
    for options in ([place.grid, other], [place.grid, other, "--name", "both"]):
        outcome = place.cli("run", *options)
        assert outcome.code == 2
        assert "report" in outcome.err
    assert place.files() == before


def test_a_design_that_can_decide_nothing_is_refused_unless_asked_for(place: Place, no_report: None) -> None:
    before = place.files()
    one = ("--confirm", "1", "--name", "one")
    refused = place.cli("run", place.grid, *one)
    assert refused.code == 2
    assert "--anyway" in refused.err
    assert place.files() == before
    assert place.cli("run", place.grid, *one, "--anyway", *QUIET).code == 0


def test_more_seeds_than_max_runs_allows_are_refused_before_any_is_trained(place: Place) -> None:
    asked = ("run", place.grid, "--until-decided", "--max-seeds", "500", "--max-runs", "1000", *QUIET)
    for outcome in place.cli(*asked), place.cli(*asked, "--dry-run"):
        assert outcome.code == 2
        assert "up to 1,006 runs with --max-seeds 500: expected at most 1,000; lower --max-seeds" in outcome.err
    assert not place.store.exists()


@pytest.mark.parametrize(
    "command", [("run",), ("report",), ("status",), ("export", "--to", "x.csv"), ("compare", "a", "b"), ("verify",)]
)
def test_every_command_that_reads_a_grid_takes_max_runs(place: Place, command: tuple[str, ...]) -> None:
    name, *rest = command
    refused = place.cli(name, place.grid, "--max-runs", "17", *rest)
    assert refused.code == 2
    assert "= 18 runs: expected at most 17; shorten an axis" in refused.err


def _counts(text: str) -> tuple[int, int]:
    """Tune runs cached and new, as a dry run prints them."""
    [line] = [line for line in text.splitlines() if line.startswith("tune runs: ")]
    words = line.replace(",", "").split()
    return int(words[2]), int(words[4])


def test_a_dry_run_writes_nothing_and_counts_what_is_cached_and_new(place: Place) -> None:
    fresh = place.cli("run", place.grid, "--dry-run")
    assert (fresh.code, fresh.err) == (0, "")
    assert _counts(fresh.out) == (0, 6)
    assert place.files() == {"tiny.toml"}
    assert "stacks: 2, of 2 shapes" in place.cli("run", place.grid, "--dry-run", "--jobs", "1").out
    assert "stacks: 3, of 2 shapes" in place.cli("run", place.grid, "--dry-run", "--jobs", "3").out
    for part in ("memory:", "time:", "what this design can decide", "training.batch = full", "eps = 1e-07"):
        assert part in fresh.out
    place.train()
    content = place.store.read_bytes()
    assert _counts(place.cli("run", place.grid, "--dry-run").out) == (6, 0)
    assert _counts(place.cli("run", place.grid, "--dry-run", "--tune", "5").out) == (6, 9)
    assert _counts(place.cli("run", place.grid, "--dry-run", "--set", "optimizer.sgd.lr=[0.5, 0.7, 0.9]").out) == (4, 4)
    assert place.store.read_bytes() == content


def test_a_dry_run_counts_failed_runs_as_new_and_shared_configurations_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(building, "build", failing)
    with pytest.warns(UserWarning, match="6 runs failed"):
        place.train()
    monkeypatch.undo()
    assert _counts(place.cli("run", place.grid, "--dry-run").out) == (0, 6)
    place.write(place.grid.read_text() + '[[optimizer]]\nname = "adam"\nlabel = "twin"\nlr = 0.05\n')
    assert _counts(place.cli("run", place.grid, "--dry-run").out)[1] == 6


def test_failed_runs_are_told_and_the_exit_code_is_1(
    place: Place, no_report: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(building, "build", failing)
    outcome = place.cli("run", place.grid, *QUIET)
    assert outcome.code == 1
    assert "6 runs failed" in outcome.err
    assert "MemoryError: no room" in outcome.err
    assert "Nothing is judged against 40.0 % yet: 6 tune runs failed" in outcome.out
    fast = place.cli("run", place.grid, "--fail-fast", *QUIET)
    assert fast.code == 1
    assert "failed: MemoryError: no room" in fast.err
    assert len(fast.err.splitlines()) == 1
    monkeypatch.undo()
    monkeypatch.setattr("bench.report.write", lambda results, folder, places: folder)
    assert place.cli("run", place.grid, *QUIET).code == 0


def test_progress_goes_to_a_terminal_only(place: Place, no_report: None) -> None:
    outcome = place.cli("run", place.grid, "--jobs", "1")
    assert outcome.err == ""
    assert "%|" not in outcome.out  # as a bar begins


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_takes_more_memory_than_there_is_is_refused_before_any_is_trained(
    jobs: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("machine", "executors", "workers"):
        monkeypatch.setattr(f"bench.training.{module}.memory", lambda: 1000.0)
    assert "more than the 0 MB here" in place.cli("run", place.grid, "--dry-run").out
    outcome = place.cli("run", place.grid, "--jobs", jobs)
    assert outcome.code == 2
    assert "one run takes about 0 MB of memory" in outcome.err
    assert "trained" not in outcome.err
    assert "18 runs to go" in place.cli("status", place.grid).out


def test_the_time_that_is_predicted_is_never_negative(place: Place) -> None:
    """Drawing and evaluating a large test set takes longer than the few epochs that are timed, and only at first."""
    place.load("problem.test=100_000")
    outcome = place.cli(
        "run", place.grid, "--dry-run", "--set", "problem.test=100_000", "--set", "training.epochs=5000"
    )
    [line] = [line for line in outcome.out.splitlines() if line.startswith("time: ")]
    assert float(line.split()[2]) >= 0


def test_looks_are_planned_announced_and_limited(place: Place, no_report: None) -> None:
    close = ("run", place.grid, "--set", "baseline.accuracy=0.36", "--name", "close", *QUIET)
    assert (
        "6 confirm seeds for each family's best, up to 18 while undecided"
        in place.cli(*close, "--looks", "3", "--dry-run").out
    )
    done = place.cli(*close, "--looks", "3")
    assert done.code == 0
    assert place.cli("status", *close[1:6]).out.count(" 0       0        0\n") == 4
    for text, said in (
        ("1", "expected 2 to 20 looks"),
        ("21", "expected 2 to 20 looks"),
        ("x", "expected a whole number"),
    ):
        refused = place.cli(*close, "--looks", text)
        assert refused.code == 2
        assert said in refused.err
    both = place.cli(*close, "--looks", "3", "--until-decided")
    assert both.code == 2
    assert "not allowed with argument" in both.err
    many = place.cli(*close, "--looks", "20", "--max-runs", "50")
    assert "with --looks 20: expected at most 50; lower --looks" in many.err


def test_a_dry_run_says_what_was_judged_on_its_confirm_seeds_before(place: Place) -> None:
    assert "judged on these confirm seeds before" not in place.cli("run", place.grid, "--dry-run").out
    place.train()
    said = place.cli("run", place.grid, "--dry-run").out
    assert "2 configurations were judged on these confirm seeds before" in said
    assert "before" not in place.cli("run", place.grid, "--dry-run", "--set", "seeds.block=1").out


def test_a_dry_run_counts_the_comparisons_of_its_own_families_alone(place: Place) -> None:
    place.train()
    other = place.write(place.grid.read_text().replace("lr = 0.05", "lr = 0.07"), "other.toml")
    assert "(1 comparison together)" in place.cli("run", other, "--dry-run").out
    alone = place.cli("run", other, "--dry-run", "--by", "problem").out
    assert "what this design can decide" in alone
    assert "told apart" not in alone


def test_grids_that_share_confirm_seeds_are_all_judged_at_their_common_level(place: Place) -> None:
    other = place.write(place.grid.read_text().replace("lr = 0.05", "lr = 0.07"), "other.toml")
    assert place.cli("run", place.grid, other, *QUIET).code == 0
    for name in ("tiny", "other"):
        text = (place.reports / name / "report.md").read_text()
        assert "3 verdicts share the level" in text


def test_what_was_set_after_looking_is_said_in_the_terminal(place: Place, no_report: None) -> None:
    assert "after looking" not in place.cli("run", place.grid, *QUIET).out
    said = place.cli("run", place.grid, "--confirm", "8", "--name", "eight", *QUIET).out
    assert "Set after looking, so that these verdicts are exploration: confirm 8 (at first 6)" in said


def test_a_report_for_which_there_is_no_room_is_made_later_by_the_command_that_is_said(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folder, "_replace", full)
    refused = place.cli("run", place.grid)
    assert refused.code == 2
    report = place.reports / "tiny"
    assert refused.err.startswith(
        f"bench: {report}: cannot be written (No space left on device); make room on the disk, or give another "
        "--reports; every run is stored, and `"
    )
    monkeypatch.undo()
    words = shlex.split(refused.err.split("`")[1])
    assert place.run_command(words[words.index("report") :]).code == 0
    assert (report / "report.md").exists()
