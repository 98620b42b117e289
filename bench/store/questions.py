"""What was ever asked of which confirm seeds: seeds that chose nothing stay so only as long as somebody counts.

A question (a grid's families, a claim, a plan for drawing seeds, effects) is written down before its confirm runs are
trained. From these rows follow how many configurations share the error probability of one block of confirm seeds,
whatever grid asked, and what was set before and what after somebody could look.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from bench.grid import MOST_BLOCKS, Configuration, Grid
from bench.grid.components import PROBLEMS
from bench.grid.domains import plain
from bench.grid.settings import FOLDER, problem_values
from bench.problems import DataFile
from bench.records import stage_of
from bench.store.asked import Asked
from bench.store.sqlite import Store

Role = Literal["family", "effect"]  # judged against the baseline, or only as the other side of an effect

UNKNOWN: dict[str, Any] = {}
"""The facts of a question that nobody wrote down: confirm runs of a program that did not ask."""


@dataclass(frozen=True)
class History:
    """What a store remembers that bears on a grid's verdicts.

    `judged`: how many configurations of the grid's problems were ever judged on this block of seeds, those of today
    included. `first`: the different facts (claim, plan) under which each of today's configurations was
    confirmed first; `UNKNOWN` where that was not written down. `own`: what the grid of this name asked last of any of
    them, and `effects` which effects it asked for first. `blocks`: others on which any of today's was confirmed.
    `fresh`: the first block that nobody has used, None where all are. `changed`: the grid's data files that had another
    content when runs on them were stored.
    """

    judged: int
    first: tuple[Mapping[str, Any], ...] = ()
    own: Asked | None = None
    effects: list[str] | None = None
    blocks: tuple[int, ...] = ()
    fresh: int | None = 1
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Record:
    """What was asked, and the settings of every configuration that has runs, of one block; read from the store once."""

    asked: list[Asked]
    stored: dict[str, dict[str, Any]]

    @property
    def unasked(self) -> set[str]:
        """Configurations that have confirm runs in the block though no question was written down."""
        return self.stored.keys() - {name for question in self.asked for name in question.roles}

    def judged(self, grid: Grid, today: Collection[str]) -> set[str]:
        """See `judged_before`."""
        judged = {name for question in self.asked for name, role in question.roles.items() if role == "family"}
        judged |= self.unasked
        for question in self.asked:
            if any(question.roles.get(name) == "effect" for name in today):
                judged |= question.roles.keys()
        sources = _sources_of(grid)
        known = {name: self.stored[name] for name in judged & self.stored.keys()}
        # one whose settings are lost may have been of any problem
        return {name for name, settings in known.items() if not settings or _source_among(settings) in sources}


def _record(store: Store, grid: Grid, asked: list[Asked]) -> _Record:
    own = [question for question in asked if question.block == grid.seeds.block]
    return _Record(own, store.confirmed(grid.seeds.of_block))


def ask(
    store: Store,
    grid: Grid,
    facts: Mapping[str, Any],
    seeds: int,
    roles: Mapping[str, Role],
) -> None:
    """Write down a question before its confirm runs are trained; `seeds`: how many are drawn so far."""
    block, of_block = grid.seeds.block, grid.seeds.of_block
    unasked = _record(store, grid, store.asked()).unasked
    unknown = {name: role for name, role in roles.items() if name in unasked}
    if unknown:
        store.ask(Asked("", block, UNKNOWN, 0, dict(unknown)), of_block)
    store.ask(Asked(grid.name, block, dict(facts), seeds, dict(roles)), of_block)


def look(store: Store, grid: Grid, facts: Mapping[str, Any], seeds: int, roles: Mapping[str, Role]) -> None:
    """Write down that stored confirm runs are judged, if some were only the other side of an effect before.

    Others are counted already: whoever had them trained asked for them.
    """
    record = _record(store, grid, store.asked())
    stored: dict[str, str] = {name: role for name, role in roles.items() if name in record.stored}
    before = record.unasked | {
        name for question in record.asked for name, role in question.roles.items() if role == "family"
    }
    if any(role == "family" and name not in before for name, role in stored.items()):
        store.ask(Asked(grid.name, grid.seeds.block, dict(facts), seeds, stored), grid.seeds.of_block)


def history(store: Store, grid: Grid, best: Collection[Configuration]) -> History:
    """What the store remembers; `best`: the configurations that are judged today."""
    today, block = dict.fromkeys(configuration.hash for configuration in best).keys(), grid.seeds.block
    asked = store.asked()
    record = _record(store, grid, asked)
    here = [question for question in record.asked if today & question.roles.keys()]
    own = [question for question in here if question.grid == grid.name]
    first = [UNKNOWN] if today & record.unasked else []
    first += [next(q.facts for q in here if name in q.roles) for name in today if any(name in q.roles for q in here)]
    unused = (store.last_seed() - grid.seeds.of_block[0]) // len(grid.seeds.of_block) + block + 1
    fresh = max(unused, block + 1)
    return History(
        judged=len(record.judged(grid, today) | today),
        first=tuple(facts for i, facts in enumerate(first) if facts not in first[:i]),
        own=max(own, key=lambda question: question.asked, default=None),
        effects=own[0].facts.get("effects") if own else None,
        blocks=tuple(sorted({question.block for question in asked if today & question.roles.keys()} - {block})),
        fresh=fresh if fresh < MOST_BLOCKS else None,
        changed=_changed_files(store, grid),
    )


def _changed_files(store: Store, grid: Grid) -> tuple[str, ...]:
    """The grid's data files that had another content when runs on them were stored."""
    files = dict.fromkeys((one.folder, one.path, one.content) for one in grid.sources if isinstance(one, DataFile))
    return tuple(
        path
        for folder, path, content in files
        if any(
            _is_folder(stored[FOLDER], folder) and stored["problem.content"] != content
            for stored in store.settings_with("problem.path", path)
        )
    )


