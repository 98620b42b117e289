"""What should make a reader careful with a family's verdict, and what to do about it: for terminal and report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import pandas as pd

from bench import statistics
from bench.grid import Configuration, Grid, Settings, beyond, is_ordered
from bench.problems import Source
from bench.results.results import Results
from bench.text import counted, listed, percent, percent_unlike

Members = Mapping[str, Sequence[Configuration]]  # by family
Found = Iterator[tuple[str, str]]  # family, text


def cautions(results: Results) -> dict[str, tuple[str, ...]]:
    """The cautions of each family, in grid order; most have none."""
    members: dict[str, list[Configuration]] = {}
    for configuration in results.tuned.configurations:
        members.setdefault(configuration.family, []).append(configuration)
    claim = results.grid.baseline.accuracy
    texts = {family: list(of_settings((c.settings for c in own), claim)) for family, own in members.items()}
    tune = results.tune[results.tune["family"].isin(list(results.tuned.best))]  # of families whose best is known
    searched = (_edges(results.grid, tune, members), _outdone(results.grid, tune)) if len(tune) else ()
    for found in (_dead(results), *searched):
        for family, text in found:
            texts[family].append(text)
    return {family: tuple(own) for family, own in texts.items()}


def of_settings(settings: Iterable[Settings], claim: float) -> dict[str, None]:
    """What can be said of some settings before anything is trained: each text once."""
    found = (_of_design(own.problem, own.training.batch, claim) for own in settings)
    return dict.fromkeys(text for texts in found for text in texts)


def by_text(cautions: Mapping[str, Sequence[str]]) -> list[str]:
    """Each text once, behind the families that it is about."""
    families: dict[str, list[str]] = {}
    for family, texts in cautions.items():
        for text in texts:
            families.setdefault(text, []).append(family)
    every = len(cautions) if len(cautions) > 1 else 0
    return [f"{'every family' if len(own) == every else listed(own)}: {text}" for text, own in families.items()]


def caution_sentences(cautions: Mapping[str, Sequence[str]], most: int) -> list[str]:
    """The first texts of `by_text`, as sentences, and how many more there are."""
    texts = [f"Caution, {text}." for text in by_text(cautions)]
    more = [f"{counted(len(texts) - most, 'more caution')}."] if len(texts) > most else []
    return [*texts[:most], *more]


@lru_cache(maxsize=1024)  # a grid has many configurations, but few problems and batches
def _of_design(problem: Source, batch: int | None, claim: float) -> tuple[str, ...]:
    texts = []
    if claim > problem.ceiling:
        texts.append(
            f"the claim of {percent(claim)} is above the ceiling of {percent_unlike(problem.ceiling, claim)}, the most "
            "that any classifier can expect here, so no network can reach it: lower baseline.accuracy"
        )
    samples = problem.size("train")
    if batch is not None and batch > samples:
        texts.append(
            f"training.batch = {batch} is more than the {samples} training samples, so that a batch is all of them: "
            f'write "full", or less than {samples}'
        )
    return tuple(texts)


def _dead(results: Results) -> Found:
    confirm, trained = results.confirm, results.runs
    for family, runs in confirm[statistics.dead(confirm)].groupby("family", sort=False):
        seeds = int((confirm["family"] == family).sum())
        entry = (trained["family"] == family) & (trained["optimizer.label"] == runs["optimizer.label"].iloc[0])
        smallest = float(trained.loc[entry, "optimizer.lr"].min())
        yield (
            str(family),
            f"{len(runs)} of {counted(seeds, 'confirm seed')} ended with a dead network, right on exactly "
            f"{percent(1 / runs['problem.classes'].iloc[0])} of the training, validation and test set, as if all were "
            f"one class; its steps may be too large: add {_number(smallest / 10)} and {_number(smallest / 100)} "
            "to optimizer.lr",
        )


def _edges(grid: Grid, tune: pd.DataFrame, members: Members) -> Found:
    axes = [key for key in grid.varying if is_ordered(key)]
    for row in statistics.edges(tune, axes, grid.baseline.margin).to_dict("records"):
        family, axis, value = row["family"], row["axis"], row["value"]
        steps = [_number(step) for step in beyond(axis, value, row["edge"])]
        if axis == "training.batch":
            steps = _batches(steps, value, members[family][0].settings.training_samples)
        if steps:
            yield (
                family,
                f"the best {axis}, {_number(value)}, is the {row['edge']} of {row['tried']} tried, and better may lie "
                f"beyond: add {listed(steps)}",
            )


def _batches(steps: Sequence[str], value: float, samples: int) -> list[str]:
    """Those that are not larger than the training set; "full" instead of the first that is."""
    if value >= samples:
        return []
    return list(dict.fromkeys(step if int(step) < samples else '"full"' for step in steps))


def _outdone(grid: Grid, tune: pd.DataFrame) -> Found:
    for row in statistics.outdone(tune, grid.baseline.margin).to_dict("records"):
        yield (
            row["family"],
            f"its best on tune seeds, {percent(row['best'])} validation accuracy, is behind the "
            f"{percent(row['rival_best'])} of {row['rival']}, which {row['optimizer']} can imitate: the search may be "
            "too small; add values to its axes",
        )


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.3g}"
