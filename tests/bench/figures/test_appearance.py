"""Families are told apart by appearance and by name, whatever they are called and however many there are."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import style
from bench.figures.appearance import COLOURS, Appearance, appearances_of, short_names
from bench.grid.components import RULES
from tests.bench.figures.drawn import NAMES, all_pictures, assert_readable, families_of, names_in

NASTY = [
    "_hidden", "__init__", "$x^2$", r"$\frac{1}$", "a\nb\tc", "שלום", "\U0001f600", "\U0001f601", "", " ",
    "a, b", "b, a", f"{'x' * 150}1", f"{'x' * 150}2", f"{'y ' * 60}1{' z' * 60}", f"{'y ' * 60}2{' z' * 60}",
]  # fmt: skip
SIXTY_FOUR = [
    f"adam, dropout {d}, l2 {p}, hidden {h}" for d in (0, 0.05, 0.1, 0.2) for p in (0, 0.0001, 0.001, 0.01)
    for h in ("8", "64", "64-64", "128")
]  # fmt: skip


def without_names(families: pd.DataFrame) -> list[tuple[str, str, str]]:
    return [(appearance.colour, appearance.marker, appearance.dash) for appearance in appearances_of(families).values()]


def test_a_family_that_has_its_optimizer_to_itself_looks_alike_in_every_report() -> None:
    every = dict(zip(NAMES, without_names(families_of(NAMES, NAMES)), strict=True))
    assert {name: appearance[:2] for name, appearance in every.items()} == {
        "sgd": ("#0072b2", "o"), "momentum": ("#d55e00", "s"), "adagrad": ("#009e73", "^"), "adam": ("#b65f9c", "D"),
    }  # fmt: skip
    for name in NAMES:
        assert without_names(families_of([name], [name])) == [every[name]]
        beside = appearances_of(families_of(["a", "b", "c"], [name, "adam" if name != "adam" else "sgd", name]))
        assert (beside["a"].colour, beside["a"].marker, beside["a"].dash) == every[name]


def test_families_that_share_an_optimizer_look_different() -> None:
    names = [f"family {i}" for i in range(8)]
    for optimizers in (["adam"], NAMES, ["adam", "puma"], ["tiger", "puma"]):
        appearances = appearances_of(families_of(names, optimizers)).values()
        assert (
            len({appearance.colour for appearance in appearances})
            == len({appearance.marker for appearance in appearances})
            == 8
        )


def test_every_rule_has_a_colour_and_a_marker_of_its_own() -> None:
    own = appearances_of(families_of([*RULES], [*RULES])).values()
    assert len({one.colour for one in own}) == len({one.marker for one in own}) == len(RULES)


@pytest.mark.parametrize("problems", [2, 4, 7, 48])
def test_an_optimizer_has_its_colour_on_every_problem(problems: int) -> None:
    names = [f"{rule}, {i}" for i in range(problems) for rule in RULES]
    table = families_of(names, [*RULES]).assign(problem=[name.split(", ")[1] for name in names])
    appearances = appearances_of(table)
    own = appearances_of(families_of([*RULES], [*RULES]))
    for name, one in appearances.items():
        rule, problem = name.split(", ")
        assert one.colour == own[rule].colour
        assert (one.marker == own[rule].marker) == (int(problem) < 4)  # as many as there are dashes
    assert len({(one.colour, one.marker, one.dash) for one in appearances.values()}) == len(names)


@pytest.mark.parametrize("count", [9, 64, 576])
def test_no_two_of_many_families_look_the_same(count: int) -> None:
    assert len(set(without_names(families_of([str(i) for i in range(count)], NAMES)))) == count


def test_an_optimizer_of_ones_own_never_takes_the_colour_of_another() -> None:
    appearances = appearances_of(families_of([*RULES, "tiger"], [*RULES, "tiger"]))
    assert appearances["tiger"].colour not in {appearances[name].colour for name in RULES}
    assert appearances["tiger"] == appearances_of(families_of([*RULES, "tiger"], [*RULES, "tiger"]))["tiger"]


@pytest.mark.parametrize("ground", [style.PAPER, "#14171a"])
@pytest.mark.parametrize("colour", COLOURS)
def test_colours_are_seen_on_white_and_on_black(colour: str, ground: str) -> None:
    """WCAG 2.1, 1.4.11: what one must see has a contrast of 3 to its ground."""
    light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_names_are_shortened_by_what_they_share() -> None:
    full = ["adam, dropout 0, l2 0.001, width 64", "adam, dropout 0.1, l2 0.001, width 64"]
    assert short_names(full) == ["dropout 0", "dropout 0.1"]
    assert short_names(SIXTY_FOUR) == [name.removeprefix("adam, ") for name in SIXTY_FOUR]


def test_names_stay_whole_where_nothing_would_be_left_of_one() -> None:
    assert short_names(["adam", "adam, slow"]) == ["adam", "adam, slow"]
    assert short_names(["a, b", "b, a"]) == ["a, b", "b, a"]
    assert short_names(["adam, train 100"]) == ["adam, train 100"]


def test_a_long_name_keeps_its_beginning_and_its_end() -> None:
    one, two = short_names([f"adam {'on and ' * 30}{end}" for end in ("first", "second")])
    assert one.startswith("adam on and") and one.endswith("on and first")  # noqa: PT018
    assert two.endswith("on and second")
    assert len(one) < 75


@given(st.lists(st.text(max_size=200), min_size=1, max_size=12, unique=True))
def test_short_names_are_never_empty_never_alike_and_drawable(names: list[str]) -> None:
    short = short_names(names)
    assert len(short) == len(set(short)) == len(names)
    assert all(name.strip() for name in short)
    assert all(style.drawable(name) == name for name in short)


@pytest.mark.parametrize("names", [NASTY, SIXTY_FOUR], ids=["nasty", "sixty-four"])
def test_every_figure_shows_every_name_once_and_whole(names: list[str]) -> None:
    known = [appearance.name for appearance in appearances_of(families_of(names)).values()]
    for picture in all_pictures(names):
        seen = names_in(picture.figure)
        assert len(seen) == len(set(seen)) >= min(len(names), 8) - 1, picture.name  # the reference has no row
        assert all(any(same(name, text) for name in known) for text in seen), picture.name
        assert_readable(picture)


def same(name: str, text: str) -> bool:
    """Whether a text is a name that was broken into lines, and perhaps has more behind a colon."""
    name, text = ("".join(part.split()) for part in (name, text))
    return text == name or text.startswith(f"{name}:")


def test_a_look_says_how_to_plot_it() -> None:
    appearance = Appearance("a", "#000000", "o", "--")
    assert appearance.dots == {"color": "#000000", "marker": "o"}
    assert appearance.line == {"color": "#000000", "marker": "o", "linestyle": "--"}
    assert appearance.mean(70)["s"] < replace(appearance, marker="*").mean(70)["s"], "a star is mostly edge"
