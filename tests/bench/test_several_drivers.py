"""Several processes that run one grid on one store divide the work, and each ends with all of it."""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench import campaign
from bench.records import Result, Run, Stack
from bench.store import claims, opening
from bench.store.sqlite import Store
from bench.training.environment import environment
from bench.training.executors import InProcess
from tests.bench.place import Place
from tests.faults.processes import KNOWN, session, until

ROOT = Path(__file__).parents[2]
MANY = """
[problem]
train = 20
[network]
hidden = [[4], [5], [6], [7], [8], [9], [10], [11], [12], [13], [14], [15]]
[training]
epochs = 200
[[optimizer]]
name = "sgd"
[[optimizer]]
name = "adam"
[seeds]
tune = 3
confirm = 4
"""
DRIVER = """
import sys, warnings
import bench
from bench.records import Result
from bench.training import executors, training
failing, begun = int(sys.argv[3]), []
def recording(stack):
    if not begun:
        print("ready", flush=True)
        sys.stdin.readline()  # until all have begun
    begun.append(stack)
    print(*(run.id for run in stack.runs), sep="\\n")
    return [Result(r.run, "failed", 0, error="no") if r.run.seed == failing else r for r in training.train_stack(stack)]
executors.train_stack = recording
warnings.simplefilter("ignore")
bench.run(sys.argv[1], store=sys.argv[2], jobs=1, progress=False)
"""


def drive(grid: Path, store: Path, count: int, failing: int = -1) -> list[list[str]]:
    """The ids of the runs that each of so many drivers trains, which begin together. `failing`: a seed."""
    command, pipe = [sys.executable, "-c", DRIVER, str(grid), str(store), str(failing)], subprocess.PIPE
    drivers = [
        subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(count)
    ]
    for driver in drivers:
        assert driver.stdout
        assert driver.stdout.readline() == "ready\n"
    for driver in drivers:
        assert driver.stdin
        driver.stdin.write("\n")
        driver.stdin.flush()
    outputs = [driver.communicate(timeout=200) for driver in drivers]
    assert [driver.returncode for driver in drivers] == [0] * count, [errors for _, errors in outputs]
    return [output.split() for output, _ in outputs]


def contents(path: Path) -> Any:
    with Store(path) as store:
        assert store.check().whole
        runs = {read.row[:2]: (*read.row[2:-2], read.blob) for read in store.contents()}
    return {key: (*row[:-2], row[-1]) for key, row in runs.items()}  # without error, seconds and environment


@pytest.mark.parametrize("count", [2, 4])
def test_drivers_divide_the_work_and_each_has_all_of_it(count: int, place: Place) -> None:
    grid = place.write(MANY, "many.toml")
    own = drive(grid, place.store, count)
    trained = [run for runs in own for run in runs]
    assert len(trained) == len(set(trained)) == 24 * 3 + 2 * 4  # nothing twice
    assert sum(bool(runs) for runs in own) > 1  # divided
    alone = place.folder / "alone.sqlite"
    [every] = drive(grid, alone, 1)
    assert contents(place.store) == contents(alone)
    assert set(every) == set(trained)
    with closing(sqlite3.connect(place.store)) as connection:
        assert connection.execute("SELECT count(*) FROM claims").fetchone() == (0,)


def test_a_run_that_fails_is_tried_once_by_drivers_that_began_together_and_again_by_the_next(place: Place) -> None:
    grid = place.write(MANY, "many.toml")
    for _ in range(2):
        trained = [run for runs in drive(grid, place.store, 2, failing=1) for run in runs]
        failed = [run for run in trained if run.endswith("-1")]
        assert len(failed) == len(set(failed)) == 24
        assert len(trained) == len(set(trained))
    assert set(trained) == set(failed)
    with Store(place.store) as store:
        assert sum(status == "failed" for read in store.contents() for status in read.row[2:3]) == 24


@pytest.fixture
def key(place: Place) -> claims.Key:
    return next(iter(place.load().configurations())).hash, 0


def take(store: Store, key: claims.Key, owner: str, newest: int = 1_000) -> str:
    """What becomes of a request of a process that began when this was the newest row."""
    taken = store.take([key], owner, lambda status, _, row: status != "failed" or row > newest)
    [outcome] = [name for name in ("own", "others", "settled") if getattr(taken, name)]
    return outcome


