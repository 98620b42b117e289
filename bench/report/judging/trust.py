"""How far to trust verdicts about a table: their errors at its number of seeds, and what it cannot say."""

from __future__ import annotations

from bench.report.document import Block, Paragraph, Section
from bench.report.judging.view import JudgedView
from bench.report.sections.calibration import simulated
from bench.statistics import FIXED
from bench.statistics.over_problems import fewest_problems
from bench.statistics.plans import Folds, Question

FOLDS = (
    "Folds are no seeds: any two share most of what they were trained on, so that their scores move together, and a t "
    "test that takes them for independent runs errs far too often. The variance of a mean of k folds is therefore "
    "taken to be (1 / k + r) of that of their scores instead of 1 / k, where r, here {ratio:.3g}, is the data that a "
    "fold tests over the data that it trains on (Nadeau and Bengio 2003): a rule of thumb, as that variance has no "
    "unbiased estimate (Bengio and Grandvalet 2004). Any-time intervals, breakdown rates and ranks need independent "
    "runs, and are left out."
)
MOST_SIMULATED = 1_000  # seeds
MARGIN = 0.01  # of simulated accuracies, where the scores are none


def section(view: JudgedView) -> Section:
    """Simulated errors of the t test; what rests on assumptions that nobody here can check."""
    blocks: list[Block] = []
    sizes = view.confirm.groupby("family")["seed"].nunique()
    n, asked = int(sizes.median()) if len(sizes) else 0, view.question
    if 1 < n <= MOST_SIMULATED and view.plan == FIXED:
        margin = asked.margin / view.score.whole if view.score.whole else MARGIN
        simulated_question = Question(asked.accuracy, asked.alpha, margin, asked.families, asked.score)
        blocks += simulated(n, simulated_question, "tables")
    blocks += [Paragraph(text) for text in _assumptions(view)]
    return Section("How far to trust this", tuple(blocks))


def _assumptions(view: JudgedView) -> list[str]:
    said = [
        "Nothing here knows how the runs were made. Verdicts are about other runs made like these: that none were "
        "picked by their results, that every method was tuned alike, and that nothing was tuned on what is scored, is "
        "for whoever made them to say."
    ]
    if len(view.problems) >= fewest_problems(view.question.alpha):
        said.append(
            "What is said over problems takes these for independent of each other: several versions of one data set "
            "count as more evidence than they are."
        )
    if isinstance(view.plan, Folds):
        return [FOLDS.format(ratio=view.plan.ratio), *said]
    if not view.replicated:
        return said
    if not view.score.bounded:
        said.append(
            view.results.worded(
                "There is no any-time interval: the betting sequence needs a least and a largest possible score "
                "(--bounds LOW HIGH)."
            )
        )
    if view.comparisons:
        said.append(
            "Methods are compared seed by seed. Where equal seeds share nothing (data, first weights, order of "
            "batches), the pairs are made of independent runs, which costs precision and no validity."
        )
    return said
