"""Hostile stores: one that was really trained, with bytes changed by a disk or rows and tables changed by hand."""

import io
import sqlite3
import tempfile
from collections.abc import Collection
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pandas as pd

import bench
from bench.commands.codes import DONE, FAILED, USAGE
from bench.store.exporting import as_csv
from bench.store.sqlite import Store
from tests.bench.place import TINY
from tests.faults.trials import Trial
from tests.faults.watching import Attack

_TABLES = ("runs", "curves", "configurations", "environments", "questions", "judged", "forgotten", "claims", "seals")
_VALUES = (
    "NULL", "0", "-1", "1", "1e999", "-1e999", "0.5", "9223372036854775807", "''", "'x'", "x''", "x'00ff'", "'[]'",
    "'{}'", "'null'", "'{\"training.epochs\": 1e999}'", "CAST(x'ff' AS TEXT)", "zeroblob(100000)",
    "replace(hex(zeroblob(50000)), '0', '[')", "'ok'", "'failed'", "'diverged'", "'family'", "{column} || 'x'",
    "substr({column}, 2)", "{column} + 1", "-{column}", "upper({column})", "randomblob(length({column}))",
    "replace({column}, '4', '5')", "{other}",
)  # fmt: skip
_READING = (
    ("status", "{grid}"), ("export", "{grid}", "--to", "{to}/curves.csv", "--what", "curves"),
    ("export", "{grid}", "--to", "{to}/runs.json"), ("status", "{grid}", "--by", "regularization.l2"),
    ("compare", "{grid}", "sgd", "adam"), ("replay", "{run}"), ("verify", "{grid}", "--sample", "1"),
    ("run", "{grid}", "--dry-run"), ("store", "forget", "{grid}", "--dry-run"), ("store", "merge", "{store}"),
)  # fmt: skip
_SELDOM = 0.03  # how often a trial makes a report, or mends the store: either takes as long as all else in ten trials
_ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"
_LAYOUTS = (
    "DROP TABLE {table}", "ALTER TABLE {table} RENAME TO other", "ALTER TABLE {table} ADD COLUMN more TEXT",
    "ALTER TABLE {table} ADD COLUMN more AS (randomblob(500000000))", "CREATE INDEX odd ON {table} (1 + 1)",
    "CREATE TABLE other (x)", "CREATE VIEW other AS SELECT 1",
    "ALTER TABLE {table} RENAME TO other; CREATE VIEW {table} AS SELECT * FROM other",
    f"DROP TABLE {{table}}; CREATE VIEW {{table}} AS {_ENDLESS}",
    f"ALTER TABLE {{table}} RENAME TO other; CREATE VIEW {{table}} AS SELECT other.* FROM other, ({_ENDLESS})",
    "CREATE TRIGGER odd AFTER INSERT ON {table} BEGIN DELETE FROM runs; END",
    "CREATE TRIGGER odd BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END",
    "DROP TABLE {table}; CREATE TABLE {table} (id, hash, seed, key, of, digest)",
    "CREATE TABLE copied AS SELECT * FROM {table}; DROP TABLE {table}; ALTER TABLE copied RENAME TO {table}",
    "PRAGMA application_id = 1", "PRAGMA user_version = 2", "PRAGMA user_version = -1", "PRAGMA journal_mode = WAL",
    "PRAGMA page_size = 512; VACUUM", "PRAGMA auto_vacuum = FULL; VACUUM", "DELETE FROM {table}; VACUUM",
    "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'TEXT', 'BLOB')",
    "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE ' || name WHERE name = '{table}'",
    "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = rootpage % 5 + 2",
    "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = '{table}'",
)  # fmt: skip
_ALSO_FAILED = (DONE, FAILED, USAGE)  # of commands that may say that something is wrong


