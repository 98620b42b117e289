"""The full check of a store, and forgetting what is damaged, so that it is trained again."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.records import run_id
from bench.store import asked, rows, seals
from bench.store.rows import AS_STORED
from bench.text import printable
from bench.training.environment import UNKNOWN
from nn.training import CURVES, checkpoint_epochs

_NAMED = "CAST({} AS BLOB) IS CAST(? AS BLOB)"  # also by what is no text any more
_INTEGRITY = "PRAGMA integrity_check(20)"  # so many faults at most


@dataclass
class Checkup:
    """What a full check has found.

    `runs`: how many there are, `unsealed` of them written by programs that kept no digests. `damaged`: the runs that
    are not as they were stored, by SQLite's row number. `settings`: the configurations whose settings are damaged;
    `environments`: those of which the facts are; the names of both can be anything. `questions`: those that are not as
    they were asked, by number; `looks`: the runs that were there once, which is not remembered as it was. `orphans`:
    how many digests are of nothing that is there. `faults`: what SQLite says of the file itself.
    """

    runs: int = 0
    unsealed: int = 0
    damaged: dict[int, str] = field(default_factory=dict)
    settings: list[Any] = field(default_factory=list)
    environments: list[Any] = field(default_factory=list)
    questions: dict[int, str] = field(default_factory=dict)
    looks: list[str] = field(default_factory=list)
    orphans: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing is damaged."""
        runs, record = self.damaged or self.settings or self.environments, self.questions or self.looks
        return not (runs or record or self.orphans or self.faults)


def check(connection: sqlite3.Connection) -> Checkup:
    """Read everything, as far as it can be read."""
    found = Checkup()
    connection.text_factory = _text
    try:
        found.faults = [text for (text,) in connection.execute(_INTEGRITY) if text != "ok"]
        _check_runs(connection, found)
        _check_record(connection, found)
    except sqlite3.DatabaseError as error:
        found.faults.append(str(error))
    finally:
        connection.text_factory = str
    found.faults = [printable(text, 200) for text in dict.fromkeys(found.faults)]
    return found


@dataclass(frozen=True)
class _NoText:
    """What is said to be a text, and is none: equal to nothing that can have been stored."""

    content: bytes

    def __str__(self) -> str:
        return str(self.content)


def _text(content: bytes) -> str | _NoText:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return _NoText(content)


def _check_runs(connection: sqlite3.Connection, found: Checkup) -> None:
    configurations, environments = (dict(_texts(connection, table)) for table in ("configurations", "environments"))
    found.settings = [name for name, settings in configurations.items() if settings is None]
    found.environments = [name for name, facts in environments.items() if facts is None]
    for read in rows.every_run(connection):
        found.runs, found.unsealed = found.runs + 1, found.unsealed + (read.sealed is None)
        settings = configurations.get(read.row[0])
        if settings is None or read.row[-1] not in environments or not _as_stored(read, settings):
            found.damaged[read.number] = printable(run_id(*read.row[:2]))


def _check_record(connection: sqlite3.Connection, found: Checkup) -> None:
    found.questions = {read.number: read.named for read in asked.every(connection) if not _as_asked(read)}
    found.looks = [*asked.changed_looks(connection)]
    found.orphans = seals.orphans(connection)


def _texts(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """The keys of a table of texts, each with what its text says; None where that is not as it was stored."""
    for key, text, sealed in rows.texts(connection, table):
        try:
            if not isinstance(key, str):
                raise ValueError("no key")
            yield key, AS_STORED[table](text, sealed)
        except ValueError:
            yield key, None


def _as_stored(read: rows.Read, flat: dict[str, Any]) -> bool:
    """Whether a run is as it was stored; its learning curves have a number for each checkpoint.

    `flat`: its settings by dotted name.
    """
    try:
        read.check()
        marks = checkpoint_epochs(flat["training.epochs"], flat["training.checkpoints"])
    except (ValueError, KeyError, TypeError):
        return False
    return read.blob is None or len(read.blob) == 8 * len(CURVES) * len(marks)


def _as_asked(read: asked.Read) -> bool:
    try:
        read.asked()
    except ValueError:
        return False
    return True


def forget(connection: sqlite3.Connection, found: Checkup) -> None:
    """Take away the damaged runs, within the caller's transaction, and settings that are damaged.

    Of a damaged environment it is only known from then on that it was one: runs do not depend on what is said of it.
    Configurations of a damaged question that have confirm runs count as judged, as where nobody wrote down a question.
    """
    # what a damaged index did not show was trained again, and is there twice
    connection.execute("DELETE FROM runs WHERE id NOT IN (SELECT min(id) FROM runs NOT INDEXED GROUP BY hash, seed)")
    connection.execute("REINDEX")
    rows.delete(connection, found.damaged)
    for name in found.settings:
        connection.execute(f"DELETE FROM configurations WHERE {_NAMED.format('hash')}", (_bytes(name),))
    for name in found.environments:
        if isinstance(name, str):
            connection.execute("DELETE FROM seals WHERE of = 'environments' AND key = ?", (name,))
            connection.execute("UPDATE environments SET facts = ? WHERE id = ?", (json.dumps(UNKNOWN), name))
        else:
            connection.execute(f"DELETE FROM environments WHERE {_NAMED.format('id')}", (_bytes(name),))
    for number in found.questions:
        asked.delete(connection, number)
    asked.recall(connection)
    seals.forget_orphans(connection)


def _bytes(name: Any) -> Any:
    return name.content if isinstance(name, _NoText) else name
