"""What each choice does within each family, and where families differ in that."""

from __future__ import annotations

from bench.figures import effects_picture
from bench.report.document import Block, Paragraph, Section, table_of
from bench.report.sections.comparisons import together
from bench.report.view import View
from bench.statistics.claims import FAILED
from bench.statistics.sentences import p_of_word
from bench.text import bound_points, counted, listed, p_value, signed_points, spelled, verbatim, whole

TITLE = "What each choice does"


def section(view: View) -> Section:
    """Effects, one by one; then the differences of equal effects between families."""
    effects, grid = view.results.effects, view.results.grid
    if effects.empty:
        why = "No axis of effects varies within a family." if grid.effects else "The grid asks for no effects."
        return Section(TITLE, (Paragraph(why),))
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
        f"With and without {listed(map(spelled, grid.effects))}: each side is the best of its kind on "
        f"tune seeds, so that other settings may differ too; both on the same confirm seeds. "
        f"{together(grid.baseline.alpha)}"
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
