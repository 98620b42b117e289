"""Methods over problems: what several problems, each being one block, say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench import statistics
from bench.figures import critical_difference_picture, profiles_picture
from bench.report.document import Block, Folded, Format, Paragraph, Section, table_of
from bench.report.view import View
from bench.statistics import OverProblems
from bench.statistics.over_problems import FEWEST, fewest_problems
from bench.statistics.power import smallest_flip_p
from bench.statistics.profiles import FACTORS, shares_within
from bench.statistics.scores import ACCURACY, Score
from bench.text import confidence, counted, listed, p_statement, p_value, percent, verbatim, whole

TITLE = "Over problems"
METHOD = "A method is a family without its problem; "
MOST_METHODS = 30


@dataclass(frozen=True)
class Methods:
    """Runs of methods on several problems, and what is asked of them.

    `runs`: confirm runs of one configuration of each family. `methods`, `problems`: what each family is without its
    problem, and that. `looks`: as for `appearances_of`, indexed by method, in the order in which they are taken where
    there are too many. `reference`: a method, and `why` it is that; "" for none. `target`: the validation accuracy to
    be reached, nan if times are unknown. `common`: a sentence on what is the same for problems that differ.
    """

    runs: pd.DataFrame
    methods: Mapping[str, str]
    problems: Mapping[str, str]
    looks: pd.DataFrame
    reference: str
    why: str
    alpha: float
    target: float = np.nan
    common: str = ""
    score: Score = ACCURACY


def section(view: View) -> Section:
    """Of a grid with several problems; without a block for a single one, or for one method."""
    return Section(TITLE, tuple(blocks(_methods(view))))


def _methods(view: View) -> Methods:
    baseline, methods = view.results.grid.baseline, view.methods
    order, named = view.methods_in_order, view.named_method
    chosen = "first in the grid" if view.results.tune.empty else "best mean rank on tune seeds"
    first = {method: family for family, method in reversed(methods.items())}
    looks = view.families.loc[[first[method] for method in order]].assign(problem="").set_axis(order)
    claim = percent(baseline.accuracy)
    return Methods(
        runs=view.results.compared[view.results.compared["family"].isin(methods)],
        methods=methods,
        problems=dict(zip(view.families.index, view.families["problem"], strict=True)),
        looks=looks,
        reference=named or (order[0] if order else ""),
        why="named in the grid file" if named else chosen,
        alpha=baseline.alpha,
        target=baseline.target,
        common=f"All problems share the claim of {claim}, whatever their ceilings; ranks and means do not look at it.",
    )


def blocks(asked: Methods) -> Iterator[Block]:
    """Ranks, means and tests over problems; then times. Nothing for one problem or one method."""
    kept = [method for method in asked.looks.index if method in asked.methods.values()][:MOST_METHODS]
    runs = asked.runs[asked.runs["family"].map(asked.methods).isin(kept)]
    if runs.empty:
        return
    means = statistics.method_means(runs, asked.methods, asked.problems, asked.score)
    found = statistics.over_problems(means, asked.reference, asked.alpha, asked.score)
    problems, methods = found.means.shape
    if problems < 2 or methods < 2:
        return
    in_block = runs["family"].map(asked.problems).isin(found.means.index)
    in_block &= runs["family"].map(asked.methods).isin(found.means.columns)
    replicated = bool(runs["family"].duplicated().any())
    yield Paragraph(_what(asked, found, len(asked.looks) - len(kept), replicated))
    yield Paragraph(_tested(asked, found))
    if found.friedman is not None:
        yield critical_difference_picture(found, asked.looks)
    yield _ranked(asked, found, runs[in_block])
    if found.friedman is not None:
        yield from _compared(asked, found)
    yield _by_problem(asked, found, replicated)
    yield from _times(asked, runs[in_block])


def _what(asked: Methods, found: OverProblems, more: int, replicated: bool) -> str:
    (problems, methods), terms = found.means.shape, asked.score.terms
    left = f" Left out, as they lack results: {listed(found.left_out, 6)}." if found.left_out else ""
    left += f" {counted(more, 'more method is', 'more methods are')} not compared." if more else ""
    number = f"mean for each method: {terms.seeds} make it precise, but" if replicated else "number for each method:"
    return (
        f"{METHOD * (terms.family != 'method')}{counted(methods, 'method')} on {counted(problems, 'problem')} are "
        f"compared.{left} Each problem is one block, with one {number} only problems speak for other problems, as far "
        f"as these are a sample of such. {asked.common}"
    ).rstrip()


def _tested(asked: Methods, found: OverProblems) -> str:
    """Friedman's test, and what so many problems cannot show."""
    problems = len(found.means)
    if found.friedman is None:
        return _too_few(problems, asked.alpha)
    of, pairs, others = found.friedman, len(found.pairs), len(found.against)
    text = (
        "Friedman's test (Iman and Davenport's F) asks whether problems would rank the methods alike but for chance: "
        f"F({of.df[0]}, {of.df[1]}) = {of.f:.3g}, {p_statement(of.f_p)}."
    )
    needed = fewest_problems(asked.alpha, pairs)
    if problems >= needed:
        return text
    smallest = smallest_flip_p(problems)
    alone = f", or {fewest_problems(asked.alpha, others)} for the {others} comparisons with {asked.reference} alone"
    return (
        f"{text} None of the {pairs} pairs can be told apart: on {problems} problems the smallest p of a test of signs "
        f"is {p_value(smallest)}, and {p_value(min(1.0, pairs * smallest))} after Holm's correction. It takes {needed} "
        f"problems{alone if others else ''}."
    )


