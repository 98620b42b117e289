"""What each choice does within each family, and where families differ in that."""

from __future__ import annotations

import pandas as pd

from bench.figures import effects_picture
from bench.grid import Grid
from bench.grid.effects import WITHOUT
from bench.report.document import Block, Paragraph, Section, table_of
from bench.report.sections.comparisons import together
from bench.report.view import View
from bench.statistics.claims import FAILED
from bench.statistics.scores import ACCURACY
from bench.statistics.sentences import p_of_word
from bench.text import bound_points, counted, listed, p_value, signed_points, spelled, verbatim, whole

TITLE = "What each choice does"


def section(view: View) -> Section:
    """Effects, one by one; then the differences of equal effects between families."""
    effects, grid = view.results.effects, view.results.grid
    if effects.empty:
        return Section(TITLE, (Paragraph(_why_none(grid)),))
    single, between = effects[effects["other"] == ""], effects[effects["other"] != ""]
    blocks: list[Block] = []
    if (single["kind"] != FAILED.word).any():
        blocks.append(effects_picture(single, view.families, grid.baseline.margin))
    columns = [
        ("family", "family", verbatim), ("axis", "axis", verbatim), ("value", "value", verbatim),
        ("against", "against", verbatim), ("difference", "points", signed_points), ("low", "low", bound_points),
        ("high", "high", bound_points), ("p_of_word", "p of the word", p_value), ("word", "effect", verbatim),
        ("n", "pairs", whole), ("besides", "differs too", verbatim),
    ]  # fmt: skip
    caption = (
        f"{_compared(single)}: each side is the best of its kind on "
        f"tune seeds, so that other settings may differ too; both on the same confirm seeds. "
        f"{together(grid.baseline.alpha, ACCURACY.terms)}"
    )
    blocks.append(table_of(single.assign(p_of_word=p_of_word), columns, caption, csv="effects.csv"))
    if len(between):
        columns = [
            ("axis", "effect of", verbatim), ("value", "value", verbatim), ("family", "in", verbatim),
            ("other", "minus that in", verbatim), ("difference", "points", signed_points),
            ("low", "low", bound_points), ("high", "high", bound_points), ("p_of_word", "p of the word", p_value),
            ("word", "it", verbatim),
        ]  # fmt: skip
        shown = between.assign(p_of_word=p_of_word).sort_values("p_adjusted", kind="stable", ignore_index=True)
        caption = f"Where families differ in an effect: {counted(len(between), 'contrast')}, in the same correction."
        blocks.append(table_of(shown, columns, caption))
    return Section(TITLE, tuple(blocks))


def _why_none(grid: Grid) -> str:
    if grid.effects:
        return "No axis of effects varies within a family."
    own = [spelled(axis) for axis in grid.family_axes if axis.startswith("regularization.")]
    if own:
        return f"Families differ in {listed(own)}: what that does is said where they are compared."
    return "The grid asks for no effects."


def _compared(effects: pd.DataFrame) -> str:
    """What the sides of effects are: with a choice and without it, or with one value and with another."""
    off = effects["against"] == WITHOUT
    without, others = ([spelled(axis) for axis in effects.loc[which, "axis"].unique()] for which in (off, ~off))
    parts = [f"with and without {listed(without)}"] if without else []
    parts += [f"other values of {listed(others)} and the first one"] if others else []
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}"
