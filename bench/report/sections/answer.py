"""The answer, for whoever has ten seconds: what to use, how sure, and what each choice does."""

from __future__ import annotations

from typing import Any

from bench.report import answer
from bench.report.document import Block, Cell, Interval, Lead, Scale, Section, Table
from bench.report.view import View
from bench.statistics.claims import KINDS
from bench.text import NOTHING, confidence, counted, points

MOST = 20  # families; all are among the verdicts


def section(view: View) -> Section:
    """A few sentences; a row for each family; and a row for each family's effects."""
    blocks: list[Block] = [Lead(tuple(answer.headlines(view)), tuple(answer.notes(view)))]
    if len(view.verdicts):
        blocks.append(scale(view))
    if len(view.effects):
        blocks.append(effects(view))
    return Section("Answer", tuple(blocks))


def scale(view: View) -> Scale:
    """Every family's interval against the claim."""
    verdicts: Any = view.verdicts.head(MOST).to_dict("records")
    rows = tuple(_interval(row, view.families["ceiling"][row["family"]]) for row in verdicts)
    level = confidence(view.verdicts["word_confidence"].iloc[0])
    more = len(view.verdicts) - len(rows)
    rest = f" {counted(more, 'more family is', 'more families are')} in the table of verdicts." if more else ""
    caption = f"Test accuracy of each family's best on new seeds: mean and {level} interval.{rest}"
    return Scale(caption, view.results.grid.baseline.accuracy, rows)


def _interval(row: dict[str, Any], ceiling: float) -> Interval:
    numbers = answer.interval(row)
    bounds = (row["word_low"], row["mean"], row["word_high"])
    missing = f" ({row['n']} of {row['n'] + row['n_missing']} seeds)" if row["n_missing"] else ""
    return Interval(KINDS[row["kind"]], row["family"], numbers, *bounds, ceiling, f"{row['word']}{missing}")


def effects(view: View) -> Table:
    """What each choice does within each family, in points."""
    choices, found = answer.effect_table(view)
    rows = [(Cell(family, family), *(_cell(own.get(c)) for c in choices)) for family, own in found.items()]
    caption = (
        "What each choice does, in points of test accuracy: with it minus without it, each at its best. Helps, hurts: "
        f"the interval excludes 0, and leaves {points(view.results.grid.baseline.margin)} around it; practically "
        "nothing: it lies within them."
    )
    return Table(caption, ("family", *choices), tuple(rows[:MOST]))


def _cell(effect: answer.Effect | None) -> Cell:
    if effect is None:
        return Cell(NOTHING, "")
    return Cell(f"{effect.kind.mark} {effect.word} {effect.numbers}".strip(), effect.difference, effect.kind)
