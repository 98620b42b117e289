"""What the README promises under "Security", where no other test shows it."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.bench.place import Place

ROOT = Path(__file__).parents[2]

WATCHED = """
import sys
seen = []
sys.addaudithook(lambda event, given: seen.append(event) if event.startswith(("pickle.", "socket.")) else None)
if __name__ == "__main__":
    import bench
    from bench.commands import main
    grid, store, run = sys.argv[1:]
    for words in (["status", grid], ["export", grid, "--to", "runs.csv"], ["replay", run], ["verify", grid]):
        assert main([*words, "--store", store]) == 0, words
    print("stored runs:", *seen)
    seen.clear()
    bench.run(grid, jobs=2, store="other.sqlite", progress=False)
    print("workers:", *sorted({*seen} & {"socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto"}))
"""


def test_what_a_store_holds_is_never_unpickled_and_worker_processes_are_reached_by_no_port(place: Place) -> None:
    """Python says itself what is unpickled, and what is asked of the network."""
    run = place.train().runs["run"].iloc[0]
    words = [sys.executable, place.write(WATCHED, "watched.py"), place.grid, place.store, run]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=place.folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {"stored runs:", "workers:"} <= {*done.stdout.splitlines()}


def test_a_store_makes_sqlite_load_nothing(place: Place) -> None:
    place.train(tune=1)
    with closing(sqlite3.connect(place.store)) as connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON runs BEGIN SELECT load_extension('./theirs.so'); END")
    outcome = place.cli("run", place.grid, "--quiet")
    assert outcome.code == 2
    assert outcome.err.startswith(f"bench: store {place.store}: ")
    assert "trigger t is not as" in outcome.err  # refused before it could be asked for anything
    assert outcome.err.count("\n") == 1
