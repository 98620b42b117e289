"""What several problems of a table, each being one block, say together."""

from __future__ import annotations

from bench import statistics
from bench.report.document import Section, Table, table_of
from bench.report.judging.view import JudgedView
from bench.report.sections.over_problems import MOST_METHODS, TITLE, Methods, blocks
from bench.statistics import OverProblems
from bench.statistics.claims import ABOVE
from bench.statistics.over_problems import fewest_problems
from bench.text import counted, listed, verbatim


def section(view: JudgedView) -> Section:
    """As for grids; without a block for a single problem, or for one method."""
    return Section(TITLE, tuple(blocks(_methods(view))))


def _methods(view: JudgedView) -> Methods:
    results = view.results
    methods = list(dict.fromkeys(results.table.methods.values()))
    first = {method: family for family, method in reversed(results.table.methods.items())}
    return Methods(
        runs=view.confirm,
        methods=results.table.methods,
        problems=results.table.problems,
        looks=view.families.loc[[first[method] for method in methods]].assign(problem="").set_axis(methods),
        reference=results.named if results.named in methods else "",
        why="named as reference",
        alpha=view.question.alpha,
        score=view.score,
    )


def compared(view: JudgedView) -> OverProblems | None:
    """Methods over problems; None where there is one of either, or too many methods for one table."""
    asked = _methods(view)
    if len(view.problems) < 2 or not 1 < len(asked.looks) <= MOST_METHODS:
        return None
    means = statistics.method_means(asked.runs, asked.methods, asked.problems, asked.score)
    found = statistics.over_problems(means, asked.reference, asked.alpha, asked.score)
    return found if min(found.means.shape) > 1 else None


def headline(found: OverProblems, alpha: float) -> str:
    """Which method is best over problems, and which others it is shown to be better than, where any could be."""
    best = found.methods.iloc[0]
    name, over = best["method"], counted(len(found.means), "problem")
    over += f" (without {listed(found.left_out)}, for lack of results)" if found.left_out else ""
    tied = found.methods.loc[found.methods["mean_rank"] == best["mean_rank"], "method"].tolist()
    if len(tied) > 1:
        return f"Over {over}, {listed(tied)} share the best mean rank ({best['mean_rank']:.2f})."
    first = f"Over {over}, {name} has the best mean rank ({best['mean_rank']:.2f})"
    if found.pairs.empty:
        return f"{first}; nothing is tested over so few."
    needed = fewest_problems(alpha, len(found.pairs))
    if len(found.means) < needed:
        pairs = f"any of {len(found.pairs)} pairs apart"
        return f"{first}; so few problems cannot tell {pairs}, whatever the scores: it takes {needed}."
    worse = found.pairs[(found.pairs["a"] == name) & (found.pairs["kind"] == ABOVE.word)]["b"].tolist()
    rest = [method for method in found.methods["method"] if method not in (name, *worse)]
    better = f" and is better than {listed(worse)}" if worse else ""
    return f"{first}{better}{f'; it is not told apart from {listed(rest)}' if rest else ''}."


def table(view: JudgedView, found: OverProblems) -> Table:
    """The methods, with one number for each of them on all problems."""
    columns = [
        ("method", "method", verbatim), ("mean_rank", "mean rank", lambda rank: f"{rank:.2f}"),
        ("mean", f"mean {view.score.noun}", view.score.value),
    ]  # fmt: skip
    caption = f"Mean ranks over {len(found.means)} problems, 1 = best."
    if not view.replicated:
        return table_of(found.methods, columns, caption)
    caption += " The means on each, with their intervals, are in summary.csv."
    return table_of(found.methods, columns, caption, csv="summary.csv")
