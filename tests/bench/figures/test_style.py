"""Figures look alike in every report."""

from __future__ import annotations

import numpy as np

from bench.figures import style
from bench.grid.components import RULES
from bench.statistics.claims import KINDS


def test_an_optimizer_has_one_colour_and_one_marker_everywhere() -> None:
    looks = {
        "sgd": ("#0072b2", "o"), "momentum": ("#d55e00", "s"), "adagrad": ("#009e73", "^"), "adam": ("#b65f9c", "D"),
    }  # fmt: skip
    assert {name: (style.colour_of(name), style.marker_of(name)) for name in looks} == looks
    assert (style.colour_of("lion"), style.marker_of("lion")) == (style.colour_of("lion"), style.marker_of("lion"))
    assert style.colour_of("lion") not in {style.colour_of(name) for name in RULES}


def test_jitter_stays_within_its_row() -> None:
    assert np.abs(style.jitter(5, 1000) - 5).max() <= 0.25


def test_the_font_has_the_mark_of_every_verdict() -> None:
    assert all(style.drawable(kind.mark) == kind.mark for kind in KINDS.values())


def test_texts_from_outside_are_cut_and_drawable() -> None:
    assert len(style.short("x" * 5000)) == 40
    assert style.wrap("word " * 1000, 30).count("\n") == 2
    assert style.drawable("a你b") == "a□b"
