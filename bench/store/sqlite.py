"""The store: one SQLite file that remembers every run ever trained. Only modules of this folder speak SQL.

Each stack's results are committed as one transaction, so that a run is either stored whole or not at all, whenever
the process ends. Several processes may use one store at the same time.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np

from bench.grid.provenance import Brought, brought, stored
from bench.records import MEASURES, Result
from bench.store import asked, care, seals
from bench.store.asked import Asked
from bench.store.care import Checkup
from bench.store.faults import RESTORE, explained
from bench.store.opening import connect
from bench.store.rows import RUN_COLUMNS, as_curves, as_object, check_row
from nn.arrays import Array


class StoredRun(NamedTuple):
    """What `replay` and `verify` need of a stored run: its settings by dotted name, and its row by column name."""

    settings: dict[str, Any]
    row: dict[str, Any]


class Store:
    """An open store. Use it in a `with` statement. Whatever is wrong with it raises StoreError.

    `create`: make the file (and its folder) where there is none; otherwise a missing file is an error.
    """

    def __init__(self, path: str | Path, *, create: bool = False) -> None:
        self.path = Path(path)
        with self._explained():
            self._connection = connect(self.path, create=create)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def statuses(self, hashes: Iterable[str]) -> dict[tuple[str, int], str]:
        """The status of every stored run of these configurations, by (hash, seed)."""
        return {(name, seed): status for name, seed, status, *_ in self.runs(hashes)}

    def elsewhere(self, hashes: Iterable[str], environments: Collection[str]) -> set[tuple[str, int]]:
        """(hash, seed) of these configurations' runs that were trained in other environments than these."""
        with self._explained(), self._wanted(hashes):
            rows = self._connection.execute("SELECT hash, seed, environment FROM runs JOIN wanted USING (hash)")
            return {(name, seed) for name, seed, where in rows if where not in environments}

    def add(self, results: Sequence[Result], environment: Mapping[str, Any], *, again: bool = False) -> None:
        """Store a stack's results, all or none. A failed run may be stored again; others stay as they are.

        `again`: what is stored of other environments gives way too.
        """
        facts = json.dumps(environment, sort_keys=True)
        settings = {
            result.run.configuration.hash: json.dumps(stored(result.run.settings), sort_keys=True) for result in results
        }
        with self._explained(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._add_texts("environments", {environment["id"]: facts})
            self._add_texts("configurations", settings)
            for result in results:
                self._add(result, environment["id"], again)

    def _add_texts(self, table: str, texts: Mapping[str, str]) -> None:
        for key, text in texts.items():
            if self._connection.execute(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", (key, text)).rowcount:
                seals.seal(self._connection, table, key, text)

    def _add(self, result: Result, environment: str, again: bool) -> None:
        configuration, seed = result.run.configuration.hash, result.run.seed
        measures = [result.measures.get(name) for name in MEASURES]
        values = (configuration, seed, result.status, result.epochs_run, *measures)
        values = (*values, result.digest, result.error, result.seconds, environment)
        self._connection.execute(
            "DELETE FROM runs WHERE hash = ? AND seed = ? AND (status = 'failed' OR (? AND environment <> ?))",
            (configuration, seed, again and result.status != "failed", environment),
        )
        inserted = self._connection.execute(
            f"INSERT INTO runs ({', '.join(RUN_COLUMNS)}) VALUES ({', '.join('?' * len(RUN_COLUMNS))}) "
            "ON CONFLICT (hash, seed) DO NOTHING",
            values,
        )
        if not inserted.rowcount:
            return
        number = inserted.lastrowid
        row = self._connection.execute(f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE id = ?", (number,)).fetchone()
        seals.seal(self._connection, "runs", number, row)
        if result.curves.size:
            blob = result.curves.astype("<f8").tobytes()
            self._connection.execute("INSERT OR REPLACE INTO curves VALUES (?, ?)", (number, blob))
            seals.seal(self._connection, "curves", number, blob)

    def runs(self, hashes: Iterable[str]) -> list[tuple[Any, ...]]:
        """The rows of these configurations' runs, in the order of `RUN_COLUMNS`."""
        with self._explained(), self._wanted(hashes):
            return self._whole_rows("runs JOIN wanted USING (hash)")

    def _whole_rows(self, source: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Runs from a source of SQL's. Raises ValueError where one is not as it was stored."""
        columns = ", ".join(f"runs.{name}" for name in RUN_COLUMNS)
        joined = f"{source} {seals.joined('runs', 'runs.id')}"
        found = []
        for *row, sealed in self._connection.execute(f"SELECT {columns}, seals.digest FROM {joined}", values):
            check_row(tuple(row), sealed)
            found.append(tuple(row))
        return found

    def curves(self, hashes: Iterable[str]) -> Iterator[tuple[str, int, Array]]:
        """(hash, seed, float64 (curves, checkpoints)) of these configurations' runs."""
        with self._explained(), self._wanted(hashes):
            rows = self._connection.execute(
                "SELECT hash, seed, numbers, seals.digest FROM runs JOIN wanted USING (hash) "
                f"LEFT JOIN curves ON curves.run = runs.id {seals.joined('curves', 'runs.id')} "
                "WHERE numbers IS NOT NULL OR seals.digest IS NOT NULL"
            )
            for name, seed, blob, sealed in rows:
                yield name, seed, as_curves((name, seed), blob, sealed)

    def find(self, name: str, seed: int) -> StoredRun | None:
        """One run by hash and seed."""
        with self._explained():
            rows = self._whole_rows("(SELECT * FROM runs WHERE hash = ? AND seed = ?) AS runs", (name, seed))
            flat = self._settings("WHERE hash = ?", name).get(name)
        return None if flat is None or not rows else StoredRun(flat, dict(zip(RUN_COLUMNS, rows[0], strict=True)))

    def _settings(self, where: str, *values: Any) -> dict[str, dict[str, Any]]:
        """Settings by their hash. Raises ValueError where they are not as they were stored."""
        rows = self._connection.execute(
            f"SELECT hash, settings, digest FROM configurations {seals.joined('configurations', 'hash')} {where}",
            values,
        )
        return {name: as_object(text, sealed) for name, text, sealed in rows}

    def find_curves(self, name: str, seed: int) -> Array:
        """One run's curves: float64 (curves, checkpoints), empty if it has none."""
        return next((curves for _, other, curves in self.curves([name]) if other == seed), np.empty((0, 0)))

    def ask(self, question: Asked, seeds: range) -> None:
        """Remember a question; `seeds`: those of its block. What nobody can have looked at yet, it replaces."""
        with self._explained(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            asked.write(self._connection, question, seeds)

    def asked(self) -> list[Asked]:
        """Every question that was asked of confirm seeds, in the order in which each was asked first."""
        with self._explained():
            return asked.read(self._connection)

    def confirmed(self, seeds: range) -> dict[str, dict[str, Any]]:
        """The settings of every configuration that has runs with some of these seeds, by hash."""
        with self._explained():
            return self._settings(
                "WHERE EXISTS (SELECT 1 FROM runs WHERE runs.hash = configurations.hash AND seed BETWEEN ? AND ?)",
                seeds[0],
                seeds[-1],
            )

    def plugins(self) -> set[Brought]:
        """What any stored runs took from plug-ins."""
        with self._explained():
            found = self._settings("WHERE settings LIKE '%\"plugins\": {%'")
            return {one for settings in found.values() for one in brought(settings)}

    def settings_with(self, key: str, value: str) -> list[dict[str, Any]]:
        """The settings of every stored configuration in which this one, by its dotted key, has this value."""
        written = json.dumps({key: value})[1:-1]  # as it stands among the others, see `add`
        with self._explained():
            found = self._settings("WHERE instr(settings, ?)", written)
            return [settings for settings in found.values() if settings.get(key) == value]

    def last_seed(self) -> int:
        """The largest seed that any run has; -1 in an empty store."""
        with self._explained():
            [(largest,)] = self._connection.execute("SELECT coalesce(max(seed), -1) FROM runs")
            return int(largest)

    def environments(self) -> dict[str, dict[str, Any]]:
        """Every environment that runs were trained in, by id."""
        with self._explained():
            rows = self._connection.execute(
                f"SELECT id, facts, digest FROM environments {seals.joined('environments', 'id')}"
            )
            return {name: as_object(facts, sealed) for name, facts, sealed in rows}

    def check(self) -> Checkup:
        """Read all that is stored, and compare it with its digests."""
        with self._explained(), self._connection:
            self._connection.execute("BEGIN")  # all of it as it is at one moment
            return care.check(self._connection)

    def forget_damaged(self) -> None:
        """Forget what `check` finds damaged. Raises StoreError where the file itself is."""
        with self._explained(f"it cannot be mended; {RESTORE}"), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            care.forget(self._connection, care.check(self._connection))

    @contextmanager
    def _wanted(self, hashes: Iterable[str]) -> Iterator[None]:
        """A temporary table `wanted` of these hashes, to join with."""
        self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (hash TEXT PRIMARY KEY)")
        self._connection.execute("DELETE FROM temp.wanted")
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT OR IGNORE INTO temp.wanted VALUES (?)", ((name,) for name in hashes))
        self._connection.execute("COMMIT")
        yield

    def _explained(self, remedy: str = "") -> AbstractContextManager[None]:
        return explained(self.path, remedy)
