"""Names as a report shows them: readable, told apart, and problems without what they share."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from bench.grid import Configuration
from bench.results import Results, Tuned
from bench.text import printable

_LONGEST_TITLE = 300
_POINTS = {"train": "training point", "validation": "validation point", "test": "test point"}


def renamed(results: Results, families: dict[str, str], texts: dict[str, str]) -> Results:
    """The same results, with other names of families and configurations, by their own ones."""
    return replace(
        results,
        tuned=_renamed_choice(results.tuned, families, texts),
        confirm=_renamed(results.confirm, families, texts),
        sides=_renamed(results.sides, families, texts),
        curves=_renamed(results.curves, families, texts),
    )


def _renamed_choice(tuned: Tuned, families: dict[str, str], texts: dict[str, str]) -> Tuned:
    def named(configuration: Configuration) -> Configuration:
        return replace(configuration, family=families[configuration.family], text=texts[configuration.text])

    title = printable(" ".join(tuned.grid.title.split()), _LONGEST_TITLE)
    return Tuned(
        replace(tuned.grid, title=title),
        tuple(named(configuration) for configuration in tuned.configurations),
        {families[family]: race for family, race in tuned.races.items()},
        _renamed(tuned.tune, families, texts),
        _renamed(tuned.ahead, families, texts),
        {families[family]: named(best) for family, best in tuned.best.items()},
        tuple(
            replace(e, family=families[e.family], on=e.on and named(e.on), off=e.off and named(e.off))
            for e in tuned.effects
        ),
    )


def _renamed(frame: pd.DataFrame, families: dict[str, str], texts: dict[str, str]) -> pd.DataFrame:
    return frame.assign(family=frame["family"].map(families), configuration=frame["configuration"].map(texts))


def short_problems(problems: pd.Series[str]) -> pd.Series[str]:
    """Each problem by those of its settings that differ; a single problem by all of them."""
    parts = problems.drop_duplicates().str.split(", ")
    if len(parts) < 2:
        return problems
    shared = set(parts.iloc[0]).intersection(*parts)
    names = {", ".join(own): ", ".join(_spelled(part) for part in own if part not in shared) for own in parts}
    return problems.map(names)


def labelled_problems(families: pd.DataFrame) -> list[str]:
    """Each family's problem by its label, and by those of its settings that differ within the label."""
    shown: dict[tuple[str, str], str] = {}
    for label in families["problem_label"].unique():
        own = families.loc[families["problem_label"] == label, "problem"].drop_duplicates()
        short = short_problems(own) if len(own) > 1 else [""]
        shown |= {(label, long): ", ".join(filter(None, [label, one])) for long, one in zip(own, short, strict=True)}
    return [shown[key] for key in zip(families["problem_label"], families["problem"], strict=True)]


def _spelled(part: str) -> str:
    """A problem's setting, such as problem.train = 100, in words: 100 training points per class."""
    name, _, value = part.removeprefix("problem.").partition(" = ")
    meaning = _POINTS.get(name)
    return f"{name} {value}" if meaning is None else f"{value} {meaning}{'s' * (value != '1')} per class"
