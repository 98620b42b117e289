"""Folders to write in: gone when their writer is, or when the next one comes; those of living writers stay."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.store.beside import clear_abandoned, folder_beside, written_beside
from bench.store.sqlite import Store

ROOT = Path(__file__).parents[3]
WRITER = """
import sys
from pathlib import Path
from bench.store.beside import folder_beside
with folder_beside(Path(sys.argv[1])) as folder:
    (folder / "half").touch()
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer(tmp_path: Path) -> subprocess.Popen[str]:
    """Another process in the midst of writing."""
    pipe = subprocess.PIPE
    words = [sys.executable, "-c", WRITER, str(tmp_path)]
    process = subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    assert process.stdout
    assert process.stdout.readline() == "writing\n"
    return process


def test_a_folder_of_a_living_writer_stays_and_that_of_a_killed_one_goes(
    writer: subprocess.Popen[str], tmp_path: Path
) -> None:
    [its] = tmp_path.iterdir()
    with folder_beside(tmp_path) as ours:
        assert {*tmp_path.iterdir()} == {its, ours}
    assert [*tmp_path.iterdir()] == [its]
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    with folder_beside(tmp_path) as ours:
        assert [*tmp_path.iterdir()] == [ours]
    assert [*tmp_path.iterdir()] == []


def test_opening_a_store_to_write_clears_its_folder(writer: subprocess.Popen[str], tmp_path: Path) -> None:
    writer.kill()
    writer.communicate()
    for _ in ("new", "there already"):
        with Store(tmp_path / "runs.sqlite", create=True):
            assert [path.name for path in tmp_path.iterdir()] == ["runs.sqlite"]
        (tmp_path / ".bench-writing-abcdefgh").mkdir()


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with written_beside(tmp_path / "x.csv") as beside:
            beside.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [*tmp_path.iterdir()] == []


def test_nothing_else_is_ever_cleared(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    names = (".bench-writing-", ".bench-writing-abcdefg", ".bench-writing-abcdefghi", ".writing-abcdefgh")
    for folder in (elsewhere, *(tmp_path / name for name in names)):
        folder.mkdir()
        (folder / "mine").touch()
    (tmp_path / ".bench-writing-a_link_s").symlink_to(elsewhere)
    (tmp_path / ".bench-writing-a_file_s").touch()
    before = sorted(tmp_path.rglob("*"))
    clear_abandoned(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_writers_that_clear_at_the_same_time_take_nothing_from_each_other(tmp_path: Path) -> None:
    def write(number: int) -> None:
        for _ in range(100):
            with written_beside(tmp_path / f"{number}") as beside:
                beside.write_text("whole")

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(write, number) for number in range(4)]:
            done.result()
    assert sorted(os.listdir(tmp_path)) == ["0", "1", "2", "3"]
    assert {path.read_text() for path in tmp_path.iterdir()} == {"whole"}