def _too_few(problems: int, alpha: float) -> str:
    smallest, needed = smallest_flip_p(problems), fewest_problems(alpha)
    why = (
        f"the smallest two-sided p of a test of signs on {problems} is {p_value(smallest)}, above {alpha:g}"
        if smallest > alpha
        else f"fewer than {FEWEST} are hardly a sample"
    )
    return (
        f"Nothing is tested over problems: it takes {needed} of them, as {why}. Ranks, means and times describe these "
        f"{problems} problems alone."
    )


def _ranked(asked: Methods, found: OverProblems, runs: pd.DataFrame) -> Block:
    score, value, seeds = asked.score, asked.score.value, asked.score.terms.seeds
    iqm = statistics.method_aggregates(runs, asked.methods, asked.problems, asked.alpha, score)
    known = iqm["iqm_low"].notna().any()
    columns: list[tuple[str, str, Format]] = [
        ("method", "method", verbatim), ("mean_rank", "mean rank", lambda rank: f"{rank:.2f}"),
        ("mean", f"mean {score.noun}", value), ("iqm", "interquartile mean", value),
        *([("iqm_low", "low", value), ("iqm_high", "high", value)] if known else []),
        ("runs", "runs", whole),
    ]  # fmt: skip
    held = (
        f"low and high hold it at {confidence(1 - asked.alpha)}, each by itself, for other {seeds} on the same "
        f"problems (percentiles of runs drawn anew within each problem; with few {seeds} they are too narrow)"
        if known
        else "a single run on a problem gives it no interval"
    )
    caption = (
        "Mean rank (1 = best) and mean: of the problems' means. Interquartile mean: of all runs of all problems, "
        f"without the best and the worst quarter of them; {held}. What is cut may be whole problems, the easy and the "
        "hard ones: it says how the middle of these runs is, and nothing of other problems. No word rests on it."
    )
    return table_of(found.methods.merge(iqm, on="method"), columns, caption)


def _compared(asked: Methods, found: OverProblems) -> Iterator[Block]:
    """What the words mean; the reference against others; all pairs."""
    yield Paragraph(
        "Better and worse: Wilcoxon's signed-rank test on the problems' means, exact (0 is ranked and left out, equal "
        "differences share a rank), corrected by Holm for all rows of a table, so that its words hold together at "
        f"{confidence(1 - asked.alpha)} where differences scatter alike on both sides. Sign flips test the mean "
        "difference, corrected likewise; no word rests on them."
    )
    if len(found.against):
        caption = (
            f"Each method minus {asked.reference} ({asked.why}). Ranks alone tell none from {asked.reference} whose "
            f"mean rank is nearer than {found.bonferroni_dunn:.2f} (Bonferroni and Dunn)."
        )
        yield table_of(found.against, [("method", "method", verbatim), *_columns(asked.score, "it is")], caption)
    if len(found.pairs) > len(found.against):
        rows = found.pairs.sort_values("p_adjusted", kind="stable", ignore_index=True)
        caption = (
            "A bar in the figure joins methods of which no two are told apart here. Nemenyi's critical difference of "
            f"mean ranks, {found.nemenyi:.2f}, decides nothing: whether it tells two methods apart also depends on "
            "which others are ranked with them."
        )
        columns = [("a", "a", verbatim), ("b", "b", verbatim), *_columns(asked.score, "a is")]
        yield Folded("All pairs", (table_of(rows, columns, caption),))


def _columns(score: Score, word: str) -> list[tuple[str, str, Format]]:
    return [
        ("difference", score.points, score.signed), ("won", "better on", whole), ("tied", "equal on", whole),
        ("lost", "worse on", whole), ("p_adjusted", "p, signed ranks", p_value), ("word", word, verbatim),
        ("flips_p_adjusted", "p, sign flips", p_value),
    ]  # fmt: skip


def _by_problem(asked: Methods, found: OverProblems, replicated: bool) -> Block:
    table = found.means[found.methods["method"]].rename_axis("problem").reset_index()
    columns = [("problem", "problem", verbatim), *((m, m, asked.score.value) for m in found.methods["method"])]
    if not replicated:
        return Folded("Scores by problem", (table_of(table, columns, "The one run of each method on each problem."),))
    caption = f"Mean over the {asked.score.terms.seeds} of each problem."
    return Folded("Means by problem", (table_of(table, columns, caption),))


def _times(asked: Methods, runs: pd.DataFrame) -> Iterator[Block]:
    """How near to the fastest each method reaches the target."""
    if np.isnan(asked.target) or runs["status"].eq("failed").all():
        return
    times = statistics.method_times(runs, asked.methods, asked.problems)
    ratios = statistics.ratios_to_fastest(times)
    if ratios.empty or not np.isfinite(ratios).any(axis=None):
        return
    yield profiles_picture(statistics.performance_profiles(ratios), asked.looks, len(ratios), asked.target)
    within = [
        (f"within_{factor}", f"within {factor} times" if factor > 1 else "fastest", percent) for factor in FACTORS
    ]
    columns = [("method", "method", verbatim), *within, ("reached", "ever", percent)]
    caption = (
        f"On what share of {counted(len(ratios), 'problem and seed', 'problems and seeds')} a method reaches "
        f"{percent(asked.target)} validation accuracy, the same target everywhere, in so many times the epochs of the "
        "fastest; a run that never does counts as never. These are counts, without a test: whom a method is compared "
        "with decides who is fastest, epochs are known to a checkpoint, and an epoch of one may take longer."
    )
    yield table_of(shares_within(ratios), columns, caption)
