"""What should make a reader careful with a family's verdict, and what to do about it: for terminal and report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from bench import statistics
from bench.grid import Grid, Settings, beyond, is_ordered
from bench.grid.search import Distribution, random_axes
from bench.problems import SIZES, Source
from bench.results.races import Members, members_of
from bench.results.results import Results
from bench.text import counted, listed, percent, percent_unlike
from nn.arrays import Array

MOST_NAMED = 2  # families in a sentence about several; the others stand beside their verdicts
MOST_CASES = 4  # in a sentence about several


@dataclass(frozen=True)
class Caution:
    """What there is to be said of a family: `text`, which ends with what to do.

    The same for a sentence about several families: `topic`, what cautions of one kind have in common; `case`, what
    differs; `remedy`, what to do about the case, if that differs too.
    """

    text: str
    topic: str
    case: str
    remedy: str = ""


Found = Iterator[tuple[str, Caution]]  # of a family


def cautions(results: Results) -> dict[str, tuple[Caution, ...]]:
    """The cautions of each family, in grid order; most have none."""
    members = members_of(results.tuned.configurations)
    claim = results.grid.baseline.accuracy
    known = {family: list(of_settings((c.settings for c in own), claim)) for family, own in members.items()}
    tune = results.tune[results.tune["family"].isin(list(results.tuned.best))]  # of families whose best is known
    searched = (_edges(results, tune, members), _outdone(results.grid, tune)) if len(tune) else ()
    for found in (_dead(results), *searched):
        for family, caution in found:
            known[family].append(caution)
    return {family: tuple(own) for family, own in known.items()}


def of_settings(settings: Iterable[Settings], claim: float) -> dict[Caution, None]:
    """What can be said of some settings before anything is trained: each caution once."""
    found = (_of_design(own.problem, own.training.batch, claim) for own in settings)
    return dict.fromkeys(caution for own in found for caution in own)


def by_text(cautions: Mapping[str, Sequence[Caution]]) -> list[str]:
    """Each text once, behind the families that it is about."""
    found = _families_of(cautions).items()
    return [f"{_every(own, cautions) or listed(own)}: {caution.text}" for caution, own in found]


def caution_sentences(cautions: Mapping[str, Sequence[Caution]], most: int) -> list[str]:
    """A sentence for each kind of caution; of many, the first and how many more there are."""
    kinds: dict[str, dict[Caution, list[str]]] = {}
    for caution, families in _families_of(cautions).items():
        kinds.setdefault(caution.topic, {})[caution] = families
    texts = [f"Caution, {_of_kind(topic, cases, cautions)}." for topic, cases in kinds.items()]
    more = [f"{counted(len(texts) - most, 'more caution')}."] if len(texts) > most else []
    return [*texts[:most], *more]


def _of_kind(topic: str, cases: Mapping[Caution, Sequence[str]], cautions: Mapping[str, Sequence[Caution]]) -> str:
    """All cautions of one kind: as it is said of a family if it is the same of all, else case by case."""
    said = []
    for caution, families in cases.items():
        some = listed(families) if len(families) <= MOST_NAMED else f"{len(families)} of {len(cautions)} families"
        who = _every(families, cautions) or some
        if len(cases) == 1:
            return f"{who}: {caution.text}"
        said.append(f"{caution.case} in {who}" + (f" ({caution.remedy})" if caution.remedy else ""))
    more = [f"{len(said) - MOST_CASES} more"] if len(said) > MOST_CASES else []
    return f"{topic}: {'; '.join([*said[:MOST_CASES], *more])}"


def _families_of(cautions: Mapping[str, Sequence[Caution]]) -> dict[Caution, list[str]]:
    families: dict[Caution, list[str]] = {}
    for family, own in cautions.items():
        for caution in own:
            families.setdefault(caution, []).append(family)
    return families


def _every(families: Sequence[str], cautions: Mapping[str, Sequence[Caution]]) -> str:
    return "every family" if 1 < len(families) == len(cautions) else ""


@lru_cache(maxsize=1024)  # a grid has many configurations, but few problems and batches
def _of_design(problem: Source, batch: int | None, claim: float) -> tuple[Caution, ...]:
    found = []
    if claim > problem.ceiling:
        above, ceiling = f"the claim of {percent(claim)} is above the ceiling", percent_unlike(problem.ceiling, claim)
        why = "the most that any classifier can expect here, so no network can reach it"
        found.append(
            Caution(
                f"{above} of {ceiling}, {why}: lower baseline.accuracy",
                f"{above}, {why}; lower baseline.accuracy",
                f"a ceiling of {ceiling}",
            )
        )
    if claim <= problem.majority:
        below, majority = f"the claim of {percent(claim)} is no more", percent_unlike(problem.majority, claim)
        why = "always saying the most frequent class gives, so that nothing need be learned to reach it"
        found.append(
            Caution(
                f"{below} than the {majority} that {why}: raise baseline.accuracy",
                f"{below} than what {why}; raise baseline.accuracy",
                majority,
            )
        )
    samples = problem.size("train")
    if batch is not None and batch > samples:
        why, remedy = "so that a batch is all of them", f'write "full", or less than {samples}'
        found.append(
            Caution(
                f"training.batch = {batch} is more than the {samples} training samples, {why}: {remedy}",
                f"training.batch is more than the training samples, {why}",
                f"{batch} of {samples}",
                remedy,
            )
        )
    return tuple(found)


def _dead(results: Results) -> Found:
    confirm, trained = results.confirm, results.runs
    shares = {family: _shares(own.settings.problem) for family, own in results.tuned.best.items()}
    for family, runs in confirm[statistics.dead(confirm, shares)].groupby("family", sort=False):
        seeds = int((confirm["family"] == family).sum())
        entry = (trained["family"] == family) & (trained["optimizer.label"] == runs["optimizer.label"].iloc[0])
        smallest = float(trained.loc[entry, "optimizer.lr"].min())
        how_many = f"{len(runs)} of {counted(seeds, 'confirm seed')}"
        own = shares[str(family)]
        part = percent(float(own[0, 0])) if np.ptp(own) < 1e-9 else "one class"  # rounding
        ended = f"ended with a dead network, right on exactly {part} of the training, validation and test set, as if"
        ended += " all were one class; its steps may be too large"
        remedy = f"add {_number(smallest / 10)} and {_number(smallest / 100)} to optimizer.lr"
        yield str(family), Caution(f"{how_many} {ended}: {remedy}", f"some seeds {ended}", how_many, remedy)


@lru_cache(maxsize=1024)
def _shares(problem: Source) -> Array:
    """The shares of the classes in the training, validation and test set: (3, classes)."""
    return np.array([problem.counts(split) / problem.size(split) for split in SIZES])


def _edges(results: Results, tune: pd.DataFrame, members: Members) -> Found:
    grid, beyond_it = results.grid, "and better may lie beyond"
    axes = [key for key in grid.varying if is_ordered(key)]
    drawn = {
        (label, key): axis.distribution
        for label, own in grid.optimizers.items()
        for key, axis in random_axes({**grid.axes, **own}).items()
    }
    tenths = {key: distribution.tenth for key, distribution in drawn.items()}
    for row in statistics.edges(tune, axes, grid.baseline.margin, tenths).to_dict("records"):
        family, axis, value = row["family"], row["axis"], row["value"]
        distribution = drawn.get((results.tuned.best[family].settings.optimizer.label, axis))
        if distribution is not None:
            yield from _outermost(family, axis, value, row["edge"], distribution)
            continue
        steps = [_number(step) for step in beyond(axis, value, row["edge"])]
        if axis == "training.batch":
            steps = _batches(steps, value, members[family][0].settings.training_samples)
        if steps:
            remedy = f"add {listed(steps)}"
            best = f"the best {axis}, {_number(value)}, is the {row['edge']} of {row['tried']} tried"
            topic = f"the best value is the largest or smallest tried, {beyond_it}"
            yield family, Caution(f"{best}, {beyond_it}: {remedy}", topic, f"{axis} {_number(value)}", remedy)


def _outermost(family: str, axis: str, value: float, edge: str, drawn: Distribution) -> Found:
    """A best value in the first or the last tenth of its random axis."""
    which, end, verb = ("first", drawn.low, "lower") if edge == "smallest" else ("last", drawn.high, "raise")
    steps = [_number(step) for step in beyond(axis, end, edge)][:1]
    if steps:
        why, remedy = "and better may lie beyond", f"{verb} its end to {steps[0]}"
        best = f"the best {axis}, {_number(value)}, is in the {which} tenth of {drawn}"
        topic = f"the best value is in the first or last tenth of its range, {why}"
        yield family, Caution(f"{best}, {why}: {remedy}", topic, f"{axis} {_number(value)}", remedy)


def _batches(steps: Sequence[str], value: float, samples: int) -> list[str]:
    """Those that are not larger than the training set; "full" instead of the first that is."""
    if value >= samples:
        return []
    return list(dict.fromkeys(step if int(step) < samples else '"full"' for step in steps))


def _outdone(grid: Grid, tune: pd.DataFrame) -> Found:
    for row in statistics.outdone(tune, grid.baseline.margin).to_dict("records"):
        best, rival = (
            f"{percent(row['best'])} validation accuracy",
            f"the {percent(row['rival_best'])} of {row['rival']}",
        )
        remedy = "the search may be too small; add values to its axes"
        yield (
            row["family"],
            Caution(
                f"its best on tune seeds, {best}, is behind {rival}, which {row['optimizer']} can imitate: {remedy}",
                f"the best on tune seeds is behind that of an optimizer which can be imitated; {remedy}",
                f"{best}, behind {rival},",
            ),
        )


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.3g}"
