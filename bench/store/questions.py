"""What was ever asked of which confirm seeds: seeds that chose nothing stay so only as long as somebody counts.

A question (a grid's families, a claim, a plan for drawing seeds) is written down before its confirm runs are trained.
From these rows follow how many configurations share the error probability of one block of confirm seeds, whatever grid
asked, and whether a claim was set before or after somebody could look.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from bench.grid import Configuration, Grid
from bench.grid.domains import plain
from bench.store.sqlite import Asked, Store

Role = Literal["family", "effect"]  # judged against the baseline, or only as the other side of an effect


@dataclass(frozen=True)
class History:
    """What a store remembers that bears on a grid's verdicts.

    `judged`: configurations of the grid's problems that were ever judged on this block of seeds, those of today
    included. `earlier`: the different facts (claim and plan) under which today's configurations were judged there, in
    order. `own`: what this grid asked last.
    """

    judged: int
    earlier: tuple[Mapping[str, Any], ...] = ()
    own: Asked | None = None


def ask(
    store: Store,
    grid: Grid,
    configurations: Iterable[Configuration],
    facts: Mapping[str, Any],
    seeds: int,
    roles: Mapping[str, Role],
) -> None:
    """Write down a question before its confirm runs are trained; `seeds`: how many are drawn so far."""
    question = Asked(_identity(configurations), grid.seeds.block, dict(facts), seeds, dict(roles))
    store.ask(question, grid.seeds.of_block)


def history(
    store: Store, grid: Grid, configurations: Collection[Configuration], best: Collection[Configuration]
) -> History:
    """What the store remembers; `best`: the configurations that are judged today."""
    today, asked = {configuration.hash for configuration in best}, store.asked(grid.seeds.block)
    earlier = [question.facts for question in asked if any(question.roles.get(name) == "family" for name in today)]
    own = [question for question in asked if question.grid == _identity(configurations)]
    return History(
        judged=len(judged_before(store, grid) | today),
        earlier=tuple(facts for i, facts in enumerate(earlier) if facts not in earlier[:i]),
        own=own[-1] if own else None,
    )


def judged_before(store: Store, grid: Grid) -> set[str]:
    """The configurations of the grid's problems that were ever judged on its block of confirm seeds."""
    asked, stored = store.asked(grid.seeds.block), store.confirmed(grid.seeds.of_block)
    known = {name for question in asked for name in question.roles}
    judged = {name for question in asked for name, role in question.roles.items() if role == "family"}
    judged |= stored.keys() - known  # trained by a program that wrote down no questions
    problems = _problems_of(grid)
    return {name for name in judged & stored.keys() if _problem_among(stored[name]) in problems}


def _problems_of(grid: Grid) -> set[str]:
    axes = {key: values for key, values in grid.axes.items() if key.startswith("problem.")}
    return {
        _text({key: plain(value) for key, value in zip(axes, values, strict=True)})
        for values in product(*axes.values())
    }


def problem_of(configuration: Configuration) -> str:
    """A configuration's problem with all its settings, as text."""
    return _text({f"problem.{name}": plain(value) for name, value in configuration.settings.problem.flat().items()})


def _problem_among(flat: Mapping[str, Any]) -> str:
    """The same from stored settings."""
    return _text({key: value for key, value in flat.items() if key.startswith("problem.")})


def _text(problem: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} = {problem[key]}" for key in sorted(problem))


def _identity(configurations: Iterable[Configuration]) -> str:
    """What makes two grids ask the same: their families, each with its problem; not which values they search."""
    families = {(configuration.family, problem_of(configuration)) for configuration in configurations}
    return hashlib.sha256(json.dumps(sorted(families)).encode()).hexdigest()[:16]
