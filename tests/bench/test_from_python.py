"""`bench.run`: from Python, the same as on the command line."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import bench
from bench.errors import UsageError
from tests.bench.place import Place

ROOT = Path(__file__).parents[2]


def test_until_decided_from_python(place: Place) -> None:
    results = bench.run(place.grid, jobs=1, store=place.store, overrides=["baseline.accuracy=0.99"], until_decided=True,
                        max_seeds=40)  # fmt: skip
    assert set(results.verdicts["kind"]) == {"below"}
    assert set(results.verdicts["plan"]) == {"until decided"}
    assert 6 <= results.drawn <= 40


def test_the_same_from_python(place: Place) -> None:
    results = bench.run(place.grid, jobs=1, store=place.store, overrides=["optimizer.adam.lr=0.1"], tune=3, confirm=4)
    assert len(results.runs) == 9 + 8
    assert list(results.verdicts["family"]) == ["sgd", "adam"]
    assert set(results.summary["family"]) == {"sgd", "adam"}
    assert len(results.curves) == 16
    with pytest.raises(UsageError, match="no such file"):
        bench.run(place.folder / "missing.toml", store=place.folder / "other.sqlite")
    assert place.files() == {"results", "results/runs.sqlite", "tiny.toml"}


def test_a_run_without_a_report_imports_nothing_that_draws(place: Place) -> None:
    program = (
        "import sys, bench\n"
        "bench.run(sys.argv[1], jobs=1, store=sys.argv[2], tune=1, confirm=2, progress=False).summary\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    command = [sys.executable, "-c", program, str(place.grid), str(place.store)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert "pandas" in done.stdout.split()
    assert not {"matplotlib", "seaborn", "jinja2"} & set(done.stdout.split())


@pytest.mark.parametrize(("looks", "until_decided"), [(0, False), (-3, False), (2000, False), (3, True)])
def test_plans_that_cannot_be_kept_are_refused_before_anything_is_trained(
    place: Place, looks: int, until_decided: bool
) -> None:
    with pytest.raises(UsageError, match=f"looks = {looks}: expected 1 to 20, and 1 with until_decided"):
        bench.run(place.grid, jobs=1, store=place.store, looks=looks, until_decided=until_decided)
    with pytest.raises(UsageError, match="expected at most 1,000,000"):
        bench.run(place.grid, jobs=1, store=place.store, until_decided=True, max_seeds=900_000)
    assert place.files() == {"tiny.toml"}


def test_results_introduce_themselves(place: Place) -> None:
    results = place.train("baseline.accuracy=0.99")
    title, sgd, adam, frames = repr(results).splitlines()
    assert title == "Which optimizer? (2 families against 99.0 %)"
    assert re.fullmatch(r"  sgd: [\d.]+ % \[[\d.]+, [\d.]+\], below", sgd)
    assert adam.startswith("  adam: ")
    for name in frames.removeprefix("frames: ").split(", "):
        assert isinstance(getattr(results, name.removeprefix(".")), pd.DataFrame)


def test_comparisons_are_those_of_the_report(place: Place) -> None:
    results = place.train()
    [one] = results.comparisons.to_dict("records")
    assert {one["family"], one["reference"]} == {"sgd", "adam"}
    means = results.verdicts.set_index("family")["mean"]
    assert one["difference"] == pytest.approx(means[one["family"]] - means[one["reference"]])
    written = pd.read_csv(results.report(place.reports).with_name("comparisons.csv"))
    assert written["difference"].tolist() == pytest.approx([one["difference"]])
    alone = place.train("optimizer=[{name = 'adam', lr = 0.1}]", name="alone")
    assert alone.comparisons.empty
    assert alone.comparisons.columns.tolist() == results.comparisons.columns.tolist()


def test_what_is_not_there_yet_is_counted(place: Place) -> None:
    place.train("optimizer.sgd.lr=0.1")
    lines = repr(bench.load(place.grid, store=place.store)).splitlines()
    assert [lines[1][:7], lines[2]] == ["  adam:", "  1 not judged yet"]
    assert lines[3] == "8 runs missing or failed"  # 2 tune runs of the other rate, 6 confirm runs


def test_stored_runs_are_judged_without_training_any(place: Place) -> None:
    trained = place.train()
    before = len(trained.runs)
    judged = bench.load(place.grid, store=place.store)
    assert repr(judged) == repr(trained)
    by = bench.load(place.grid, store=place.store, by="optimizer.lr")
    assert by.choices["family"].tolist() == ["lr 0.1", "lr 0.5", "lr 0.05"]
    assert len(bench.load(place.grid, store=place.store).runs) == before
    with pytest.raises(UsageError, match=r"other\.sqlite"):
        bench.load(place.grid, store=place.folder / "other.sqlite")


def test_other_families_are_trained_and_share_the_level_as_soon_as_they_are_judged(place: Place) -> None:
    place.train()
    by = place.train(by=["optimizer", "optimizer.lr"])
    assert by.verdicts["family"].tolist() == ["sgd, lr 0.1", "sgd, lr 0.5", "adam, lr 0.05"]
    assert set(bench.load(place.grid, store=place.store).verdicts["families"]) == {3}


def test_what_is_no_path_is_refused_in_words(place: Place) -> None:
    table: Any = [{"name": "adam"}]
    with pytest.raises(UsageError, match="grid: list; expected the path of a grid file"):
        bench.run(table, store=place.store)
    assert not place.store.exists()


def test_more_runs_than_are_allowed_are_refused(place: Place) -> None:
    with pytest.raises(UsageError, match="= 18 runs: expected at most 17; "):
        place.train(max_runs=17)
    with pytest.raises(UsageError, match="up to 30 runs: expected at most 29"):
        place.train(max_runs=29, looks=2)
    assert len(place.train(max_runs=18).runs) == 18
