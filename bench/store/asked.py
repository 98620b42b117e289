"""The questions that were asked of confirm seeds, as tables of the store."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bench.grid import CONFIRM_FROM, MOST_BLOCKS, Seeds
from bench.store.seals import as_object, digest, joined, seal
from bench.text import printable

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

_LOST = """
SELECT key, digest FROM seals WHERE of = 'forgotten'
AND key NOT IN (SELECT coalesce(hash || '-' || seed, '') FROM forgotten)
"""
IS_LOOK = f"""
(typeof(hash) = 'text' AND hash NOT GLOB '*[^0-9a-f]*' AND typeof(seed) = 'integer' AND seed BETWEEN
{CONFIRM_FROM} AND {Seeds(block=MOST_BLOCKS - 1).of_block[-1]})
"""
"""SQL that says whether a configuration and a seed can be of a confirm run."""
_ODD = f"SELECT CAST(hash AS BLOB), seed FROM forgotten WHERE NOT {IS_LOOK}"  # a blob can always be read
_GONE = "SELECT 1 FROM seals WHERE of = 'questions' AND key NOT IN (SELECT id FROM questions)"

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


_NUMBER = (float, int)
_FACTS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("accuracy", "alpha", "margin"), _NUMBER),
    **dict.fromkeys(("plan", "reference", "weights"), str),
    **dict.fromkeys(("confirm", "count", "step", "most"), int),
    "effects": list,
}
"""The types of what a question may say; of none, or of others, nothing is known."""


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


class Read(NamedTuple):
    """A question as it is read: SQLite's number of it, its row with what it judges, and the digest of these."""

    number: int
    content: tuple[Any, ...]
    sealed: bytes | None

    def asked(self) -> Asked:
        """The question. Raises ValueError unless it is as it was stored, as far as its digest or its form can tell."""
        grid, block, facts, seeds, when, roles = self.content
        texts = [grid, facts, *(part for pair in roles for part in pair)]
        numbers = [block, seeds, when]
        written = all(isinstance(text, str) for text in texts) and all(isinstance(number, int) for number in numbers)
        if not written or self.sealed not in (None, digest(self.content)):
            raise ValueError(f"a question that {self.named} asked is not as it was stored")
        return Asked(grid, block, _as_facts(facts), seeds, dict(roles), when)

    @property
    def named(self) -> str:
        """Which grid asked, and of which confirm seeds, in words."""
        grid, block, *_ = self.content
        return f"grid {printable(str(grid)) or '(unknown)'} of block {printable(str(block))}"


def _as_facts(text: str) -> dict[str, Any]:
    facts = as_object(text, None)
    wrong = [key for key, value in facts.items() if not isinstance(value, _FACTS.get(key, object))]
    if wrong or not (facts == {} or "plan" in facts):
        raise ValueError(f"{printable(text)} is not what was asked")
    return facts


def write(connection: sqlite3.Connection, question: Asked, seeds: range) -> None:
    """Add a question, within the caller's transaction; see `Store.ask`."""
    own = (question.grid, question.block, seeds[0], seeds[-1])
    for (unseen,) in connection.execute(_UNSEEN, own).fetchall():
        delete(connection, unseen)
    connection.execute(_ASK, (*_key(question), question.seeds))
    _judge(connection, question)


def merge(connection: sqlite3.Connection, questions: Sequence[Asked], forgotten: Iterable[tuple[str, int]]) -> None:
    """Add another store's record, within the caller's transaction, as if its questions had been asked before."""
    remember(connection, forgotten)
    [(first,)] = connection.execute("SELECT coalesce(min(asked), 1) FROM questions")
    ordered = sorted(questions, key=lambda question: question.asked)
    for when, question in enumerate(ordered, first - len(ordered)):
        connection.execute(_MERGE, (*_key(question), question.seeds, when))
        _judge(connection, question)


def remember(connection: sqlite3.Connection, looks: Iterable[tuple[str, int]]) -> None:
    """Remember confirm runs that are not there any more, by hash and seed, within the caller's transaction."""
    for look in looks:
        connection.execute("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", look)
        seal(connection, "forgotten", f"{look[0]}-{look[1]}", look)


def delete(connection: sqlite3.Connection, number: int) -> None:
    """Take a question away, by its number, within the caller's transaction."""
    connection.execute("DELETE FROM judged WHERE question = ?", (number,))
    connection.execute("DELETE FROM questions WHERE id = ?", (number,))
    connection.execute("DELETE FROM seals WHERE of = 'questions' AND key = ?", (number,))


def _key(question: Asked) -> tuple[str, int, str]:
    return question.grid, question.block, json.dumps(question.facts, sort_keys=True)


def _judge(connection: sqlite3.Connection, question: Asked) -> None:
    find = "SELECT id FROM questions WHERE grid = ? AND block = ? AND facts = ?"
    [(number,)] = connection.execute(find, _key(question))
    connection.executemany(_JUDGE, [(number, name, role) for name, role in question.roles.items()])
    [read] = every(connection, number)
    seal(connection, "questions", number, read.content)


def every(connection: sqlite3.Connection, number: int | None = None) -> Iterator[Read]:
    """All questions, or one by its number, in the order in which each was asked first, as they are."""
    which, own = ("", ()) if number is None else ("WHERE {} = ?", (number,))
    roles: dict[int, list[tuple[Any, Any]]] = {}
    judged = f"SELECT question, hash, role FROM judged {which.format('question')} ORDER BY question, hash"
    for question, name, role in connection.execute(judged, own):
        roles.setdefault(question, []).append((name, role))
    rows = f"SELECT id, grid, block, facts, seeds, asked, digest FROM questions {joined('questions', 'id')}"
    for question, *row, sealed in connection.execute(f"{rows} {which.format('id')} ORDER BY id", own):
        yield Read(question, (*row, tuple(roles.get(question, ()))), sealed)


def read(connection: sqlite3.Connection) -> list[Asked]:
    """All questions, in the order in which each was asked first. Raises ValueError for what is not as it was stored."""
    if connection.execute(_GONE).fetchone():
        raise ValueError("a question that was asked of confirm seeds is gone")
    for look in changed_looks(connection):
        raise ValueError(f"that run {look} was there once is not remembered as it was stored")
    return [read.asked() for read in every(connection)]


def changed_looks(connection: sqlite3.Connection) -> Iterator[str]:
    """The ids of runs, for a message, of which `forgotten` does not say, or cannot, that they were there once."""
    yield from (printable(str(key)) for key, _ in connection.execute(_LOST))
    yield from (printable(f"{name}-{seed}") for name, seed in connection.execute(_ODD))


def recall(connection: sqlite3.Connection) -> None:
    """Remember again what `forgotten` does not say, within the caller's transaction: its seals say it too."""
    connection.execute(f"DELETE FROM forgotten WHERE NOT {IS_LOOK}")
    for key, sealed in connection.execute(_LOST).fetchall():
        connection.execute("DELETE FROM seals WHERE of = 'forgotten' AND key = ?", (key,))
        name, _, seed = str(key).rpartition("-")
        if seed.isdecimal() and digest((name, int(seed))) == sealed:  # and not the seal that is damaged
            remember(connection, [(name, int(seed))])
