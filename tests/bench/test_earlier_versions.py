"""A store that version 0.1.0 wrote is a store of this version: same ids, same numbers, nothing to train again."""

import shutil
from pathlib import Path

import pytest

import bench
from bench.grid import load
from bench.grid.identity import configuration_hash
from bench.grid.table import restored
from bench.replay import checking
from bench.store.exporting import export
from bench.store.sqlite import Store

EARLIER = Path(__file__).parent / "earlier"
AS_THEN = ["effects=[]"]  # that version judged no effects, and trained nothing for them
AS_THEN = ["effects=[]"]  # that version judged no effects, and trained nothing for them


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """A copy, because even reading may write to a SQLite file."""
    return Path(shutil.copy(EARLIER / "runs.sqlite", tmp_path))


def test_a_second_run_of_its_grid_trains_nothing(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def trained(*_: object) -> None:
        raise AssertionError("a stored run was trained again")

    monkeypatch.setattr("bench.training.executors.train_stack", trained)
    results = bench.run(EARLIER / "grid.toml", overrides=AS_THEN, jobs=1, store=store_path, progress=False)
    assert results.status["missing"].sum() == 0
    assert set(results.runs["status"]) == {"ok", "diverged"}


def test_its_runs_are_those_that_were_exported_then(store_path: Path, tmp_path: Path) -> None:
    """Every column, to the last digit: families and texts, settings, measures, digests."""
    results = bench.run(EARLIER / "grid.toml", overrides=AS_THEN, jobs=1, store=store_path, progress=False)
    then = (EARLIER / "runs.csv").read_text().splitlines()
    export(results.runs[then[0].split(",")], tmp_path / "runs.csv")  # settings that came later are further columns
    assert (tmp_path / "runs.csv").read_text().splitlines() == then


def test_its_runs_can_be_replayed(store_path: Path) -> None:
    """Bit for bit where the fingerprint is the same, elsewhere within the tolerance that `replay` states."""
    with Store(store_path) as store:
        names = [f"{name}-{seed}" for name, seed in store.statuses(_hashes())]
        assert len(names) == 100
        for name in names:
            assert checking.replay(store, name).differences == (), name


def test_its_stored_settings_still_make_its_ids(store_path: Path) -> None:
    with Store(store_path) as store:
        for name, seed in store.statuses(_hashes()):
            found = store.find(name, seed)
            assert found is not None
            assert configuration_hash(restored(found.settings)) == name


def _hashes() -> list[str]:
    return [configuration.hash for configuration in load(EARLIER / "grid.toml").configurations()]
