"""The questions that were asked of confirm seeds, as tables of the store."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

TABLES = {
    "questions": """(
        id INTEGER PRIMARY KEY,
        grid TEXT NOT NULL,
        block INTEGER NOT NULL,
        facts TEXT NOT NULL,
        seeds INTEGER NOT NULL,
        asked INTEGER NOT NULL,
        UNIQUE (grid, block, facts)
    )""",
    "judged": """(
        question INTEGER NOT NULL REFERENCES questions,
        hash TEXT NOT NULL,
        role TEXT NOT NULL,
        PRIMARY KEY (question, hash)
    ) WITHOUT ROWID""",
    "forgotten": "(hash TEXT NOT NULL, seed INTEGER NOT NULL, PRIMARY KEY (hash, seed)) WITHOUT ROWID",
}
"""What is added to stores of version 1, which programs that do not know these tables can still read. `forgotten`: the
confirm runs that were there once, and are not; somebody can have looked at them."""

SEEN = "(SELECT hash, seed FROM runs UNION ALL SELECT hash, seed FROM forgotten)"

_UNSEEN = f"""
SELECT id FROM questions WHERE grid = ? AND block = ? AND NOT EXISTS (
    SELECT 1 FROM judged JOIN {SEEN} USING (hash) WHERE question = questions.id AND seed BETWEEN ? AND ?
)
"""
_ASK = """
INSERT INTO questions (grid, block, facts, seeds, asked)
SELECT ?, ?, ?, ?, coalesce(max(asked), 0) + 1 FROM questions WHERE true
ON CONFLICT (grid, block, facts) DO UPDATE SET seeds = max(seeds, excluded.seeds), asked = excluded.asked
"""
_MERGE = """
INSERT INTO questions (grid, block, facts, seeds, asked) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (grid, block, facts) DO UPDATE SET seeds = max(seeds, excluded.seeds)
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


def write(connection: sqlite3.Connection, question: Asked, seeds: range) -> None:
    """Add a question, within the caller's transaction; see `Store.ask`."""
    own = (question.grid, question.block, seeds[0], seeds[-1])
    for unseen in connection.execute(_UNSEEN, own).fetchall():
        connection.execute("DELETE FROM judged WHERE question = ?", unseen)
        connection.execute("DELETE FROM questions WHERE id = ?", unseen)
    connection.execute(_ASK, (*_key(question), question.seeds))
    _judge(connection, question)


def merge(connection: sqlite3.Connection, questions: Sequence[Asked], forgotten: Iterable[tuple[str, int]]) -> None:
    """Add another store's record, within the caller's transaction, as if its questions had been asked before."""
    connection.executemany("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", forgotten)
    [(first,)] = connection.execute("SELECT coalesce(min(asked), 1) FROM questions")
    ordered = sorted(questions, key=lambda question: question.asked)
    for when, question in enumerate(ordered, first - len(ordered)):
        connection.execute(_MERGE, (*_key(question), question.seeds, when))
        _judge(connection, question)


def _key(question: Asked) -> tuple[str, int, str]:
    return question.grid, question.block, json.dumps(question.facts, sort_keys=True)


def _judge(connection: sqlite3.Connection, question: Asked) -> None:
    find = "SELECT id FROM questions WHERE grid = ? AND block = ? AND facts = ?"
    [(number,)] = connection.execute(find, _key(question))
    connection.executemany(_JUDGE, [(number, name, role) for name, role in question.roles.items()])


def read(connection: sqlite3.Connection) -> list[Asked]:
    """All questions, in the order in which each was asked first."""
    roles: dict[int, dict[str, str]] = {}
    for number, name, role in connection.execute("SELECT question, hash, role FROM judged"):
        roles.setdefault(number, {})[name] = role
    rows = connection.execute("SELECT id, grid, block, facts, seeds, asked FROM questions ORDER BY id")
    return [
        Asked(grid, block, json.loads(facts), seeds, roles.get(number, {}), asked)
        for number, grid, block, facts, seeds, asked in rows
    ]
