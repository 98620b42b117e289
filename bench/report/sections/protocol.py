"""What was done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from bench.grid import Grid
from bench.grid.search import RandomAxis
from bench.grid.settings import FOLDER
from bench.problems import Problem
from bench.report.document import Block, Bullets, Section, table_of
from bench.report.view import View
from bench.results import Results
from bench.results.races import saving
from bench.statistics.racing import FIRST, LEVEL, rounds
from bench.text import counted, displayed, listed, percent, points, printable, verbatim, whole

ANEW = ", with test points drawn anew for each seed"
LONGEST = 12  # values of an axis that are listed


def section(view: View) -> Section:
    """The rules that hold for every number above."""
    grid = view.results.grid
    baseline, seeds, several = grid.baseline, grid.seeds, len(grid.problems) > 1
    generated = all(isinstance(c.settings.problem, Problem) for c in view.results.tuned.configurations)
    accuracy = f"mean validation accuracy {baseline.of_weights}"
    chosen = f"Each is trained on {counted(seeds.tune, 'tune seed')}; the best {accuracy} chooses one per family."
    if not seeds.tune:
        chosen = "Each family has only one, so nothing is chosen and there are no tune seeds."
    elif seeds.race:
        chosen = " ".join(_race(view.results, accuracy))
    rules = (
        f"{counted(len(grid), 'configuration')} in {counted(len(view.families), 'family', 'families')}. {chosen}",
        *_drawn(grid),
        f"Families are judged by their test accuracy {baseline.of_weights} on "
        f"{counted(view.results.drawn, 'confirm seed')} that chose none of them{ANEW * generated}. "
        "Health says what else was judged on these seeds.",
        f"The claim is {percent(baseline.accuracy)} test accuracy, the level {percent(baseline.alpha)} for all "
        "verdicts together (Bonferroni), as for all effects and, problem by problem, all comparisons with a reference "
        f"and all pairs (max-T); the margin is {points(baseline.margin)}.",
        f"Convergence is the first checkpoint with a validation accuracy of {percent(baseline.target)}.",
        "A diverged run counts at chance; a failed run is missing and said to be.",
        f"Seeds pair the families{' of a problem' if several else ''}: they share data, initial weights and batches, "
        "whatever the optimizer.",
        f"Limits: results hold for {'the generated' if generated else 'these'} "
        f"{'problems' if several else 'problem' if generated else 'samples'} and the searched ranges below; "
        "other seeds are covered, other problems are not.",
    )
    return Section("Protocol", (Bullets(rules), _settings(grid), *_sizes(view)))


def _race(results: Results, accuracy: str) -> Iterator[str]:
    """How a race chooses, and what it leaves out."""
    tune, effects = results.grid.seeds.tune, results.tuned.effects
    leaders = "leaders of their family and of their side of each effect" if effects else "leader of their family"
    looks = [str(count) for count in rounds(tune) if count < tune]
    few = "" if looks else f", too few to drop any: that takes {FIRST + 1}"
    yield f"They race for {counted(tune, 'tune seed')}{few}."
    if looks:
        yield (
            f"After {listed(looks, tune)} seeds, those are dropped whose {accuracy} is worse than that of the "
            f"{leaders} by a one-sided t test, paired by seed, at {percent(LEVEL)} / (others left); no "
            "difference counts as varying less than all do on the mean."
        )
    yield f"Of those that run to the end the best is chosen, one per family; {saving(results.tuned.races.values())}."


def _drawn(grid: Grid) -> Iterator[str]:
    """How the values of random settings come about."""
    if grid.random:
        some = f"{counted(grid.search.samples, 'point')} of a scrambled Sobol sequence"
        yield f"Random settings are drawn together: {some} for each optimizer that has any."


def _settings(grid: Grid) -> Block:
    problems = grid.problems if len(grid.problems) > 1 else {"all": next(iter(grid.problems.values()))}
    tables = [*problems.items(), ("all", grid.axes), *grid.optimizers.items()]
    rows = [
        (key, _values(values), len(values), printable(label, 60))
        for label, axes in tables
        for key, values in axes.items()
        if key != FOLDER
    ]
    frame = pd.DataFrame(rows, columns=["setting", "values", "count", "label"])
    frame = frame.sort_values("count", ascending=False, kind="stable", ignore_index=True)
    columns = [("setting", "setting", verbatim), ("values", "values", verbatim), ("label", "for", verbatim)]
    return table_of(frame, columns, "Every setting, axes first.", search=len(frame) > 20)


def _values(values: tuple[Any, ...]) -> str:
    if isinstance(values, RandomAxis):
        return f"{values.distribution} ({len(values)} values)"
    texts = list(displayed(values).values())[:LONGEST]
    return ", ".join(texts) + (f", ... ({len(values)} values)" if len(values) > LONGEST else "")


def _sizes(view: View) -> Iterator[Block]:
    table = view.families.rename_axis("family").reset_index()
    if table["configurations"].nunique() > 1:
        columns = [("family", "family", verbatim), ("configurations", "configurations searched", whole)]
        yield table_of(table, columns, "The families' budgets differ: a larger search finds more by luck.")
