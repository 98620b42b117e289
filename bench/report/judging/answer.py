"""The answer about a table: who beats the claim, who beats whom, how sure that is, and what takes away from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from bench.figures import differences_title
from bench.figures.verdicts import verdicts_title
from bench.report.answer import COLLAPSE, of_some
from bench.report.document import Lead, Section, Table, table_of
from bench.report.judging import over_problems
from bench.report.judging.view import JudgedView
from bench.report.sections.answer import MOST, scale
from bench.report.sections.verdicts import INTERVALS
from bench.statistics import OverProblems
from bench.statistics.claims import difference_unbounded
from bench.statistics.counting import paired_accuracy, seed_table
from bench.statistics.folds import inflation
from bench.statistics.plans import Folds
from bench.statistics.sentences import mean_and_interval
from bench.statistics.tuning import winners_curse
from bench.text import all_of, confidence, counted, listed, missing, plural, verbatim, whole

SINGLE = (
    "There is one run of each method on each problem, so that nothing is judged problem by problem: each problem is "
    "one replicate of what is asked over problems."
)
ALONE = "There is one run of each method, so that nothing is judged: how far runs scatter is not known."


def section(view: JudgedView) -> Section:
    """A few sentences, and a row for each family; for each method where families are too many."""
    found = over_problems.compared(view)
    lead = Lead(tuple(headlines(view, found)), tuple(notes(view)))
    too_many = view.verdicts.empty and len(view.families) > MOST
    if found is not None and (not view.replicated or (too_many and not found.left_out)):
        return Section("Answer", (lead, over_problems.table(view, found)))
    return Section("Answer", (lead, scale(view) if len(view.verdicts) else means(view)))


def headlines(view: JudgedView, found: OverProblems | None) -> Iterator[str]:
    """Who beats the claim and who beats whom, a text for each problem. `found`: what they say together."""
    several = len(view.problems) > 1
    if found is not None:
        yield over_problems.headline(found, view.question.alpha)
        if not view.replicated:
            return
    for problem in view.detailed:
        said = [*_about(view, problem)]
        if said:
            yield f"{f'{problem}: ' if several else ''}{' '.join(said)}"
    left = len(view.problems) - len(view.detailed)
    if left > 0:
        where = "comparisons.csv" if view.comparisons else "summary.csv"
        yield f"{counted(left, 'more problem is', 'more problems are')} in {where}."


def _about(view: JudgedView, problem: str) -> Iterator[str]:
    names = view.names_on(problem)
    verdicts = view.verdicts[view.verdicts["family"].isin(names)]
    if len(verdicts):
        yield f"{verdicts_title(verdicts, names, view.score)}."
    compared = view.comparisons.get(problem)
    if compared is not None:
        some = of_some(compared, len(view.comparable(problem)))
        yield f"{differences_title(compared, names, view.score)}{some}."
    elif verdicts.empty:
        summary = view.results.summary
        rows: Any = summary[summary["family"].isin(names)].to_dict("records")
        yield from (f"{names[row['family']]}: {mean_and_interval(row, view.score)}." for row in rows)


def notes(view: JudgedView) -> Iterator[str]:
    """How sure it is, and what takes away from it."""
    yield _how_sure(view) if view.replicated else SINGLE if len(view.problems) > 1 else ALONE
    if len(view.verdicts) and view.verdicts["fragile"].any():
        yield COLLAPSE.replace("networks ended near chance", f"runs ended near {view.score.bottom}")
    yield from _blind(view)
    yield from _flattered(view)
    yield from _missing(view)
    yield from view.results.notes


def _how_sure(view: JudgedView) -> str:
    count, level = view.question.families, confidence(1 - view.question.alpha)
    what = "verdict" if len(view.verdicts) else "interval"
    sure = f"How sure: at {level} {all_of(count, what)} {'hold together' if count > 1 else 'holds'}"
    apart = " on each problem" if len(view.problems) > 1 else ""
    compared = f", and so do the comparisons{apart}" if view.comparisons else ""
    about = (
        f"new {view.score.terms.seeds} of the same kind"
        if view.plan.independent
        else "other data of the same kind and size"
    )
    return f"{sure}{compared}, for {about}."


def _blind(view: JudgedView) -> Iterator[str]:
    """That so few seeds bound no difference, so that no two could have been told apart."""
    blind: dict[int, list[str]] = {}
    for problem, table in view.comparisons.items():
        rows: Any = table.to_dict("records")
        seeds = int(table["n"].max())
        yield from _unpaired(view, problem)
        if seeds and all(difference_unbounded(row, view.score.span) for row in rows):
            blind.setdefault(seeds, []).append(problem)
    for seeds, problems in blind.items():
        where = f" on {listed(problems)}" if len(view.problems) > 1 else ""
        yield (
            f"No two {view.score.terms.families} could be told apart{where}, whatever their scores: "
            f"{counted(seeds, view.score.terms.seed)} that both have can bound no difference."
        )


def _unpaired(view: JudgedView, problem: str) -> Iterator[str]:
    """Whom nothing compares with the reference, as no seed is common to both."""
    where = f" on {problem}" if len(view.problems) > 1 else ""
    table, names, terms = view.comparisons[problem], view.names_on(problem), view.score.terms
    apart = table[table["n"] == 0]
    if len(apart):
        reference = names[apart["reference"].iloc[0]]
        yield (
            f"{listed(names[family] for family in apart['family'])} {plural(len(apart), 'shares', 'share')} no "
            f"{terms.seed} with {reference}{where}, so that nothing compares them; where equal {terms.seeds} share "
            f"nothing anyway, number the runs of each {terms.family} alike."
        )


def flattery(view: JudgedView, problem: str) -> tuple[int, float, float]:
    """Of how many families on a problem the best mean would be picked, and by how much that flatters it."""
    runs = view.confirm[view.confirm["family"].isin(view.comparable(problem))]
    table = seed_table(runs, paired_accuracy(runs, view.score))
    shared = inflation(len(table), view.plan.ratio) if isinstance(view.plan, Folds) else 1.0
    equal, apart = winners_curse(view.score.sign * table, shared)
    return table.shape[1], equal, apart


def _flattered(view: JudgedView) -> Iterator[str]:
    """What whoever now picks the best mean of these has to know, where nothing was chosen on other seeds."""
    if len(view.tune) or not view.replicated:
        return
    found = [(problem, *flattery(view, problem)) for problem in view.detailed]
    found = [row for row in found if row[1] > 1 and not missing(row[2])]
    if not found:
        return
    problem, count, equal, apart = max(found, key=lambda row: row[2])
    first = "the first " if len(view.detailed) < len(view.problems) else ""
    most = f" on {problem} (where it is most, of {first}{len(view.detailed)} problems)"
    where = most if len(view.problems) > 1 else ""
    score, seeds = view.score, view.score.terms.seeds
    kept, avoid = (
        (seeds, f"fresh {seeds}, or a column of tune and confirm rows, avoid that")
        if view.plan.independent
        else ("data", "data that no fold holds, or nested cross-validation, avoid that")
    )
    seen = f"by {score.difference(apart)}" if apart > equal / 100 else "hardly at all"  # what the simulation can tell
    yield (
        f"No {kept} were kept for choosing: picking the best mean of these {count}{where} flatters it, on average by "
        f"{score.difference(equal)} if all were equally good, and {seen} if they differ as they seem to (simulated at "
        f"this noise); {avoid}."
    )


def _missing(view: JudgedView) -> Iterator[str]:
    """Runs without a score, and seeds that not all families have."""
    terms = view.score.terms
    failed = view.confirm[view.confirm["status"] == "failed"]
    if len(failed):
        families = listed(dict.fromkeys(failed["family"]))
        yield (
            f"{counted(len(failed), 'run has', 'runs have')} no score and {plural(len(failed), 'is', 'are')} left out "
            f"(of {families}), which flatters whoever fails where it is hard; write what such a run is to count with."
        )
    lacking = pd.DataFrame(_seeds(view), columns=["problem", "least", "most", "every"]).query("least < every")
    if len(lacking):
        where = f" on {listed(lacking['problem'])}" if len(view.problems) > 1 else ""
        has = _from_to(lacking["least"].min(), lacking["most"].max())
        every = _from_to(lacking["every"].min(), lacking["every"].max())
        yield (
            f"Not every {terms.family} has every {terms.seed}{where}: {has} of {every}; means use all that there are, "
            f"comparisons the {terms.seeds} that both have."
        )


def _seeds(view: JudgedView) -> Iterator[tuple[str, int, int, int]]:
    """For each problem: how many seeds with a score a family has at least and at most, and how many there are."""
    for problem in view.problems:
        own = view.confirm[view.confirm["family"].isin(view.results.families_on(problem))]
        counts = own[own["status"] != "failed"].groupby("family")["seed"].nunique()
        if len(counts):
            yield problem, int(counts.min()), int(counts.max()), own["seed"].nunique()


def _from_to(least: int, most: int) -> str:
    return f"{least:,} to {most:,}" if least < most else f"{least:,}"


def means(view: JudgedView) -> Table:
    """The mean of every family, where there is no claim."""
    score, table = view.score, view.results.summary
    order = table["family"].map(view.families["problem"]).map({p: i for i, p in enumerate(view.problems)})
    table = table.assign(order=order, better=score.sign * table["mean"], seeds=table["n_ok"] + table["n_diverged"])
    table = table.sort_values(["order", "better"], ascending=[True, False], kind="stable").head(MOST)
    terms = score.terms
    columns = [
        ("family", terms.family, verbatim), ("mean", "mean", score.value), ("word_low", "low", score.value),
        ("word_high", "high", score.value), ("sd", "sd", score.spread),
        (score.extreme, f"worst {terms.seed}", score.value), ("seeds", terms.seeds, whole),
    ]  # fmt: skip
    each, more = confidence(table["word_confidence"].iloc[0]), len(view.results.summary) - len(table)
    together = f", so that {all_of(view.question.families, 'interval')} hold together" if len(view.families) > 1 else ""
    caption = (
        f"{score.name[:1].upper()}{score.name[1:]}. Low and high: {INTERVALS[view.plan.name]}, {each} each{together}."
    )
    caption += f" {terms.more(more)} in summary.csv." if more else ""
    return table_of(table, columns, caption, csv="summary.csv", left_out=more)
