"""The answer, for whoever has ten seconds: what to use, how sure, and what each choice does."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.report import answer
from bench.report.document import Block, Cell, Interval, Lead, Scale, Section, Table
from bench.report.judgement import Judgement
from bench.report.view import View
from bench.statistics.claims import KINDS
from bench.statistics.scores import Score
from bench.statistics.sentences import mean_and_interval
from bench.text import NOTHING, all_of, confidence, points

MOST = 20  # families; all are among the verdicts


def section(view: View) -> Section:
    """A few sentences; a row for each family; and a row for each family's effects."""
    blocks: list[Block] = [Lead(tuple(answer.headlines(view)), tuple(answer.notes(view)))]
    if len(view.verdicts):
        blocks.append(scale(view))
    if len(view.effects) and len(view.verdicts):
        blocks.append(effects(view))
    return Section("Answer", tuple(blocks))


def _shown(view: Judgement) -> pd.DataFrame:
    """The verdicts that have a row here: the first of each problem."""
    problems = view.verdicts["family"].map(view.families["problem"])
    return view.verdicts.groupby(problems, sort=False).head(max(1, MOST // len(view.problems)))


def _rest(view: Judgement) -> str:
    more = len(view.verdicts) - len(_shown(view))
    return f" {view.score.terms.more(more)} in the tables below." if more else ""


def scale(view: Judgement) -> Scale:
    """Every family's interval against the claim."""
    verdicts: Any = _shown(view).to_dict("records")
    rows = tuple(_interval(row, view.families["ceiling"][row["family"]], view.score) for row in verdicts)
    terms = view.score.terms
    chosen = view.of_grid or len(view.tune)
    whose = f"each {terms.family}'s best on new {terms.seeds}" if chosen else f"each {terms.family}"
    what = f"{view.score.name[:1].upper()}{view.score.name[1:]} of {whose}"
    caption = f"{what}: mean and interval, {_level(view)}.{_rest(view)}"
    return Scale(caption, view.question.accuracy, rows, len(view.verdicts) - len(rows), view.score)


def _level(view: Judgement) -> str:
    """At what confidence an interval holds by itself, and all of them together."""
    level, count = confidence(view.verdicts["word_confidence"].iloc[0]), view.question.families
    if count == 1:
        return f"at {level}"
    together = f"{all_of(count, 'interval')} hold together at {confidence(1 - view.question.alpha)}"
    return f"each at {level}, so that {together}"


def _interval(row: dict[str, Any], ceiling: float, score: Score) -> Interval:
    bounds = (row["word_low"], row["mean"], row["word_high"])
    missing = f" ({row['n']} of {row['n'] + row['n_missing']} {score.terms.seeds})" if row["n_missing"] else ""
    numbers, word = mean_and_interval(row, score), f"{row['word']}{missing}"
    return Interval(KINDS[row["kind"]], row["family"], numbers, *bounds, ceiling, word)


def effects(view: View) -> Table:
    """What each choice does within each family, in points."""
    choices, found = answer.effect_table(view)
    families = [family for family in _shown(view)["family"] if family in found]
    rows = [(Cell(family, family), *(_cell(found[family].get(choice)) for choice in choices)) for family in families]
    margin = points(view.results.grid.baseline.margin)
    caption = (
        "What each choice does, in points of test accuracy: the best with it minus the best without it (or with the "
        f"first value). Practically nothing: the whole interval lies within {margin} of 0. Helps or hurts: it "
        f"reaches beyond, and leaves 0 out. Inconclusive: it reaches beyond, and holds 0.{_rest(view)}"
    )
    return Table(caption, ("family", *choices), tuple(rows), left_out=len(view.verdicts) - len(_shown(view)))


def _cell(effect: answer.Effect | None) -> Cell:
    if effect is None:
        return Cell(NOTHING, "")
    return Cell(f"{effect.kind.mark} {effect.word} {effect.numbers}".strip(), effect.difference, effect.kind)
