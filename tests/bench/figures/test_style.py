"""Figures look alike in every report."""

from __future__ import annotations

import numpy as np

from bench.figures import style
from bench.statistics.claims import KINDS


def test_jitter_stays_within_its_row() -> None:
    assert np.abs(style.jitter(5, 1000) - 5).max() <= 0.25


def test_the_font_has_the_mark_of_every_verdict() -> None:
    assert all(style.drawable(kind.mark) == kind.mark for kind in KINDS.values())


def test_texts_from_outside_are_drawable_and_whole_in_short_lines() -> None:
    assert style.drawable("a你b") == "a□b"
    assert style.wrap("at least 85.0 % of them", 14) == "at least\n85.0 % of them"
    lines = style.wrap("word " * 100 + "x" * 90, 30).split("\n")
    assert max(map(len, lines)) <= 30
    assert "".join(lines).replace(" ", "") == "word" * 100 + "x" * 90


def test_what_is_left_out_is_counted() -> None:
    assert style.part_of(3, 3) == ""
    assert style.part_of(12, 1400) == " (12 of 1,400 families are drawn)"
