"""Families against each other, problem by problem: paired differences and ranks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from bench import statistics
from bench.figures import differences_picture, ranks_picture
from bench.report.document import Block, Paragraph, Section, table_of
from bench.report.judgement import Judgement
from bench.statistics import Ranking, counted_accuracy
from bench.statistics.comparisons import EXCHANGEABLE
from bench.statistics.counting import seed_table
from bench.statistics.scores import Terms
from bench.statistics.sentences import p_of_word
from bench.text import confidence, counted, p_statement, p_value, verbatim, whole

MOST_PAIRS = 8  # families per problem that are compared with each other and ranked
FOLDS = "the resampled t test, corrected for folds that share training data (Nadeau and Bengio)"
APART = " They share the level among themselves, so that a word may differ from that against the reference."
NO_BOUND = " Bounds are none where the seeds are too few to give any."


def section(view: Judgement) -> Section:
    """One reference per problem, named in the grid file or chosen on tune seeds; all pairs; ranks."""
    title = f"Comparison of {view.score.terms.families}"
    if not (view.comparisons or view.of_grid):
        return Section(title, ())
    blocks: list[Block] = []
    for number, problem in enumerate(view.detailed):
        blocks += _problem(view, problem, f"-{number + 1}" if number else "")
    left = len(view.problems) - len(view.detailed)
    if left > 0:
        more = counted(left, "more problem is", "more problems are")
        blocks.append(Paragraph(f"{more} left out here; comparisons.csv holds what there is of all."))
    if not blocks:
        blocks = [Paragraph("Fewer than two families of one problem are confirmed, so there is nothing to compare.")]
    elif len(view.problems) > 1:
        blocks.insert(0, Paragraph(several(view)))
    return Section(title, tuple(blocks))


def several(view: Judgement) -> str:
    """Why families are compared problem by problem."""
    families, ceilings = view.score.terms.families, " and have different ceilings" if view.of_grid else ""
    return (
        f"{families.capitalize()} of different problems answer different questions{ceilings}; here they are compared "
        "within each problem."
    )


def _problem(view: Judgement, problem: str, suffix: str) -> Iterator[Block]:
    confirm = view.compared
    if problem not in view.comparisons:
        return
    if len(view.problems) > 1:
        yield Paragraph(f"On {problem}:")
    yield from _against(view, problem, suffix)
    if not view.plan.independent:
        return  # ranks and pairs below are of seeds that are
    few, asked = confirm[confirm["family"].isin(_first(view, problem)[:MOST_PAIRS])], view.question
    for ranking in statistics.rank_families(few, asked.alpha, asked.margin, asked.score, view.pairs_on(problem)):
        yield from _ranked(view, problem, ranking, suffix)


def _against(view: Judgement, problem: str, suffix: str) -> Iterator[Block]:
    compared, confirm, score = view.comparisons[problem], view.compared, view.score
    reference = compared["reference"].iloc[0]
    inside = confirm[confirm["family"].isin([reference, *compared["family"]])]
    per_seed = seed_table(inside, counted_accuracy(inside, score=score))
    comparable, on = len(view.comparable(problem)), _called(view, problem)
    yield differences_picture(
        f"differences{suffix}", compared, per_seed, view.families, view.question.margin, comparable, on, score
    )
    columns = [
        ("family", score.terms.family, verbatim), ("difference", score.points, score.signed),
        ("low", "low", score.signed_bound), ("high", "high", score.signed_bound),
        ("p_of_word", "p of the word", p_value), ("word", "against the reference", verbatim), ("n", "pairs", whole),
    ]  # fmt: skip
    why = view.why(problem, reference)
    some = _of_some(view, problem, len(compared) + 1)
    minus = on[1].get(reference, reference)
    caption = f"Each {score.terms.family}{some} minus {minus} ({why}), paired by {score.terms.seed}. "
    caption += _held(compared, view)
    yield table_of(
        compared.assign(p_of_word=p_of_word).replace({"family": on[1]}), columns, caption, csv="comparisons.csv"
    )


def _called(view: Judgement, problem: str) -> tuple[str, Mapping[str, str]]:
    """Where there are several problems: this one, and what families are called where it is named already."""
    return (problem, view.names_on(problem)) if len(view.problems) > 1 else ("", {})


def _first(view: Judgement, problem: str) -> list[str]:
    """Families as they are compared where they are too many: the best means first, where all pairs are judged."""
    pairs = view.pairs_on(problem)
    return view.comparable(problem) if pairs is None else list(dict.fromkeys([pairs["b"].iloc[0], *pairs["a"]]))


def _of_some(view: Judgement, problem: str, count: int) -> str:
    """Which families are compared, where they are too many."""
    families = len(view.comparable(problem))
    if _picked(view, problem, count):
        return f" (the {count} of {families} with the best means)"
    return f" (the first {count} of {families} {view.order})" if count < families else ""


def _picked(view: Judgement, problem: str, count: int) -> bool:
    """Whether so many families were picked by what they are judged by."""
    return count < len(view.comparable(problem)) and view.pairs_on(problem) is not None


def _ranked(view: Judgement, problem: str, ranking: Ranking, suffix: str) -> Iterator[Block]:
    if ranking.friedman is None or np.isnan(ranking.critical_difference) or ranking.n < 2:
        return
    on = _called(view, problem)
    yield ranks_picture(f"ranks{suffix}", ranking, view.families, len(view.comparable(problem)), on, view.score)
    terms = view.score.terms
    count = len(ranking.families)
    some, picked = _of_some(view, problem, count), _picked(view, problem, count)
    too_large = " (rather too large, as those picked by their means lie nearer together)" if picked else ""
    yield Paragraph(
        f"Each seed ranks the {terms.families}{some} from 1, the best. Friedman's test asks whether they would rank "
        f"alike but for chance: chi² = {ranking.friedman.corrected:.3g}, {p_statement(ranking.friedman.p)}"
        f"{too_large} over {ranking.n} seeds. Mean ranks that differ by less than the critical difference (Nemenyi's) "
        f"are not told apart by ranks, which do not see by how much a {terms.family} is ahead; the words are in the "
        "table of pairs. Seeds as blocks speak for other seeds, not for other data sets."
    )
    score, shown = view.score, view.score.signed_bound
    columns = [
        ("a", "a", verbatim), ("b", "b", verbatim), ("difference", score.minus("a", "b"), score.signed),
        ("low", "low", shown), ("high", "high", shown), ("p_of_word", "p of the word", p_value),
        ("word", "a is", verbatim),
    ]  # fmt: skip
    pairs = ranking.pairs.assign(p_of_word=p_of_word).sort_values("p_of_word", kind="stable", ignore_index=True)
    pairs = pairs.replace({"a": on[1], "b": on[1]})
    apart = APART if view.pairs_on(problem) is None and len(pairs) > 1 else ""
    yield table_of(pairs, columns, f"All pairs{some}. {_held(pairs, view)}{apart}")


def _held(judged: pd.DataFrame, view: Judgement) -> str:
    unbounded = (judged[["low", "high"]].abs() >= view.score.span).any(axis=None)
    if not view.plan.independent:
        return f"All intervals hold together at {confidence(1 - view.question.alpha)} (Bonferroni): {FOLDS}."
    return together(view.question.alpha, view.score.terms) + (NO_BOUND if unbounded else "")


def together(alpha: float, terms: Terms) -> str:
    """What holds for intervals of differences that are judged together."""
    level = confidence(1 - alpha)
    return (
        f"All intervals hold together at {level}: one factor widens each, as much as the largest of all differences "
        f"needs (single-step max-T); words and p agree with them. " + EXCHANGEABLE.format(family=terms.family)
    )