def _is_folder(stored: object, folder: str) -> bool:
    """Whether what was stored is this folder; earlier programs stored it as the grid file was typed."""
    return isinstance(stored, str) and "\0" not in stored and os.path.realpath(stored) == folder


def judged_before(store: Store, grid: Grid, today: Collection[str] = ()) -> set[str]:
    """The configurations of the grid's problems that were ever judged on its block of confirm seeds, by hash.

    A configuration that was confirmed for an effect alone counts only where one of `today`'s was seen beside it: it may
    have been taken because it did best.
    """
    return _record(store, grid, store.asked()).judged(grid, today)


@dataclass(frozen=True)
class Forgettable:
    """A grid's stored runs, by hash and seed. `shared`: those that other grids have judged, by the names of `grids`."""

    own: list[tuple[str, int]]
    shared: list[tuple[str, int]]
    grids: list[str]


def forgettable(store: Store, grid: Grid) -> Forgettable:
    """Which runs a grid has in the store, and which of these must stay for others.

    Only confirm runs say who asked for them. Tune runs that other grids have in common with this one are its own.
    """
    others: dict[str, set[str]] = {}  # the grids that have judged each configuration on this block
    for question in store.asked():
        if question.block == grid.seeds.block and question.grid != grid.name:
            for name in question.roles:
                others.setdefault(name, set()).add(question.grid or "a grid whose name is not known")
    hashes = {configuration.hash for configuration in grid.configurations()}
    seeds = {*grid.seeds.for_tuning}, grid.seeds.of_block
    keys = sorted(key for key in store.statuses(hashes) if any(key[1] in own for own in seeds))
    shared = [key for key in keys if stage_of(key[1]) == "confirm" and key[0] in others]
    names = {name for key in shared for name in others[key[0]]}
    return Forgettable([key for key in keys if key not in {*shared}], shared, sorted(names))


def _sources_of(grid: Grid) -> set[str]:
    """The generators that the grid's data comes from: with their own settings, whatever the number of points.

    Seeds that drew 100 points and seeds that drew 1,000 have test points in common.
    """
    found: set[str] = set()
    for axes in grid.problems.values():
        keys = _source_keys(axes["problem.name"][0])
        points = product(*(axes[key] for key in keys))
        found |= {_text(dict(zip(keys, map(plain, point), strict=True))) for point in points}
    return found


def _source_among(flat: Mapping[str, Any]) -> str:
    """The generator among a configuration's stored settings."""
    return _text({key: flat[key] for key in _source_keys(flat.get("problem.name")) if key in flat})


def _source_keys(name: object) -> list[str]:
    """The settings that say where a problem's points come from; none for one that this program does not know."""
    known = PROBLEMS.get(str(name))
    return ["problem.name", *(f"problem.{own}" for own in known.origin())] if known else []


def problem_of(configuration: Configuration) -> str:
    """A configuration's problem with all its settings, as text."""
    return _text(
        {f"problem.{name}": plain(value) for name, value in problem_values(configuration.settings.problem).items()}
    )


def _text(problem: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} = {problem[key]}" for key in sorted(problem))
