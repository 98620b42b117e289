"""What was read from a table, by which rules it was judged, and how to do it again."""

from __future__ import annotations

from collections.abc import Iterator

from bench.judging.columns import Roles
from bench.report.document import Block, Bullets, Code, Links, Section
from bench.report.judging.view import JudgedView
from bench.shell import typed
from bench.statistics.over_problems import fewest_problems
from bench.statistics.scores import Score
from bench.text import counted, listed, percent, quoted

FILES = {
    "runs.csv": "every run",
    "summary.csv": "the mean of every {family}",
    "verdicts.csv": "every {family} against the claim",
    "comparisons.csv": "{families} against each other",
}


def section(view: JudgedView) -> Section:
    """Columns, rules, files and the command."""
    blocks: list[Block] = [Bullets(tuple(_rules(view))), *_again(view)]
    terms = vars(view.score.terms)
    files = [(name, what.format(**terms)) for name, what in FILES.items() if name in view.files]
    return Section("Protocol", (*blocks, Links(tuple(files))))


def _rules(view: JudgedView) -> Iterator[str]:
    results, asked = view.results, view.question
    terms, methods, problems = view.score.terms, view.families["optimizer"].nunique(), len(view.problems)
    several = f"{counted(methods, 'method')} on {counted(problems, 'problem')}"
    who = several if problems > 1 else terms.counted(len(view.families))
    yield f"{counted(len(results.runs), 'run')} of {who}. {results.shape or _columns(results.table.roles)}"
    yield _score(view.score)
    if len(view.tune):
        yield (
            f"Tune rows chose each {terms.family}'s configuration, by the best mean of "
            f"{quoted(results.table.roles.chooser)} among those with the most of them; confirm rows of that one judge "
            "it."
        )
    if results.claimed:
        yield f"The claim is {view.score.value(asked.accuracy)}."
    levels = [*_levels(view)]
    if levels:
        apart = ", each apart from the others" if len(levels) > 1 else ""
        yield f"The level is {percent(asked.alpha)} for {listed(levels)}{apart}."
    if view.replicated:
        margin = f"Differences below {view.score.difference(asked.margin)} are practically nothing."
        unknown = results.worded("No difference is called practically nothing: no margin is known (--margin).")
        yield margin if asked.margin else unknown
    yield "A run without a score is left out, and said to be."


def _levels(view: JudgedView) -> Iterator[str]:
    """What shares the level, each family of statements having it by itself."""
    if view.replicated:
        yield "all means together (Bonferroni)"
    if view.comparisons:
        where = " on each problem" if len(view.problems) > 1 else ""
        yield f"the comparisons{where} ({'max-T' if view.plan.independent else 'Bonferroni'})"
    if len(view.problems) >= fewest_problems(view.question.alpha) and view.families["optimizer"].nunique() > 1:
        yield "all pairs of methods over problems (Holm)"


def _columns(roles: Roles) -> str:
    named = [
        f"{role} is {quoted(getattr(roles, role))}{' (by its name)' if role in roles.guessed else ''}"
        for role in ("score", "method", "seed", "problem", "stage", "configuration")
        if getattr(roles, role)
    ]
    return f"Columns: {', '.join(named)}."


def _score(score: Score) -> str:
    better = "lower" if score.lower_is_better else "higher"
    bounds = f"it lies between {score.low:g} and {score.high:g}" if score.bounded else "no bounds of it are known"
    return f"The {better} {score.name} is, the better; {bounds}."


def _again(view: JudgedView) -> Iterator[Block]:
    if view.results.source:
        yield Code(typed("judge", view.results.source, *view.results.options.words, *view.reports))
