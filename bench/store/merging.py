"""Another machine's runs in a store: what is added, what stays, and what cannot both be right."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.records import run_id
from bench.store import asked, rows
from bench.store.rows import RUN_COLUMNS
from bench.training.environment import gives_the_bits_of

if TYPE_CHECKING:
    from bench.store.sqlite import Store

_STATUS = RUN_COLUMNS.index("status")


@dataclass
class Merged:
    """What became of another store's runs.

    `added`: how many were lacking here, or had failed here. `there`: how many were here already, bit for bit, or have
    failed there. `others`: those with other bits, trained on another fingerprint or by other sources; they stay as they
    are here. `wrong`: those with other bits on the same fingerprint by the same sources.
    """

    added: int = 0
    there: int = 0
    others: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def merge(connection: sqlite3.Connection, other: Store) -> Merged:
    """Add what another store has, within the caller's transaction, with all that was ever asked of its seeds."""
    merged, facts = Merged(), other.environments()
    rows.insert_texts(connection, "environments", other.texts("environments"))
    rows.insert_texts(connection, "configurations", other.texts("configurations"))
    known = rows.environments(connection)
    for theirs in other.contents():
        ours = rows.find(connection, *theirs.row[:2])
        if ours is None or (_failed(ours) and not _failed(theirs)):
            connection.execute("DELETE FROM runs WHERE id = ?", (ours.number if ours else None,))
            rows.insert(connection, theirs.row, theirs.blob)
            merged.added += 1
        elif _failed(theirs) or _bits(ours) == _bits(theirs):
            merged.there += 1
        else:
            alike = gives_the_bits_of(ours.trained_in(known), theirs.trained_in(facts))
            (merged.wrong if alike else merged.others).append(run_id(*theirs.row[:2]))
    asked.merge(connection, other.asked(), other.forgotten())
    return merged


def _failed(run: rows.Read) -> bool:
    return bool(run.row[_STATUS] == "failed")


def _bits(run: rows.Read) -> tuple[Any, ...]:
    """What the same sources make again on the same fingerprint."""
    return *run.row[_STATUS : RUN_COLUMNS.index("error")], run.blob
