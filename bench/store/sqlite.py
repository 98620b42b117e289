"""The store: one SQLite file that remembers every run ever trained. Only modules of this folder speak SQL.

Each stack's results are committed as one transaction, so that a run is either stored whole or not at all, whenever
the process ends. Several processes may use one store at the same time.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np

from bench.grid.provenance import Brought, brought, stored
from bench.records import MEASURES, Result, Stored
from bench.store import asked, care, claims, merging, rows, seals, tables
from bench.store.asked import Asked
from bench.store.care import Checkup
from bench.store.faults import explained, fault, rescue
from bench.store.merging import Merged
from bench.store.opening import connect, connection_to, transaction
from bench.store.rows import RUN_COLUMNS, as_curves, check_row
from bench.store.seals import as_object
from bench.text import counted, listed, path_text
from nn.arrays import Array

_FAREWELL = 0.5  # seconds


class StoredRun(NamedTuple):
    """What `replay` and `verify` need of a stored run: its settings by dotted name, and its row by column name."""

    settings: dict[str, Any]
    row: dict[str, Any]


class Store:
    """An open store. Use it in a `with` statement. Whatever is wrong with it raises StoreError.

    `create`: make the file (and its folder) where there is none; otherwise a missing file is an error. `damaged`: open
    it also where not all that is in it can be found, to check or to mend it.
    """

    def __init__(self, path: str | Path, *, create: bool = False, damaged: bool = False) -> None:
        self.path = Path(path)
        with self._explained():
            self._connection = connect(self.path, create=create, damaged=damaged)

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
        configurations = {result.run.configuration.hash: result.run.configuration for result in results}
        with self._writing() as connection:
            rows.insert_texts(connection, "environments", {environment["id"]: facts})
            new = rows.without_settings(connection, configurations)  # to write them takes longer than all else
            settings = {name: json.dumps(stored(configurations[name].settings), sort_keys=True) for name in new}
            rows.insert_texts(connection, "configurations", settings)
            for result in results:
                self._add(result, environment["id"], again)

    def _add(self, result: Result, environment: str, again: bool) -> None:
        configuration, seed = result.run.configuration.hash, result.run.seed
        newest = rows.newest(self._connection)  # that of the row which gives way is not used again
        self._connection.execute(
            "DELETE FROM runs WHERE hash = ? AND seed = ? AND (status = 'failed' OR (? AND environment <> ?))",
            (configuration, seed, again and result.status != "failed", environment),
        )
        measures = [result.measures.get(name) for name in MEASURES]
        row = (configuration, seed, result.status, result.epochs_run, *measures)
        row = (*row, result.digest, result.error, result.seconds, environment)
        curves = result.curves
        rows.insert(self._connection, row, curves.astype("<f8").tobytes() if curves.size else None, newest + 1)
        self._connection.execute("DELETE FROM claims WHERE hash = ? AND seed = ?", (configuration, seed))

    def newest(self) -> int:
        """The number of the row that was stored last; 0 in an empty store."""
        with self._explained():
            return rows.newest(self._connection)

    def after(self, row: int, accuracy: str = "validation_accuracy") -> list[Stored]:
        """What was stored after this row, in that order. `accuracy`: which of `MEASURES` it is to have."""
        with self._explained():
            found = self._connection.execute(
                f"SELECT id, hash, seed, status, {accuracy} FROM runs WHERE id > ? ORDER BY id", (row,)
            )
            return [Stored(*values) for values in found]

    def take(self, keys: Iterable[claims.Key], owner: str, lasts: claims.Lasts) -> claims.Taken:
        """Claim runs, by hash and seed, that no other process trains; see `claims.take`."""
        with self._writing() as connection:
            return claims.take(connection, keys, owner, lasts)

    @contextmanager
    def owner(self) -> Iterator[str]:
        """A name under which runs are claimed. Its claims last until the `with` statement ends.

        Whoever ends does not wait for a program that holds the store: claims run out, and a dead owner's are anybody's.
        """
        name = claims.new_owner()
        with claims.Renewal(partial(connection_to, self.path, 5.0), name):
            try:
                yield name
            finally:
                with suppress(sqlite3.Error), closing(connection_to(self.path, _FAREWELL)) as connection:
                    claims.release(connection, name)

    def runs(self, hashes: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        """The rows of these configurations' runs, in the order of `RUN_COLUMNS`."""
        with self._explained(), self._wanted(hashes):
            columns = ", ".join(f"runs.{name}" for name in RUN_COLUMNS)
            source = f"runs JOIN wanted USING (hash) {seals.joined('runs', 'runs.id')}"
            for *row, sealed in self._connection.execute(f"SELECT {columns}, seals.digest FROM {source}"):
                check_row(tuple(row), sealed)
                yield tuple(row)

    def curves(self, hashes: Iterable[str]) -> Iterator[tuple[str, int, Array]]:
        """(hash, seed, float64 (curves, checkpoints)) of these configurations' runs."""
        with self._explained(), self._wanted(hashes):
            found = self._connection.execute(
                "SELECT hash, seed, numbers, seals.digest FROM runs JOIN wanted USING (hash) "
                f"LEFT JOIN curves ON curves.run = runs.id {seals.joined('curves', 'runs.id')} "
                "WHERE numbers IS NOT NULL OR seals.digest IS NOT NULL OR status = 'ok'"
            )
            for name, seed, blob, sealed in found:
                yield name, seed, as_curves((name, seed), blob, sealed)

    def find(self, name: str, seed: int) -> StoredRun | None:
        """One run by hash and seed."""
        with self._explained():
            found = rows.find(self._connection, name, seed)
            flat = self._settings("WHERE hash = ?", name).get(name)
        return (
            None if flat is None or found is None else StoredRun(flat, dict(zip(RUN_COLUMNS, found.row, strict=True)))
        )

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
        with self._writing() as connection:
            asked.write(connection, question, seeds)

    def asked(self) -> list[Asked]:
        """Every question that was asked of confirm seeds, in the order in which each was asked first."""
        with self._explained():
            return asked.read(self._connection)

    def confirmed(self, seeds: range) -> dict[str, dict[str, Any]]:
        """The settings of every configuration that has, or had, runs with some of these seeds, by hash.

        None are known of one whose settings were damaged, and had to be forgotten.
        """
        with self._explained():
            seen = f"SELECT DISTINCT hash FROM {asked.SEEN} WHERE seed BETWEEN ? AND ?"
            names = [name for (name,) in self._connection.execute(seen, (seeds[0], seeds[-1]))]
            settings = self._settings(f"WHERE hash IN ({seen})", seeds[0], seeds[-1])
            return {name: settings.get(name, {}) for name in names}

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
        """The largest seed that any run has, or had; -1 in an empty store."""
        with self._explained():
            [(largest,)] = self._connection.execute(f"SELECT coalesce(max(seed), -1) FROM {asked.SEEN}")
            return int(largest)

    def environments(self) -> dict[str, dict[str, Any]]:
        """Every environment that runs were trained in, by id."""
        with self._explained():
            return rows.environments(self._connection)

    def texts(self, table: str) -> dict[str, str]:
        """The settings of all "configurations", or the facts of all "environments", as they are stored, by id."""
        with self._explained():
            found = {}
            for name, text, sealed in rows.texts(self._connection, table):
                rows.AS_STORED[table](text, sealed)
                found[name] = text
            return found

    def contents(self) -> Iterator[rows.Read]:
        """Every run with its learning curves, all trained in environments that are known."""
        with self._explained():
            known = rows.environments(self._connection)
            for read in rows.every_run(self._connection):
                read.check()
                read.trained_in(known)
                yield read

    def forgotten(self) -> list[tuple[str, int]]:
        """Hash and seed of confirm runs that were there once."""
        with self._explained():
            return self._connection.execute("SELECT hash, seed FROM forgotten").fetchall()

    def check(self) -> Checkup:
        """Read all that is stored, and compare it with its digests."""
        with self._explained(), self._connection:
            self._connection.execute("BEGIN")  # all of it as it is at one moment
            return care.check(self._connection)

    def forget_damaged(self) -> None:
        """Forget what `check` finds damaged. Raises StoreError where the file itself is."""
        with self._writing(f"it cannot be mended; {rescue(self.path)}") as connection:
            care.forget(connection, care.check(connection))

    def forget(self, keys: Iterable[tuple[str, int]]) -> None:
        """Forget runs by hash and seed; what was asked of confirm seeds stays."""
        with self._writing() as connection:
            found = (
                connection.execute("SELECT id FROM runs WHERE hash = ? AND seed = ?", key).fetchone() for key in keys
            )
            rows.delete(connection, [number for (number,) in filter(None, found)])

    def merge(self, other: Self) -> Merged:
        """Add all that another store has and this lacks.

        Raises StoreError, and adds nothing, where runs have other bits than those of the same id here, though both were
        trained on the same fingerprint by the same sources: one of them is wrong.
        """
        if self.path.samefile(other.path):
            raise fault(other.path, "is the store that it would be merged into", "name another")
        with self._writing() as connection:
            merged = merging.merge(connection, other)
            if merged.wrong:
                some = f"{counted(len(merged.wrong), 'run')} ({listed(merged.wrong)})"
                what = f"{some} with other bits than in {path_text(self.path)}, on the same fingerprint"
                raise fault(other.path, what, "nothing is merged; `bench replay RUN`, on both, says which is right")
            return merged

    @contextmanager
    def _writing(self, remedy: str = "") -> Iterator[sqlite3.Connection]:
        """One transaction, with all tables there; `remedy` as for `explained`."""
        with self._explained(remedy), transaction(self._connection):
            tables.add(self._connection)
            yield self._connection

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
