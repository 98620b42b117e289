"""What `bench export` writes is judged as in its own report, number for number."""

from pathlib import Path

import pandas as pd
import pytest

import bench
from bench.report.view import view_of
from bench.results import Results
from bench.store.exporting import export
from tests.bench.place import Place
from tests.bench.several import SEVERAL


def judged_as_exported(results: Results, path: Path) -> bench.Judged:
    export(results.runs, path)
    claim = results.grid.baseline
    return bench.judge(path, baseline=claim.accuracy, margin=claim.margin, alpha=claim.alpha)


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".json"])
def test_the_verdicts_of_exported_runs_are_those_of_their_own_report(
    tiny: Results, tmp_path: Path, ending: str
) -> None:
    if ending == ".parquet":
        pytest.importorskip("pyarrow", reason="writes Parquet, and is not installed")
    pd.testing.assert_frame_equal(
        judged_as_exported(tiny, tmp_path / f"runs{ending}").verdicts,
        tiny.verdicts,
        check_exact=True,
        check_dtype=False,
    )


def test_so_are_those_of_several_problems_and_their_comparisons(place: Place, tmp_path: Path) -> None:
    place.write(SEVERAL)
    results = place.train()
    judged = judged_as_exported(results, tmp_path / "runs.csv")
    pd.testing.assert_frame_equal(judged.verdicts, results.verdicts, check_exact=True, check_dtype=False)
    own = pd.concat(view_of(results).comparisons.values(), ignore_index=True)
    found = judged.comparisons.drop(columns="problem")
    pd.testing.assert_frame_equal(found, own, check_exact=True, check_dtype=False)
    assert set(judged.comparisons["problem"]) == {"blobs", "parity of 3", "xor, noise 0.3", "xor, noise 0.6"}
    assert {*judged.table.methods.values()} == {"adam", "sgd"}


def test_diverged_runs_count_at_chance_there_too(tmp_path: Path) -> None:
    """The runs of a store of version 0.1.0, of which many have diverged."""
    earlier = Path(__file__).parents[1] / "earlier" / "runs.csv"
    wild = bench.judge(earlier, baseline=0.4).verdicts.set_index("family").loc["wild"]
    assert wild["n_diverged"] + wild["n_ok"] == 3
