"""Which column of a table is what: as somebody says, or as its name leaves no doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from bench.errors import UsageError
from bench.text import listed, quoted, suggest

# Names, in small letters; those of a line are as good as each other, and better than those of the lines below.
GUESSES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "score": (
        ("test_accuracy", "test_acc", "accuracy_test", "acc_test"),
        ("accuracy", "acc"),
        ("test_score", "score_test"),
        ("score",),
    ),
    "method": (
        ("method",),
        ("optimizer", "optimiser", "model", "algorithm", "classifier", "estimator", "learner", "agent", "arm"),
    ),
    "seed": (
        ("seed", "random_seed", "random_state"),
        ("run", "replicate", "replication", "repeat", "repetition", "trial"),
        ("fold", "cv_fold"),
    ),
    "problem": (("problem",), ("dataset", "data_set", "task", "benchmark", "env", "environment")),
    "stage": (("stage",),),
    "configuration": (("configuration", "config"),),
}
CHOOSERS = ("validation", "val", "valid", "dev")
"""What a column is called in which "test" stands for "validation": tune rows choose by it."""
OWN = ("run", "stage", "family", "configuration", "seed", "status", "test_accuracy", "validation_accuracy")
"""Columns that tell this program's own runs, as `bench export` writes them."""
OWN_EXTRAS = ("status", "test_points", "validation_data_loss")


@dataclass(frozen=True)
class Roles:
    """The columns of a table, by what they are; "" where there is none.

    `guessed`: the roles whose columns nobody has named. `own`: whether the table is one of this program's own runs.
    """

    score: str
    method: str
    seed: str
    problem: str = ""
    stage: str = ""
    configuration: str = ""
    chooser: str = ""
    guessed: tuple[str, ...] = ()
    own: bool = False

    @property
    def used(self) -> list[str]:
        """All of these columns."""
        names = (getattr(self, field.name) for field in fields(self) if field.name not in ("guessed", "own"))
        return list(dict.fromkeys(name for name in names if name))

    def without(self, role: str) -> Roles:
        """The same, with no column for this role."""
        guessed = tuple(other for other in self.guessed if other != role)
        changed: dict[str, Any] = {role: "", "guessed": guessed}
        return replace(self, **changed)


_OWN = Roles(
    score="test_accuracy",
    method="family",
    seed="seed",
    stage="stage",
    configuration="configuration",
    chooser="validation_accuracy",
    guessed=("score", "method", "seed", "stage", "configuration"),
    own=True,
)


def roles_of(names: Sequence[str], given: Mapping[str, str | None], source: str) -> Roles:
    """The roles of a table's columns. `given`: those that somebody has named, by role; None: nobody has.

    Raises UsageError for a column that is not there or has two roles, and where a column is needed and there is doubt.
    """
    check_given(names, given, source)
    own = set(OWN) <= set(names) and not any(given.values())
    if own:
        return _OWN
    found = {role: name for role, name in given.items() if name}
    guessed = [role for role in GUESSES if role not in found]
    for role in guessed:
        name = _guess(names, role, {*found.values()})
        if name:
            found[role] = name
        elif role in ("score", "method", "seed"):
            raise UsageError(_lacking(names, role, source))
    return Roles(
        found["score"],
        found["method"],
        found["seed"],
        found.get("problem", ""),
        found.get("stage", ""),
        found.get("configuration", ""),
        _chooser(names, found["score"]),
        tuple(role for role in guessed if role in found),
    )


def check_given(names: Sequence[str], given: Mapping[str, str | None], source: str) -> None:
    """Raise UsageError for a column that somebody has named and that is not there, or has two roles."""
    named = {role: name for role, name in given.items() if name}
    for role, name in named.items():
        if name not in names:
            there = suggest(name, names) or f"; there are {_list(names)}"
            raise UsageError(f"{source}: --{role} {quoted(name)}: no such column{there}")
        if list(names).count(name) > 1:
            raise UsageError(f"{source}: --{role} {quoted(name)}: several columns have this name; rename all but one")
    for role, name in named.items():
        others = [other for other, taken in named.items() if taken == name and other != role]
        if others:
            raise UsageError(f"{source}: column {quoted(name)} is named twice, by --{role} and --{others[0]}")


def plain(name: str) -> str:
    """A column's name as `GUESSES` has such."""
    return name.strip().lower().replace(" ", "_")


def _guess(names: Sequence[str], role: str, taken: set[str]) -> str:
    """The one column whose name says that it is this; "" where none does, or several do."""
    for line in GUESSES[role]:
        found = [name for name in names if plain(name) in line and name not in taken]
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


def _lacking(names: Sequence[str], role: str, source: str) -> str:
    what = {
        "score": "the score of each run",
        "method": "what is compared, such as an optimizer or a model",
        "seed": "which run of a method it is, such as a seed (if there is none, number the runs of each method)",
    }
    wide = ", or say --wide if each method has a column of its own" if role == "score" else ""
    return f"{source}: which column is {what[role]}? name it with --{role}{wide}; there are {_list(names)}"


def _chooser(names: Sequence[str], score: str) -> str:
    """The column that is called as the score is, with "validation" for "test"; the score itself if there is none."""
    wanted = [score.replace("test", word) for word in CHOOSERS] if "test" in score else []
    return next((name for name in wanted if name in names), score)


def _list(names: Sequence[str]) -> str:
    return listed([quoted(name) for name in names], 12)
