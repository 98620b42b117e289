"""The answer in a terminal: aligned, coloured on request, inert, and following the data."""

from math import nan

import pytest

from bench.commands.terminal import lines
from bench.report.document import Cell, Interval, Lead, Paragraph, Scale, Table
from bench.report.render.characters import drawn
from bench.statistics.claims import ABOVE, BELOW, DEGENERATE, KINDS

HIGH = Interval(ABOVE, "adam", "90.0 % [89.0, 91.0]", 0.89, 0.90, 0.91, 0.95, "above")
LOW = Interval(BELOW, "a much longer name", "70.0 % [69.0, 71.0]", 0.69, 0.70, 0.71, 0.95, "below")


def shown(*rows: Interval, coloured: bool = False) -> list[str]:
    return list(lines(Scale("", 0.85, rows), coloured=coloured))


def test_a_line_for_each_family_shows_its_mark_its_numbers_and_its_word() -> None:
    one, other, legend = shown(HIGH, LOW)
    assert one.startswith("▲  adam")
    assert "90.0 % [89.0, 91.0]" in one
    assert one.endswith("above")
    assert other.startswith("▼  a much longer name")
    assert legend == "┊ claim 85.0 %, ╎ ceiling 95.0 %, the best that any classifier could do"


def test_families_without_a_line_are_counted() -> None:
    assert [*lines(Scale("", 0.85, (HIGH,), 63), coloured=False)][-1] == "63 more families are in the report"


def test_no_line_ends_before_a_per_cent_sign() -> None:
    said = "a" * 99 + " gives 90.0 % on average"
    assert [*lines(Lead((said,), (said,)), coloured=False)] == [
        "a" * 99 + " gives", "90.0 % on average", "- " + "a" * 99 + " gives", "  90.0 % on average",
    ]  # fmt: skip


def test_every_kind_of_verdict_has_a_mark_of_its_own() -> None:
    assert len({kind.mark for kind in KINDS.values()}) == len(KINDS)


def test_columns_are_aligned_and_share_the_claim_and_the_ceiling() -> None:
    *rows, _ = shown(HIGH, LOW)
    for mark in ("[", "┊", "╎"):
        assert len({row.index(mark) for row in rows}) == 1


def test_what_is_drawn_lies_where_the_numbers_say() -> None:
    scale = Scale("", 0.85, (HIGH, LOW))
    above, below = drawn(scale, HIGH), drawn(scale, LOW)
    assert above.index("┊") < above.index("├") < above.index("●") < above.index("┤") < above.index("╎")
    assert below.index("●") < below.index("┊")
    assert scale.ends == (0.69, 0.95)
    assert [scale.place(value) for value in (0.69, 0.82, 0.95)] == pytest.approx([0, 0.5, 1])


def test_a_family_without_a_spread_has_its_mean_and_no_interval() -> None:
    alone = Interval(DEGENERATE, "adam", "90.0 %", nan, 0.9, nan, nan, "degenerate")
    row, _ = shown(alone)
    assert "●" in row
    assert not set("├┤│╎") & set(row)
    nothing, _ = shown(Interval(DEGENERATE, "adam", "–", nan, nan, nan, nan, "failed"))
    assert "●" not in nothing
    assert nothing.endswith("failed")


def test_colour_doubles_the_mark_and_is_left_out_where_it_is_not_wanted() -> None:
    assert [line[:5] for line in shown(HIGH, LOW, coloured=True)[:2]] == ["\x1b[32m", "\x1b[31m"]
    assert not any("\x1b" in line for line in shown(HIGH, LOW))


def test_control_characters_of_a_label_do_not_reach_the_terminal() -> None:
    evil = "evil\x1b[2J"
    blocks = (
        Scale("", 0.85, (Interval(ABOVE, evil, "90 %", 0.8, 0.9, 1.0, nan, evil),)),
        Table("", ("family", "l1"), ((Cell(evil, evil), Cell(evil, 0.1)),)),
        Lead((evil,), (evil,)),
    )
    for block in blocks:
        assert not any("\x1b" in line for line in lines(block, coloured=False))


def test_long_sentences_are_wrapped_and_notes_are_bullets() -> None:
    *headline, note, more = lines(Lead(("a word " * 30,), ("note " * 30,)), coloured=False)
    assert len(headline) == 2
    assert note.startswith("- note")
    assert more.startswith("  note")


def test_a_block_that_a_terminal_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="Paragraph"):
        lines(Paragraph(""), coloured=False)
