"""What can be read of a store with broken pages is saved in a new one, bit for bit, and the file stays as it is."""

import shutil
from pathlib import Path

import pytest

import bench
from bench.store import rescue
from bench.store.faults import StoreError
from bench.store.rows import Read
from bench.store.sqlite import Store
from tests.bench.place import TINY, Place

PAGE = 8192


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 72 runs, some tables of which fill many pages."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "tiny.toml").write_text(TINY)
    seeds = {"seeds.tune": 20, "training.checkpoints": 4}
    bench.run(folder / "tiny.toml", overrides=seeds, jobs=1, store=folder / "runs.sqlite", progress=False)
    return folder / "runs.sqlite"


@pytest.fixture(autouse=True)
def _few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescue, "_GIVEN_UP", 200)  # more than there are rows


def contents(path: Path) -> dict[tuple[str, int], Read]:
    with Store(path) as store:
        return {read.row[:2]: read for read in store.contents()}


def overwritten(content: bytes, page: int) -> bytes:
    return content[: page * PAGE] + b"\xff" * PAGE + content[(page + 1) * PAGE :]


def test_whatever_page_is_lost_what_is_saved_has_its_bits(whole: Path, tmp_path: Path) -> None:
    content, runs = whole.read_bytes(), contents(whole)
    damaged, new = tmp_path / "damaged.sqlite", tmp_path / "new.sqlite"
    saved = []
    for page in range(1, len(content) // PAGE):
        damaged.write_bytes(overwritten(content, page))
        try:
            rescue.rescue(damaged, new)
        except StoreError as error:
            assert str(error).endswith("restore a copy of it")  # noqa: PT017  # else the next lines are reached
            assert not new.exists()
            saved.append(0)
            continue
        found = contents(new)
        assert all(read.row == runs[key].row and read.blob == runs[key].blob for key, read in found.items())
        assert damaged.read_bytes() == overwritten(content, page)
        saved.append(len(found))
        new.unlink()
    # a run needs four tables (runs, curves, configurations, environments), whose first pages lead to all their others
    assert saved.count(0) <= 4, saved
    assert max(saved) == len(runs)
    assert any(0 < count < len(runs) for count in saved), saved


def test_a_whole_store_is_rescued_whole(whole: Path, tmp_path: Path) -> None:
    saved = rescue.rescue(whole, tmp_path / "new.sqlite")
    assert (saved.runs, saved.unsealed, saved.whole) == (len(contents(whole)), 0, True)
    with Store(whole) as one, Store(tmp_path / "new.sqlite") as other:
        assert [*one.contents()] == [*other.contents()]
        assert one.asked() == other.asked()
        assert one.environments() == other.environments()


def test_the_message_of_a_file_that_was_cut_off_can_be_typed(place: Place, whole: Path) -> None:
    place.store.parent.mkdir()
    shutil.copy(whole, place.store)
    content = place.store.read_bytes()
    place.store.write_bytes(content[:-PAGE])
    new = place.store.with_name("runs.rescued.sqlite")
    for command in (["export", str(place.grid), "--to", "x.csv"], ["store", "check"], ["store", "check", "--repair"]):
        refused = place.run_command([*command, "--store", str(place.store)])
        assert refused.code == 2
        assert refused.err.endswith(f" -m bench store check --store {place.store} --rescue {new}`\n")
    rescued = place.run_command(["store", "check", "--store", str(place.store), "--rescue", str(new)])
    assert (rescued.code, rescued.err) == (0, "")
    assert f"{place.store} stays as it is; `bench run GRID --store {new}` trains what was lost anew" in rescued.out
    assert place.store.read_bytes() == content[:-PAGE]
    again = place.run_command(["store", "check", "--store", str(place.store), "--rescue", str(new)])
    assert (again.code, again.out) == (2, "")
    assert again.err == f"bench: store {new}: is there already; name a new file with --rescue\n"


def test_lost_digests_are_said(place: Place, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescue, "_keyed", lambda *_: iter(()))
    place.store.parent.mkdir()
    outcome = place.run_command(["store", "check", "--store", str(whole), "--rescue", str(place.store)])
    assert f"{place.store}: {len(contents(whole))} runs, 0 of them with a digest, saved from {whole}\n" in outcome.out
    assert "\n`bench verify GRID` tells whether runs without a digest are as they were trained\n" in outcome.out


@pytest.mark.parametrize("name", ["nothing.sqlite", "text.sqlite"])
def test_what_is_no_store_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("hello")
    with pytest.raises(StoreError, match=name):
        rescue.rescue(tmp_path / name, tmp_path / "new.sqlite")
    assert not (tmp_path / "new.sqlite").exists()
