"""The verdicts, family by family: a sentence for each, the picture of them all, and all numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.figures import verdicts_picture
from bench.report.document import Block, Folded, Paragraph, Section, Table, Verdict, Verdicts, table_of
from bench.report.view import View
from bench.statistics import sentence
from bench.statistics.claims import FAILED, KINDS
from bench.statistics.sentences import mean_and_interval, p_of_word
from bench.text import (
    all_of,
    confidence,
    counted,
    missing,
    p_value,
    percent,
    percent_unlike,
    signed_points,
    verbatim,
    whole,
)

SENTENCES = 20  # families with a sentence of their own; all are in the table
UNFOLDED = 4  # of them that are seen at once


def section(view: View) -> Section:
    """Verdict by verdict, then the picture, then their table."""
    verdicts = view.verdicts
    if verdicts.empty:
        return Section("Verdicts", (Paragraph("Nothing is judged yet."),))
    blocks = [*_sentences(view)]
    if (verdicts["kind"] != FAILED.word).any():
        blocks.append(verdicts_picture(verdicts, view.results.confirm, view.families))
    return Section("Verdicts", (*blocks, _table(view)))


def _sentences(view: View) -> Iterator[Block]:
    rows: Any = view.verdicts.head(SENTENCES).to_dict("records")
    cautions = {family: tuple(caution.text for caution in own) for family, own in view.cautions.items()}
    items = [
        Verdict(KINDS[row["kind"]], row["family"], mean_and_interval(row), sentence(row), cautions[row["family"]])
        for row in rows
    ]
    yield Verdicts(tuple(items[:UNFOLDED]))
    if len(items) > UNFOLDED:
        more = counted(len(items) - UNFOLDED, "more verdict")
        yield Folded(more, (Verdicts(tuple(items[UNFOLDED:])),))


def _table(view: View) -> Table:
    table = view.verdicts.assign(
        seeds=lambda v: v["n_ok"] + v["n_diverged"],
        ceiling=lambda v: view.families.loc[v["family"], "ceiling"].to_numpy(),
        collapse=lambda v: [collapse(row) for row in v.to_dict("records")],
        p_shown=p_of_word,
    )

    def near(value: float) -> str:
        """With enough digits to be told from the claim."""
        return percent_unlike(value, view.results.grid.baseline.accuracy)

    columns = [
        ("family", "family", verbatim), ("configuration", "its best", verbatim), ("word", "verdict", verbatim),
        ("mean", "mean", near), ("word_low", "low", near), ("word_high", "high", near),
        ("p_shown", "p (corrected)", p_value),
        ("difference", "points from claim", signed_points), ("minimum", "worst seed", percent),
        ("collapse", "breakdown, excluded", verbatim),
        ("reached", "seeds at claim", whole), ("seeds", "of", whole), ("n_diverged", "diverged", whole),
        ("betting_low", "any-time low", percent), ("betting_high", "any-time high", percent),
        ("ceiling", "ceiling", percent),
    ]  # fmt: skip
    return table_of(table, columns, caption(view), csv="verdicts.csv", search=len(table) > SENTENCES)


def collapse(verdict: dict[Any, Any]) -> str:
    """The share of collapsing seeds that would undo a verdict, and the share beyond which seeds exclude it."""
    if missing(verdict["breakdown"]):
        return ""
    return f"{percent(verdict['breakdown'])}, > {percent(verdict['collapse_excluded'])}"


INTERVALS = {
    "fixed": "Student's t",
    "looks": "Student's t, repeated, with O'Brien and Fleming's boundaries",
    "until decided": "the betting sequence, which holds whenever one stops",
}


def caption(view: View) -> str:
    """What the intervals are, and what they hold for."""
    fresh = " Fresh seeds: as many as would probably (0.8) decide if the estimates are right."
    fresh = fresh if view.verdicts["seeds_needed"].notna().any() else ""
    alpha, each = view.results.grid.baseline.alpha, view.verdicts["word_confidence"].iloc[0]
    count, level = view.results.families, confidence(1 - alpha)
    together = f" each, so that {all_of(count, 'verdict')} hold together at {level}" if count > 1 else ""
    return (
        f"Test accuracy of each family's best on confirm seeds. Low and high: {INTERVALS[view.results.plan.name]}, "
        f"{confidence(each)}{together}; words and p agree with them. The any-time interval needs no assumption on the "
        "distribution. Breakdown: the share of collapsing seeds that would undo the verdict, and which shares these "
        f"seeds exclude, each family by itself, at {level} (a seed has collapsed if it ended half way "
        f"from the claim to chance, or lower).{fresh}"
    )
