"""The verdicts, family by family: a sentence for each, the picture of them all, and all numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.figures import verdicts_picture
from bench.report.document import Block, Folded, Paragraph, Section, Table, Verdict, Verdicts, table_of
from bench.report.judgement import Judgement
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
    verbatim,
    whole,
)

SENTENCES = 20  # families with a sentence of their own; all are in the table
UNFOLDED = 4  # of them that are seen at once


def section(view: Judgement) -> Section:
    """Verdict by verdict, then the picture, then their table."""
    verdicts = view.verdicts
    if verdicts.empty and not view.of_grid:
        return Section("Verdicts", ())
    if verdicts.empty:
        return Section("Verdicts", (Paragraph("Nothing is judged yet."),))
    blocks = [*_sentences(view)]
    if (verdicts["kind"] != FAILED.word).any():
        blocks.append(verdicts_picture(verdicts, view.confirm, view.families, view.score))
    return Section("Verdicts", (*blocks, _table(view)))


def _sentences(view: Judgement) -> Iterator[Block]:
    rows: Any = view.verdicts.head(SENTENCES).to_dict("records")
    cautions = {family: tuple(caution.text for caution in own) for family, own in view.cautions.items()}
    items = [
        Verdict(
            KINDS[row["kind"]],
            row["family"],
            mean_and_interval(row, view.score),
            sentence(row, view.score),
            cautions.get(row["family"], ()),
            view.score.words.get(KINDS[row["kind"]], ""),
        )
        for row in rows
    ]
    yield Verdicts(tuple(items[:UNFOLDED]))
    if len(items) > UNFOLDED:
        more = counted(len(items) - UNFOLDED, "more verdict")
        yield Folded(more, (Verdicts(tuple(items[UNFOLDED:])),))


def _table(view: Judgement) -> Table:
    table = view.verdicts.assign(
        seeds=lambda v: v["n_ok"] + v["n_diverged"],
        ceiling=lambda v: view.families.loc[v["family"], "ceiling"].to_numpy(),
        collapse=lambda v: [collapse(row) for row in v.to_dict("records")],
        p_shown=p_of_word,
    )

    score = view.score

    def near(value: float) -> str:
        """With enough digits to be told from the claim."""
        return score.value_unlike(value, view.question.accuracy)

    columns = [
        ("family", score.terms.family, verbatim),
        *([("configuration", "its best", verbatim)] if view.of_grid or len(view.tune) else []),
        ("word", "verdict", verbatim),
        ("mean", "mean", near), ("word_low", "low", near), ("word_high", "high", near),
        ("p_shown", "p (corrected)", p_value),
        ("difference", f"{score.points} from claim", score.signed),
        (score.extreme, f"worst {score.terms.seed}", score.value),
        *([("collapse", "breakdown, excluded", verbatim)] if _breaks_down(view) else []),
        ("reached", f"{score.terms.seeds} at claim", whole), ("seeds", "of", whole), ("n_diverged", "diverged", whole),
        *([("betting_low", "any-time low", score.value)] if view.sequential else []),
        *([("betting_high", "any-time high", score.value)] if view.sequential else []),
        *([("ceiling", "ceiling", score.value)] if view.of_grid else []),
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
    "folds": "Student's t, corrected for folds that share training data (Nadeau and Bengio)",
    "until decided": "the betting sequence, which holds whenever one stops",
}


def caption(view: Judgement) -> str:
    """What the intervals are, and what they hold for."""
    terms = view.score.terms
    fresh = " Fresh seeds: as many as would probably (0.8) decide if the estimates are right."
    fresh = fresh if view.verdicts["seeds_needed"].notna().any() else ""
    alpha, each = view.question.alpha, view.verdicts["word_confidence"].iloc[0]
    count, level = view.question.families, confidence(1 - alpha)
    together = f" each, so that {all_of(count, 'verdict')} hold together at {level}" if count > 1 else ""
    chosen = len(view.tune) or view.of_grid
    whose = f"each {terms.family}'s best on confirm {terms.seeds}" if chosen else f"each {terms.family}"
    what = f"{view.score.name[:1].upper()}{view.score.name[1:]} of {whose}"
    any_time = " The any-time interval needs no assumption on the distribution." if view.sequential else ""
    return (
        f"{what}. Low and high: {INTERVALS[view.plan.name]}, {confidence(each)}{together}; words and p agree with "
        f"them.{any_time}{_breakdown(view, level)}{fresh}"
    )


def _breaks_down(view: Judgement) -> bool:
    """Whether breakdown rates are known: they need a worst score, and seeds that are independent."""
    return view.plan.independent and not missing(view.score.floor)


def _breakdown(view: Judgement, level: str) -> str:
    """What the breakdown rate is, where there is one."""
    if not _breaks_down(view):
        return ""
    return (
        " Breakdown: the share of collapsing seeds that would undo the verdict, and which shares these seeds exclude, "
        f"each {view.score.terms.family} by itself, at {level} (a seed has collapsed if it ended half way from the "
        f"claim to {view.score.bottom}, or {'higher' if view.score.lower_is_better else 'lower'})."
    )