def test_a_claim_is_its_owners_until_it_runs_out(
    store: Store, key: claims.Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert take(store, key, "elsewhere 1 a") == "own"
    assert take(store, key, "elsewhere 1 a") == "own"
    assert take(store, key, "elsewhere 2 b") == "others"
    later = time.time() + claims.LEASE + 1
    monkeypatch.setattr("bench.store.claims.time.time", lambda: later)
    assert take(store, key, "elsewhere 2 b") == "own"
    assert take(store, key, "elsewhere 1 a") == "others"


@pytest.mark.parametrize("waited_for", [True, False], ids=["waited for", "zombie"])
def test_a_claim_of_a_process_that_is_gone_is_taken_over_at_once(
    waited_for: bool, store: Store, key: claims.Key
) -> None:
    naming = [sys.executable, "-c", "from bench.store.claims import new_owner; print(new_owner())"]
    with subprocess.Popen(naming, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        gone = process.stdout.read().strip()  # until it ends, though it may stay as a zombie
        if waited_for or not KNOWN:
            process.wait()
        else:
            until(lambda: process.pid not in session(os.getsid(0)))
        assert take(store, key, gone) == "own"
        alive = claims.new_owner()
        assert str(os.getpid()) in alive
        assert take(store, key, alive) == "own"
        assert take(store, key, gone) == "others"


@pytest.mark.skipif(not Path("/proc/sys/kernel/random/boot_id").exists(), reason="tells machines of one name apart")
def test_a_machine_of_the_same_name_is_another(store: Store, key: claims.Key, monkeypatch: pytest.MonkeyPatch) -> None:
    other = claims.new_owner()
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    machine, _, number = other.rpartition(" ")[0].rpartition(" ")
    assert machine.endswith(boot)
    gone = f"{machine.removesuffix(boot)}{boot[::-1]} {2**22 + 1} a"  # no process has this number
    assert number == str(os.getpid())
    assert take(store, key, gone) == "own"
    assert take(store, key, claims.new_owner()) == "others"


def test_a_claim_is_renewed_and_given_back(store: Store, key: claims.Key, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "LEASE", 0.6)
    with store.owner() as owner:
        assert take(store, key, owner) == "own"
        time.sleep(1.2)  # two leases
        assert take(store, key, "elsewhere 1 a") == "others"
    assert take(store, key, "elsewhere 1 a") == "own"


def test_what_another_process_gives_up_is_trained_here(place: Place, store: Store) -> None:
    """Another has all runs at first, stores one, lets one fail, and ends."""
    configurations = list(place.load().configurations())
    runs = [Run(configuration, seed) for configuration in configurations for seed in (0, 1)]
    keys = [(run.configuration.hash, run.seed) for run in runs]
    store.take(keys, "elsewhere 1 a", lambda *_: False)

    def end() -> None:
        with Store(place.store) as other:
            [[done]] = InProcess().train([Stack((runs[0],))])
            other.add([done], environment() | {"id": "elsewhere"})
            time.sleep(0.5)
            with other._writing() as connection:
                claims.release(connection, "elsewhere 1 a")

    timer = threading.Timer(0.5, end)
    timer.start()
    results = campaign.run(place.load(), store, InProcess(), progress=False)
    timer.join()
    assert results.lacking == 0
    where = results.tune.set_index("run")["environment"]
    assert where[runs[0].id] == "elsewhere"
    assert (where.drop(runs[0].id) != "elsewhere").all()


def test_a_run_that_failed_elsewhere_meanwhile_is_not_waited_for(store: Store, key: claims.Key, place: Place) -> None:
    run = Run(next(iter(place.load().configurations())), 0)
    take(store, key, "elsewhere 1 a")
    store.add([Result(run, "failed", 0, error="no room")], {"id": "elsewhere"})
    assert take(store, key, "here", newest=0) == "settled"
    newest = store.newest()
    assert take(store, key, "later", newest) == "own"  # whoever begins later tries it again
    store.add([Result(run, "failed", 0, error="no room")], {"id": "elsewhere"})
    assert take(store, key, "at the same time", newest) == "settled"  # and not twice


@pytest.fixture
def held(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """Another program's connection to the store; that it is waited for is soon said."""
    monkeypatch.setattr(opening, "SILENCE", 0.1)
    monkeypatch.setattr(opening, "_STEP", 0.2)
    with Store(place.store, create=True):
        pass
    with closing(sqlite3.connect(place.store, isolation_level=None, check_same_thread=False)) as connection:
        yield connection


HOLDS = {
    "it reads": ("BEGIN", "SELECT * FROM runs"),  # which lets nobody commit
    "it writes": ("BEGIN IMMEDIATE",),
    "it commits": ("BEGIN EXCLUSIVE",),  # which lets nobody read
}


@pytest.fixture(params=HOLDS)
def hold(request: pytest.FixtureRequest, held: sqlite3.Connection) -> Callable[[], None]:
    """Makes another program hold the store, until a statement of it is ROLLBACK."""

    def holding() -> None:
        for statement in HOLDS[request.param]:
            held.execute(statement).fetchall()

    return holding


def test_results_are_kept_while_another_program_holds_the_store(
    hold: Callable[[], None], held: sqlite3.Connection, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    trained = []

    class Holding(InProcess):
        """Trains, and then finds the store held for some time."""

        def train(self, stacks: Any) -> Iterator[Any]:
            for results in super().train(stacks):
                trained.extend(results)
                hold()
                threading.Timer(0.5, lambda: held.execute("ROLLBACK")).start()
                yield results

    with Store(place.store) as store, caplog.at_level(logging.WARNING):
        results = campaign.run(place.load(), store, Holding(), progress=False)
    assert results.lacking == 0
    assert len(trained) == 18  # none twice
    assert f"store {place.store}: another program holds it, for 0 s now; waiting" in caplog.text


def test_a_report_waits_for_another_program(
    hold: Callable[[], None], held: sqlite3.Connection, place: Place, no_report: None
) -> None:
    place.train()
    hold()
    timer = threading.Timer(0.5, lambda: held.execute("ROLLBACK"))
    timer.start()
    outcome = place.cli("report", place.grid)
    timer.join()
    assert outcome.code == 0, outcome.err


def test_a_wait_for_another_program_can_be_interrupted(
    hold: Callable[[], None], held: sqlite3.Connection, place: Place, key: claims.Key
) -> None:
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # it is ignored where tests run unattended
    with Store(place.store) as store:
        hold()
        threading.Timer(0.3, lambda: signal.raise_signal(signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            take(store, key, "here 1 a")
        signal.signal(signal.SIGINT, handler)
        held.execute("ROLLBACK")
        assert take(store, key, "here 1 a") == "own"
