"""`bench.run`: from Python, the same as on the command line."""

import pytest

import bench
from bench.errors import UsageError
from tests.bench.place import Place


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


@pytest.mark.parametrize(("looks", "until_decided"), [(0, False), (-3, False), (2000, False), (3, True)])
def test_plans_that_cannot_be_kept_are_refused_before_anything_is_trained(
    place: Place, looks: int, until_decided: bool
) -> None:
    with pytest.raises(UsageError, match=f"looks = {looks}: expected 1 to 20, and 1 with until_decided"):
        bench.run(place.grid, jobs=1, store=place.store, looks=looks, until_decided=until_decided)
    with pytest.raises(UsageError, match="expected at most 1,000,000"):
        bench.run(place.grid, jobs=1, store=place.store, until_decided=True, max_seeds=900_000)
    assert place.files() == {"tiny.toml"}
