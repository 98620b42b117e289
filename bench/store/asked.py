"""The questions that were asked of confirm seeds, as tables of the store."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

# Added to stores of version 1, which programs that do not know them can still read.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS questions (
    id INTEGER PRIMARY KEY,
    grid TEXT NOT NULL,
    block INTEGER NOT NULL,
    facts TEXT NOT NULL,
    seeds INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    UNIQUE (grid, block, facts)
);
CREATE TABLE IF NOT EXISTS judged (
    question INTEGER NOT NULL REFERENCES questions,
    hash TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (question, hash)
) WITHOUT ROWID;
"""

_UNSEEN = """
SELECT id FROM questions WHERE grid = ? AND block = ? AND NOT EXISTS (
    SELECT 1 FROM judged JOIN runs USING (hash) WHERE question = questions.id AND seed BETWEEN ? AND ?
)
"""
_ASK = """
INSERT INTO questions (grid, block, facts, seeds, asked)
SELECT ?, ?, ?, ?, coalesce(max(asked), 0) + 1 FROM questions WHERE true
ON CONFLICT (grid, block, facts) DO UPDATE SET seeds = max(seeds, excluded.seeds), asked = excluded.asked
"""
_JUDGE = """
INSERT INTO judged VALUES (?, ?, ?)
ON CONFLICT (question, hash) DO UPDATE SET role = CASE role WHEN 'family' THEN role ELSE excluded.role END
"""


@dataclass(frozen=True)
class Asked:
    """A question asked of a block of confirm seeds.

    `grid`: which grid asked. `facts`: its claim, and its plan for drawing seeds. `seeds`: how many were drawn. `roles`:
    the configurations that it judges, by hash, each as "family" or as "effect". `asked`: a count that grows whenever
    any question is asked, also again.
    """

    grid: str
    block: int
    facts: dict[str, Any]
    seeds: int
    roles: dict[str, str]
    asked: int = 0


def lay_out(connection: sqlite3.Connection) -> None:
    """Make the tables where there are none."""
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)


def write(connection: sqlite3.Connection, question: Asked, seeds: range) -> None:
    """Add a question, within the caller's transaction; see `Store.ask`."""
    own = (question.grid, question.block, seeds[0], seeds[-1])
    for unseen in connection.execute(_UNSEEN, own).fetchall():
        connection.execute("DELETE FROM judged WHERE question = ?", unseen)
        connection.execute("DELETE FROM questions WHERE id = ?", unseen)
    key = (question.grid, question.block, json.dumps(question.facts, sort_keys=True))
    connection.execute(_ASK, (*key, question.seeds))
    [(number,)] = connection.execute("SELECT id FROM questions WHERE grid = ? AND block = ? AND facts = ?", key)
    connection.executemany(_JUDGE, [(number, name, role) for name, role in question.roles.items()])


def read(connection: sqlite3.Connection) -> list[Asked]:
    """All questions, in the order in which each was asked first."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'questions'").fetchone():
        return []  # a store of an earlier program, which nobody has run a grid with since
    roles: dict[int, dict[str, str]] = {}
    for number, name, role in connection.execute("SELECT question, hash, role FROM judged"):
        roles.setdefault(number, {})[name] = role
    rows = connection.execute("SELECT id, grid, block, facts, seeds, asked FROM questions ORDER BY id")
    return [
        Asked(grid, block, json.loads(facts), seeds, roles.get(number, {}), asked)
        for number, grid, block, facts, seeds, asked in rows
    ]