class _Stores:
    """What is tried on copies of one store.

    `whole`: its bytes. `rows`: the lines of the CSV file that its runs are exported to. `run`: the id of one.
    """

    def __init__(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            grid, path = folder / "grid.toml", folder / "runs.sqlite"
            grid.write_text(TINY)
            results = bench.run(grid, jobs=1, store=path, progress=False)
            other = bench.run(grid, jobs=1, store=path, progress=False, overrides=["optimizer.adam.lr=0.1"])
            with Store(path) as store:
                store.forget(store.statuses([other.tuned.best["adam"].hash]))  # confirm runs that were there once
            self.whole, self.run = path.read_bytes(), str(results.runs["run"].iloc[0])
            self.rows = _numbers(as_csv(results.runs))

    def __call__(self, trial: Trial) -> None:
        """Whatever a store holds, it is refused in words, or what is read is what was written; and it can be mended."""
        trial.grid.write_text(TINY)
        trial.store.write_bytes(self.whole)
        by_hand = trial.random.random() < 0.5
        sealed = _change_by_hand(trial) if by_hand else _change_bytes(trial)
        checked = self._bench(trial, "store", "check", codes=_ALSO_FAILED)
        for command in trial.random.sample(_READING, 2):
            self._bench(trial, *command, codes=_ALSO_FAILED if command[0] in ("replay", "verify") else (DONE, USAGE))
        if trial.random.random() < _SELDOM:
            self._bench(trial, "report", "{grid}", "--reports", "{reports}")
        rows = self._exported(trial)
        if rows is not None and sealed and not (rows <= self.rows if by_hand else rows == self.rows):
            trial.blame("what is exported is not what was stored")
        if rows is None and checked == DONE and sealed:
            trial.blame("the check finds nothing, but no run can be read")
        if trial.random.random() < _SELDOM:
            self._repair(trial, sealed)

    def _repair(self, trial: Trial, sealed: bool) -> None:
        if self._bench(trial, "store", "check", "--repair", codes=_ALSO_FAILED) == DONE:
            trained = self._bench(trial, "run", "{grid}", "--jobs", "1", "--quiet", "--reports", "{reports}")
            if trained != DONE or (sealed and self._exported(trial) != self.rows):
                trial.blame("the store was not mended")

    def _bench(self, trial: Trial, *words: str, codes: Collection[int] = (DONE, USAGE)) -> int:
        """Run a command on the trial's store, with its own places instead of names in braces."""
        results, reports = trial.folder / "results", trial.folder / "reports"
        places = {"grid": trial.grid, "reports": reports, "to": results, "run": self.run, "store": trial.store}
        store = results / "merged.sqlite" if "merge" in words else trial.store
        return trial.bench(*(word.format(**places) for word in words), "--store", store, codes=codes).code

    def _exported(self, trial: Trial) -> set[str] | None:
        """The rows of the runs as they can be exported; None where they cannot."""
        if self._bench(trial, "export", "{grid}", "--to", "{to}/runs.csv") != DONE:
            return None
        return _numbers((trial.folder / "results" / "runs.csv").read_text())


def attack() -> Attack:
    """What is tried on copies of one store, which is trained here."""
    return _Stores()


def _numbers(text: str) -> set[str]:
    """The rows of runs without what is not the same in a run that is trained again."""
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    return {str(row) for row in frame.drop(columns=["seconds", "environment"]).to_dict("records")}


def _change_bytes(trial: Trial) -> bool:
    """As a disk would, or whoever copies a file."""
    content, random = bytearray(trial.store.read_bytes()), trial.random
    for _ in range(random.choice((1, 1, 1, 1, 2, 10, 100))):
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    if random.random() < 0.2:
        page = 4096 * random.randrange(len(content) // 4096)
        content[page : page + 4096] = random.choice((bytes(4096), random.randbytes(4096), content[:4096], b""))
    if random.random() < 0.1:
        del content[random.randrange(len(content)) :]
    if random.random() < 0.1:
        content += random.choice((bytes(content), bytes(4096), random.randbytes(100)))
    trial.store.write_bytes(content)
    if random.random() < 0.1:
        beside = Path(f"{trial.store}{random.choice(('-journal', '-wal', '-shm'))}")
        beside.write_bytes(random.choice((b"", random.randbytes(5000), bytes(content[:9000]))))
    return True


def _change_by_hand(trial: Trial) -> bool:
    """As somebody would who has SQLite's shell. Returns whether the digests are still there."""
    random, sealed = trial.random, True
    with closing(sqlite3.connect(trial.store)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA synchronous = OFF")
        for _ in range(random.choice((1, 1, 2, 5))):
            table = random.choice(_TABLES)
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            statements = _statements(random, table, columns)
            sealed = sealed and not ("seals" in statements or "sqlite_master" in statements or "PRAGMA" in statements)
            with suppress(sqlite3.Error):
                connection.executescript(statements)
    return sealed


def _statements(random: Random, table: str, columns: list[str]) -> str:
    chance = random.random()
    if chance < 0.25 or not columns:
        return random.choice(_LAYOUTS).format(table=table)
    where = random.choice(("", f"WHERE rowid % {random.randint(1, 5)} = 0", f"WHERE {columns[0]} > 2"))
    if chance < 0.35:
        return f"DELETE FROM {table} {where}"
    if chance < 0.4:
        return "DELETE FROM seals"
    column, other = random.choice(columns), random.choice(columns)
    value = random.choice(_VALUES).replace("{column}", column).replace("{other}", other)
    return f"UPDATE OR REPLACE {table} SET {column} = {value} {where}"
